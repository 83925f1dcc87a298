"""Pairs of twins with other seeds: how sure is what one history shows? They run while somebody asks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.classroom.asked import Asked, Shelf
from advosim.classroom.histories import parting
from advosim.live.branch import fork, snapshot
from advosim.live.frame import MEASURES, VIEWS
from advosim.live.tables import tables
from advosim.record import recorded
from advosim.scenario.load import Scenario
from advosim.simulation import advance
from advosim.week import line
from advosim.world.codes import EVENTS
from advosim.world.found import found
from advosim.world.names import names
from advosim.world.state import World

MOST_PAIRS = 200
FIRST_SEED = 1001
"""Seeds of twins count from here, so that the history on the page is not among them."""
IDLE = 10.0
"""Seconds after which twins that nobody asks about stop running."""
KEPT = 24
"""Sets of twins that are kept."""
BAND = (10, 50, 90)
"""Percentiles of the twins' differences: eight in ten lie between the outer ones."""


class Run(NamedTuple):
    """What is kept of one run; p polities, m issues, q publics."""

    measures: NDArray[np.float32]
    """(len(MEASURES), weeks, p, m)."""
    views: NDArray[np.float32]
    """(len(VIEWS), weeks, q, m)."""
    events: NDArray[np.int32]
    """(len(EVENTS), p, m): how often each happened."""


def run_pair(scenarios: tuple[Scenario, Scenario], week: int, seed: int, stop: Callable[[], bool]) -> tuple[Run, Run]:
    """Both sides with one seed. week: the first in which they differ, 0 where they are founded apart. The second side
    goes on from the first one's state where it can, to the bits of a run from the start. Raises StopIteration when
    `stop` says so.
    """
    one, other = scenarios
    world = found(one, seed, one.weeks)
    if week > 0:
        _play(world, one, min(week - 1, one.weeks), stop)
        twin = fork(world, snapshot(world), other)
    else:
        twin = found(other, seed, other.weeks)
    for which, scenario in ((world, one), (twin, other)):
        _play(which, scenario, scenario.weeks, stop)
    return _kept(world), _kept(twin)


def _play(world: World, scenario: Scenario, until: int, stop: Callable[[], bool]) -> None:
    for _ in advance(world, scenario, line(1), until, 13):
        if stop():
            raise StopIteration


def _kept(world: World) -> Run:
    rows = recorded(world)
    weeks = int(tables(world)["clock"]["week"][0])
    # From the end: a record may begin with the week of the founding.
    measures = np.array([rows.weeks[name][-weeks:] for name in MEASURES], np.float32)
    views = np.array([rows.publics[field][-weeks:] for field in VIEWS.values()], np.float32)
    events = np.zeros((len(EVENTS), *measures.shape[2:]), np.int32)
    log = rows.events[(rows.events["issue"] >= 0) & (rows.events["polity"] >= 0)]
    np.add.at(events, (log["event"], log["polity"], log["issue"]), 1)
    return Run(measures, views, events)


class Twins:
    """Pairs of runs of two scenarios that fill while somebody asks."""

    def __init__(self, scenarios: tuple[Scenario, Scenario], week: int) -> None:
        self.scenarios, self.week = scenarios, week
        self.pairs: list[tuple[Run, Run]] = []
        self.wanted = 0
        self.touched = time.monotonic()
        self._running = threading.Lock()

    @property
    def idle(self) -> bool:
        return time.monotonic() - self.touched > IDLE

    def fill(self) -> None:
        """Run pairs until there are as many as are wanted, or nobody asks any more."""
        with self._running:
            while len(self.pairs) < self.wanted and not self.idle:
                try:
                    seed = FIRST_SEED + len(self.pairs)
                    self.pairs.append(run_pair(self.scenarios, self.week, seed, lambda: self.idle))
                except StopIteration:
                    return


class Witnesses:
    """The twins that were asked for last. One worker runs them, so that whoever watches keeps a processor."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._known: OrderedDict[tuple[Asked, Asked], Twins] = OrderedDict()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="twins")
        self._gate = threading.Lock()

    def of(self, sides: tuple[Asked, Asked], number: int) -> Twins:
        """The twins of two histories, of which `number` pairs are wanted. Their own seeds do not matter."""
        key = (Asked(sides[0].scenario, 0, sides[0].changes), Asked(sides[1].scenario, 0, sides[1].changes))
        with self._gate:
            twins = self._known.get(key)
        if twins is None:
            scenarios = (self.shelf.resolved(key[0]), self.shelf.resolved(key[1]))
            twins = Twins(scenarios, parting(key[0].changes, key[1].changes))
        with self._gate:
            twins = self._known.setdefault(key, twins)
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            twins.touched, twins.wanted = time.monotonic(), max(twins.wanted, min(number, MOST_PAIRS))
            if len(twins.pairs) < twins.wanted and not twins._running.locked():
                self._worker.submit(twins.fill)
        return twins


def told(twins: Twins, number: int, measure: str, polity: int, issue: int) -> dict[str, Any]:
    """The band of differences by week, and each pair's own numbers, of one measure."""
    place = list(MEASURES).index(measure)
    pairs = [
        (one.measures[place, :, polity, issue], other.measures[place, :, polity, issue]) for one, other in twins.pairs
    ]
    pairs = pairs[:number]
    found: dict[str, Any] = {"done": len(pairs), "n": number, "low": [], "middle": [], "high": [], "twins": []}
    if pairs:
        apart = np.array([other - one for one, other in pairs])
        bands = np.percentile(apart, BAND, axis=0)
        found |= {name: _rounded(band) for name, band in zip(("low", "middle", "high"), bands, strict=True)}
        found["twins"] = [
            {"seed": FIRST_SEED + k} | {name: [_number(take(side)) for side in pair] for name, take in TAKES.items()}
            for k, pair in enumerate(pairs)
        ]
    return found


TAKES: dict[str, Callable[[NDArray[np.float32]], Any]] = {
    "mean": np.mean, "final": lambda weeks: weeks[-1], "peak": np.max,
}  # fmt: skip
"""How the weeks of a run become one number."""


def _rounded(numbers: NDArray[Any]) -> list[float]:
    return [_number(number) for number in numbers]


def _number(number: Any) -> float:
    return round(float(number), 6)


# ---------------------------------------------------------------- claims


@dataclass(frozen=True)
class Claim:
    """A statement that is true or false of a pair of runs: a number on the right is above, below or near another."""

    right: str
    """above, below or near."""
    by: float = 0.0
    """How far above or below at least; how near at most."""
    measure: str = ""
    event: str = ""
    """Instead of a measure: how often something of that name happened."""
    take: str = "mean"
    public: str = ""
    than: float | str | None = None
    """What it is compared with: a number, another public's share on the right, or (by default) the left side."""

    def number(self, run: Run, scenario: Scenario, polity: int, issue: int, public: str) -> float:
        """What the claim is about, in one run."""
        if self.event:
            return float(run.events[EVENTS.index(self.event), polity, issue])
        if public:
            home = list(scenario.polity)[polity]
            row = names(scenario).publics.index((home, public))
            return float(TAKES[self.take](run.views[list(VIEWS).index(self.measure), :, row, issue]))
        return float(TAKES[self.take](run.measures[list(MEASURES).index(self.measure), :, polity, issue]))

    def holds(self, pair: tuple[Run, Run], scenario: Scenario, polity: int, issue: int) -> bool:
        """Whether it is true of a pair."""
        mine = self.number(pair[1], scenario, polity, issue, self.public)
        if isinstance(self.than, str):
            other = self.number(pair[1], scenario, polity, issue, self.than)
        else:
            other = self.number(pair[0], scenario, polity, issue, self.public) if self.than is None else self.than
        if self.right == "near":
            return abs(mine - other) <= self.by
        return mine > other + self.by if self.right == "above" else mine < other - self.by


def counts(
    pairs: list[tuple[Run, Run]], claims: list[list[Claim]], scenario: Scenario, at: tuple[int, int]
) -> list[int]:
    """In how many pairs each option's claims all hold. at: polity and issue."""
    return [sum(all(claim.holds(pair, scenario, *at) for claim in option) for pair in pairs) for option in claims]


def seeds(number: int) -> Iterator[int]:
    """The seeds of so many pairs."""
    yield from range(FIRST_SEED, FIRST_SEED + number)
