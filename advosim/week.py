"""READ THIS FIRST: one week, a straight line of mechanisms in the order of the theory.

Every line names a rule of the model and the tables that it reads and writes. `line` builds the week that runs: compiled
as a whole; with the citizens shared out among threads; or with a user's own rules under some of the names.
"""

from __future__ import annotations

import dis
import inspect
import types
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numba
import numpy as np

from advosim.mechanisms import citizens as _citizens
from advosim.mechanisms.abroad import appeals, blockade, boomerang, third_states
from advosim.mechanisms.alliances import (
    alliance_exit,
    alliance_formation,
    culture_clash,
    internal_communication,
    power,
    priority_clash,
    strategy_clash,
    ties,
)
from advosim.mechanisms.ballots import launches, polls
from advosim.mechanisms.borders import frame_diffusion, partners, shelter, spillover
from advosim.mechanisms.campaigns import channels, evidence, lobbying
from advosim.mechanisms.chronicle import record, record_abroad, turn
from advosim.mechanisms.citizens import circumstances, citizens, count
from advosim.mechanisms.cooperation import (
    benefit_sharing,
    collaborative_platform,
    inclusion,
    peer_learning,
    pooling,
    satisfaction,
    solidarity,
    trust,
)
from advosim.mechanisms.digital import hashtag
from advosim.mechanisms.direct_democracy import initiative, recall, referendum
from advosim.mechanisms.elections import constituencies, elections
from advosim.mechanisms.evaluation import credibility, evaluation, learning
from advosim.mechanisms.framing import framing
from advosim.mechanisms.institutions import decision, friction, pressure, protest_signal
from advosim.mechanisms.joint_plans import joint_plan
from advosim.mechanisms.markets import boycott
from advosim.mechanisms.media import coverage
from advosim.mechanisms.news import attention
from advosim.mechanisms.plans import tactic_choice
from advosim.mechanisms.resources import funds, grants
from advosim.mechanisms.street import response, violence
from advosim.mechanisms.venues import municipalities, stakeholder_table
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.world.chance import wrapping
from advosim.world.compile import compiled, compiled_here
from advosim.world.state import World


def week(w):
    """One week in the order of the theory."""
    turn(w.clock)
    # 1 news: shocks arrive, also from abroad, the agenda decays
    spillover(w.rules, w.polities, w.issues, w.relations)
    attention(w.clock, w.rules, w.issues, w.record.events)
    # 2 funds: who runs out closes, or is sheltered abroad
    partners(w.rules, w.polities, w.organisations, w.stances, w.priorities, w.tied)
    funds(w.clock, w.rules, w.polities, w.organisations, w.campaigns, w.record.events)
    shelter(w.clock, w.rules, w.organisations, w.stances, w.priorities, w.tied, w.record.events)
    grants(w.clock, w.rules, w.polities, w.organisations, w.stances, w.priorities, w.record.events)
    # 3 alliances: meet, offer, consent, quarrel, leave
    ties(w.clock, w.rules, w.organisations, w.tied, w.trust, w.alliances, w.seats)
    alliance_formation(w.clock, w.rules, w.issues, w.organisations, w.stances, w.priorities, w.repertoire, w.tied,
                       w.trust, w.alliances, w.seats, w.record.alliances, w.record.consents,
                       w.record.events)  # fmt: skip
    power(w.rules, w.organisations, w.stances, w.trust, w.alliances, w.seats)
    internal_communication(w.rules, w.alliances)
    culture_clash(w.clock, w.rules, w.organisations, w.trust, w.alliances, w.seats, w.record.events)
    priority_clash(w.clock, w.rules, w.organisations, w.priorities, w.trust, w.alliances, w.seats, w.record.events)
    strategy_clash(w.clock, w.rules, w.organisations, w.uses, w.trust, w.alliances, w.seats, w.record.events)
    alliance_exit(w.clock, w.rules, w.issues, w.organisations, w.stances, w.tied, w.trust, w.alliances, w.seats,
                  w.campaigns, w.record.alliances, w.record.events)  # fmt: skip
    solidarity(w.clock, w.rules, w.polities, w.organisations, w.trust, w.alliances, w.seats, w.record.events)
    peer_learning(w.clock, w.rules, w.trust, w.learned, w.alliances, w.seats)
    collaborative_platform(w.clock, w.rules, w.organisations, w.alliances, w.seats, w.campaigns, w.record.events)
    # 4 plans: each free team, alone or allied, picks issue, tactics and frame
    blockade(w.rules, w.polities, w.organisations)
    tactic_choice(w.clock, w.rules, w.polities, w.rights, w.issues, w.ballots, w.districts, w.organisations, w.stances,
                  w.priorities, w.learned, w.uses, w.tactics, w.allowed, w.tried, w.alliances, w.seats, w.campaigns,
                  w.record.events)  # fmt: skip
    joint_plan(w.clock, w.rules, w.polities, w.rights, w.issues, w.ballots, w.districts, w.publics, w.organisations,
               w.stances, w.priorities, w.learned, w.uses, w.tactics, w.allowed, w.tried, w.repertoire, w.represents,
               w.trust, w.views, w.alliances, w.seats, w.campaigns, w.foothold, w.record.events)  # fmt: skip
    launches(w.clock, w.rules, w.rights, w.issues, w.organisations, w.stances, w.tactics, w.ballots, w.campaigns,
             w.record.events)  # fmt: skip
    pooling(w.rules, w.issues, w.organisations, w.trust, w.alliances, w.seats, w.campaigns)
    benefit_sharing(w.clock, w.rules, w.organisations, w.alliances, w.seats, w.campaigns)
    inclusion(w.rules, w.issues, w.publics, w.organisations, w.represents, w.alliances, w.seats, w.campaigns)
    framing(w.clock, w.rules, w.publics, w.organisations, w.tactics, w.represents, w.repertoire, w.circulation,
            w.circulating, w.campaigns, w.speech, w.record.events)  # fmt: skip
    frame_diffusion(w.clock, w.rules, w.organisations, w.repertoire, w.campaigns, w.tied, w.record.events)
    # 5 campaigns: messages, calls, evidence, insider contacts, appeals abroad
    hashtag(w.clock, w.rules, w.polities, w.issues, w.organisations, w.tactics, w.campaigns, w.record.events)
    channels(w.clock, w.rules, w.polities, w.issues, w.publics, w.organisations, w.tactics, w.alliances, w.seats,
             w.campaigns, w.speech, w.foothold, w.reach, w.circulation, w.circulating)  # fmt: skip
    evidence(w.rules, w.polities, w.issues, w.organisations, w.stances, w.tactics, w.campaigns)
    lobbying(w.rules, w.polities, w.issues, w.organisations, w.tactics, w.campaigns)
    appeals(w.clock, w.rules, w.issues, w.organisations, w.tactics, w.campaigns, w.relations, w.bodies, w.standing,
            w.mandates, w.docket, w.record.events)  # fmt: skip
    # 6 citizens: hear, judge, attend, dare to speak, act, join
    circumstances(w.clock, w.rules, w.polities, w.issues, w.publics, w.districts, w.ballots, w.reach, w.circulation,
                  w.blocks, w.circumstances)  # fmt: skip
    citizens(w.clock, w.rules, w.organisations, w.campaigns, w.tactics, w.blocks, w.circumstances, w.tally, w.enrolled,
             w.citizens)  # fmt: skip
    count(w.clock, w.polities, w.issues, w.publics, w.districts, w.organisations, w.blocks, w.tally, w.enrolled,
          w.views, w.local_views, w.citizens)  # fmt: skip
    # 7 street: the government answers what happened in the open
    violence(w.clock, w.rules, w.issues, w.tactics, w.campaigns)
    response(w.clock, w.rules, w.polities, w.issues, w.record.events)
    # 8 media: covered acts feed next week's agenda
    coverage(w.clock, w.rules, w.polities, w.issues, w.outlets, w.organisations, w.stances, w.tactics, w.campaigns,
             w.record.events)  # fmt: skip
    boycott(w.clock, w.rules, w.issues, w.organisations, w.stances, w.priorities, w.tactics, w.campaigns,
            w.record.events)  # fmt: skip
    # 9 institutions: pressure adds up; signatures are counted, ballots held; policy moves by one rule
    third_states(w.rules, w.polities, w.issues, w.relations, w.mandates, w.docket)
    boomerang(w.clock, w.rules, w.polities, w.issues, w.organisations, w.stances, w.priorities, w.bodies, w.standing,
              w.mandates, w.docket, w.record.events)  # fmt: skip
    polls(w.clock, w.rights, w.issues, w.blocks, w.citizens)
    recall(w.clock, w.rules, w.polities, w.rights, w.issues, w.tactics, w.campaigns, w.ballots, w.blocks, w.citizens,
           w.record.ballots, w.record.events)  # fmt: skip
    protest_signal(w.rules, w.issues)
    constituencies(w.rules, w.polities, w.issues, w.districts, w.parties, w.local_views)
    pressure(w.clock, w.rules, w.polities, w.issues, w.organisations, w.stances)
    friction(w.clock, w.rules, w.polities, w.issues)
    elections(w.clock, w.rules, w.polities, w.issues, w.districts, w.parties, w.blocks, w.citizens, w.record.events)
    stakeholder_table(w.clock, w.rules, w.polities, w.issues, w.organisations, w.stances, w.tactics, w.alliances,
                      w.campaigns, w.record.events)  # fmt: skip
    initiative(w.clock, w.rules, w.polities, w.rights, w.issues, w.organisations, w.stances, w.priorities, w.uses,
               w.tactics, w.campaigns, w.ballots, w.blocks, w.citizens, w.record.ballots,
               w.record.events)  # fmt: skip
    referendum(w.clock, w.rules, w.polities, w.rights, w.issues, w.organisations, w.stances, w.priorities, w.uses,
               w.tactics, w.campaigns, w.ballots, w.blocks, w.citizens, w.record.ballots,
               w.record.events)  # fmt: skip
    decision(w.clock, w.rules, w.issues, w.record.events)
    municipalities(w.clock, w.rules, w.issues, w.districts, w.local_views, w.organisations, w.tactics, w.campaigns,
                   w.record.events)  # fmt: skip
    # 10 evaluation: what did it bring?
    evaluation(w.rules, w.polities, w.issues)
    credibility(w.clock, w.rules, w.issues, w.organisations, w.tactics, w.alliances, w.seats, w.campaigns,
                w.record.events)  # fmt: skip
    trust(w.clock, w.rules, w.organisations, w.tactics, w.trust, w.tied, w.alliances, w.seats, w.campaigns,
          w.record.events)  # fmt: skip
    learning(w.clock, w.rules, w.issues, w.organisations, w.tactics, w.learned, w.alliances, w.seats, w.campaigns,
             w.record.events)  # fmt: skip
    satisfaction(w.clock, w.rules, w.organisations, w.stances, w.alliances, w.seats)
    # 11 record
    record(w.clock, w.polities, w.issues, w.organisations, w.stances, w.priorities, w.tied, w.trust, w.alliances,
           w.seats, w.campaigns, w.views, w.parties, w.record.weeks, w.record.organisations, w.record.campaigns,
           w.record.publics, w.record.parties, w.record.alliance_weeks, w.record.bonds)  # fmt: skip
    record_abroad(w.clock, w.organisations, w.standing, w.docket, w.record.organisations, w.record.bodies)


# Inlined: what is compiled by itself first is optimised twice, and this is the most that there is to optimise.
_inlined_week = numba.njit(inline="always")(week)


@compiled
def weeks(w, number):
    """`number` weeks in one call."""
    for _ in range(number):
        _inlined_week(w)


Line = Callable[[World, int], None]
"""Runs a World on by a number of weeks."""

# Of the names in `week`, those of functions: co_names would hold fields as well, of which one is called "weeks".
_CALLED = tuple(dict.fromkeys(step.argval for step in dis.get_instructions(week) if step.opname == "LOAD_GLOBAL"))
_BESIDE = ("turn", "record", "record_abroad", "citizens", "count")
TABLE_MECHANISMS = tuple(name for name in _CALLED if name not in _BESIDE)
CITIZEN_MECHANISMS = (
    "backfire", "awareness", "weight_of", "salience", "persuasion", "backlash", "framed", "education", "unlearning",
    "influence", "anchoring", "noticing", "motive", "expression", "participation", "company", "membership",
)  # fmt: skip


def line(threads: int = 1, mechanisms: Mapping[str, Callable[..., Any]] | None = None) -> Line:
    """The week that runs, with other rules under some names. Same bits for any number of threads.

    A table mechanism's replacement is any callable with the same arguments, compiled or plain; one of a citizen's is
    compiled and the kernel rebuilt around it. Raises InputError for unknown names, other arguments, or lambdas.
    """
    replaced = dict(mechanisms or {})
    _check(replaced)
    if threads <= 1 and not replaced:
        return weeks
    return _interpreted(_with(replaced, threads))


def _check(replaced: Mapping[str, Callable[..., Any]]) -> None:
    known = (*TABLE_MECHANISMS, *CITIZEN_MECHANISMS)
    problems = []
    for name, rule in replaced.items():
        place = f"mechanisms['{name}']"
        plain = getattr(rule, "py_func", rule)
        if name not in known:
            hint = did_you_mean(name, known)
            problems.append(Problem("", None, f"{place}: no such mechanism", ", ".join(known), hint))
        elif getattr(plain, "__name__", "") == "<lambda>":
            problems.append(
                Problem("", None, f"{place} is a lambda, which cannot travel to worker processes", "a named function")
            )
        elif not callable(rule) or list(inspect.signature(plain).parameters) != _arguments(name):
            needed = f"a function ({', '.join(_arguments(name))})"
            problems.append(Problem("", None, f"{place} does not take the arguments of '{name}'", needed))
    if problems:
        raise InputError(problems)


def _arguments(name: str) -> list[str]:
    original = globals().get(name) or getattr(_citizens, name)
    return list(inspect.signature(getattr(original, "py_func", original)).parameters)


def _with(replaced: Mapping[str, Callable[..., Any]], threads: int) -> Callable[[World], None]:
    """The straight line of `week` with other functions under some of its names, called one by one."""
    own = {name: rule for name, rule in replaced.items() if name in CITIZEN_MECHANISMS}
    some = _kernel(own) if own else _citizens.some_citizens
    others = {name: rule for name, rule in replaced.items() if name not in own}
    others["citizens"] = _shared_out(some, threads)
    return types.FunctionType(week.__code__, {**week.__globals__, **others}, "week")


def _kernel(own: Mapping[str, Callable[..., Any]]) -> Callable[..., None]:
    """The citizens' kernel rebuilt around a user's rules of one citizen; functions that call none of them stay."""
    space = dict(vars(_citizens))
    for name, rule in own.items():
        space[name] = rule if hasattr(rule, "py_func") else compiled_here(rule)
    for name in ("lessons", "shuns", "backs", "take_part", "some_citizens"):
        plain = getattr(space[name], "py_func", space[name])
        space[name] = compiled_here(types.FunctionType(plain.__code__, space, name))
    return space["some_citizens"]  # type: ignore[no-any-return]


def _shared_out(some: Callable[..., None], threads: int) -> Callable[..., None]:
    """The citizens' phase over ranges of blocks on a pool of threads; each writes rows of its own."""
    if threads <= 1:

        def alone(*tables: Any) -> None:
            some(0, tables[5].size, *tables)

        return alone
    pool = ThreadPoolExecutor(threads)

    def part(first: int, last: int, tables: tuple[Any, ...]) -> None:
        # numpy's error state is a thread's own.
        with wrapping():
            some(first, last, *tables)

    def together(*tables: Any) -> None:
        blocks = tables[5]
        done = np.concatenate([[0], np.cumsum(blocks["last"] - blocks["first"])])
        bounds = np.searchsorted(done, np.linspace(0, done[-1], threads + 1))
        bounds[0], bounds[-1] = 0, blocks.size
        work = [pool.submit(part, int(a), int(b), tables) for a, b in pairwise(bounds)]
        for each in work:
            each.result()

    return together


def _interpreted(one_week: Callable[[World], None]) -> Line:
    def run(world: World, number: int) -> None:
        for _ in range(number):
            one_week(world)

    return run


def stages() -> list[Callable[[World], None]]:
    """The lines of `week`, each as a call that runs one mechanism alone: to compile them one by one."""

    def only(name: str) -> Callable[[World], None]:
        others = {other: _idle for other in _CALLED if other != name}
        return types.FunctionType(week.__code__, {**week.__globals__, **others}, name)

    return [only(name) for name in _CALLED]


def _idle(*tables: Any) -> None:
    """A mechanism that does nothing."""
