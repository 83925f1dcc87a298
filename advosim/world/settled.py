"""Worlds that are kept from run to run, so that a sweep founds those of a seed once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.load import Scenario
from advosim.scenario.schema import Polity
from advosim.world.rows import CLOCK
from advosim.world.state import World

_Block = NDArray[np.uint8]


class Settled:
    """Worlds as they stand before rules and governance are laid down, kept to found others from that differ in these.

    For sweeps, in which the same seeds come again and again. The oldest go when there is no room. A world lies in two
    blocks of memory, its state and its record, so that it is copied and emptied at once; and the blocks of the one that
    was handed out last are used again if nobody holds a table of it any more, since fresh memory comes page by page.
    """

    def __init__(self, room: int = 2**26) -> None:
        """room: bytes for worlds."""
        self._room = room
        self._scenario: Scenario | None = None
        self._last: Scenario | None = None
        self._worlds: dict[tuple[int, int], _Kept] = {}
        self._lent: list[_Block] = []
        """State and record of the world that was handed out last."""

    def world(self, scenario: Scenario, seed: int, weeks: int) -> World | None:
        """A world of its own, settled as `scenario` would be; None where none is kept."""
        if self._last is not scenario:
            if self._scenario is None or not _settles_alike(self._scenario, scenario):
                self._worlds.clear()
                self._lent = []
                self._scenario = scenario
            self._last = scenario
        kept = self._worlds.get((seed, weeks))
        return None if kept is None else self._copy(kept)

    def keep(self, world: World, seed: int, weeks: int) -> None:
        """Keep a copy of a settled world of the scenario that was asked for last."""
        state, size = _planned(world[:-1])
        record, room = _planned(world.record)
        while self._worlds and (len(self._worlds) + 1) * size > self._room:
            del self._worlds[next(iter(self._worlds))]
        if size <= self._room:
            block = np.zeros(size, np.uint8)
            for own, table in zip(_tables(_each(state, _laid_out(block))), _tables(world[:-1]), strict=True):
                np.copyto(own, table)
            self._worlds[seed, weeks] = _Kept(block, state, record, room)

    def _copy(self, kept: _Kept) -> World:
        """A settled world of its own, in which nothing is recorded yet."""
        lent = self._lent
        # The room for a record tells its layout, since weeks are all that differs between those of one scenario.
        if [block.size for block in lent] == [kept.block.size, kept.room] and _holders(lent) == _NOBODY:
            _wipe(lent[1], kept.record.events, int(lent[0][: CLOCK.itemsize].view(CLOCK)["events"][0]))
        else:
            lent = self._lent = [np.empty(kept.block.size, np.uint8), np.zeros(kept.room, np.uint8)]
        state, record = lent
        state[:] = kept.block
        return World._make([*_each(kept.state, _laid_out(state)), _each(kept.record, _laid_out(record))])


@dataclass(frozen=True)
class _Place:
    """Where a table lies in a block."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    at: int


class _Kept(NamedTuple):
    """A settled world."""

    block: _Block
    state: tuple[Any, ...]
    """Its bundles without the record, with a _Place for each table; the clock comes first."""
    record: Any
    room: int
    """Bytes that a record takes."""


def _planned(tables: Any) -> tuple[Any, int]:
    """A _Place for each table, on lines of the processor's cache, and the bytes that all take."""
    end = 0

    def place(table: NDArray[Any]) -> _Place:
        nonlocal end
        found = _Place(table.shape, table.dtype, end)
        end += -(-table.nbytes // _LINE) * _LINE
        return found

    return _each(tables, place), end


_LINE = 64


def _laid_out(block: _Block) -> Callable[[_Place], NDArray[Any]]:
    """From a place to the table there."""
    return lambda place: np.ndarray(place.shape, place.dtype, block, place.at)


def _wipe(record: _Block, log: _Place, written: int) -> None:
    """Empty the record of a world that has run; its log, which has room for much more than what happens, as far as it
    was written.
    """
    (rows,), size = log.shape, log.dtype.itemsize
    record[: log.at + (min(written, rows - 1) + 1) * size] = 0
    record[log.at + rows * size :] = 0


def _holders(blocks: list[_Block]) -> list[int]:
    """How many hold each block of a list; tables that are cut out of one hold it too."""
    return [sys.getrefcount(block) for block in blocks]


_NOBODY = _holders([np.zeros(1, np.uint8), np.zeros(1, np.uint8)])
"""What is counted where nobody but the list does."""


def _tables(bundles: Any) -> list[NDArray[Any]]:
    """All tables of some bundles, in their order."""
    return [bundles] if not isinstance(bundles, tuple) else [table for each in bundles for table in _tables(each)]


def _each(tables: Any, change: Callable[[Any], Any]) -> Any:
    """Bundles of what `change` makes of their tables."""
    if not isinstance(tables, tuple):
        return change(tables)
    made = [_each(table, change) for table in tables]
    return tuple(made) if type(tables) is tuple else type(tables)(*made)


_SETTLING = (
    "learning", "attention", "evaluation", "ties", "salience", "expression", "participation", "awareness",
)  # fmt: skip
"""Rules of which a world takes numbers before they are laid down."""


def _settles_alike(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in what comes after settling alone."""
    parts = set(Scenario.model_fields) - {"polity", "mechanism", "seed", "title", "question", "source"}
    homes = list(zip(one.polity.values(), other.polity.values(), strict=False))
    local = set(Polity.model_fields) - {"governance"}
    files = any(layer.file for home, _ in homes for layer in (home.network.face_to_face, home.network.social))
    return (
        not files  # which may have been written anew
        and list(one.polity) == list(other.polity)
        and all(getattr(one.mechanism, name) == getattr(other.mechanism, name) for name in _SETTLING)
        and all(getattr(a, name) == getattr(b, name) for a, b in homes for name in local)
        # Policies at the start follow opinion as far as power is contested.
        and all(a.governance.contestation == b.governance.contestation for a, b in homes)
        and all(getattr(one, name) == getattr(other, name) for name in parts)
    )
