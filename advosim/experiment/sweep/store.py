"""A sweep's folder. Chunk files are the truth: results then status, each written aside, flushed to disk and renamed.

sweep.json                  what the folder belongs to, and how runs are cut; written once, and when it grows
points.parquet              the points of the design
chunks/000123.parquet       runs of a chunk, in order, with their seconds
chunks/000123.weeks.parquet rows of the weekly table, where they are kept
chunks/000123.json          its status with the others' hashes, written last: the chunk counts from then on
runs.parquet, weeks.parquet, timings.parquet, failures.csv    merged from the chunks when all are there
merged.json                 their hashes
looks.json                  how precise the results were at each look, where a precision is asked for
damaged/                    files that were not as they were written, set aside; their runs are made again
"""

from __future__ import annotations

import contextlib
import csv
import errno
import functools
import hashlib
import json
import os
import platform
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sweep.schema import SCENARIO, Experiment, Point
from advosim.experiment.sweep.seals import Damage, digest, file_digest, sealed, unsealed
from advosim.replaced import traces
from advosim.results.folder import SaveError, is_running
from advosim.scenario import load as scenarios
from advosim.scenario.plain_text import cell
from advosim.scenario.problems import InputError, Problem
from advosim.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST, MERGED, COPY = "sweep.json", "merged.json", "sweep.copy.json"
POINTS, LOOKS = "points.parquet", "looks.json"
CHUNKS, DAMAGED = "chunks", "damaged"
PROGRAM = "advosim sweep"
RUNS, WEEKS, TIMINGS, FAILURES = "runs.parquet", "weeks.parquet", "timings.parquet", "failures.csv"
OF_A_SWEEP = {CHUNKS, DAMAGED, RUNS, WEEKS, TIMINGS, FAILURES, MERGED, COPY, POINTS, LOOKS, "export"}
"""What may lie in a folder whose plan is gone."""
FAILURE_COLUMNS = ("run", "point", "seed", "status", "error", "traceback")
DONE, FAILED, KILLED = "done", "failed", "killed"
ROWS = 65_536
"""Rows of a group of the merged tables: what is in memory while they are written."""
DAY = 86_400.0
COMPRESSION = "zstd"


# ---------------------------------------------------------------- what a folder belongs to


@dataclass(frozen=True)
class Block:
    """Runs that were planned together: some points, each with some replicates. Chunks of a block are never cut anew."""

    points: list[list[int]]
    """Ranges of points as they are numbered now: the first, and the one after the last."""
    first: int
    last: int
    """The first replicate, and the one after the last."""
    belongs: str
    """What its chunks must say."""

    @property
    def replicates(self) -> int:
        return self.last - self.first

    @property
    def runs(self) -> int:
        return self.replicates * sum(last - first for first, last in self.points)

    def numbers(self) -> NDArray[np.int64]:
        """(points,): the numbers of its points, in its order."""
        return np.concatenate([np.arange(first, last) for first, last in self.points])

    def slice(self, first: int, last: int) -> list[int]:
        """The numbers of some of its points."""
        if len(self.points) == 1:
            start = self.points[0][0]
            return list(range(start + first, start + last))
        return [int(number) for number in self.numbers()[first:last]]


@dataclass(frozen=True)
class Plan:
    """What a folder holds, fixed when its first run begins; later blocks may be added.

    Runs have the numbers that they would have in a sweep made at once. In chunks they are counted block by block
    instead, so that no chunk changes when others are added: their places.
    """

    title: str
    runs: int
    points: int
    replicates: int
    first_seed: int
    chunk: int
    """Runs of a chunk."""
    factors: dict[str, str]
    """Kind of each factor's values, by path."""
    outcomes: list[str]
    weeks: str | int
    parts: dict[str, str] = field(default_factory=dict)
    """Hashes of what the results depend on."""
    grown: list[Block] = field(default_factory=list)
    """Blocks, where there are several."""

    @property
    def blocks(self) -> list[Block]:
        whole = _hash([self.parts, self.first_seed, self.runs, self.chunk])
        return self.grown or [Block([[0, self.points]], 0, self.replicates, whole)]

    @property
    def chunks(self) -> int:
        return sum(-(-block.runs // self.chunk) for block in self.blocks)

    def block(self, number: int) -> tuple[Block, int, int]:
        """The block of a chunk, its number within, and the place of the block's first run."""
        place = 0
        for block in self.blocks:
            chunks = -(-block.runs // self.chunk)
            if number < chunks:
                return block, number, place
            number, place = number - chunks, place + block.runs
        raise IndexError(number)

    def belongs(self, number: int) -> str:
        """What a chunk must say to be one of this plan's."""
        return self.block(number)[0].belongs

    def span(self, number: int) -> tuple[int, int]:
        """The places of a chunk's runs: the first, and the one after the last."""
        block, within, place = self.block(number)
        return place + within * self.chunk, place + min((within + 1) * self.chunk, block.runs)

    def seed(self, run: int) -> int:
        return self.first_seed + run % self.replicates

    def numbers(self) -> NDArray[np.int64]:
        """(runs,): the number of the run at each place."""
        of_blocks = [
            (block.numbers()[:, None] * self.replicates + np.arange(block.first, block.last)).ravel()
            for block in self.blocks
        ]
        return np.concatenate(of_blocks)

    def number(self, place: int) -> int:
        """The number of the run at a place."""
        return int(self.numbers()[place]) if self.grown else place

    def place(self, run: int) -> int:
        """Where a run is in the chunks."""
        return int(np.flatnonzero(self.numbers() == run)[0]) if self.grown else run

    def chunk_of(self, run: int) -> int:
        """The chunk in which a run is."""
        place = self.place(run)
        return next(number for number in range(self.chunks) if place < self.span(number)[1])


def plan(experiment: Experiment, points: list[Point], chunk: int, extra: str = "") -> Plan:
    """The plan of an experiment. `extra` names what else the results depend on."""
    replicates = experiment.replicates
    return Plan(
        experiment.title,
        len(points) * replicates.count,
        len(points),
        replicates.count,
        replicates.first_seed,
        chunk,
        {path: factor.kind for path, factor in experiment.factors.items()},
        list(experiment.outcomes),
        experiment.keep.weeks,
        parts(experiment, points, extra),
    )


def parts(experiment: Experiment, points: list[Point], extra: str = "") -> dict[str, str]:
    """Hashes of what the results depend on, so that a folder can say what has changed."""
    known = experiment.scenarios or {SCENARIO: experiment.scenario}
    resolved = {name: scenarios.resolved(scenario) for name, scenario in known.items()}
    return {
        "scenario": _hash([resolved, _presets(experiment)]),
        **({"linked factors": _hash(experiment.linked)} if experiment.linked else {}),
        "design": _hash(points),
        "replicates": _hash(experiment.replicates.model_dump()),
        "outcomes": _hash({name: outcome.model_dump() for name, outcome in experiment.outcomes.items()}),
        "weeks kept": _hash(experiment.keep.weeks),
        "program": _hash([__version__, sources(), extra, *traces(experiment.mechanisms, experiment.folder)]),
    }


def _presets(experiment: Experiment) -> dict[str, Any]:
    """What presets that are levels set: their files may change under the same name."""
    found = {}
    for path, factor in experiment.factors.items():
        for level in factor.levels or () if path.endswith(".preset") else ():
            polity = path.split(".")[1]
            scenario = experiment.scenario.but({path: experiment.written(path, level)})
            found[f"{path} {level}"] = scenario.polity[polity].governance.model_dump(mode="json")
    return found


def _hash(thing: Any) -> str:
    text = json.dumps(thing, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


NO_PART = (
    "__main__", "app", "classroom", "cli", "docking", "experiment", "figures", "live", "model", "moved", "results",
    "scenarios", "story", "vdem",
)  # fmt: skip
"""Of the package what does not decide what a run gives, or is held to by itself (shipped scenarios)."""


@functools.cache
def sources() -> str:
    """A hash of the program's sources that results depend on."""
    package = Path(__file__).resolve().parents[2]
    files = [p for p in sorted(package.rglob("*")) if p.suffix in (".py", ".toml") and _decides(p.relative_to(package))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0")
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _decides(file: Path) -> bool:
    return file.as_posix() == "experiment/sweep/outcomes.py" or Path(file.parts[0]).stem not in NO_PART


def read_plan(folder: Path) -> Plan | None:
    """The plan of a folder, None where it holds no sweep.

    Raises InputError where the folder holds something else, Damage where the plan is not as it was written.
    """
    file = folder / MANIFEST
    if not file.is_file():
        there = folder.iterdir() if folder.is_dir() else ()
        names = {path.name for path in there if not path.name.startswith(".")}
        others = names - (OF_A_SWEEP if CHUNKS in names else set())
        if others or (folder.exists() and not folder.is_dir()):
            what = "holds something else than a sweep" if folder.is_dir() else "is a file"
            raise InputError(Problem(str(folder), None, what, "a new or empty folder, or one of this experiment"))
        return None
    try:
        return _plan_of(unsealed(file))
    except (KeyError, TypeError):
        raise Damage(f"{file} is no plan of a sweep, or of an earlier version of advosim") from None


def _plan_of(told: Mapping[str, Any]) -> Plan:
    table = dict(told["plan"])
    return Plan(**{**table, "grown": [Block(**block) for block in table["grown"]]})


def recovered(folder: Path, wanted: Plan) -> tuple[Plan | None, list[str]]:
    """The plan of a folder, and what had to be mended. None where a sweep is to begin.

    A plan that is damaged or gone is made again where the chunks say how they were cut.
    """
    told = []
    try:
        plan = read_plan(folder)
        if plan is not None:
            return plan, []
    except Damage as error:
        told.append(f"{error}; it is set aside and made again")
        set_aside(folder, [folder / MANIFEST])
    gone = f"{folder / MANIFEST} was gone; it is made again"
    with contextlib.suppress(Damage, OSError, KeyError, TypeError):
        return _plan_of(unsealed(folder / COPY)), told or [gone]
    for file in sorted((folder / CHUNKS).glob("[0-9]*.json")):
        with contextlib.suppress(Damage, OSError, KeyError, TypeError, ValueError):
            cut = replace(wanted, chunk=int(unsealed(file)["chunk_size"]))
            if unsealed(file)["belongs"] == cut.belongs(0):
                return cut, told or [gone]
    return None, told


def replicates_of(folder: Path) -> int | None:
    """The replicates of a sweep that has begun, if it can be told."""
    for name in (MANIFEST, COPY):
        with contextlib.suppress(Damage, OSError, KeyError, TypeError):
            return _plan_of(unsealed(folder / name)).replicates
    return None


def set_aside(folder: Path, files: Iterable[Path]) -> None:
    """Move damaged files out of the way, where one can look at them. Raises SaveError."""
    place = folder / DAMAGED
    try:
        place.mkdir(exist_ok=True)
        for file in files:
            if file.exists():
                numbers = (n for n in range(1, 10_000) if not (place / f"{file.name}.{n}").exists())
                os.replace(file, place / f"{file.name}.{next(numbers)}")
    except OSError as error:
        raise _lost(folder, error) from error


def differences(there: Plan, parts: Mapping[str, str]) -> list[str]:
    """Of what the results depend on that which is not as it was when the folder was begun."""
    return [name for name in parts if there.parts.get(name) != parts[name]]


def check(folder: Path, there: Plan, parts: Mapping[str, str]) -> None:
    """Raise InputError unless the folder belongs to this experiment and program."""
    changed = differences(there, parts)
    if changed:
        verb = "has" if len(changed) == 1 else "have"
        what = f"holds runs of '{there.title}' that do not fit: {' and '.join(changed)} {verb} changed since"
        hint = "give another folder with --out, or remove this one to begin anew"
        if set(changed) <= {"design", "replicates"}:
            hint = f"more replicates or points are added to it with --grow; else {hint}"
        raise InputError(Problem(str(folder), None, what, hint=hint))


def begin(folder: Path, plan: Plan, experiment: Experiment, points: list[Point]) -> Plan:
    """Write the plan, unless another process just did: then it is the other's that holds."""
    try:
        (folder / CHUNKS).mkdir(parents=True, exist_ok=True)
        keep_points(folder, plan, points)
        write(folder / MANIFEST, lambda file: file.write(sealed(_told(plan, experiment))), first=True)
    except OSError as error:
        raise _lost(folder, error) from error
    there = read_plan(folder)
    if there is None:
        raise SaveError(f"{folder / MANIFEST} has vanished")
    return there


def grow(folder: Path, plan: Plan, experiment: Experiment, points: list[Point]) -> None:
    """Put a plan with more runs in the place of the one that is there, and a copy beside it. Raises SaveError."""
    try:
        told = sealed(_told(plan, experiment))
        keep_points(folder, plan, points)
        for name in (COPY, MANIFEST):
            write(folder / name, lambda file: file.write(told))
    except OSError as error:
        raise _lost(folder, error) from error


def _told(plan: Plan, experiment: Experiment) -> dict[str, Any]:
    return {
        "program": PROGRAM,
        "plan": asdict(plan),
        "experiment": resolved(experiment),
        "versions": {"advosim": __version__, "python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def keep_points(folder: Path, plan: Plan, points: list[Point]) -> None:
    """Write the points of a plan, where they are not there as they should be. Raises OSError."""
    raw = _points(plan, points)
    try:
        sound = (folder / POINTS).read_bytes() == raw
    except OSError:
        sound = False
    if not sound:
        write(folder / POINTS, lambda file: file.write(raw))


def _points(plan: Plan, points: list[Point]) -> bytes:
    import pyarrow as pa

    columns = pa.schema([(path, schema({path: kind}, ()).field(path).type) for path, kind in plan.factors.items()])
    number = pa.schema([("point", pa.int64())])
    rows = {"point": range(len(points)), **{path: [point.get(path) for point in points] for path in plan.factors}}
    table = pa.table({name: list(row) for name, row in rows.items()}, schema=pa.unify_schemas([number, columns]))
    return _parquet(table)


def read_points(folder: Path, plan: Plan) -> list[Point]:
    """The points of a plan. Raises Damage where they are not as they were written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        points: list[Point] = pq.read_table(folder / POINTS, columns=list(plan.factors)).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise Damage(f"{folder / POINTS} cannot be read: {error}") from error
    if _hash(points) != plan.parts["design"]:
        raise Damage(f"{folder / POINTS} is not as it was written")
    return points


def _versions() -> dict[str, str]:
    import importlib.metadata

    return {name: importlib.metadata.version(name) for name in ("numpy", "numba", "pyarrow", "scipy", "SALib")}


def resolved(experiment: Experiment) -> dict[str, Any]:
    """All that an experiment says as plain JSON values, without its points."""
    known = experiment.scenarios or {SCENARIO: experiment.scenario}
    return {
        "title": experiment.title,
        "question": experiment.question,
        "source": experiment.source,
        "scenarios": {name: scenarios.resolved(scenario) for name, scenario in known.items()},
        "design": experiment.design.model_dump(),
        "factors": {
            path: {k: v for k, v in asdict(factor).items() if v is not None and k != "path"}
            for path, factor in experiment.factors.items()
            if experiment.design.kind != "points"
        },
        "replicates": experiment.replicates.model_dump(),
        "linked": {path: list(others) for path, others in experiment.linked.items()},
        "constraints": [list(pair) for pair in experiment.constraints],
        "outcomes": {name: outcome.model_dump() for name, outcome in experiment.outcomes.items()},
        "keep": experiment.keep.model_dump(),
    }


# ---------------------------------------------------------------- files


def write(path: Path, fill: Callable[[IO[bytes]], Any], *, first: bool = False) -> None:
    """Write a file aside, flush it to disk and put it in its place: it is there whole or not at all.

    first: leave a file that is there already as it is. Raises OSError, and then leaves nothing behind.
    """
    name = f".{path.name}.{_host()}-{os.getpid()}-{threading.get_ident()}.tmp"
    aside = path.with_name(name)
    try:
        with aside.open("wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        if first:
            _link(aside, path)
        else:
            os.replace(aside, path)
        _flush_names(path.parent)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _link(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        if not path.exists():  # a file system without hard links
            os.replace(aside, path)


def _flush_names(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _host() -> str:
    return re.sub(r"[^\w]+", "_", socket.gethostname())


def sweep_up(folder: Path) -> None:
    """Remove what killed processes left half written; what others may still be writing stays."""
    for place in (folder, folder / CHUNKS):
        for path in place.glob(".*.tmp"):
            host, _, rest = path.name.removesuffix(".tmp").rpartition(".")[2].partition("-")
            process = rest.partition("-")[0]
            with contextlib.suppress(OSError):
                if not _writing(host, process, path):
                    path.unlink()


def _writing(host: str, process: str, path: Path) -> bool:
    if host == _host() and process.isdigit() and os.name != "nt":
        return int(process) != os.getpid() and is_running(int(process))
    return time.time() - path.stat().st_mtime < DAY


def _lost(folder: Path, error: OSError) -> SaveError:
    reason = error.strerror or str(error)
    return SaveError(
        f"the results could not be saved in {folder}: {reason}. What was committed before is safe; "
        "make room or mend it, and give the same command again to go on"
    )


# ---------------------------------------------------------------- chunks


@dataclass(frozen=True)
class Row:
    """One run as it is kept."""

    run: int
    point: int
    seed: int
    factors: Point
    outcomes: dict[str, float]
    status: str
    seconds: float
    error: str = ""
    traceback: str = ""
    weeks: Any = None
    """Its kept rows of the weekly table, a DataFrame, or None."""


def _file(folder: Path, number: int, ending: str) -> Path:
    return folder / CHUNKS / f"{number:06d}.{ending}"


def committed(folder: Path, number: int) -> bool:
    """Whether a chunk counts."""
    return _file(folder, number, "json").is_file() and _file(folder, number, "parquet").is_file()


def all_committed(folder: Path, plan: Plan) -> set[int]:
    """The numbers of all chunks that count."""
    return {number for number in _with_status(folder, plan) if committed(folder, number)}


def verified(folder: Path, plan: Plan) -> tuple[set[int], dict[int, str]]:
    """The chunks that count and are as they were written; and those that are not, each with what is wrong."""
    good: set[int] = set()
    damaged: dict[int, str] = {}
    for number in sorted(_with_status(folder, plan)):
        try:
            status = _status(folder, number)
            if status.get("belongs") != plan.belongs(number):
                raise Damage(f"{_file(folder, number, 'json')} belongs to other runs than were planned")
            for name in status["files"]:
                _bytes(folder, status, name)
        except Damage as error:
            damaged[number] = str(error)
        else:
            good.add(number)
    return good, damaged


def mend(folder: Path, plan: Plan, points: list[Point]) -> tuple[set[int], list[str]]:
    """The chunks that are sound; damaged ones are set aside, and told. Points are written again. Raises SaveError."""
    try:
        keep_points(folder, plan, points)
    except OSError as error:
        raise _lost(folder, error) from error
    good, damaged = verified(folder, plan)
    for number in damaged:
        set_aside(folder, [_file(folder, number, ending) for ending in ("json", "parquet", "weeks.parquet")])
    return good, [f"{told}; it is set aside and its runs are made again" for told in damaged.values()]


def take_out(folder: Path, numbers: Iterable[int]) -> None:
    """Let chunks count no more."""
    for number in numbers:
        _file(folder, number, "json").unlink(missing_ok=True)


def _with_status(folder: Path, plan: Plan) -> set[int]:
    try:
        with os.scandir(folder / CHUNKS) as entries:
            names = {entry.name for entry in entries}
    except FileNotFoundError:
        return set()
    return {number for number in range(plan.chunks) if f"{number:06d}.json" in names}


def _bytes(folder: Path, status: Mapping[str, Any], name: str) -> bytes:
    """A file of a chunk. Raises Damage unless it is as its status says."""
    file = folder / CHUNKS / name
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise Damage(f"{file} is gone") from None
    except OSError as error:
        raise Damage(f"{file} cannot be read: {error.strerror or error}") from error
    if digest(raw) != status["files"].get(name):
        raise Damage(f"{file} is not as it was written")
    return raw


def commit(
    folder: Path, plan: Plan, number: int, rows: list[Row], factors: Mapping[str, str], outcomes: Iterable[str]
) -> None:
    """Write a chunk: weeks, results, then the status that makes it count. Raises SaveError.

    The tables of the same runs have the same bytes, so that it does no harm where two processes write one chunk.
    """
    failures = [
        {name: getattr(row, name) for name in FAILURE_COLUMNS} | {"factors": row.factors}
        for row in rows
        if row.status != DONE
    ]
    status = {
        "chunk": number,
        "chunk_size": plan.chunk,
        "belongs": plan.belongs(number),
        "runs": len(rows),
        "seconds": [row.seconds for row in rows],
        "host": socket.gethostname(),
        "process": os.getpid(),
        "finished": time.time(),
        "failures": failures,
    }
    try:
        tables = {"weeks.parquet": _weeks_table(rows), "parquet": _runs_table(rows, factors, outcomes)}
        files = {_file(folder, number, ending): _parquet(t) for ending, t in tables.items() if t is not None}
        for file, raw in files.items():
            write(file, lambda opened, raw=raw: opened.write(raw))  # type: ignore[misc]
        status["files"] = {file.name: digest(raw) for file, raw in files.items()}
        write(_file(folder, number, "json"), lambda file: file.write(sealed(status)))
    except OSError as error:
        raise _lost(folder, error) from error


def amend(folder: Path, plan: Plan, row: Row) -> None:
    """Put one run that was done again into its committed chunk. Raises SaveError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = plan.chunk_of(row.run)
    row = replace(row, run=plan.place(row.run))
    table, told = read_chunk(folder, plan, number)
    kept = {failure["run"]: failure for failure in told["failures"]}
    name, weeks = _file(folder, number, "weeks.parquet").name, {}
    if name in told["files"]:
        rows_of = pq.read_table(pa.BufferReader(_bytes(folder, told, name))).to_pandas()
        weeks = {run: rows.drop(columns="run") for run, rows in rows_of.groupby("run")}
    rows = []
    for old in table.to_pylist():
        run, failure = old["run"], kept.get(old["run"], {})
        outcomes = {name: old[name] for name in plan.outcomes if old[name] is not None}
        point = {path: old[path] for path in plan.factors}
        same = Row(
            run, old["point"], old["seed"], point, outcomes, old["status"], old["seconds"],
            failure.get("error", ""), failure.get("traceback", ""), weeks.get(run),
        )  # fmt: skip
        rows.append(row if run == row.run else same)
    commit(folder, plan, number, rows, plan.factors, plan.outcomes)


def _parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression=COMPRESSION)
    raw: bytes = buffer.getvalue().to_pybytes()
    return raw


def schema(factors: Mapping[str, str], outcomes: Iterable[str]) -> pa.Schema:
    """The columns of the table of runs."""
    import pyarrow as pa

    types = {"float": pa.float64(), "int": pa.int64(), "bool": pa.bool_(), "text": pa.string()}
    head = [(name, pa.int64()) for name in ("run", "point", "seed")]
    varied = [(path, types[kind]) for path, kind in factors.items()]
    measured = [(name, pa.float64()) for name in outcomes]
    return pa.schema([*head, *varied, *measured, ("status", pa.string())])


def _runs_table(rows: list[Row], factors: Mapping[str, str], outcomes: Iterable[str]) -> pa.Table:
    import pyarrow as pa

    names = list(outcomes)
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in ("run", "point", "seed")}
    columns |= {path: [row.factors.get(path) for row in rows] for path in factors}
    columns |= {name: [row.outcomes.get(name) for row in rows] for name in names}
    columns["status"] = [row.status for row in rows]
    return pa.table(columns, schema=schema(factors, names))


def _weeks_table(rows: list[Row]) -> pa.Table | None:
    import pyarrow as pa

    kept = [row for row in rows if row.weeks is not None]
    if not kept:
        return None
    tables = []
    for row in kept:
        table = pa.Table.from_pandas(row.weeks, preserve_index=False).replace_schema_metadata(None)
        tables.append(table.add_column(0, "run", pa.array([row.run] * len(table), pa.int64())))
    return pa.concat_tables(tables)


def read_chunk(folder: Path, plan: Plan, number: int) -> tuple[pa.Table, dict[str, Any]]:
    """Results by place, with what is known of how they were run, and status of a chunk.

    Raises Damage where they are not as written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    status = _status(folder, number)
    table = pq.read_table(pa.BufferReader(_bytes(folder, status, _file(folder, number, "parquet").name)))
    if table["run"].to_pylist() != list(range(*plan.span(number))):
        raise Damage(f"{_file(folder, number, 'parquet')} holds other runs than were planned; {AGAIN}")
    number_of = len(table)
    table = table.append_column("seconds", pa.array(status["seconds"], pa.float64()))
    for name, kind in (("chunk", pa.int64()), ("host", pa.string()), ("process", pa.int64())):
        table = table.append_column(name, pa.array([status[name]] * number_of, kind))
    return table, status


AGAIN = "`advosim sweep run` with the same experiment and folder makes it again"


# ---------------------------------------------------------------- merged tables


def merge(folder: Path, plan: Plan) -> None:
    """Put all chunks together. The same bytes however they were run; memory does not grow with their number."""
    import pyarrow as pa

    columns = schema(plan.factors, plan.outcomes)
    timed = pa.schema([("run", pa.int64()), ("seconds", pa.float64()), ("chunk", pa.int64()), ("host", pa.string()),
                       ("process", pa.int64())])  # fmt: skip
    try:
        with _Growing(folder / TIMINGS, timed) as timings:
            _merge_weeks(folder, plan)
            failed = _merge_failures(folder, plan)
            with _Growing(folder / RUNS, columns) as runs:
                for table in in_order(plan, (read_chunk(folder, plan, number)[0] for number in range(plan.chunks))):
                    runs.add(table.select(columns.names))
                    timings.add(table.select(timed.names))
        if not failed:
            (folder / FAILURES).unlink(missing_ok=True)
        names = [name for name in (RUNS, WEEKS, TIMINGS, FAILURES, POINTS) if (folder / name).is_file()]
        told = {"files": {name: file_digest(folder / name) for name in names}}
        write(folder / MERGED, lambda file: file.write(sealed(told)))
    except OSError as error:
        raise error if isinstance(error, SaveError) else _lost(folder, error) from error


def unsound(folder: Path) -> str:
    """What is wrong with the merged tables of a folder, the empty string where nothing is."""
    try:
        for name, known in unsealed(folder / MERGED)["files"].items():
            if file_digest(folder / name) != known:
                return f"{folder / name} is not as it was written; {AGAIN}"
    except FileNotFoundError as error:
        return f"{error.filename or folder / MERGED} is not there; {AGAIN}"
    except (Damage, OSError) as error:
        return f"{error}; {AGAIN}"
    return ""


def in_order(plan: Plan, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Rows of chunks by number of run, which they get for their places; all in memory where a sweep has grown."""
    if not plan.grown:
        yield from tables
        return
    import pyarrow as pa

    whole = pa.concat_tables(list(tables))
    runs = plan.numbers()[whole["run"].to_numpy()]
    whole = whole.set_column(whole.schema.get_field_index("run"), "run", pa.array(runs))
    if "point" in whole.schema.names:
        at = whole.schema.get_field_index("point")
        whole = whole.set_column(at, "point", pa.array(runs // plan.replicates))
    yield whole.take(pa.array(np.argsort(runs, kind="stable")))


class _Growing:
    """A Parquet file that grows by tables of any size, in groups of equal size, and appears when it is complete."""

    def __init__(self, path: Path, columns: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.columns = columns
        self.aside = path.with_name(f".{path.name}.{_host()}-{os.getpid()}-{threading.get_ident()}.tmp")
        self.writer = pq.ParquetWriter(self.aside, columns, compression=COMPRESSION)
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> _Growing:
        return self

    def add(self, table: pa.Table) -> None:
        self.waiting.append(table)
        self.rows += len(table)
        while self.rows >= ROWS:
            self._group(ROWS)

    def _group(self, rows: int) -> None:
        import pyarrow as pa

        table = pa.concat_tables(self.waiting)
        self.writer.write_table(table.slice(0, rows).combine_chunks(), row_group_size=ROWS)
        rest = table.slice(rows)
        self.waiting, self.rows = ([rest] if len(rest) else []), len(rest)

    def __exit__(self, kind: Any, *_: object) -> None:
        try:
            if kind is None and self.rows:
                self._group(self.rows)
            self.writer.close()
            if kind is None:
                with self.aside.open("rb+") as file:
                    os.fsync(file.fileno())
                os.replace(self.aside, self.path)
                _flush_names(self.path.parent)
        finally:
            with contextlib.suppress(OSError):
                self.aside.unlink(missing_ok=True)


def _merge_weeks(folder: Path, plan: Plan) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [_file(folder, number, "weeks.parquet") for number in range(plan.chunks)]
    kept = [(status, file) for n, file in enumerate(files) if file.name in (status := _status(folder, n))["files"]]
    if plan.weeks == "none" or not kept:
        (folder / WEEKS).unlink(missing_ok=True)
        return
    last: tuple[int, int] = (-1, 0)
    merged: _Growing | None = None
    with contextlib.ExitStack() as open_files:
        tables = (pq.read_table(pa.BufferReader(_bytes(folder, status, file.name))) for status, file in kept)
        for table in in_order(plan, tables):
            last = _in_order(folder / CHUNKS, table, last)
            merged = merged or open_files.enter_context(_Growing(folder / WEEKS, table.schema))
            merged.add(table)


def _in_order(place: Path, table: pa.Table, last: tuple[int, int]) -> tuple[int, int]:
    """Hold that (run, week) only grow, and that each stands there once for a polity and issue."""
    keys = list(zip(*(table[name].to_pylist() for name in ("run", "week", "polity", "issue")), strict=True))
    pairs = [last, *((run, week) for run, week, _, _ in keys)]
    if len(set(keys)) < len(keys) or any(a > b for a, b in pairwise(pairs)) or pairs[1] == last:
        raise Damage(f"{place} holds a week of a run twice; {AGAIN}")
    return pairs[-1]


def _merge_failures(folder: Path, plan: Plan) -> int:
    """Write the table of failures; returns their number."""
    count = 0

    def fill(file: IO[bytes]) -> None:
        nonlocal count
        import io

        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, lineterminator="\n")
        table.writerow([*FAILURE_COLUMNS[:3], *plan.factors, *FAILURE_COLUMNS[3:]])
        for failure in failures(folder, plan):
            values = [failure["factors"].get(path, "") for path in plan.factors]
            told = [failure[name] for name in FAILURE_COLUMNS]
            table.writerow(map(cell, [*told[:3], *values, *told[3:]]))
            count += 1
        text.detach()

    write(folder / FAILURES, fill)
    return count


def failures(folder: Path, plan: Plan, numbers: Iterable[int] | None = None) -> Iterator[dict[str, Any]]:
    """The runs that failed or were killed, in order: run, point, seed, factors, status, error, traceback."""
    found = []
    for number in sorted(all_committed(folder, plan) if numbers is None else numbers):
        for failure in _status(folder, number)["failures"]:
            run = plan.number(failure["run"])
            found.append({**failure, "run": run, "point": run // plan.replicates})
    yield from sorted(found, key=lambda failure: failure["run"])


def _status(folder: Path, number: int) -> dict[str, Any]:
    """The status of a chunk. Raises Damage unless it is there and as it was written."""
    file = _file(folder, number, "json")
    try:
        return unsealed(file)
    except FileNotFoundError:
        raise Damage(f"{file} is gone") from None


# ---------------------------------------------------------------- how far it is


@dataclass(frozen=True)
class Status:
    """How far a sweep is. Rate in runs a second over the last minutes, 0 where nothing is known."""

    folder: Path
    title: str
    runs: int
    done: int
    failed: int
    killed: int
    rate: float
    merged: bool
    failures: tuple[dict[str, Any], ...] = ()
    """The first of those that failed or were killed."""
    damaged: tuple[str, ...] = ()
    """What is not as it was written; its runs count as left."""
    looks: str = ""
    """How precise the results are, where that is asked for."""

    @property
    def left(self) -> int:
        return self.runs - self.done - self.failed - self.killed

    def __str__(self) -> str:
        counts = [(self.done, "done"), (self.failed, "failed"), (self.killed, "killed"), (self.left, "left")]
        told = ", ".join(f"{number:,} {what}" for number, what in counts if number or what in ("done", "left"))
        lines = [f"{self.title}: {self.runs:,} runs, {told}", *(f"  damaged: {what}" for what in self.damaged)]
        lines += [_said(failure) for failure in self.failures]
        more = self.failed + self.killed - len(self.failures)
        if more > 0:
            lines.append(f"  and {more:,} more")
        if self.looks:
            lines.append(self.looks)
        if self.merged:
            lines.append(f"Results: {self.folder / RUNS}")
        elif not self.left:
            lines.append("Everything is there but not merged: advosim sweep run does that.")
        if self.failures:
            where = f"Tracebacks: {self.folder / FAILURES}; " if self.merged else ""
            lines.append(f"{where}advosim sweep retry EXPERIMENT --run {self.failures[0]['run']} runs one alone.")
        return "\n".join(lines)


def _said(failure: Mapping[str, Any]) -> str:
    where = ", ".join(f"{path} = {value}" for path, value in failure["factors"].items())
    return f"  run {failure['run']} {failure['status']}: {failure['error']} (seed {failure['seed']}; {where})"


def status(folder: Path, plan: Plan, most: int = 10) -> Status:
    """How far the sweep in a folder is."""
    runs, counts = 0, {FAILED: 0, KILLED: 0}
    times: list[tuple[float, int]] = []
    told: list[dict[str, Any]] = []
    numbers, damaged = verified(folder, plan)
    for number in sorted(numbers):
        chunk = _status(folder, number)
        runs += chunk["runs"]
        times.append((chunk["finished"], chunk["runs"]))
        for failure in chunk["failures"]:
            counts[failure["status"]] += 1
    if sum(counts.values()):
        told = list(failures(folder, plan, numbers))[:most]
    done = runs - sum(counts.values())
    wrong = list(damaged.values())
    complete = len(numbers) == plan.chunks
    merged = complete and not (loss := unsound(folder))
    if complete and not merged and (folder / RUNS).exists():
        wrong.append(loss)
    return Status(
        folder, plan.title, plan.runs, done, counts[FAILED], counts[KILLED], _rate(times), merged, tuple(told),
        tuple(wrong),
    )  # fmt: skip


def _rate(times: list[tuple[float, int]], minutes: float = 5.0) -> float:
    """Runs a second in the last minutes before the last chunk."""
    if len(times) < 2:
        return 0.0
    times = sorted(times)
    recent = [(when, runs) for when, runs in times if when >= times[-1][0] - 60 * minutes]
    span = recent[-1][0] - recent[0][0]
    return sum(runs for _, runs in recent[1:]) / span if span > 0 else 0.0
