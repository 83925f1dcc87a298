"""How far a sweep is, read off its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advosim.experiment.sweep.store.chunks import FAILED, KILLED, failures, status_of, verified
from advosim.experiment.sweep.store.files import FAILURES, RUNS
from advosim.experiment.sweep.store.merging import unsound
from advosim.experiment.sweep.store.planned import Plan


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
    primary: str = ""
    """Outcomes that were named in advance, with intervals."""
    summaries: str = ""
    """What functions of the user's own make of all runs."""

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
        lines += [told for told in (self.looks, self.primary, self.summaries) if told]
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
        chunk = status_of(folder, number)
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
