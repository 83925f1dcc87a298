"""Histories made ahead of whoever watches, and kept as far as there is room.

A history follows from (scenario, seed, changes) alone, so what is dropped can be made again to the same bytes. One that
differs from another only from some week on is forked from it there.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from advosim.classroom import wire
from advosim.classroom.asked import Asked, Change, Shelf
from advosim.live.branch import Snapshot, fork, snapshot
from advosim.live.frame import Cast, cast, frame
from advosim.scenario.load import Scenario
from advosim.simulation import advance
from advosim.week import line
from advosim.world.codes import QUARTER
from advosim.world.found import found
from advosim.world.state import World

ROOM = 300_000_000
"""Bytes of weeks and snapshots that are kept."""
WATCHED = 600.0
"""Seconds after which a tab that asked for nothing does not watch a history any more; most say so when they leave."""
GLANCE = 5.0
"""Seconds for which a history is kept that no tab watches: somebody may be on the way to it."""
SPARE = 4
"""Of a history's snapshots, one in so many stays where room is scarce."""


class Full(Exception):
    """There is no room for one more history beside those that are watched."""


class History:
    """A run under way: its weeks so far as bytes, and snapshots from which others fork."""

    def __init__(self, scenario: Scenario, world: World, of: Cast, weeks: list[bytes]) -> None:
        self.scenario, self.cast = scenario, of
        self.weeks = weeks
        self.touched = time.monotonic()
        self.watchers: set[str] = set()
        self._world, self._line = world, line(1)
        self._making = threading.Lock()
        first = snapshot(world)
        self.snapshots: dict[int, Snapshot] = {first.week: first}
        self.nbytes = sum(map(len, weeks)) + 2 * first.nbytes
        """Bytes that it holds, roughly: the world itself counts as much as a snapshot. Counted as they come, as every
        request asks for it.
        """

    def watched(self, now: float) -> bool:
        return now - self.touched <= (WATCHED if self.watchers else GLANCE)

    def go_on(self, until: int, seconds: float) -> None:
        """Make weeks up to `until`, for about `seconds` at most; at least one where there are any to be made.

        Seconds of work, not of the clock: by the clock, turns on a busy machine would end before they begin.
        """
        with self._making:
            end = time.thread_time() + seconds
            for week in advance(self._world, self.scenario, self._line, min(until, self.scenario.weeks), 1):
                if len(self.weeks) < week:
                    self.weeks.append(wire.week(frame(self._world, self.scenario, self.cast)))
                    self.nbytes += len(self.weeks[-1])
                if week % QUARTER == 0 and week not in self.snapshots:
                    self._keep({week: snapshot(self._world)})
                if time.thread_time() >= end and len(self.weeks) >= week:
                    break

    def branch(self, scenario: Scenario, week: int) -> History:
        """The history that goes on under `scenario` from the end of `week` on."""
        with self._making:
            last = max(at for at in self.snapshots if at <= week)
            kept = self.snapshots[last]
            other = History(scenario, fork(self._world, kept, scenario), self.cast, self.weeks[:week])
            other._keep({at: each for at, each in self.snapshots.items() if at < last})
            return other

    def _keep(self, snapshots: dict[int, Snapshot]) -> None:
        self.snapshots |= snapshots
        self.nbytes += sum(each.nbytes for each in snapshots.values())

    def thin(self) -> None:
        """Drop most snapshots; the first stays, from which a change from the start forks."""
        known = dict(list(self.snapshots.items()))  # a copy at once: another thread may be adding to it
        self.snapshots = {at: known[at] for at in sorted(known)[::SPARE]}
        self.nbytes -= sum(each.nbytes for at, each in known.items() if at not in self.snapshots)


def parting(one: tuple[Change, ...], other: tuple[Change, ...]) -> int:
    """The first week in which two lists of changes make a difference; 0 where the founding differs already."""
    return min((change.week for change in set(one) ^ set(other)), default=sys.maxsize)


class Histories:
    """The histories that were asked for last, up to some bytes. One that is watched is never dropped."""

    def __init__(self, shelf: Shelf, room: int = ROOM, clock: Callable[[], float] = time.monotonic) -> None:
        self.shelf, self.room = shelf, room
        self._clock = clock
        self._known: OrderedDict[Asked, History] = OrderedDict()
        self._gate = threading.Lock()
        self._founding: dict[Asked, threading.Lock] = {}

    def __len__(self) -> int:
        return len(self._known)

    @property
    def nbytes(self) -> int:
        return sum(history.nbytes for history in list(self._known.values()))

    def of(self, asked: Asked, tab: str = "") -> History:
        """The history that was asked for: kept, forked, or founded; `tab` watches it. Raises InputError, or Full."""
        with self._gate:
            lock = self._founding.setdefault(asked, threading.Lock())
        try:
            with lock:
                with self._gate:
                    history = self._known.get(asked)
                if history is None:
                    history = self._made(asked)
                with self._gate:
                    self._known[asked] = history
                    self._known.move_to_end(asked)
                    history.touched = self._clock()
                    history.watchers |= {tab} - {""}
        finally:
            with self._gate:
                self._founding.pop(asked, None)
        self._make_room(asked)
        return history

    def leave(self, asked: Asked, tab: str) -> None:
        """`tab` watches this history no longer."""
        with self._gate:
            if asked in self._known:
                self._known[asked].watchers.discard(tab)

    def _made(self, asked: Asked) -> History:
        scenario = self.shelf.resolved(asked)
        relative, week = self._nearest(asked)
        if relative is not None:
            return relative.branch(scenario, min(week - 1, scenario.weeks))
        world = found(scenario, asked.seed, scenario.weeks)
        return History(scenario, world, cast(world, scenario), [])

    def _nearest(self, asked: Asked) -> tuple[History | None, int]:
        """The history with which this one shares most weeks, and the first week in which they differ."""
        best: tuple[History | None, int] = (None, 0)
        with self._gate:
            for other, history in self._known.items():
                week = parting(asked.changes, other.changes)
                if (other.scenario, other.seed) == (asked.scenario, asked.seed) and week > best[1]:
                    best = history, week
        return best

    def _make_room(self, asked: Asked) -> None:
        """Drop what nobody watches, then thin the snapshots of what is watched; then give up on the newest."""
        with self._gate:
            before, now = self.nbytes, self._clock()
            for other in list(self._known):
                if self.nbytes > self.room and not self._known[other].watched(now):
                    del self._known[other]
            for history in self._known.values():
                if self.nbytes > self.room:
                    history.thin()
            full = self.nbytes > self.room and len(self._known) > 1
            if full:
                del self._known[asked]
            freed = self.nbytes < before
        if freed:
            trim()
        if full:
            raise Full


M_MMAP_THRESHOLD = -3
"""Of glibc's mallopt."""
LARGE = 1 << 20
"""Bytes from which an array is mapped by itself."""


def map_large() -> None:
    """Let glibc map large arrays for themselves for good.

    It raises that bound as such arrays are freed; then the mostly empty logs of worlds come from memory that was used,
    are filled with zeros, and cost their whole size (300 MB more after forty histories).
    """
    _glibc("mallopt", M_MMAP_THRESHOLD, LARGE)


def trim() -> None:
    """Give memory that is free back to the system: glibc keeps it otherwise."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *how: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            getattr(ctypes.CDLL("libc.so.6"), name)(*how)
