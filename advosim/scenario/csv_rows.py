"""Small CSV files that a user names: their cells with the lines on which they stand, or all that is wrong."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advosim.scenario.numerals import meant
from advosim.scenario.problems import InputError, Problem, did_you_mean, special
from advosim.scenario.toml_text import decoded

MOST_BYTES = 256_000_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_HEAD = re.compile(r"[\w .\"'/()%-]{1,120}")
_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True)
class Rows:
    """A table as it is written: `lines[i]` is the line on which row i begins, from 1 and with the header as line 1."""

    file: str
    header: list[str]
    cells: list[list[str]]
    lines: list[int]
    problems: list[Problem]
    """Rows that do not fit the header, and are left out of `cells`."""


def read_rows(path: str | Path) -> Rows:
    """The rows of a CSV file with a header. Raises InputError where there is no table to go on with.

    Blank lines are passed over and counted, and so are line ends within quotes. A cell is not echoed in what is told:
    the file may be another than its author meant.
    """
    file = Path(path)
    records, lines = _records(str(file), _text(file))
    if not records:
        raise InputError(Problem(str(file), None, "holds nothing", hint="a header, and below it one row a line"))
    header = [cell.strip() for cell in records[0]]
    wrong = _header(str(file), header, lines[0], records)
    if wrong:
        raise InputError(wrong)
    cells: list[list[str]] = []
    kept: list[int] = []
    problems: list[Problem] = []
    for row, line in zip(records[1:], lines[1:], strict=True):
        if len(row) == len(header):
            cells.append([cell.strip() for cell in row])
            kept.append(line)
        else:
            what = f"{len(row)} values for {len(header)} columns"
            hint = "decimals take a point, not a comma" if len(row) > len(header) else ""
            problems.append(Problem(str(file), line, what, hint=hint))
    return Rows(str(file), header, cells, kept, problems)


def number(text: str) -> float:
    """The number that a cell holds. Raises ValueError with what to write instead, if that can be guessed."""
    try:
        return float(text)
    except ValueError:
        pass
    raise ValueError(meant(text)[1])


def _text(file: Path) -> str:
    name = str(file)
    if not os.path.isfile(file):  # also what a device or a pipe is not
        beside = sorted(p.name for p in file.parent.glob("*.csv")) if file.parent.is_dir() else []
        if os.path.exists(file):
            raise InputError(Problem(name, None, f"is a {special(file)}, not a CSV file"))
        raise InputError(Problem(name, None, "there is no such file", hint=did_you_mean(file.name, beside)))
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(Problem(name, None, "is too large", f"{MOST_BYTES:,} bytes at most"))
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(Problem(name, None, f"cannot be read: {error.strerror}")) from None
    if raw[:4] == b"PK\x03\x04":
        raise InputError(Problem(name, None, "is a workbook or an archive", hint="save the sheet as CSV UTF-8"))
    return decoded(name, raw)


def _records(name: str, text: str) -> tuple[list[list[str]], list[int]]:
    """The rows that hold anything, and on which line each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    records, lines, before = [], [], 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                records.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        hint = "a quotation mark that opens has to close" if "end of data" in str(error) or "quot" in str(error) else ""
        raise InputError(Problem(name, before + 1, f"is no CSV: {error}", hint=hint)) from None
    return records, lines


def _header(name: str, header: Sequence[str], line: int, records: list[list[str]]) -> list[Problem]:
    """What is wrong with the names of the columns."""
    for mark, word in _SEPARATORS.items():
        if any(mark in cell for cell in header):
            decimals = any(_COMMA.search(",".join(row)) for row in records[1:])
            hint = "save it as CSV with commas" + (
                ", and with decimals that take a point: 0.8, not 0,8" if decimals else ""
            )
            return [Problem(name, line, f"the columns are parted by {word}, not by commas", hint=hint)]
    problems = []
    for index, head in enumerate(header):
        if not head:
            problems.append(Problem(name, line, f"column {index + 1} has no name"))
        elif not _HEAD.fullmatch(head):
            problems.append(Problem(name, line, f"column {index + 1} has no name that a header has"))
        elif head in header[:index]:
            problems.append(Problem(name, line, f"the column '{head}' is there twice"))
    return problems
