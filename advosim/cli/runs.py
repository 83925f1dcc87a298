"""The commands that run one world."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advosim.cli import options
from advosim.cli.console import Bars, say
from advosim.cli.ending import collect
from advosim.scenario.limits import MOST_SEED
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.live.past import Past
    from advosim.scenario.load import Scenario


def run(
    scenario: Annotated[
        str | None,
        typer.Argument(help="A scenario file, or the name of a shipped scenario; with --from that of the state."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=MOST_SEED, help="Seed of all chance.")] = None,
    weeks: options.Weeks = None,
    changes: options.Changes = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads for large worlds; the results are the same.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/SCENARIO-HASH.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--save-state", metavar="FILE", help="Keep the state at the end, to go on from there."),
    ] = None,
    past: Annotated[
        Path | None,
        typer.Option("--from", metavar="STATE", help="Go on from a state; --set holds from its next week on."),
    ] = None,
    format: options.Formats = "png",
    force: options.Force = False,
) -> None:
    """Run a scenario; write tables, figures, a story and a manifest; print a summary."""
    from datetime import UTC, datetime

    from advosim.results import folder as results
    from advosim.results.summary import summary, told

    started, formats = datetime.now(UTC), options.formats(format)
    given = {name: value for name, value in (("seed", seed), ("weeks", weeks)) if value is not None}
    if state is not None:
        from advosim.live.past import check_place

        check_place(state)
    if past is not None:
        before, chosen, folder = _going_on(past, scenario, changes or [], given, out, force)
    elif scenario is None:
        raise InputError(
            Problem("run", None, "no scenario is named", hint="advosim list scenarios tells what is shipped")
        )
    else:
        before, (chosen, folder) = None, _checked(scenario, changes or [], given, out, force)
    from advosim.beside import beside

    with beside(_make_ready, {"told": told}) as others:
        from advosim.simulation import simulate

        with Bars() as bars:
            record = simulate(chosen, threads=threads, progress=bars, past=before, state=state)
        results.write(record, folder, started, force, formats, others)
    say(summary(record, folder, others.found["told"]))


def _make_ready() -> None:
    from advosim import record  # noqa: F401
    from advosim.results import folder as results

    results.make_ready()


def warmup() -> None:
    """Compile all rules now, so that later runs start at once."""
    from advosim import simulation

    with Bars() as bars:
        simulation.warmup(bars)
    say("All rules are compiled.")


def check(scenario: options.Scenario) -> None:
    """Read a scenario and say all that is wrong with it."""
    from advosim.scenario import load
    from advosim.scenario.size import shortages, size

    read = load.load(scenario)
    networks = _edge_lists(read)
    if short := list(shortages([read])):
        raise InputError(short)
    say(f"{scenario}: no errors")
    say(_described(read))
    if any(issue.policy_between or issue.attitude_between for issue in read.issue.values()):
        say("Each seed draws where policy and attitudes start around what is written, by the issues' *_between.")
    say(f"A run takes {size(read)}.")
    for note in (*networks, *load.notes(read)):
        say(f"note: {note}")


COMMANDS = (check, run, warmup)


def _checked(
    name: str, changes: list[str], given: dict[str, int], out: Path | None, force: bool
) -> tuple[Scenario, Path]:
    """The scenario and the place of its results, after all that can be wrong before a run has been looked for."""
    from advosim.results import folder as results
    from advosim.scenario import load
    from advosim.scenario.size import shortages

    problems: list[Problem] = []
    settings = collect(problems, lambda: load.settings(changes))
    chosen = collect(problems, lambda: load.read(name, {**(settings or {}), **given}))
    networks: list[str] = []
    if chosen is not None:
        networks = collect(problems, lambda: _edge_lists(chosen)) or []
        out = out or results.default_place(Path(name).stem, chosen)
        problems += shortages([chosen], out)
    if out is not None:
        collect(problems, lambda: results.check_place(out, force))
    if problems or chosen is None or out is None:
        raise InputError(problems)
    for note in (*networks, *load.overwritten(chosen, [*(settings or {}), *given])):
        say(f"note: {note}", err=True)
    return chosen, out


def _going_on(
    past: Path, scenario: str | None, changes: list[str], given: dict[str, int], out: Path | None, force: bool
) -> tuple[Past, Scenario, Path]:
    """The past, the scenario of its future, and the place of the results."""
    from advosim.live.past import continued, load
    from advosim.results import folder as results
    from advosim.scenario import load as scenarios

    if "seed" in given:
        raise InputError(Problem("--seed", None, "a future goes on with the seed of its past", hint="leave it out"))
    settings = {path: scenarios.toml_value(value) for path, value in scenarios.settings(changes).items()}
    named = scenarios.read(scenario) if scenario else None
    before = load(past, given.get("weeks") or (named.weeks if named else None))
    chosen = named or before.scenario
    try:
        chosen = continued(chosen, before.week, {**settings, **given})
    except InputError as error:
        raise InputError(replace(p, file="--set") for p in error.problems) from None
    before.check(chosen, chosen.weeks)  # whether it is one, before anything else
    out = out or results.default_place(past.stem, chosen)
    results.check_place(out, force)
    return before, chosen, out


def _edge_lists(scenario: Scenario) -> list[str]:
    """What the files of networks hold, in sentences. Raises InputError with what is wrong in them."""
    problems: list[Problem] = []
    said: list[str] = []
    for polity in scenario.polity.values():
        for layer in (polity.network.face_to_face, polity.network.social):
            if layer.file is not None:
                from advosim.world import edge_lists

                ties = collect(problems, partial(edge_lists.of_layer, layer, polity.citizens))
                said += [] if ties is None else [edge_lists.described(ties, polity.citizens)]
    if problems:
        raise InputError(problems)
    return said


def _described(scenario: Scenario) -> str:
    organisations = sum(o.count for p in scenario.polity.values() for o in p.organisation.values())
    citizens = sum(p.citizens for p in scenario.polity.values())
    return (
        f"{scenario.title}: {scenario.weeks} weeks, polities: {', '.join(scenario.polity)}; "
        f"issues: {', '.join(scenario.issue)}; {citizens:,} citizens, {organisations} organisations, "
        f"{len(scenario.reform)} reforms"
    )
