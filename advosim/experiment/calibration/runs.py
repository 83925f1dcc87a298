"""Runs of a simulator, in any number of processes, kept in chunk files so that nothing is run twice.

A chunk file holds some thetas of a stage with all their seeds; it is written whole under another name, then renamed.
Its name has a hash of what it holds, so that another task never takes it for its own. Chunks and their order depend on
the task alone: the number of workers and restarts leave no trace in the results.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.calibration.prior import Floats, Theta
from advosim.experiment.sweep.seals import digest
from advosim.experiment.sweep.workers import settle
from advosim.results.folder import SaveError

Simulate = Callable[[Theta, int], dict[str, float]]
"""One run: parameter values and a seed give outcomes by name. The same arguments give the same outcomes."""
Progress = Callable[[str, int, int], None]
"""Called with a stage, how many of its thetas have been run, and how many there are."""

DIGITS = 16
"""Of a file's hash, in its name."""
MOST_FILES = 64
"""Chunk files of a stage."""
MOST_FAILED = 0.1
"""Share of thetas that may fail before what is left says more of the failures than of the model."""

Job = tuple[Theta, int]
Outcome = tuple[list[float], str]
"""Values in the order of the outcomes (NaN where there are none), and what went wrong."""


class FailedRuns(RuntimeError):
    """Too many runs failed for a calibration."""


@dataclass(frozen=True)
class Failure:
    """A run that gave no outcomes."""

    stage: str
    theta: Theta
    seed: int
    error: str


@dataclass(frozen=True)
class Stage:
    """What has been run together."""

    name: str
    thetas: Sequence[Theta]
    seeds: NDArray[np.int64]
    """(n, m)"""
    values: Floats
    """(n, m, q)"""


@dataclass
class _Chunk:
    """Consecutive thetas of a stage: `first` is the number of the first run."""

    file: Path | None
    first: int
    jobs: list[Job]
    key: str


@dataclass
class Runs:
    """Runs `simulate` and keeps what came out in `folder`, or nowhere. Use as a context: it holds processes."""

    simulate: Simulate
    outcomes: Sequence[str]
    folder: Path | None = None
    workers: int = 1
    progress: Progress | None = None
    failures: list[Failure] = field(default_factory=list)
    done: list[Stage] = field(default_factory=list)
    _pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def run(self, stage: str, thetas: Sequence[Theta], seeds: Any) -> Floats:
        """Outcomes (n, m, q) of n thetas, each with its row of seeds (n, m). A theta of which a run fails is all NaN.

        Raises FailedRuns if more than a tenth of the thetas fail, SaveError where a chunk file cannot be written.
        """
        seeds = np.asarray(seeds, dtype=np.int64)
        jobs = [(theta, int(seed)) for theta, row in zip(thetas, seeds, strict=True) for seed in row]
        results: list[Outcome] = [([], "")] * len(jobs)
        done, per_theta = 0, seeds.shape[1]
        for chunk, outcomes in self._results(self._chunks(stage, jobs, per_theta)):
            results[chunk.first : chunk.first + len(outcomes)] = outcomes
            done += len(outcomes) // per_theta
            if self.progress is not None:
                self.progress(stage, done, len(thetas))
        values = self._checked(stage, jobs, results, seeds.shape)
        self.done.append(Stage(stage, thetas, seeds, values))
        return values

    # ------------------------------------------------------------ chunks

    def _chunks(self, stage: str, jobs: list[Job], per_theta: int) -> list[_Chunk]:
        thetas = len(jobs) // per_theta
        size = math.ceil(thetas / MOST_FILES) * per_theta
        chunks = []
        for number, first in enumerate(range(0, len(jobs), size)):
            some = jobs[first : first + size]
            key = _key(some, self.outcomes)
            name = f"{stage.replace(' ', '_')}-{number:03d}-{key[:12]}.parquet"
            chunks.append(_Chunk(None if self.folder is None else self.folder / name, first, some, key))
        return chunks

    def _results(self, chunks: list[_Chunk]) -> Iterator[tuple[_Chunk, list[Outcome]]]:
        """All chunks with their results: first those on disk, then the others as they are run and saved."""
        missing = []
        for chunk in chunks:
            kept = _read(chunk, self.outcomes)
            if kept is None:
                missing.append(chunk)
            else:
                yield chunk, kept
        for chunk, outcomes in self._executed(missing):
            _write(chunk, outcomes, self.outcomes)
            yield chunk, outcomes

    def _executed(self, chunks: list[_Chunk]) -> Iterator[tuple[_Chunk, list[Outcome]]]:
        if self.workers <= 1:
            for chunk in chunks:
                yield chunk, _run(self.simulate, chunk.jobs, self.outcomes)
            return
        left = {chunk.first: chunk for chunk in chunks}
        try:
            for chunk, outcomes in self._together(chunks):
                del left[chunk.first]
                yield chunk, outcomes
        except BrokenProcessPool:
            # Which run killed its process is not known: from here on one by one.
            self._close()
            for chunk in left.values():
                yield chunk, self._one_by_one(chunk)

    def _together(self, chunks: list[_Chunk]) -> Iterator[tuple[_Chunk, list[Outcome]]]:
        if not chunks:
            return
        pool = self._opened(self.workers)
        futures = {pool.submit(_work, chunk.jobs, list(self.outcomes)): chunk for chunk in chunks}
        for future in as_completed(futures):
            yield futures[future], future.result()

    def _one_by_one(self, chunk: _Chunk) -> list[Outcome]:
        """A chunk of which a run may kill its process: then its runs are tried alone."""
        with contextlib.suppress(BrokenProcessPool):
            return list(self._opened(1).submit(_work, chunk.jobs, list(self.outcomes)).result())
        self._close()
        outcomes: list[Outcome] = []
        for job in chunk.jobs:
            try:
                outcomes += self._opened(1).submit(_work, [job], list(self.outcomes)).result()
            except BrokenProcessPool:
                self._close()
                outcomes.append(([math.nan] * len(self.outcomes), "the run killed its process"))
        return outcomes

    def _opened(self, workers: int) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (self.simulate,))
        return self._pool

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    # ------------------------------------------------------------ results

    def _checked(self, stage: str, jobs: list[Job], results: list[Outcome], shape: tuple[int, ...]) -> Floats:
        values = np.array([row for row, _ in results], dtype=float).reshape(*shape, len(self.outcomes))
        failed = [Failure(stage, *job, error) for job, (_, error) in zip(jobs, results, strict=True) if error]
        self.failures += failed
        lost = np.isnan(values).any(axis=(1, 2))
        values[lost] = np.nan
        if lost.sum() > MOST_FAILED * len(values):
            one = failed[0]
            raise FailedRuns(
                f"{stage}: {lost.sum()} of {len(values)} parameter settings failed, too many to go on; "
                f"the first with seed {one.seed} and {one.theta}: {one.error}"
            )
        return values


def _key(jobs: Iterable[Job], outcomes: Iterable[str]) -> str:
    """A hash of what a chunk is to run. Floats are written to their last bit."""
    text = json.dumps([list(jobs), list(outcomes)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(chunk: _Chunk, outcomes: Sequence[str]) -> list[Outcome] | None:
    """What an earlier start left of a chunk; None where there is nothing, or nothing that is as it was written."""
    if chunk.file is None:
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in sorted(chunk.file.parent.glob(f"{chunk.file.stem}-*.parquet")):
        try:
            raw = file.read_bytes()
        except OSError:
            continue
        if digest(raw)[:DIGITS] != file.stem.rpartition("-")[2]:
            continue
        table = pq.read_table(pa.BufferReader(raw))
        if (table.schema.metadata or {}).get(b"key", b"").decode() != chunk.key:
            continue
        values = zip(*(table[name].to_pylist() for name in outcomes), strict=True)
        errors = table["error"].to_pylist()
        return [([math.nan if v is None else v for v in row], error) for row, error in zip(values, errors, strict=True)]
    return None


def _write(chunk: _Chunk, results: list[Outcome], outcomes: Sequence[str]) -> None:
    """Write what came out of a chunk, under a name that ends with a hash of the file."""
    if chunk.file is None:
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[Any]] = {name: [row[at] for row, _ in results] for at, name in enumerate(outcomes)}
    columns = {"seed": [seed for _, seed in chunk.jobs], **columns, "error": [error for _, error in results]}
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.table(columns).replace_schema_metadata({"key": chunk.key}), buffer)
    raw = buffer.getvalue().to_pybytes()
    try:
        _put(raw, chunk.file.with_name(f"{chunk.file.stem}-{digest(raw)[:DIGITS]}.parquet"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaveError(f"{chunk.file} could not be saved: {reason}; what was saved before is kept") from error


def _put(raw: bytes, file: Path) -> None:
    """Write a file whole or not at all, in place of nothing or of the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial-{os.getpid()}")
    try:
        with partial.open("wb") as opened:
            opened.write(raw)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)


# ---------------------------------------------------------------- in the worker

_simulate: Simulate


def _begin(simulate: Simulate) -> None:
    """Keep the simulator for all chunks of this process, which ends when its parent is gone; Ctrl-C is the parent's."""
    global _simulate
    _simulate = simulate
    settle()


def _work(jobs: list[Job], outcomes: list[str]) -> list[Outcome]:
    return _run(_simulate, jobs, outcomes)


def _run(simulate: Simulate, jobs: list[Job], outcomes: Sequence[str]) -> list[Outcome]:
    return [_one(simulate, theta, seed, outcomes) for theta, seed in jobs]


def _one(simulate: Simulate, theta: Theta, seed: int, outcomes: Sequence[str]) -> Outcome:
    """Outcomes of one run; a run that raises, or whose outcome is no number, does not end the others."""
    nothing = [math.nan] * len(outcomes)
    try:
        found = simulate(dict(theta), seed)
        values = [float(found[name]) for name in outcomes]
    except Exception as error:
        return nothing, " ".join(f"{type(error).__name__}: {error}".split())
    wrong = [name for name, value in zip(outcomes, values, strict=True) if not math.isfinite(value)]
    return (nothing, f"no number: {', '.join(wrong)}") if wrong else (values, "")
