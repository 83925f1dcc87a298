"""Where a World keeps what a run shows while it goes on: the one place here that knows how its state is laid out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.mechanisms.citizens import motive, noticing
from advosim.world.codes import AGAINST, ATTITUDE_BITS, AWARE, FOR, MARCHES, TALKS
from advosim.world.recorded import Recorded
from advosim.world.state import Citizens, World


class People(NamedTuple):
    """Some citizens in a week; m issues, s citizens."""

    attitude: NDArray[np.float32]
    """(m, s): -1..1."""
    wants_more: NDArray[np.bool_]
    """(m, s): whether they want more reform than the policy that they met this week."""
    talks: NDArray[np.bool_]
    """(m, s): whether they speak up."""
    marches: NDArray[np.bool_]
    """(m, s): whether they march."""
    silent: NDArray[np.bool_]
    """(m, s): whether they would speak up, but for fear."""


def tables(world: World) -> dict[str, Any]:
    """World's tables by their own names, however they are grouped; citizens and record stay groups."""
    found: dict[str, Any] = {}
    for name, part in zip(world._fields, world, strict=True):
        if isinstance(part, tuple) and not isinstance(part, Citizens | Recorded):
            found |= tables(part)  # type: ignore[arg-type]
        else:
            found[name] = part
    return found


def week_of(world: World) -> int:
    """The week that ran last, 0 at founding."""
    return int(tables(world)["clock"]["week"][0])


def number_of_citizens(world: World) -> int:
    """All citizens of all polities."""
    return int(tables(world)["polities"]["citizens"].sum())


def people(known: dict[str, Any], who: NDArray[np.int64]) -> People:
    """What the citizens `who` think and show this week. known: the tables of their world.

    Whether one is silent out of fear follows from what the kernel left behind, by its own rules: aware, quiet, and with
    a motive above the threshold that fear did not let pass.
    """
    citizens, week = known["citizens"], int(known["clock"]["week"][0])
    word = citizens.word[week % 2][:, who]
    attitude = (word & ATTITUDE_BITS).view(np.float32)
    blocks = np.searchsorted(known["blocks"]["last"], who, side="right")
    # Field by field: a row of circumstances is a hundred times as long as what is needed of it.
    here = known["circumstances"]
    met = here["policy"] if week else known["issues"]["policy"][known["blocks"]["polity"]]
    policy = met[blocks].T.astype(np.float32)
    wants_more = attitude > policy
    talks = word & TALKS != 0
    aware = citizens.own[:, who] & AWARE != 0
    rule = known["rules"][0]
    noticed = _plain(noticing)(citizens.salience[:, who], rule.motive)
    alarm = here["alarm"][blocks].T
    alarm = np.where(wants_more, alarm[FOR], alarm[AGAINST])
    drive = _plain(motive)(abs(attitude - policy), noticed, alarm, rule.motive)
    speaks = bool(week) and bool(rule.expression.on) and bool(rule.motive.on)
    silent = aware & ~talks & (drive > citizens.talk_threshold[who]) & speaks
    return People(attitude, wants_more, talks, word & MARCHES != 0, silent)


def _plain(rule: Any) -> Any:
    """A rule of one citizen as numpy can take it: for many at once."""
    return getattr(rule, "py_func", rule)
