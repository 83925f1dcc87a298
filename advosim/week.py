"""READ THIS FIRST: one week, a straight line of mechanisms in the order of the theory.

Every line names a rule of the model and the bundles of World (`world.state`) in which its tables stand. `line` builds
the week that runs: compiled as a whole; with the citizens shared out among threads; or with a user's own rules under
some of the names.
"""

from __future__ import annotations

import dis
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import repeat
from typing import Any
from warnings import warn

import numba
import numpy as np
from numpy.typing import NDArray

from advosim.mechanisms import citizens as _citizens
from advosim.mechanisms import crowd as _crowd
from advosim.mechanisms import word_of_mouth as _mouth
from advosim.mechanisms.abroad import appeals, blockade, boomerang, third_states
from advosim.mechanisms.alliances import alliance_formation
from advosim.mechanisms.ballots import launches, polls
from advosim.mechanisms.bodies import interplay, withdrawal
from advosim.mechanisms.borders import frame_diffusion, partners, shelter, spillover
from advosim.mechanisms.campaigns import channels, evidence, lobbying
from advosim.mechanisms.chronicle import record_abroad, record_week, turn
from advosim.mechanisms.citizens import circumstances, count
from advosim.mechanisms.clashes import culture_clash, internal_communication, priority_clash, strategy_clash
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
from advosim.mechanisms.crossing import across_borders, donor_drift
from advosim.mechanisms.crowd import citizens
from advosim.mechanisms.digital import hashtag
from advosim.mechanisms.direct_democracy import initiative, recall, referendum
from advosim.mechanisms.elections import constituencies, elections
from advosim.mechanisms.evaluation import credibility, evaluation, learning
from advosim.mechanisms.exits import alliance_exit
from advosim.mechanisms.framing import framing
from advosim.mechanisms.government import accommodation, accountability, field
from advosim.mechanisms.institutions import decision, friction, pressure, protest_signal
from advosim.mechanisms.joint_plans import joint_plan
from advosim.mechanisms.markets import boycott
from advosim.mechanisms.media import coverage
from advosim.mechanisms.newcomers import formalisation, founding, merger, registration, schism
from advosim.mechanisms.news import attention
from advosim.mechanisms.plans import tactic_choice
from advosim.mechanisms.power import power
from advosim.mechanisms.resources import funds, grants
from advosim.mechanisms.scripts import orders, shocks
from advosim.mechanisms.street import intimidation, loyalty, response, violence
from advosim.mechanisms.ties import ties
from advosim.mechanisms.venues import municipalities, stakeholder_table
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.world.chance import wrapping
from advosim.world.compile import compiled, compiled_here, entry
from advosim.world.state import BUNDLE_OF, Now, People, Teams, World


def week(w):
    """One week in the order of the theory."""
    now, arena, teams, allied, talk, abroad, people, script, record = w
    events = record.events
    turn(now)
    # 1 news: shocks arrive, also from abroad, the agenda decays
    spillover(now, arena, abroad)
    attention(now, arena, events)
    shocks(now, arena, teams, allied, script, events)
    # 2 funds: who runs out closes, or is sheltered abroad; others are founded
    partners(now, arena, teams, allied)
    funds(now, arena, teams, events)
    shelter(now, teams, allied, events)
    grants(now, arena, teams, events)
    registration(now, arena, teams, events)
    merger(now, arena, teams, allied, people, events)
    founding(now, arena, teams, allied, people, events)
    schism(now, arena, teams, allied, people, events)
    formalisation(now, arena, teams, allied, people, events)
    # 3 alliances: meet, offer, consent, quarrel, leave, at home and across borders
    ties(now, teams, allied)
    alliance_formation(now, arena, teams, allied, record)
    across_borders(now, arena, teams, allied, abroad, record)
    power(now, teams, allied)
    internal_communication(now, allied)
    culture_clash(now, teams, allied, events)
    priority_clash(now, teams, allied, events)
    strategy_clash(now, teams, allied, events)
    alliance_exit(now, arena, teams, allied, record)
    donor_drift(now, teams, allied)
    solidarity(now, teams, allied, events)
    peer_learning(now, teams, allied)
    collaborative_platform(now, teams, allied, events)
    # 4 plans: each free team, alone or allied, picks issue, tactics and frame
    blockade(now, arena, teams)
    orders(now, arena, teams, script, events)
    tactic_choice(now, arena, teams, allied, events)
    joint_plan(now, arena, teams, allied, talk, events)
    launches(now, arena, teams, events)
    pooling(now, arena, teams, allied)
    benefit_sharing(now, teams, allied)
    inclusion(now, arena, teams, allied)
    framing(now, arena, teams, talk, events)
    frame_diffusion(now, teams, allied, events)
    # 5 campaigns: messages, calls, evidence, insider contacts, appeals abroad
    hashtag(now, arena, teams, events)
    channels(now, arena, teams, allied, talk)
    evidence(now, arena, teams)
    lobbying(now, arena, teams)
    appeals(now, arena, teams, abroad, events)
    # 6 citizens: learn, attend, hear, judge, dare to speak, act, join
    circumstances(now, arena, talk, people)
    citizens(now, teams, people)
    count(now, arena, teams, people)
    # 7 street: the government answers what happened in the open
    violence(now, arena, teams)
    response(now, arena, events)
    intimidation(now, arena)
    loyalty(now, arena)
    # 8 media: covered acts feed next week's agenda
    coverage(now, arena, teams, events)
    boycott(now, arena, teams, events)
    # 9 institutions: pressure adds up; signatures are counted, ballots held; policy moves by one rule
    third_states(now, arena, abroad)
    interplay(now, abroad)
    boomerang(now, arena, teams, abroad, events)
    withdrawal(now, arena, teams, abroad, events)
    polls(now, arena, people)
    recall(now, arena, teams, people, record)
    protest_signal(now, arena)
    constituencies(now, arena)
    field(now, arena, teams)
    accountability(now, arena)
    pressure(now, arena, teams)
    accommodation(now, arena)
    friction(now, arena)
    elections(now, arena, people, events)
    stakeholder_table(now, arena, teams, allied, events)
    initiative(now, arena, teams, people, record)
    referendum(now, arena, teams, people, record)
    decision(now, arena, events)
    municipalities(now, arena, teams, events)
    # 10 evaluation: what did it bring?
    evaluation(now, arena)
    credibility(now, arena, teams, allied, events)
    trust(now, teams, allied, events)
    learning(now, arena, teams, allied, events)
    satisfaction(now, teams, allied)
    # 11 record
    record_week(now, arena, teams, allied, record)
    record_abroad(now, teams, abroad, record)


# Inlined: what is compiled by itself first is optimised twice, and this is the most that there is to optimise.
_inlined_week = numba.njit(inline="always")(week)


Line = Callable[[World, int], None]
"""Runs a World on by a number of weeks; one at a time, since it has one room for letters."""


@entry
def weeks(w, number):
    """`number` weeks in one call."""
    for _ in range(number):
        _inlined_week(w)


def _globals_of(function: Callable[..., Any]) -> dict[str, None]:
    # co_names would hold fields as well, of which some are called like functions.
    return dict.fromkeys(step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL")


_CALLED = tuple(_globals_of(week))


@compiled
def _skipped(*bundles):
    """A mechanism that does nothing, in compiled code."""


def _only(names: Sequence[str], name: str, idle: Callable[..., Any]) -> Callable[[World], None]:
    """The straight line of `week` with `idle` in the place of all but some mechanisms."""
    others = {other: idle for other in _CALLED if other not in names}
    made = types.FunctionType(week.__code__, {**week.__globals__, **others}, name)
    # Numba keeps compiled code by it, and would take the one for the other.
    made.__qualname__ = name
    return made


before_citizens = entry(_only(_CALLED[: _CALLED.index("citizens")], "before_citizens", _skipped))
"""What stands before citizens in the week: for threads that share citizens out."""
after_citizens = entry(_only(_CALLED[_CALLED.index("citizens") + 1 :], "after_citizens", _skipped))
"""What stands after them."""

_BESIDE = ("turn", "record_week", "record_abroad", "citizens", "count")
TABLE_MECHANISMS = tuple(name for name in _CALLED if name not in _BESIDE)
CITIZEN_MECHANISMS = (
    "backfire", "awareness", "weight_of", "salience", "persuasion", "backlash", "framed", "education", "unlearning",
    "influence", "anchoring", "noticing", "motive", "expression", "participation", "company", "membership",
)  # fmt: skip


def line(threads: int = 1, mechanisms: Mapping[str, Callable[..., Any]] | None = None) -> Line:
    """The week that runs, with other rules under some names. Same bits for any number of threads.

    A table mechanism's replacement is any callable with the same arguments, compiled or plain; one that names tables
    instead of bundles is handed those. One of a citizen's is compiled and the kernel rebuilt around it. Raises
    InputError for unknown names, other arguments, or lambdas.
    """
    replaced = dict(mechanisms or {})
    check(replaced)
    return _lending(weeks if threads <= 1 and not replaced else _interpreted(_with(replaced, threads)))


MOST_LETTERS = 2**28
"""Letters for which room is lent: two gigabytes, of which a week takes what it uses. One with more makes its own."""


def room_for(letters: int) -> NDArray[np.uint64]:
    """Room for letters; none where a process may not have so many addresses, and weeks make what they use."""
    try:
        return np.empty(letters, np.uint64)
    except MemoryError:
        return np.empty(0, np.uint64)


def _lending(run: Line) -> Line:
    """`run` with room for letters of its own that stays from call to call: fresh memory comes page by page."""
    room = np.empty(0, np.uint64)

    def lent(world: World, number: int) -> None:
        nonlocal room
        ties, issues = world.people.citizens.neighbour.size, world.people.citizens.own.shape[0]
        most = min(ties * issues, MOST_LETTERS)
        if room.size < most:
            room = room_for(most)
        run(world._replace(people=world.people._replace(letters=room)), number)

    return lent


def check(replaced: Mapping[str, Callable[..., Any]]) -> None:
    """Raises InputError, with all that is wrong of rules that are to take the place of others."""
    known = (*TABLE_MECHANISMS, *CITIZEN_MECHANISMS)
    problems = []
    for name, rule in replaced.items():
        place = f"mechanisms['{name}']"
        if name not in known:
            hint = did_you_mean(name, known)
            problems.append(Problem("", None, f"{place}: no such mechanism", ", ".join(known), hint))
        elif getattr(getattr(rule, "py_func", rule), "__name__", "") == "<lambda>":
            problems.append(
                Problem("", None, f"{place} is a lambda, which cannot travel to worker processes", "a named function")
            )
        elif not callable(rule) or (_parameters(rule) != _arguments(name) and _tables(name, rule) is None):
            needed = f"a function ({', '.join(_arguments(name))})"
            problems.append(Problem("", None, f"{place} does not take the arguments of '{name}'", needed))
    if problems:
        raise InputError(problems)


def _parameters(rule: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(getattr(rule, "py_func", rule)).parameters)


def _arguments(name: str) -> list[str]:
    return _parameters(globals().get(name) or getattr(_citizens, name))


_ONCE = {"people": "citizens", "here": "circumstances"}
"""What mechanisms called two tables while they took tables one by one."""
_RECORDED = {"events": "events", "lives": "alliances", "consents": "consents", "ended": "ballots"}


def _tables(name: str, rule: Callable[..., Any]) -> list[tuple[int, str]] | None:
    """Of a rule that names tables one by one: for each, in which of the mechanism's bundles it stands, and its name.

    None where some argument is no table there.
    """
    bundles = _arguments(name)
    found = []
    for given in _parameters(rule):
        table = _ONCE.get(given, given)
        bundle, table = ("record", _RECORDED[given]) if given in _RECORDED else (BUNDLE_OF.get(table, ""), table)
        if given in bundles:
            bundle, table = given, ""
        if name not in TABLE_MECHANISMS or bundle not in bundles:
            return None
        found.append((bundles.index(bundle), table))
    return found or None


def _unbundled(name: str, rule: Callable[..., Any]) -> Callable[..., None]:
    """A rule that names tables one by one, as a mechanism that takes bundles."""
    tables = _tables(name, rule)
    assert tables is not None
    warn(
        f"mechanisms['{name}'] names tables; name bundles instead: ({', '.join(_arguments(name))})",
        DeprecationWarning,
        stacklevel=4,
    )

    def handed(*bundles: Any) -> None:
        rule(*(getattr(bundles[place], table) if table else bundles[place] for place, table in tables))

    return handed


def _with(replaced: Mapping[str, Callable[..., Any]], threads: int) -> Callable[[World], None]:
    """The straight line of `week` with other functions under some of its names.

    They are called one by one; where no rule but citizens' is another one, all before citizens is called as a whole,
    and all after them.
    """
    own = {name: rule for name, rule in replaced.items() if name in CITIZEN_MECHANISMS}
    some = _kernel(own) if own else _crowd.some_citizens
    others = {
        name: rule if _parameters(rule) == _arguments(name) else _unbundled(name, rule)
        for name, rule in replaced.items()
        if name not in own
    }
    shared_out = _shared_out(some, threads)
    if not others:
        return _around(shared_out)
    return types.FunctionType(week.__code__, {**week.__globals__, **others, "citizens": shared_out}, "week")


def _around(shared_out: Callable[[Now, Teams, People], None]) -> Callable[[World], None]:
    """A week in which all but the citizens' phase is compiled as a whole."""

    def one_week(w: World) -> None:
        before_citizens(w)
        shared_out(w.now, w.teams, w.people)
        after_citizens(w)

    return one_week


def _kernel(own: Mapping[str, Callable[..., Any]]) -> Callable[..., None]:
    """The citizens' kernel rebuilt around a user's rules of one citizen; functions that call none of them stay."""
    space = {**vars(_citizens), **vars(_crowd)}
    for name, rule in own.items():
        space[name] = rule if hasattr(rule, "py_func") else compiled_here(rule, _inline(space[name]))
    for name in _callers(space, set(own)):
        plain = getattr(space[name], "py_func", space[name])
        space[name] = compiled_here(types.FunctionType(plain.__code__, space, name), _inline(space[name]))
    return space["some_citizens"]  # type: ignore[no-any-return]


def _inline(function: Any) -> bool:
    """Whether a function is compiled into its callers."""
    return bool(getattr(function, "targetoptions", {}).get("forceinline"))


def _callers(space: Mapping[str, Any], named: set[str]) -> set[str]:
    """Functions of the citizens' phase that call some of those named, at any remove."""
    own = (_citizens.__name__, _crowd.__name__)
    calls = {
        name: _globals_of(getattr(each, "py_func", each))
        for name, each in space.items()
        if callable(each) and getattr(each, "__module__", "") in own and not isinstance(each, type)
    }
    found: set[str] = set()
    while more := {name for name in calls.keys() - found - named if calls[name].keys() & (named | found)}:
        found |= more
    return found


def _shared_out(some: Callable[..., None], threads: int) -> Callable[..., None]:
    """The citizens' phase over ranges of blocks on a pool of threads: all write letters, then all read and live.

    Each writes rows of its own. A village in two ranges is read for both.
    """
    pool = ThreadPoolExecutor(max(1, threads - 1))

    def on_each(work: Callable[..., Any], *arguments: Iterable[Any]) -> list[Any]:
        def part(*given: Any) -> Any:
            # numpy's error state is a thread's own.
            with wrapping():
                return work(*given)

        first, *others = zip(*arguments, strict=False)
        begun = [pool.submit(part, *given) for given in others]
        try:
            own = part(*first)
        finally:
            wait(begun)
        return [own, *(each.result() for each in begun)]

    def together(now: Now, teams: Teams, people: People) -> None:
        blocks = people.blocks
        ends = np.append(blocks["first"], blocks["last"][-1])
        bounds = np.searchsorted(ends, np.linspace(0, ends[-1], threads + 1))
        bounds[0], bounds[-1] = 0, blocks.size
        low, high = ends[bounds[:-1]].tolist(), ends[bounds[1:]].tolist()
        who = on_each(_mouth.talkers, low, high, repeat(now), repeat(people))
        mail = _mouth.mail_for(np.array([each.sheets for each in who]), people)
        on_each(_mouth.write, range(threads), who, repeat(now), repeat(people), repeat(mail))
        first, last = bounds[:-1].tolist(), bounds[1:].tolist()
        on_each(some, first, last, repeat(now), repeat(teams), repeat(people), repeat(mail))

    return together


def _interpreted(one_week: Callable[[World], None]) -> Line:
    def run(world: World, number: int) -> None:
        for _ in range(number):
            one_week(world)

    return run


def stages() -> list[Callable[[World], None]]:
    """The lines of `week`, each as a call that runs one mechanism alone: to compile them one by one."""
    return [_only([name], name, _idle) for name in _CALLED]


def families() -> list[list[str]]:
    """The week's mechanisms by the module that they are of, whose functions they share; what takes longest first."""
    found: dict[str, list[str]] = {}
    for name in _CALLED:
        found.setdefault(inspect.unwrap(globals()[name]).__module__, []).append(name)
    size = {module: len(inspect.getsource(sys.modules[module])) for module in found}
    return [found[module] for module in sorted(found, key=lambda module: -size[module])]


def compile_rule(name: str, world: World) -> None:
    """Compile one of the week's mechanisms for its callers, and keep it."""
    if numba.config.DISABLE_JIT:
        return
    bundles = {**world._asdict(), "events": world.record.events}
    globals()[name].compile(tuple(numba.typeof(bundles[each]) for each in _arguments(name)))


def _idle(*bundles: Any) -> None:
    """A mechanism that does nothing."""
