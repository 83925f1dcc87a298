"""Citizens' ties from a file: CSV with named columns, GraphML, GML, Pajek. What is ambiguous is refused, not guessed.

A network of the model has no direction and no weights; a file that has them needs a word on how they are to be read.
"""

from __future__ import annotations

import csv
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.problems import InputError, Problem, did_you_mean, special
from advosim.world import networks

if TYPE_CHECKING:
    import networkx

    from advosim.scenario.schema import FaceToFaceNetwork

ENDS = (("source", "target"), ("from", "to"), ("ego", "alter"), ("sender", "receiver"), ("node1", "node2"))
WEIGHTS = ("weight", "strength", "weights")
TYPES = ("type", "directed")
GRAPHS = (".graphml", ".gml", ".net", ".paj")
SHOWN = 5
MOST_BYTES = 4_000_000_000
_NUMBER = re.compile(r"[+-]?\d+(?:\.0*)?")
_WORD = re.compile(r"[\w .-]{1,40}")
_NAME_THEM = "name the two columns source and target"


@dataclass(frozen=True)
class Ties:
    """The ties of a file among n citizens, as they were read."""

    file: Path
    one: NDArray[np.uint32]
    """(ties,)"""
    other: NDArray[np.uint32]
    names: tuple[str, ...] = ()
    """Of citizen 0, 1 ... where the file has names and no numbers."""
    said: tuple[str, ...] = ()
    """What of the file was not used."""


@dataclass(frozen=True)
class _Table:
    """What a text file holds below its header."""

    ids: NDArray[np.int64]
    """(rows, 2)"""
    names: tuple[str, ...] = ()
    """Whom the numbers stand for, where they are none of the file's."""
    weights: NDArray[np.float64] | None = None
    directed: bool = False
    said: tuple[str, ...] = ()


def pairs(given: FaceToFaceNetwork, n: int) -> networks.Pairs:
    """The ties of a layer of kind edge_list as `networks.layers` takes them. Raises InputError as `read` does."""
    ties = of_layer(given, n)
    return ties.one, ties.other


def of_layer(given: FaceToFaceNetwork, n: int) -> Ties:
    """The ties of a layer's file."""
    return read(given.file or "", n, given.direction, given.least_weight)


def read(file: str | Path, n: int, direction: str | None = None, least_weight: float | None = None) -> Ties:
    """The ties of a file among n citizens. Raises InputError with the first wrong lines.

    direction: of ties that have one, "either" counts each, "mutual" those that go both ways. least_weight: ties with
    less do not count. Names stand for citizens in the order in which they are named; numbers are citizens' own.
    """
    file = Path(file)
    _readable(file)
    wrong = partial(_refused, file)
    table = _of_graph(file, n) if file.suffix.lower() in GRAPHS else _of_text(file, n)
    if not len(table.ids):
        raise wrong("no ties in it", allowed="a tie a line, between two citizens")
    if len(table.names) > n:
        hint = f"write citizens = {len(table.names)} or more"
        raise wrong(f"names {len(table.names):,} citizens where there are {n:,}", hint)
    ids = _heavy_enough(wrong, table, least_weight)
    if direction == "mutual" or table.directed:
        ids = _directed(wrong, ids, direction)
    return Ties(file, ids[:, 0].astype(np.uint32), ids[:, 1].astype(np.uint32), table.names, table.said)


def _heavy_enough(wrong: Any, table: _Table, least: float | None) -> NDArray[np.int64]:
    """The ties that count of those with weights."""
    if least is None:
        if table.weights is not None and len(set(table.weights.tolist())) > 1:
            hint = "least_weight = 0.5 counts those of 0.5 and more"
            raise wrong("has ties of unequal weight, which the model's networks have not", hint)
        return table.ids
    if table.weights is None:
        raise wrong("has no weights for least_weight")
    return table.ids[table.weights >= least]


def described(ties: Ties, n: int) -> str:
    """Ties, citizens without one, components, and what was not used, in a sentence."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    start, neighbour = networks.layers(n, [lambda: (ties.one, ties.other)])
    alone = int((np.diff(start) == 0).sum())
    graph = csr_array((np.ones(len(neighbour), np.int8), neighbour.astype(np.int64), start), shape=(n, n))
    count, labels = connected_components(graph, directed=False)
    largest = int(np.bincount(labels).max()) if n else 0
    loops = int((ties.one == ties.other).sum())
    doubled = len(ties.one) - loops - len(neighbour) // 2
    parts = [f"{len(neighbour) // 2:,} ties among {n:,} citizens; {alone:,} citizens have none"]
    parts.append(f"{count - alone:,} component{'' if count - alone == 1 else 's'}, the largest of {largest:,}")
    parts += [f"{len(ties.names):,} names stand for citizens 0 to {len(ties.names) - 1:,}"] if ties.names else []
    parts += [f"{loops:,} ties of a citizen with itself are left out"] if loops else []
    parts += [f"{doubled:,} ties are there more than once"] if doubled else []
    return "; ".join([f"{ties.file.name}: {parts[0]}", *parts[1:], *ties.said])


# ---------------------------------------------------------------- any file


def _refused(file: Path, what: str, hint: str = "", allowed: str = "") -> InputError:
    return InputError(Problem(str(file), None, what, allowed, hint))


def _readable(file: Path) -> None:
    """InputError unless `file` is one of some text."""
    allowed = "a CSV file with columns source and target, or GraphML, GML, Pajek (.net)"
    if os.path.exists(file) and not os.path.isfile(file):
        raise _refused(file, f"is a {special(file)}", allowed=allowed)
    if not os.path.isfile(file):
        beside = sorted(p.name for p in file.parent.iterdir()) if file.parent.is_dir() else []
        raise _refused(file, "no such file", did_you_mean(file.name, beside))
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _refused(file, "is too large", allowed=f"{MOST_BYTES:,} bytes at most")
        with file.open("rb") as opened:
            start = opened.read(4096)
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror}") from None
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start:
        raise _refused(file, "is no text in UTF-8", "save it as CSV UTF-8")


def _directed(wrong: Any, ids: NDArray[np.int64], direction: str | None) -> NDArray[np.int64]:
    """The ties that count of those with a direction."""
    there = set(map(tuple, ids.tolist()))
    mutual = np.array([(b, a) in there for a, b in ids.tolist()], dtype=bool)
    if direction is None and not mutual.all():
        hint = 'direction = "either" or "mutual" says which count'
        raise wrong("has ties with a direction, which the model's networks have not", hint)
    return ids[mutual] if direction == "mutual" else ids


# ---------------------------------------------------------------- graphs


def _of_graph(file: Path, n: int) -> _Table:
    """A graph as networkx reads it. Where its nodes are no numbers, citizens are numbered in the order of the file."""
    import networkx as nx

    readers = {".graphml": nx.read_graphml, ".gml": nx.read_gml, ".net": nx.read_pajek, ".paj": nx.read_pajek}
    try:
        graph: networkx.Graph = readers[file.suffix.lower()](file)
    except Exception as error:  # the readers raise what they please
        place = getattr(error, "position", (None,))
        what = f"cannot be read as {file.suffix[1:]}: {type(error).__name__}"
        raise InputError(Problem(str(file), place[0], what, hint="export it again, or as CSV")) from None
    nodes = [str(node) for node in graph.nodes]
    at = {node: index for index, node in enumerate(graph.nodes)}
    ids = np.array([(at[a], at[b]) for a, b in graph.edges()], dtype=np.int64).reshape(-1, 2)
    weights = np.array([_weight(file, data.get("weight", 1.0)) for _, _, data in graph.edges(data=True)])
    if not all(_NUMBER.fullmatch(node) for node in nodes):
        return _Table(ids, tuple(nodes), weights, bool(graph.is_directed()))
    values = np.array([float(node) for node in nodes])
    for place in np.flatnonzero(~((values >= 0) & (values < n)))[:1]:
        raise _refused(file, f"there is no citizen {nodes[place][:20]}", allowed=f"0 to {n - 1}")
    numbers = values.astype(np.int64)
    return _Table(numbers[ids], (), weights, bool(graph.is_directed()))


def _weight(file: Path, told: Any) -> float:
    """The weight of a tie. Raises InputError for what is no number."""
    try:
        weight = float(told)
    except (TypeError, ValueError):
        weight = np.nan
    if not np.isfinite(weight):
        raise _refused(file, "the weight of a tie is no number")
    return weight


# ---------------------------------------------------------------- text


@dataclass(frozen=True)
class _Columns:
    """Where the two ends of a tie stand in a row, and what else there is to read."""

    separator: str
    skip: int
    """Lines before the first row."""
    ends: tuple[int, int]
    weight: int | None = None
    type: int | None = None
    doubtful: bool = False
    """Whether the last skipped line may be a tie: two words that no header is known to have."""
    said: tuple[str, ...] = ()


def _of_text(file: Path, n: int) -> _Table:
    import pandas as pd

    try:
        columns = _columns(file)
        cells = _cells(file, columns)
    except InputError:
        raise
    except UnicodeDecodeError:
        raise _refused(file, "is no text in UTF-8", "save it as CSV UTF-8") from None
    except csv.Error as error:
        raise _refused(file, f"is no list of ties: {error}", "a tie a line, between two citizens") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise _wrong_rows(file, columns, n, str(error).strip()) from None
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror}") from None
    ends = cells[list(columns.ends)]
    if ends.isna().to_numpy().any() or (ends == "").to_numpy().any():
        raise _wrong_rows(file, columns, n, "a row has one end only")
    weights = None
    if columns.weight is not None:
        weights = pd.to_numeric(cells[columns.weight], errors="coerce").to_numpy(float)
        if not np.isfinite(weights).all():
            line = _lines(file, columns)[int((~np.isfinite(weights)).argmax())]
            raise InputError(Problem(str(file), line, "the weight is no number"))
    kinds = cells[columns.type].str.lower() if columns.type is not None else None
    directed = kinds is not None and bool(kinds.isin(("directed", "true", "1")).any())
    ids, names = _citizens(file, columns, ends, n)
    return _Table(ids, names, weights, directed, columns.said)


def _fields(line: str, separator: str) -> list[str]:
    row = line.split() if separator == " " else next(csv.reader([line], delimiter=separator), [])
    return [cell.strip().strip('"') for cell in row]


def _columns(file: Path) -> _Columns:
    """Which columns hold the ends of a tie. Raises InputError where that cannot be told."""
    rows: list[tuple[int, str]] = []
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip() and not (line.startswith(("#", "%")) and not rows):
                rows.append((number, line.rstrip("\r\n")))
            if len(rows) == 2:
                break
    if not rows:
        raise _refused(file, "no ties in it", allowed="a tie a line, between two citizens")
    number, first = rows[0]
    separator = next((mark for mark in "\t;," if mark in first), " ")
    head = _fields(first, separator)
    below = _fields(rows[1][1], separator) if len(rows) > 1 else head
    lower = [name.lower() for name in head]
    for ends in ENDS:
        if all(lower.count(end) == 1 for end in ends):
            return _named(separator, number, head, ends, len(below) - len(head))
    if any(lower.count(name) > 1 for pair in ENDS for name in pair):
        raise InputError(Problem(str(file), number, "a column is there twice", hint=_NAME_THEM))
    if len(head) == 2 and set(lower).isdisjoint((*WEIGHTS, *TYPES)):
        numeric = all(_NUMBER.fullmatch(cell) for cell in head)
        header = not numeric and all(re.fullmatch(r"[+-]?[\d.]+", cell) for cell in below) and len(rows) > 1
        doubtful = not numeric and not header
        return _Columns(separator, number if header or doubtful else number - 1, (0, 1), doubtful=doubtful)
    raise InputError(_ambiguous(file, number, head))


def _named(separator: str, line: int, head: list[str], ends: tuple[str, str], shift: int) -> _Columns:
    """Columns by their names. R leaves out the name of the column of row names: all others are shifted by one."""
    lower, shift = [name.lower() for name in head], 1 if shift == 1 else 0
    at = {name: index + shift for index, name in enumerate(lower)}
    weight = next((at[name] for name in WEIGHTS if name in at), None)
    kind = next((at[name] for name in TYPES if name in at), None)
    used = {*ends, *WEIGHTS, *TYPES, "", "id"}
    left = [name for name in head if name.lower() not in used and _WORD.fullmatch(name)]
    said = (f"columns that are not read: {', '.join(left)}",) if left else ()
    return _Columns(separator, line, (at[ends[0]], at[ends[1]]), weight, kind, said=said)


def _ambiguous(file: Path, line: int, head: list[str]) -> Problem:
    count = len(head)
    if count == 1:
        allowed = "two columns, separated by a comma, semicolon or tab"
        return Problem(str(file), line, "one column only", allowed)
    with file.open(encoding="utf-8-sig") as lines:
        rows = sum(1 for row in lines if row.strip())
    if count > 3 and rows in (count, count + 1):
        hint = "write a tie a line, or export GraphML"
        return Problem(str(file), line, "looks like a square matrix, not like a list of ties", hint=hint)
    named = [name for name in head if _WORD.fullmatch(name) and not _NUMBER.fullmatch(name)]
    columns = f" ({', '.join(named[:8])})" if named else ""
    return Problem(str(file), line, f"which of {count} columns{columns} are the ends of a tie?", hint=_NAME_THEM)


def _cells(file: Path, columns: _Columns) -> Any:
    """The columns that are read, as whole numbers where all are such, else as texts."""
    import pandas as pd

    wanted = [c for c in (*columns.ends, columns.weight, columns.type) if c is not None]
    how: dict[str, Any] = {
        "sep": r"\s+" if columns.separator == " " else columns.separator,
        "header": None,
        "usecols": wanted,
        "encoding": "utf-8-sig",
        "skipinitialspace": True,
        "keep_default_na": False,
        "na_values": [],
    }
    skip = columns.skip - (1 if columns.doubtful else 0)
    try:
        if not columns.doubtful:
            numbers = dict.fromkeys(columns.ends, np.int64)
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)  # pandas only warns of a float that no integer can hold
                return pd.read_csv(file, skiprows=skip, dtype={c: numbers.get(c, str) for c in wanted}, **how)
    except (ValueError, OverflowError, RuntimeWarning):
        pass  # names, or what has to be told by line
    try:
        return pd.read_csv(file, skiprows=skip, dtype=str, **how)
    except pd.errors.EmptyDataError:
        raise _refused(file, "no ties in it, only a header") from None


def _citizens(file: Path, columns: _Columns, ends: Any, n: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """(rows, 2) numbers of citizens, and the names that they stand for."""
    if all(dtype == np.int64 for dtype in ends.dtypes):
        ids = ends.to_numpy(np.int64)
    else:
        texts = np.char.strip(ends.to_numpy(str))
        numeric = np.vectorize(lambda text: _NUMBER.fullmatch(text) is not None, otypes=[bool])(texts)
        if not numeric.any():
            return _by_name(file, columns, texts)
        if not numeric.all():
            raise _wrong_rows(file, columns, n, "some ids are numbers and some are not")
        values = np.vectorize(float, otypes=[float])(texts)
        if (values >= n).any() or (values < 0).any():
            raise _wrong_rows(file, columns, n, f"numbers outside 0 to {n - 1}")
        ids = values.astype(np.int64)
    if ((ids < 0) | (ids >= n)).any():
        raise _wrong_rows(file, columns, n, f"numbers outside 0 to {n - 1}")
    return ids, ()


def _by_name(file: Path, columns: _Columns, texts: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    import pandas as pd

    if columns.doubtful and len(texts) > 1 and not np.isin(texts[0], texts[1:]).any():
        what = "is this a header or a tie? neither word is an id below"
        raise InputError(Problem(str(file), columns.skip, what, hint=f"{_NAME_THEM}, or put such a header above"))
    codes, names = pd.factorize(texts.ravel())
    return codes.reshape(-1, 2).astype(np.int64), tuple(map(str, names))


# ---------------------------------------------------------------- what is wrong, by line


def _rows(file: Path, columns: _Columns) -> Iterator[tuple[int, list[str]]]:
    skip = columns.skip - (1 if columns.doubtful else 0)
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if number > skip and line.strip():
                yield number, _fields(line.rstrip("\r\n"), columns.separator)


def _lines(file: Path, columns: _Columns) -> Sequence[int]:
    return [number for number, _ in _rows(file, columns)]


def _wrong_rows(file: Path, columns: _Columns, n: int, otherwise: str) -> InputError:
    """The first wrong lines; what they hold is not echoed, for the file may be another than was meant."""
    problems: list[Problem] = []
    for number, fields in _rows(file, columns):
        problems += _faults(str(file), number, fields, columns, n)
        if len(problems) >= SHOWN:
            break
    return InputError(problems[:SHOWN] or Problem(str(file), None, otherwise))


def _faults(file: str, line: int, fields: list[str], columns: _Columns, n: int) -> Iterator[Problem]:
    allowed = f"two whole numbers from 0 to {n - 1}, or names throughout"
    if len(fields) <= max(columns.ends):
        yield Problem(file, line, "one column only" if len(fields) < 2 else f"{len(fields)} columns only", allowed)
        return
    for at in columns.ends:
        text = fields[at]
        if not text:
            yield Problem(file, line, f"column {at + 1} is empty", allowed)
        elif not _NUMBER.fullmatch(text):
            yield Problem(file, line, f"column {at + 1} is no whole number", allowed)
        elif not 0 <= float(text) < n:
            hint = "citizens are numbered from 0" if float(text) == n else ""
            yield Problem(file, line, f"there is no citizen {text[:20]}", allowed, hint)
