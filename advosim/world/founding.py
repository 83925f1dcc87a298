"""Week 0 of the record: the state in which a world is founded, before anything happens.

It is counted here, not by the week's own `count`: what that leaves in the world would be read by the rules of week 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.world.codes import AWARE
from advosim.world.state import World, attitude


def write_down(world: World) -> None:
    """Fill week 0 of `weeks`, `organisations` and `publics` of the record. Nobody talks or acts yet."""
    _issues(world)
    _allied(world)
    _people(world)
    _organisations(world)


def _issues(world: World) -> None:
    rows, issues, polities = world.record.founding.weeks, world.arena.issues, world.arena.polities
    for name in ("policy", "friction", "agenda", "attention"):
        rows[name] = issues[name]
    for side, name in enumerate(("for", "against")):
        rows[f"efficacy_{name}"] = issues["efficacy"][:, :, side]
    for name in ("repression", "legitimacy"):
        rows[name] = polities[name][:, None]
    organisations = world.teams.organisations
    for p in range(len(polities)):
        rows["funds"][p] = _total(organisations["funds"][organisations["polity"] == p])


def _allied(world: World) -> None:
    """Alliances that the scenario declares."""
    alliances, trust = world.allied.alliances, world.allied.trust
    for p, m in np.ndindex(world.record.founding.weeks.shape):
        row = world.record.founding.weeks[p, m]
        here = np.flatnonzero(alliances["alive"] & (alliances["polity"] == p) & (alliances["issue"] == m))
        groups = [[seat["organisation"] for seat in world.allied.seats[a] if seat["organisation"] >= 0] for a in here]
        pairs = [trust[one, other] for group in groups for one in group for other in group if one != other]
        row.alliances = len(groups)
        row.alliance_members = len({one for group in groups for one in group})
        row.trust = _total(np.array(pairs)) / len(pairs) if pairs else 0.0


def _people(world: World) -> None:
    citizens, blocks = world.people.citizens, world.people.blocks
    for p, rows in enumerate(world.record.founding.weeks):
        own = _citizens(blocks[blocks["polity"] == p])
        felt = citizens.grievance[own]
        rows["grievance"] = _total(felt) / len(felt)
        for m, row in enumerate(rows):
            _opinion(world, row, own, p, m)
            x = attitude(world)[own, m]
            row.attitude = _total(x) / len(x)
            squares = _total(x.astype(np.float64) ** 2) / len(x)
            row.attitude_sd = np.sqrt(max(0.0, squares - row.attitude**2))
    for q, rows in enumerate(world.record.founding.publics):
        here = blocks[blocks["public"] == q]
        for m, row in enumerate(rows):
            if len(here):
                _opinion(world, row, _citizens(here), int(here["polity"][0]), m)


def _opinion(world: World, row: Any, own: Any, p: int, m: int) -> None:
    citizens = world.people.citizens
    mind = citizens.salience[m, own]
    # In single precision, as citizens compare: on which side somebody stands must not hang on rounding.
    row.support = float((attitude(world)[own, m] > np.float32(world.arena.issues["policy"][p, m])).mean())
    row.aware = float(((citizens.own[m, own] & AWARE) > 0).mean())
    row.salience = _total(mind) / len(mind)


def _citizens(blocks: NDArray[Any]) -> slice | NDArray[np.int64]:
    """The places of those of some blocks; without a list of them where they stand together."""
    if (blocks["first"][1:] == blocks["last"][:-1]).all():
        return slice(int(blocks["first"][0]), int(blocks["last"][-1]))
    return np.concatenate([np.arange(block["first"], block["last"]) for block in blocks])


def _total(values: NDArray[Any]) -> float:
    """One after the other, so that the sum has the same bits on every machine."""
    return float(np.add.accumulate(values, dtype=np.float64)[-1]) if len(values) else 0.0


def _organisations(world: World) -> None:
    rows, organisations = world.record.founding.organisations, world.teams.organisations
    for name in ("funds", "members", "reputation", "ties", "closed"):
        rows[name] = organisations[name]
    for audience, name in enumerate(("officials", "media", "public")):
        rows[f"credibility_{name}"] = organisations["credibility"][:, audience]
    for name in ("issue", "tactic", "frame", "side", "alliance"):
        rows[name] = -1
    for m in range(world.teams.stances.shape[1]):
        rows["stance"] += world.teams.priorities[:, m] * world.teams.stances[:, m]
