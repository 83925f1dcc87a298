"""Rows of a data file of any kind that V-Dem is had in: text with any separator, Stata, R, Parquet, packed or not.

What a file is, its first bytes say, not its name.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib.util
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from advosim.scenario.problems import InputError, Problem

SEPARATORS = (",", ";", "\t", "|")
GZIP, BZIP2, XZ, ZIP, PARQUET = b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"PAR1"
R_FILE = (b"RDX", b"X\n\0")
STATA = b"<stata_dta>"
IN_ARCHIVE = (".csv", ".tsv", ".tab", ".dta", ".rds", ".rdata", ".rda", ".parquet")
SEEN = 65536
"""Bytes of which is told what a file is."""
CHUNK = 1000
"""Rows that are held at once."""
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)
"""What unpackers raise: RuntimeError where a password is asked for, NotImplementedError for rare packings."""

Wanted = Callable[[str], bool]
Cell = str | float | None


@dataclass(frozen=True)
class Table:
    """Columns by name, and the rows below: (line of a text or row of a data file from 1, cells)."""

    header: Sequence[str]
    rows: Iterator[tuple[int, Sequence[Cell]]]
    decimal_comma: bool = False
    """Whether 0,5 is a half: only where a comma separates no cells."""
    inner: str = ""
    """The name of the file in an archive."""


def opened(path: Path, wanted: Wanted, closing: ExitStack) -> Table:
    """The table in a file, to be read before `closing` ends; of a data file only the columns that are `wanted`.

    Raises InputError, also while rows are read, for what is not there, no table, damaged, or not to be read here.
    """
    _refuse_what_is_not_there(path)
    try:
        stream, inner, packed = _unpacked(path, closing)
        start = stream.peek(SEEN)[:SEEN]
    except DAMAGED as error:
        raise InputError(Problem(str(path), None, f"cannot be unpacked: {_said(error)}", "", hint_export())) from None
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(Problem(str(path), None, "is empty", "", hint_export()))
    read = _reader(start, inner or path.name)
    if read is None:
        return _text(path, stream, start, wanted, inner)
    file = _laid_out(stream, closing) if packed else path
    return _data(path, read, file, wanted, inner)


def hint_export() -> str:
    return "use V-Dem's country-year dataset, from https://v-dem.net/data/, as CSV, Stata, R or Parquet, packed or not"


def _refuse_what_is_not_there(path: Path) -> None:
    problem, hint = "", hint_export()
    try:
        if path.is_dir():
            problem, hint = "is a folder, not a file", "name the file in it"
        elif not path.is_file():
            problem = "is a device or a pipe, not a file" if path.exists() else "no such file"
        else:
            path.open("rb").close()
    except OSError as error:
        problem, hint = f"cannot be read: {error.strerror or error}", ""
    if problem:
        raise InputError(Problem(str(path), None, problem, "", hint))


# ---------------------------------------------------------------- unpacking


def _unpacked(path: Path, closing: ExitStack) -> tuple[Any, str, bool]:
    """The stream below all packing, with `peek`; the name of the file in an archive; and whether there is packing."""
    stream: Any = closing.enter_context(path.open("rb"))
    inner, file = "", stream
    for _ in range(3):  # a packed file in an archive, and one to spare
        start = stream.peek(8)
        if start.startswith(ZIP):
            archive = closing.enter_context(zipfile.ZipFile(stream))
            inner = _table_in(path, archive.namelist())
            stream = closing.enter_context(archive.open(inner))
        elif start.startswith(GZIP):
            stream = closing.enter_context(gzip.GzipFile(fileobj=stream))
        elif start.startswith(BZIP2):
            stream = closing.enter_context(bz2.BZ2File(stream))
        elif start.startswith(XZ):
            stream = closing.enter_context(lzma.LZMAFile(stream))  # noqa: SIM115
    return stream, PurePosixPath(inner).name, stream is not file


def _table_in(path: Path, names: Iterable[str]) -> str:
    """The one file in an archive that looks like a table."""
    files = [n for n in names if not n.endswith("/") and not n.startswith("__MACOSX") and "/." not in f"/{n}"]
    found = [n for n in files if PurePosixPath(n.lower().removesuffix(".gz")).suffix in IN_ARCHIVE]
    found = found or [n for n in files if n.lower().endswith(".txt")]
    if len(found) == 1:
        return found[0]
    what = f"the archive holds {len(found)} tables: {', '.join(found[:5])}" if found else "the archive holds no table"
    hint = "unpack it and name the country-year file" if found else hint_export()
    raise InputError(Problem(str(path), None, what, "one file that is a table", hint))


def _laid_out(stream: IO[bytes], closing: ExitStack) -> Path:
    """The unpacked bytes in a file: readers of data files leap to and fro in them."""
    file = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="advosim-"))) / "data"
    with file.open("wb") as target:
        shutil.copyfileobj(stream, target)
    return file


def _said(error: BaseException) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())[:200] or type(error).__name__


# ---------------------------------------------------------------- text


def _text(path: Path, stream: IO[bytes], start: bytes, wanted: Wanted, inner: str) -> Table:
    if b"\0" in start:
        what = "not a table: its content is binary"
        raise InputError(Problem(str(path), None, what, "", hint_export()))
    separator = _separator(start, wanted)
    # surrogateescape: a Latin-1 file differs from UTF-8 in names only, which the sheet mends, so one pass serves both
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=separator, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise InputError(Problem(str(path), None, f"not a CSV file: {error}", "", hint_export())) from None
    return Table(header, _lines(path, reader), separator != ",", inner)


def _separator(start: bytes, wanted: Wanted) -> str:
    """What separates the header into most names of V-Dem, or else into most cells."""
    first = start.decode("utf-8-sig", errors="replace").lstrip("\r\n").splitlines()[:1]

    def found(separator: str) -> tuple[int, int]:
        cells = next(csv.reader(first, delimiter=separator), [])
        return sum(wanted(cell.strip()) for cell in cells), len(cells)

    return max(SEPARATORS, key=found)


def _lines(path: Path, reader: Any) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        yield from ((reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        raise InputError(Problem(str(path), None, f"not a CSV file: {error}", "", hint_export())) from None
    except DAMAGED as error:
        what = f"the file is cut off or damaged: {_said(error)}"
        raise InputError(Problem(str(path), reader.line_num, what, "", hint_export())) from None


# ---------------------------------------------------------------- data files

Reader = Callable[[Path, Wanted], Iterator[Sequence[Any]]]
"""The names of the wanted columns first, then a list of each column, chunk by chunk."""


def _reader(start: bytes, name: str) -> Reader | None:
    """What reads a data file; None for text."""
    if start.startswith(PARQUET):
        return _parquet
    if start.startswith(R_FILE):
        return _r
    # Stata's files before version 13 begin with a number of their own and a byte order
    old = start[:1] in (b"\x69", b"\x6c", b"\x6e", b"\x6f", b"\x71", b"\x72", b"\x73") and start[1:2] in (b"\1", b"\2")
    return _stata if start.startswith(STATA) or (old and name.lower().endswith(".dta")) else None


def _data(path: Path, read: Reader, file: Path, wanted: Wanted, inner: str) -> Table:
    chunks = _told(path, read(file, wanted))
    header = next(chunks)

    def rows() -> Iterator[tuple[int, Sequence[Cell]]]:
        number = 0
        for columns in chunks:
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, cells

    return Table(header, rows(), inner=inner)


def _told(path: Path, chunks: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The chunks; a damaged file makes readers raise almost anything, which is told in a sentence."""
    try:
        yield from chunks
    except InputError as error:
        raise InputError([Problem(str(path), None, p.what, p.allowed, p.hint) for p in error.problems]) from None
    except Exception as error:
        what = f"the file is damaged, or of a kind that cannot be read here: {_said(error)}"
        raise InputError(Problem(str(path), None, what, "", "save it as CSV (UTF-8) instead")) from None


def _stata(file: Path, wanted: Wanted) -> Iterator[Sequence[Any]]:
    import pandas as pd

    as_stored: dict[str, Any] = {"convert_categoricals": False, "convert_dates": False}
    opened: Any = pd.read_stata(file, iterator=True, **as_stored)
    with opened as reader:
        names = [name for name in reader.variable_labels() if wanted(name)]
        yield names
        while names:
            try:
                frame = reader.read(nrows=CHUNK, columns=names, **as_stored)
            except StopIteration:
                return
            if frame.empty:
                return
            yield _columns(frame[names])


def _parquet(file: Path, wanted: Wanted) -> Iterator[Sequence[Any]]:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as source:
        names = [name for name in source.schema_arrow.names if wanted(name)]
        yield names
        for batch in source.iter_batches(CHUNK, columns=names) if names else ():
            yield [column.to_pylist() for column in batch.columns]


def _r(file: Path, wanted: Wanted) -> Iterator[Sequence[Any]]:
    if importlib.util.find_spec("pyreadr") is None:
        hint = 'pip install "advosim[vdem]"; or in R: write.csv(readRDS("FILE.rds"), "FILE.csv", row.names = FALSE)'
        raise InputError(Problem("", None, "R's files are read by pyreadr, which is not installed", "", hint))
    import pyreadr

    frames = list(pyreadr.read_r(str(file)).values())
    frame = max(frames, key=lambda one: sum(wanted(str(name)) for name in one.columns))
    names = [name for name in frame.columns if wanted(str(name))]
    yield [str(name) for name in names]
    yield _columns(frame[names])


def _columns(frame: Any) -> list[list[Cell]]:
    """A list of each column, None for what is missing."""
    return [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns]
