"""What a run takes in memory, disk and time, reckoned before it starts; and what the machine has.

Bytes are those of the tables of `advosim.world`, and their largest copies while a world is founded and read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from advosim.scenario.groups import newcomers, organisations
from advosim.scenario.problems import Problem
from advosim.scenario.schema import Polity, Settings

MAPPED = 1e9
"""Bytes of address space that libraries map and do not use."""
PROGRAM = 450e6
"""Bytes of the program itself: Python, its libraries, compiled rules."""
OF_ISSUE, OF_CITIZEN, OF_FRAME, OF_TIE_END = 29, 36, 4, 4
"""Bytes of a citizen's columns for each issue, without any, for each frame; and of a tie at each of its ends."""
LETTERS = 0.8
"""Bytes of what a tenth of the citizens write along each end of a tie, for each issue."""
FOUNDING = 4.0
"""Times the ties are there while they are drawn and sorted."""
WEEK, TEAM, EVENT = 376, 200, 128
"""Bytes of the records of an issue and of an organisation in a week, and of an event."""
READ = 3.0
"""Times the records are there while they are made to tables."""
CSV = 700
"""Bytes on disk of a row of the weekly table, as CSV and Parquet."""
FIGURES = 3e6
SECONDS, SECONDS_FOUNDED, SECONDS_SAVED = 50e-9, 3e-6, 6.0
"""Of a citizen, issue and week; of a citizen at the founding; of the tables and figures. Seconds of one processor."""


@dataclass(frozen=True)
class Size:
    """What a run takes, roughly."""

    memory: float
    """Bytes at most at a time."""
    disk: float
    """Bytes of its folder."""
    seconds: float
    """On one processor, with compiled rules."""

    def __str__(self) -> str:
        return f"about {bytes_of(self.memory)} of memory, {bytes_of(self.disk)} on disk, {span(self.seconds)}"


def size(scenario: Settings) -> Size:
    """What a run of a scenario takes."""
    issues, frames, weeks = len(scenario.issue), len(scenario.frame), scenario.weeks
    people = sum(polity.citizens for polity in scenario.polity.values())
    teams = [len(organisations(polity)) + len(newcomers(polity)) for polity in scenario.polity.values()]
    ends = sum(polity.citizens * degree(polity) for polity in scenario.polity.values())
    columns = people * (OF_ISSUE * issues + OF_CITIZEN + OF_FRAME * frames) + ends * OF_TIE_END
    drawing = max(polity.citizens * degree(polity) for polity in scenario.polity.values()) * OF_TIE_END * FOUNDING
    rows = weeks * len(scenario.polity) * issues
    districts = sum(polity.districts for polity in scenario.polity.values())
    events = weeks * (38 * len(scenario.polity) * issues + 22 * sum(teams) + districts * issues)
    records = rows * WEEK + weeks * sum(teams) * TEAM
    letters = ends * LETTERS * issues
    memory = PROGRAM + max(columns * 2 + drawing, columns + letters + READ * records) + events * EVENT
    disk = FIGURES + CSV * rows + 2 * TEAM * weeks * sum(teams)
    work = people * issues * weeks * SECONDS + people * SECONDS_FOUNDED
    return Size(memory, disk, work + SECONDS_SAVED + 1e-6 * weeks * sum(teams))


def degree(polity: Polity) -> float:
    """Mean ends of ties of a citizen, of both layers; a file is as large as it is."""
    found = 0.0
    for layer in (polity.network.face_to_face, polity.network.social):
        if layer.file is None:
            found += layer.degree
        elif os.path.isfile(layer.file):
            found += os.path.getsize(layer.file) / 4 / polity.citizens
    return found


def shortages(scenarios: Sequence[Settings], folder: Path | None = None, at_once: int = 1) -> Iterator[Problem]:
    """What the machine lacks for runs of these scenarios, `at_once` of them side by side, and what would fit."""
    largest = max(scenarios, key=lambda scenario: size(scenario).memory)
    need, have = size(largest), memory()
    if have is not None and need.memory * at_once > have:
        people = sum(polity.citizens for polity in largest.polity.values())
        what = f"{largest.title}: a run takes about {bytes_of(need.memory)} of memory"
        what += f", {at_once} at once {bytes_of(need.memory * at_once)}" if at_once > 1 else ""
        fit = int(people * max(have / at_once - PROGRAM, 0) / max(need.memory - PROGRAM, 1))
        hint = f"about {fit:,} citizens in all fit, where there are {people:,}" if fit >= 10 else "a larger machine"
        if at_once > 1 and need.memory <= have:
            hint = f"--workers {int(have // need.memory)}"
        yield Problem("", None, what, f"{bytes_of(have)} are free", hint)
    if folder is not None and need.disk > (free := disk(folder)):
        yield Problem(
            str(folder), None, f"a run leaves about {bytes_of(need.disk)} there", f"{bytes_of(free)} are free"
        )


def memory() -> float | None:
    """Bytes that this process may still take; None where the system does not say."""
    found = [*_of_system(), *_of_limits(), *_of_group()]
    return min(found) if found else None


def _of_system() -> Iterator[float]:
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            yield from (1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError):
        return


def _of_limits() -> Iterator[float]:
    try:
        import resource
    except ImportError:
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield max(soft - MAPPED, 0.0)


def _of_group() -> Iterator[float]:
    """Of a container or a job of a cluster."""
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(file, encoding="ascii") as told:
                yield float(told.read())
        except (OSError, ValueError):
            continue


def disk(folder: Path) -> float:
    """Bytes that are free where a folder is or is to be; infinite where the system does not say."""
    place = Path(os.path.realpath(folder))
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return float(shutil.disk_usage(place).free)
    except OSError:
        return float("inf")


def bytes_of(count: float) -> str:
    """Bytes in words."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9)):
        if count >= scale:
            return f"{count / scale:,.1f} {unit}"
    return f"{max(count / 1e6, 1):,.0f} MB"


def span(seconds: float) -> str:
    """Seconds in words."""
    for scale, unit in ((31_557_600.0, "years"), (86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * scale:
            return f"{seconds / scale:,.1f} {unit}"
    return f"{max(seconds, 1):.0f} seconds"
