"""Many futures from one past: what happens before a week is run once for each seed, and shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from advosim.scenario.later import until
from advosim.scenario.size import PROGRAM, size

if TYPE_CHECKING:
    from advosim.live.past import Past
    from advosim.record import Record
    from advosim.scenario.load import Scenario

ROOM = 3e8
"""Bytes of pasts that a process keeps."""


@dataclass
class _Pasts:
    """The pasts of one scenario until one week, by seed. The first that fit stay: seeds come in turn at each point."""

    of: str = ""
    kept: dict[int, Past | None] = field(default_factory=dict)
    """None where a stop condition ends the run before."""


_pasts = _Pasts()


def simulated(
    scenario: Scenario, seed: int, week: int | None, *, weeks: int | None = None, rules: Mapping[str, Any], **how: Any
) -> Record:
    """As `simulate` with one thread, from a past that is shared by all scenarios which differ from `week` on only."""
    from advosim.simulation import simulate

    past = None if week is None else _past(until(scenario, week), seed, week, weeks or scenario.weeks, rules)
    if past is None:
        return simulate(scenario, seed, weeks=weeks, threads=1, mechanisms=rules, **how)
    return simulate(scenario, weeks=weeks, threads=1, mechanisms=rules, past=past)


def _past(before: Scenario, seed: int, week: int, weeks: int, rules: Mapping[str, Callable[..., Any]]) -> Past | None:
    from advosim.scenario.load import fingerprint

    told = {"title": "", "question": "", "source": ""}
    of = f"{fingerprint(before.model_copy(update=told))} {week} {weeks} {sorted(rules.items(), key=str)}"
    if of != _pasts.of:
        _pasts.of, _pasts.kept = of, {}
    if seed in _pasts.kept:
        return _pasts.kept[seed]
    found = _run(before, seed, week, weeks, rules)
    if (len(_pasts.kept) + 1) * (size(before).memory - PROGRAM) < ROOM:
        _pasts.kept[seed] = found
    return found


def _run(before: Scenario, seed: int, week: int, weeks: int, rules: Mapping[str, Callable[..., Any]]) -> Past | None:
    """The past that ends with the week before, in a world that has room for `weeks`."""
    from advosim.live.past import of
    from advosim.scenario.schema import Stop
    from advosim.simulation import advance, stops_now, week_with
    from advosim.world.found import found

    world = found(before, seed, weeks, 1, None)
    stride = week if before.stop == Stop() else 1
    for _ in advance(world, before, week_with(1, rules), week - 1, stride):
        if stops_now(world, before):
            return None
    return of(world, before, seed)
