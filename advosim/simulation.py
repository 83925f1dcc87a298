"""Scenario -> Record: found a world, run its weeks, carry out reforms on the way."""

from __future__ import annotations

import contextlib
import operator
import os
import queue
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from advosim.live.past import Past, of, save
from advosim.processors import processors
from advosim.reading.stopping import policies_of, stops
from advosim.record import Record, lost, recorded
from advosim.replaced import Rules, functions, guarded, traces
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem
from advosim.scenario.schema import Organisation, Polity, Stop
from advosim.scenario.tree import bounds
from advosim.week import TABLE_MECHANISMS, Line, compile_rule, families, line, stages
from advosim.week import weeks as whole_weeks
from advosim.world.chance import wrapping
from advosim.world.codes import EVENTS
from advosim.world.compile import JIT, cache_of, mend, sound
from advosim.world.enact import enact
from advosim.world.found import Settled, found
from advosim.world.state import World

Progress = Callable[[str, int, int], None]
"""Called with a stage ("compile", "found" or "weeks"), how much of it is done, and how much there is."""

FEW = 300_000
"""Citizens times issues below which threads gain nothing."""


def simulate(
    scenario: Scenario,
    seed: int | None = None,
    *,
    weeks: int | None = None,
    threads: int | None = None,
    mechanisms: Rules | None = None,
    progress: Progress | None = None,
    settled: Settled | None = None,
    past: Past | None = None,
    state: str | Path | None = None,
) -> Record:
    """Run a scenario and return its record: `weeks`, `organisations`, `alliances`, `events` as DataFrames.

    seed and weeks default to the scenario's own. threads None takes what the machine has where the world is large; bits
    are the same for any number. mechanisms puts functions, or `module:function`, in the place of rules by name.
    progress hears of the stages. settled keeps worlds from run to run that need not be founded anew. past: go on from
    there; its seed counts, and the scenario may differ only in what comes later. state: a file for the state at the
    end. Raises InputError for wrong input.
    """
    if not isinstance(scenario, Scenario):
        text = f"simulate takes a Scenario, not {type(scenario).__name__}"
        raise InputError(Problem("", None, text, hint='Scenario.load("baseline"), or a file'))
    seed = past.seed if past else scenario.seed if seed is None else allowed("seed", seed)
    weeks = scenario.weeks if weeks is None else allowed("weeks", weeks)
    started = time.perf_counter()
    rules = functions(mechanisms)
    run = week_with(threads_for(scenario, threads), rules)
    if progress is not None and not rules:
        compile_all(progress, threads_for(scenario, threads))
    compiled_at = time.perf_counter()
    world = (
        past.future(scenario, weeks) if past else found(scenario, seed, weeks, threads_for(scenario, threads), settled)
    )
    founded_at = time.perf_counter()
    for week in advance(world, scenario, run, weeks, _stride(scenario, weeks, progress)):
        if progress is not None:
            progress("weeks", week, weeks)
        if stops_now(world, scenario):
            break
    done_at = time.perf_counter()
    seconds = {"compile": compiled_at - started, "found": founded_at - compiled_at, "weeks": done_at - founded_at}
    last = int(world.now.clock["week"][0])
    if state is not None:
        save(of(world, scenario, seed), state)
    return Record(scenario, seed, recorded(world), seconds, left_out(scenario, last), lost(world), traces(rules))


def week_with(threads: int, rules: Mapping[str, Callable[..., Any]]) -> Line:
    """The week that runs, with other rules under some names. Raises InputError for what does not fit."""
    return line(
        threads, {name: guarded(name, rule) if name in TABLE_MECHANISMS else rule for name, rule in rules.items()}
    )


def _stride(scenario: Scenario, weeks: int, progress: Progress | None) -> int:
    if scenario.stop != Stop():
        return 1
    return max(1, weeks // 50) if progress else weeks


def stops_now(world: World, scenario: Scenario) -> bool:
    """Whether a stop condition of the scenario holds in the week that ran last."""
    if scenario.stop == Stop():
        return False
    week = int(world.now.clock["week"][0])
    policies = policies_of(world.record.founding.weeks, world.record.weeks[:week])
    return stops(scenario, policies) is not None


def allowed(name: str, value: Any) -> int:
    """A seed or a number of weeks that a caller gave, if a scenario could have it. Raises InputError."""
    low, high = bounds(Scenario.model_fields[name])
    assert low is not None and high is not None
    try:
        number = operator.index(value)
        if not isinstance(value, bool) and low <= number <= high:
            return number
    except TypeError:
        pass
    raise InputError(Problem("", None, f"{name} = {value!r} is not allowed", f"whole numbers from {low} to {high}"))


def left_out(scenario: Scenario, weeks: int) -> tuple[str, ...]:
    """Reforms that a run of `weeks` weeks does not come to."""
    late = [reform for reform in scenario.reform if reform.week > weeks]
    return tuple(f"week {reform.week}: {', '.join(reform.set)}" for reform in late)


def advance(world: World, scenario: Scenario, run: Line, until: int, stride: int) -> Iterator[int]:
    """Run a world on to week `until`, in strides, carrying out the scenario's reforms; yields the week after each.

    Goes on from where the world stands, be it founded, copied or restored.
    """
    at = sorted({reform.week for reform in scenario.reform})
    with wrapping():
        while (week := int(world.now.clock["week"][0])) < until:
            if week + 1 in at:
                _reform(world, scenario, week + 1)
            stop = min([until, week + stride, *(w - 1 for w in at if w > week + 1)])
            run(world, stop - week)
            yield stop


def _reform(world: World, scenario: Scenario, week: int) -> None:
    enact(world, scenario.reformed(week), scenario.reformed(week - 1))
    homes = list(scenario.polity)
    for number, reform in enumerate(scenario.reform):
        if reform.week == week:
            touched = {path.split(".")[1] for path in reform.set if path.startswith("polity.")}
            for polity in sorted(homes.index(home) for home in touched if home in homes) or [-1]:
                row = world.record.events[min(world.now.clock["events"][0], world.record.events.size - 1)]
                row.week, row.polity, row.issue, row.organisation = week, polity, -1, -1
                row.event, row.tactic, row.route, row.side = EVENTS.index("reform"), -1, -1, -1
                row.alliance, row.partner, row.reason = -1, -1, -1
                row.size = number
                world.now.clock["events"] += 1


def threads_for(scenario: Scenario, threads: int | None) -> int:
    """The number of threads to use: as asked, else what is there where the world is large enough to gain."""
    if threads is not None:
        return threads
    citizens = sum(polity.citizens for polity in scenario.polity.values())
    if citizens * len(scenario.issue) < FEW:
        return 1
    return processors()


def is_compiled() -> bool:
    """Whether the week stands compiled on disk already, as it was written."""
    folder = cache_of("advosim.week")
    return folder is not None and sound("advosim.week") and any(folder.glob("week.weeks-*.nbi"))


def _is_shared_out() -> bool:
    """Whether the week stands compiled for threads that share citizens out."""
    module = "advosim.mechanisms.crowd"
    folder = cache_of(module)
    return folder is not None and sound(module) and any(folder.glob("crowd.some_citizens.called-*.nbi"))


def compile_all(progress: Progress, threads: int = 1) -> None:
    """Compile every mechanism, counting them out, so that the first run does not look stuck. Quick when cached.

    Processes share the work, since a compiler is busy with one function at a time; what they leave in the cache is put
    together here. Where one fails, what it had is compiled here too.

    threads: with several, the week is compiled in parts, too.
    """
    if is_compiled() and (threads == 1 or _is_shared_out()):
        return
    number = len(stages())
    progress("compile", 0, number + 2)
    world = _smallest()
    progress("compile", 1, number + 2)
    processes = _compilers(min(processors(), 4)) if JIT and cache_of("advosim.week") else []
    with wrapping(), ThreadPoolExecutor(max(1, len(processes))) as pool:
        lines, left = queue.SimpleQueue[str | None](), deque(families())
        for process in processes:
            pool.submit(_hand_out, process, left, lines)
        done, open_ = 1, len(processes)
        while open_:
            if lines.get() is None:
                open_ -= 1
            else:
                done += 1
                progress("compile", min(done, number + 1), number + 2)
        whole_weeks(world, 1)
        if threads > 1:
            line(threads)(world, 1)
    progress("compile", number + 2, number + 2)


def _compilers(number: int) -> list[subprocess.Popen[str]]:
    """Processes that compile what they are told and print a line for every rule; none where one is enough."""
    if number < 2:
        return []
    code = "import advosim.simulation as s; s.compile_told()"
    # From where this process has the package: what is compiled of a copy in the folder it started in is of no use.
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    return [
        subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, text=True, env=known,
        )
        for _ in range(number)
    ]  # fmt: skip


def _hand_out(process: subprocess.Popen[str], left: deque[list[str]], lines: queue.SimpleQueue[str | None]) -> None:
    """Tell a process rules to compile, family by family; an empty line says that it has done with one."""
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(OSError, ValueError), process:
        while left and process.poll() is None:
            with contextlib.suppress(IndexError):
                process.stdin.write(f"{' '.join(left.popleft())}\n")
                process.stdin.flush()
                for line in iter(process.stdout.readline, "\n"):
                    if not line:
                        break
                    lines.put(line)
    lines.put(None)


def compile_told() -> None:
    """Compile the rules that each line of input names, with a line of output for each rule, and an empty one."""
    world = _smallest()
    with wrapping():
        for names in sys.stdin:
            for name in names.split():
                compile_rule(name, world)
                print(name, flush=True)
            print(flush=True)


def _smallest() -> World:
    """A world of ten citizens and one organisation: for the types of its tables."""
    home = Polity(citizens=10, organisation={"one": Organisation()})
    return found(Scenario(title="warm-up", polity={"home": home}), 1, 2)


def warmup(progress: Progress) -> None:
    """Compile all that a run needs and keep it on disk; what was damaged there is found."""
    mend()
    compile_all(progress, processors())
