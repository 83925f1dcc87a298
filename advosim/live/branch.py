"""Copies of a running world from which other histories go on, to the bits of runs from the start.

A snapshot keeps what changes; what never does (ties, upbringing, thresholds) and rows of the record that only grow are
taken from the world it was made of. So it costs about 2 MB for 20,000 citizens and three issues, and 2 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.live.tables import tables, week_of
from advosim.record import recorded
from advosim.scenario.load import Scenario
from advosim.world.codes import REFORM
from advosim.world.found import lines_of_script, scripted
from advosim.world.recorded import Recorded
from advosim.world.state import Citizens, Script, World

FIXED = frozenset({"upbringing", "interest", "risk", "talk_threshold", "act_threshold", "start", "neighbour"})
"""Columns of citizens that no rule changes; a test runs all rules and looks."""
EMPTY = frozenset({"seen"})
"""Columns of citizens that are filled and emptied again within a week."""
MENDED = frozenset({"alliances"})
"""Tables of the record whose rows are written again after their week: an alliance's life, when it ends."""
ROOM_FOR_REFORM = 64
"""Rows of the log that founding adds for each reform."""


@dataclass(frozen=True)
class Snapshot:
    """The state of a world at the end of a week."""

    week: int
    state: dict[str, NDArray[Any]]
    """By dotted path: all that may change, without the record."""
    mended: dict[str, NDArray[Any]]
    """Rows of the record that later weeks write again."""
    filled: dict[str, int]
    """How many rows of each table of the record were filled."""

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return sum(column.nbytes for kept in (self.state, self.mended) for column in kept.values())


def snapshot(world: World) -> Snapshot:
    """What `fork` needs to go on from this week, now or when the world has gone further."""
    rows = recorded(world)._asdict()
    return Snapshot(
        week_of(world),
        {path: column.copy() for path, column in columns(world)},
        {name: rows[name].copy() for name in MENDED},
        {name: len(filled) for name, filled in rows.items() if name != "founding"},
    )


def fork(world: World, snapshot: Snapshot, scenario: Scenario) -> World:
    """A world of its own as `world` was at the snapshot, ready to go on under `scenario` with `simulation.advance`.

    world: the one that the snapshot is of, in that week or later. scenario: as the world was founded on, but for
    reforms, shocks and orders after the snapshot's week. Raises ValueError where the two do not belong together.
    """
    _check(world, snapshot, scenario)

    def change(path: str, column: NDArray[Any]) -> NDArray[Any]:
        if path.rpartition(".")[2] in EMPTY:
            return np.zeros_like(column)
        return snapshot.state[path].copy() if path in snapshot.state else column

    room = ROOM_FOR_REFORM * len(scenario.reform) + lines_of_script(scenario)
    branch: World = _rebuilt(world, change, lambda rows: _refilled(rows, snapshot, room))
    return branch._replace(script=scripted(scenario))


def _check(world: World, snapshot: Snapshot, scenario: Scenario) -> None:
    here = dict(columns(world))
    alike = here.keys() == snapshot.state.keys() and all(
        column.shape == snapshot.state[path].shape for path, column in here.items()
    )
    if not alike or week_of(world) < snapshot.week:
        raise ValueError("fork: this snapshot is not of this world, or of a later week than the world has come to")
    log = tables(world)["record"].events[: snapshot.filled["events"]]
    been = sorted({int(week) for week in log["week"][log["event"] == REFORM]})
    meant = sorted({reform.week for reform in scenario.reform if reform.week <= snapshot.week})
    if been != meant:
        raise ValueError(
            f"fork: by week {snapshot.week} the world has been through reforms in weeks {been}, the scenario has them "
            f"in weeks {meant}; only later ones may differ"
        )

    for old, new, first in zip(world.script, scripted(scenario), ("week", "first"), strict=True):
        if not np.array_equal(old[old[first] <= snapshot.week], new[new[first] <= snapshot.week]):
            raise ValueError("fork: shocks and orders up to the week of the snapshot cannot change any more")


def columns(world: Any, path: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """All that may change, by dotted path, without the record."""
    for name, part in zip(world._fields, world, strict=True):
        if isinstance(part, Recorded | Script) or (isinstance(world, Citizens) and name in FIXED | EMPTY):
            continue
        if isinstance(part, tuple):
            yield from columns(part, f"{path}{name}.")
        else:
            yield path + name, part


def _rebuilt(world: Any, change: Callable[[str, Any], Any], record: Callable[[Recorded], Any], path: str = "") -> Any:
    parts = []
    for name, part in zip(world._fields, world, strict=True):
        if isinstance(part, Recorded):
            parts.append(record(part))
        elif isinstance(part, tuple):
            parts.append(_rebuilt(part, change, record, f"{path}{name}."))
        else:
            parts.append(change(path + name, part))
    return type(world)(*parts)


def _refilled(rows: Recorded, snapshot: Snapshot, room: int) -> Recorded:
    """A record as large with the rows that were filled; what is empty is not copied, and costs no memory until used."""

    def again(name: str, column: NDArray[Any]) -> NDArray[Any]:
        more = room if name == "events" else 0
        fresh = np.zeros((len(column) + more, *column.shape[1:]), column.dtype)
        number = snapshot.filled[name]
        fresh[:number] = snapshot.mended.get(name, column)[:number]
        return fresh

    grown: dict[str, Any] = {name: again(name, getattr(rows, name)) for name in snapshot.filled}
    return rows._replace(**grown)
