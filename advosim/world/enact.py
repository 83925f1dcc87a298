"""Governance and rules as numbers: what holds from the founding on, and what a reform changes in mid-run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.declare import Mechanism
from advosim.scenario.load import Scenario
from advosim.scenario.rules import DigitalDivide, Mechanisms
from advosim.scenario.schema import Governance, Initiative, Recall, Referendum, Tactic
from advosim.world.chance import draw, exp, key, pair, stream, wrapping
from advosim.world.codes import CODED, ONLINE, POPULAR, VENUES
from advosim.world.compile import compiled
from advosim.world.rows import POLITY, RULES
from advosim.world.state import World

_ONLINE = stream("founding.online")
_Of = TypeVar("_Of")
_Made = TypeVar("_Made")


def last(make: Callable[[_Of], _Made]) -> Callable[[_Of], _Made]:
    """`make` with what it made of the very object that it was last asked about: runs of a sweep come point by point."""
    kept: list[tuple[_Of, _Made]] = []

    def asked(of: _Of) -> _Made:
        known = kept[0] if kept else None
        if known is None or known[0] is not of:
            known = of, make(of)
            kept[:] = [known]
        return known[1]

    return asked


def enact(world: World, scenario: Scenario, before: Scenario | None = None) -> None:
    """Write rules and governance of `scenario` into the world: all at founding, at reforms what differs from `before`.

    So settings that somebody has written into the world by hand outlive a reform that does not speak of them.
    """
    if before is None:
        # By bytes, since numpy copies a record field by field.
        world.now.rules.view(np.uint8)[:] = _laid_down(scenario.mechanism).view(np.uint8)
    else:
        for name in Mechanisms.model_fields:
            _change(world.now.rules[name], getattr(scenario.mechanism, name), getattr(before.mechanism, name))
    for row, (home, polity) in enumerate(scenario.polity.items()):
        was = before.polity[home].governance if before else None
        for field in Governance.model_fields:
            now = getattr(polity.governance, field)
            if field in (POLITY.names or ()) and (was is None or now != getattr(was, field)):
                world.arena.polities[field][row] = CODED[field].index(now) if field in CODED else now
        for right, name in zip(world.arena.rights[row], POPULAR, strict=True):
            _grant(right, getattr(polity.governance, name), getattr(was, name) if was else None)
    world.teams.allowed[:] = _rooms(scenario)
    for column, tactic in enumerate(scenario.tactic.values()):
        for row in range(len(scenario.polity)) if tactic.pressure == "abroad" else ():
            if _out_of_reach(tactic, row, world, scenario):
                world.teams.allowed[row, column] = 0.0
    _connect(world, scenario)


@last
def _laid_down(mechanism: Mechanisms) -> NDArray[Any]:
    """All rules' settings, in one row."""
    rules = np.zeros(1, RULES)
    for name in Mechanisms.model_fields:
        rules[name][0] = _numbers(getattr(mechanism, name))
    return rules


def _change(record: Any, rule: Mechanism, old: Mechanism) -> None:
    """Write those of a rule's settings into its record of one row that differ from what they were."""
    if rule != old:
        for field, declared in type(rule).model_fields.items():
            if getattr(rule, field) != getattr(old, field):
                record[field] = _number(declared.annotation, getattr(rule, field))


@functools.lru_cache(1024)
def _numbers(rule: Mechanism) -> tuple[Any, ...]:
    """A rule's settings in their order; kept, since worlds of a sweep have most rules in common."""
    fields = type(rule).model_fields
    return tuple(_number(declared.annotation, getattr(rule, name)) for name, declared in fields.items())


def _number(annotation: Any, value: Any) -> Any:
    """A choice among words as the place of the word."""
    return get_args(annotation).index(value) if isinstance(value, str) else value


def _grant(right: Any, given: Initiative | Referendum | Recall, was: Initiative | Referendum | Recall | None) -> None:
    """Write down what citizens may collect signatures for; what has no `quorum` needs none, and all else is binding."""
    for field, usual in (("allowed", 0), ("signature_share", 0), ("window", 0), ("quorum", 0.0), ("binding", True)):
        now = getattr(given, field, usual)
        if was is None or now != getattr(was, field, usual):
            right[field] = now


def _connect(world: World, scenario: Scenario) -> None:
    """Put citizens online by their founding draws, publics around the polity's mean."""
    world.arena.polities["online"] = 0.0
    with wrapping():
        for row, public in enumerate(world.arena.publics):
            home = world.arena.polities[public.polity]
            share = digital_divide(home.internet_access, public.digital, scenario.mechanism.digital_divide)
            share = 0.0 if home.shutdown and scenario.mechanism.platform_control.on else share
            mine = world.people.blocks[world.people.blocks["public"] == row]
            online = connect(
                world.now.clock["seed"][0],
                world.arena.polities["key"][public.polity],
                mine,
                share,
                world.people.citizens.word,
            )
            world.arena.publics["online"][row] = online / max(public.citizens, 1)
            home.online += online / home.citizens
        citizens = world.people.citizens
        circles(citizens.start, citizens.neighbour, citizens.word[0, 0], citizens.circle)


@last
def _rooms(scenario: Scenario) -> NDArray[np.float64]:
    """(polities, tactics): what governance leaves of each tactic, whether or not there is anybody abroad to turn to."""
    found = np.zeros((len(scenario.polity), len(scenario.tactic)))
    for row, polity in zip(found, scenario.polity.values(), strict=True):
        governed = any(each.kind == "municipality" for each in polity.organisation.values())
        for column, tactic in enumerate(scenario.tactic.values()):
            if governed or tactic.pressure != "local":
                row[column] = _allowed(tactic, polity.governance, scenario.mechanism)
    return found


def _out_of_reach(tactic: Tactic, polity: int, world: World, scenario: Scenario) -> bool:
    """Whether a tactic of pressure from abroad appeals to a body or to third states that are not there."""
    if tactic.venue == "third_states":
        here = len(world.arena.polities) > 1 and scenario.mechanism.third_states.on
    else:
        here = bool(
            world.abroad.mandates["member"][world.abroad.bodies["level"] == VENUES.index(tactic.venue), polity].any()
        )
    return not (here and scenario.mechanism.boomerang.on)


def _allowed(tactic: Tactic, governance: Governance, rule: Mechanisms) -> float:
    if tactic.awaits:
        return 0.0
    if tactic.pressure in POPULAR:
        right, runs = getattr(governance, tactic.pressure), getattr(rule, tactic.pressure).on
        return 1.0 if right.allowed and runs else 0.0
    room = 1.0
    for name, weight in tactic.needs.items():
        # Without social media nothing can be done on them.
        cut = name == "internet_access" and governance.shutdown and rule.platform_control.on
        setting = 0.0 if cut else getattr(governance, name)
        room *= 1 - weight * (1 - setting) if weight > 0 else 1 + weight * setting
    return room


def digital_divide(access: float, digital: float, rule: DigitalDivide) -> float:
    """The share of a public that is online.

    Log odds of being online = those of `internet_access` + 1 x the public's `digital`. Norris 2001.
    """
    if access <= 0.0 or access >= 1.0:
        return float(access >= 1.0)
    odds = access / (1.0 - access) * exp((rule.scale if rule.on else 0.0) * digital)
    return float(odds / (1.0 + odds))


@compiled
def connect(seed, polity_key, blocks, share, word):
    """Mark who is online: those whose founding draw is below `share`. Returns their number."""
    k = pair(key(seed, 0, _ONLINE), polity_key)
    online = 0
    for b in range(blocks.size):
        for i in range(blocks[b].first, blocks[b].last):
            on = np.float64(draw(k, i - blocks[b].offset)) < share
            online += 1 if on else 0
            for m in range(word.shape[1]):
                for now in range(2):
                    kept = np.uint32(word[now, m, i] & np.uint32(~ONLINE))
                    word[now, m, i] = np.uint32(kept | ONLINE) if on else kept
    return online


@compiled
def circles(start, neighbour, word, circle):
    """Count whom each citizen can see. word: (n,), of any issue."""
    for i in range(circle.size):
        count = np.int64(start[2 * i + 1]) - np.int64(start[2 * i])
        if word[i] & ONLINE:
            for e in range(start[2 * i + 1], start[2 * i + 2]):
                count += 1 if word[neighbour[e]] & ONLINE else 0
        circle[i] = count
