"""World: everything that changes during a run. Records for the few, columns for citizens.

The records' fields stand in `rows`, those of the record in `recorded`. Citizens are single precision. A World can be
copied, saved and restored at any week.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from advosim.world.codes import ATTITUDE_BITS
from advosim.world.recorded import Recorded


class Citizens(NamedTuple):
    """Columns over all citizens of all polities, ordered by polity, district and public; n citizens, m issues."""

    word: NDArray[np.uint32]
    """(2, m, n): attitude in -1..1 with TALKS, MARCHES, ONLINE; this week's stands at index week % 2."""
    own: NDArray[np.uint8]
    """(m, n): AWARE, SIGNED << side, BACKED."""
    anchor: NDArray[np.float32]
    """(m, n): -1..1, where the attitude returns to."""
    upbringing: NDArray[np.float32]
    """(m, n): -1..1, where the anchor returns to."""
    salience: NDArray[np.float32]
    """(m, n): 0..1, share of mind; the sum over issues is below 1."""
    interest: NDArray[np.float32]
    """(m, n): > 0, e^(u + stake)."""
    memory: NDArray[np.float32]
    """(m, n): >= 0, acting neighbours remembered."""
    grievance: NDArray[np.float32]
    """(n,): >= 0."""
    fatigue: NDArray[np.float32]
    """(n,): >= 0, acts remembered."""
    risk: NDArray[np.float32]
    """(n,): 0..1, risk aversion, Beta(2, 2)."""
    talk_threshold: NDArray[np.float32]
    """(n,): > 0, motive needed to talk."""
    act_threshold: NDArray[np.float32]
    """(n,): > 0, motive needed to act."""
    values: NDArray[np.float32]
    """(frames, n): 0..1, weights of frames, sum 1."""
    member: NDArray[np.int16]
    """(n,): row of organisations, -1 for none."""
    voted: NDArray[np.int16]
    """(n,): row of the party that had the vote at the last election, -1 for none."""
    start: NDArray[np.uint32]
    """(2n + 1,): citizen i's face-to-face ties stand at start[2i]:start[2i+1], the social ones up to start[2i+2].

    int64 where there are more than 2^32 ties.
    """
    neighbour: NDArray[np.uint32]
    """(ties,): citizens."""
    circle: NDArray[np.int32]
    """(n,): neighbours whom a citizen can see: all face to face and, if he is online, those online. Set by `enact`."""


class Now(NamedTuple):
    """The week, and the rules in force."""

    clock: NDArray[Any]
    """(1,) of CLOCK."""
    rules: NDArray[Any]
    """(1,) of RULES."""


class Arena(NamedTuple):
    """Where it is decided, and by and for whom. For players and arenas see Jasper & Duyvendak 2015."""

    polities: NDArray[Any]
    """(p,) of POLITY."""
    issues: NDArray[Any]
    """(p, m) of ISSUE."""
    rights: NDArray[Any]
    """(p, POPULAR) of RIGHT: initiative, referendum, recall."""
    ballots: NDArray[Any]
    """(p, m, SLOTS) of BALLOT_ROW: what signatures are collected for, and what comes to a vote."""
    outlets: NDArray[Any]
    """(p, m) of OUTLETS."""
    publics: NDArray[Any]
    """(q,) of PUBLIC_GROUP."""
    districts: NDArray[Any]
    """(d,) of DISTRICT."""
    parties: NDArray[Any]
    """(parties,) of PARTY; those of a polity stand together."""
    views: NDArray[Any]
    """(q, m) of VIEW: what members of a public think and do."""
    local_views: NDArray[Any]
    """(d, m) of VIEW: what citizens of a district think and do."""


class Teams(NamedTuple):
    """Who campaigns: organisations, then the roles of joint plans; what they want, can and do."""

    organisations: NDArray[Any]
    """(o,) of ORGANISATION."""
    stances: NDArray[np.float64]
    """(o, m): -1..1, position."""
    priorities: NDArray[np.float64]
    """(o, m): 0..1, sum 1."""
    repertoire: NDArray[np.float64]
    """(t, f): 0 or 1, frames that a team can speak in."""
    represents: NDArray[np.float64]
    """(o, q): 0 or 1, publics that an organisation speaks for."""
    learned: NDArray[np.float64]
    """(o, k): value of a tactic, gain in pressure per budget."""
    uses: NDArray[np.float64]
    """(o, k): 0 or 1, tactics that an organisation would use."""
    campaigns: NDArray[Any]
    """(t,) of CAMPAIGN."""
    tactics: NDArray[Any]
    """(k,) of TACTIC."""
    allowed: NDArray[np.float64]
    """(p, k): 0..1, how far governance leaves room for a tactic."""
    tried: NDArray[np.float64]
    """(o, k): >= 0, campaigns with a tactic that an organisation remembers, its own and in part its partners'."""


class Allied(NamedTuple):
    """Who knows, trusts and is allied with whom."""

    alliances: NDArray[Any]
    """(a,) of ALLIANCE."""
    seats: NDArray[Any]
    """(a, MOST_SEATS) of SEAT."""
    tied: NDArray[np.uint8]
    """(o, o): 1 between organisations that have a tie, symmetric."""
    trust: NDArray[np.float64]
    """(o, o): 0..1, trust of the row in the column."""


class Talk(NamedTuple):
    """What publics hear this week, and in which frames."""

    speech: NDArray[np.int64]
    """(t, q): the frame in which a campaign speaks to a public, -1 for none."""
    foothold: NDArray[np.float64]
    """(t, q): >= 1, factor of a campaign's reach in a public."""
    circulation: NDArray[np.float64]
    """(q, m, sides): >= 0, strength of the frames that circulate in a public."""
    circulating: NDArray[np.int64]
    """(q, m, sides): which frames these are, -1 for none."""
    reach: NDArray[Any]
    """(q, 2, m) of REACH."""


class Abroad(NamedTuple):
    """Other states and bodies above them, and what they were asked."""

    relations: NDArray[Any]
    """(p, p) of RELATION, symmetric."""
    bodies: NDArray[Any]
    """(i,) of BODY."""
    standing: NDArray[Any]
    """(i, m) of STANDING: a body's own policy and agenda."""
    mandates: NDArray[Any]
    """(i, p) of MANDATE."""
    docket: NDArray[np.float64]
    """(i, p, m, sides): 0..1, how fresh an adopted case is."""
    carried: NDArray[np.float64]
    """(p, p, m, sides): 0..1, how far allies in the second polity carry a case of the first to their government."""


class People(NamedTuple):
    """Citizens, in blocks that share a polity, a public and a district."""

    blocks: NDArray[Any]
    """(b,) of BLOCKS."""
    circumstances: NDArray[Any]
    """(b, m) of CIRCUMSTANCE."""
    tally: NDArray[Any]
    """(b, m) of TALLY."""
    enrolled: NDArray[np.int64]
    """(b, o): members by block."""
    citizens: Citizens
    letters: NDArray[np.uint64]
    """(room,): for what talkers write to neighbours in a week. No state: `week.line` lends it."""


class Script(NamedTuple):
    """What a scenario has happen, whatever else goes on. Nothing here changes during a run."""

    shocks: NDArray[Any]
    """(s,) of SHOCK."""
    orders: NDArray[Any]
    """(r,) of ORDER: campaigns that organisations are told to run."""


class World(NamedTuple):
    """All state, in bundles by what it is about.

    Shapes: p polities, m issues, q publics, d districts, o organisations, a alliances, t = o + MOST_ROLES a teams, k
    tactics, f frames, b blocks, i bodies.
    """

    now: Now
    arena: Arena
    teams: Teams
    allied: Allied
    talk: Talk
    abroad: Abroad
    people: People
    script: Script
    record: Recorded

    def __getattr__(self, name: str) -> Any:
        """A table by its name alone, as it stood here once: `world.issues` for `world.arena.issues`."""
        if name not in BUNDLE_OF:
            raise AttributeError(f"World has no '{name}'")
        known = BUNDLE_OF[name]
        warn(f"world.{name} is world.{known}.{name} now", DeprecationWarning, stacklevel=2)
        return getattr(getattr(self, known), name)


BUNDLES: dict[str, Any] = {name: kind for name, kind in get_type_hints(World).items() if name != "record"}
"""The bundles of World, by name, but for the record."""
BUNDLE_OF = {table: bundle for bundle, kind in BUNDLES.items() for table in kind._fields}
"""In which bundle a table stands."""


def table(world: World, name: str) -> NDArray[Any]:
    """A table of the world by its name."""
    return getattr(getattr(world, BUNDLE_OF[name]), name)  # type: ignore[no-any-return]


def attitude(world: World) -> NDArray[np.float32]:
    """(n, m): all citizens' attitudes now, -1..1."""
    now = world.people.citizens.word[world.now.clock["week"][0] % 2]
    return (now & ATTITUDE_BITS).view(np.float32).T


def copy(world: World) -> World:
    """A World of its own: the twin from which another history can go on."""
    return _each(world, np.copy)


def _each(world: Any, change: Any) -> Any:
    return type(world)(*(_each(part, change) if isinstance(part, tuple) else change(part) for part in world))


def columns(world: Any, path: str = "") -> dict[str, NDArray[Any]]:
    """Every array of a world by its path: `arena.issues`, `people.citizens.word` ..."""
    found: dict[str, NDArray[Any]] = {}
    for name, part in zip(world._fields, world, strict=True):
        found |= columns(part, f"{path}{name}.") if isinstance(part, tuple) else {path + name: part}
    return found


def save(world: World, file: str | Path) -> None:
    """Write all state to a .npz file, from which `restore` goes on to the same bits."""
    target = Path(file)
    partial = target.with_name(target.name + ".partial")
    with open(partial, "wb") as stream:
        np.savez(stream, **{name: _bytes(column) for name, column in columns(world).items()})
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, target)


def restore(world: World, file: str | Path) -> None:
    """Fill `world`, founded on the same scenario, with the state that `save` wrote.

    Raises ValueError where the file is of another scenario or version.
    """
    with np.load(file) as saved:
        known = columns(world)
        for name, column in known.items():
            if name not in saved or saved[name].size != column.nbytes:
                raise ValueError(f"{file}: saved from another scenario or version ('{name}' differs)")
        for name, column in known.items():
            _bytes(column)[:] = saved[name]


def _bytes(column: NDArray[Any]) -> NDArray[np.uint8]:
    # Not as records: numpy stores their class by pickling, which np.load refuses for good reasons.
    return column.reshape(-1).view(np.uint8)
