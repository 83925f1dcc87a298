"""The commands that compare and analyse: each parses, calls the library and prints. `cli` adds them to its own."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advosim.cli.console import say
from advosim.scenario.limits import MOST_SEED, MOST_WEEKS
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario

MOST_RUNS = 1_000_000
Told = Callable[[], AbstractContextManager[None]]
"""Ends a command with a sentence and an exit code where something is wrong."""

Force = Annotated[bool, typer.Option("--force", help="Write where other files are too; they stay beside the results.")]
ExperimentArgument = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment file that was run.")]
SweepFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder of the sweep, by default results/EXPERIMENT.")
]


def add_to(app: typer.Typer, told: Told) -> None:
    """Add the commands to the command line."""
    for name, command in (
        ("compare", compare),
        ("contribution", contribution),
        ("sensitivity", sensitivity),
        ("discover", discover),
    ):
        app.command(name)(_ended(command, told))


def _ended(command: Callable[..., None], told: Told) -> Callable[..., None]:
    @functools.wraps(command)
    def run(*words: Any, **options: Any) -> None:
        with told():
            command(*words, **options)

    return run


# ---------------------------------------------------------------- commands


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Files or shipped names; the first is the base.")
    ],
    runs: Annotated[int, typer.Option(min=2, max=MOST_RUNS, help="Pairs of runs with the same seed.")] = 200,
    first_seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="The first of the seeds.")] = 1,
    weeks: Annotated[int | None, typer.Option(min=1, max=MOST_WEEKS, help="Length of the runs.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value in all scenarios; can be repeated."),
    ] = None,
    outcomes: Annotated[
        list[str] | None, typer.Option("--outcome", metavar="NAME", help="Only this outcome; can be repeated.")
    ] = None,
    by_issue: Annotated[bool, typer.Option("--by-issue", help="Each issue too, beside their mean.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; the results are the same.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/compare-NAMES-HASH.")
    ] = None,
    force: Force = False,
) -> None:
    """Compare scenarios over paired seeds: effects with 95% intervals, figure, CSV and LaTeX table."""
    from advosim.experiment.compare.comparison import compare as compared
    from advosim.experiment.compare.comparison import forget
    from advosim.scenario import load

    chosen = _scenarios(scenarios, changes or [], {} if weeks is None else {"weeks": weeks})
    place = out or _place(scenarios, chosen, runs, first_seed)
    _check(place, force)
    given: dict[str, Any] = {
        "runs": runs,
        "first_seed": first_seed,
        "workers": workers,
        "weeks": weeks,
        "by_issue": by_issue,
    }
    for note in dict.fromkeys(n for one in chosen for n in load.overwritten(one, load.settings(changes or []))):
        say(f"note: {note}", err=True)
    result = compared(chosen, outcomes=outcomes or None, kept=_kept(place), **given)
    result.save(place, force=force)
    forget(_kept(place))
    say(result.summary())
    say(f"\nSaved in {place}: effects.csv, effects.tex, effects.png, pairs.parquet, manifest.json")


def contribution(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a shipped name.")],
    runs: Annotated[int, typer.Option(min=2, max=MOST_RUNS, help="Pairs of runs for each organisation.")] = 50,
    first_seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="The first of the seeds.")] = 1,
    weeks: Annotated[int | None, typer.Option(min=1, max=MOST_WEEKS, help="Length of the runs.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value at a dotted path; can be repeated."),
    ] = None,
    routes: Annotated[bool, typer.Option("--routes", help="Through which routes to policy did it work?")] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Likewise for the sources of pressure: street, petitions, insiders ...")
    ] = False,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="NAME", help="With --routes or --sources: of this organisation or group."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; the results are the same.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/contribution-...")
    ] = None,
    force: Force = False,
) -> None:
    """Say what each organisation contributed: the same seeds without it, ranked with 95% intervals."""
    from advosim.experiment.compare.comparison import forget
    from advosim.experiment.contribution.ranking import contribution as contributed
    from advosim.scenario import load

    (chosen,) = _scenarios([scenario], changes or [], {} if weeks is None else {"weeks": weeks})
    kind = "sources" if sources else "routes" if routes else "contribution"
    if of and kind == "contribution":
        raise InputError(Problem("--of", None, "goes with --routes or --sources; without them all are ranked"))
    name = "-".join([kind, Path(scenario).stem, load.fingerprint(chosen), *(of or []), str(first_seed), str(runs)])
    place = out or Path("results") / name
    _check(place, force)
    if kind != "contribution":
        from advosim.experiment.contribution.routes import routes as decomposed

        parts = decomposed(
            chosen, of=of or (), sources=sources, runs=runs, first_seed=first_seed, workers=workers, kept=_kept(place)
        )
        parts.save(place, force=force)
        forget(_kept(place))
        say(parts.summary())
        say(f"\nSaved in {place}: routes (.csv, .png), summary.txt, pairs.parquet, manifest.json")
        return
    found = contributed(chosen, runs=runs, first_seed=first_seed, workers=workers, kept=_kept(place))
    found.save(place, force=force)
    forget(_kept(place))
    say(found.summary())
    say(f"\nSaved in {place}: contribution (.csv, .tex, .png), sums.csv, pairs.parquet, manifest.json")


def sensitivity(
    experiment: ExperimentArgument,
    out: SweepFolder = None,
    force: Force = False,
) -> None:
    """Say which factors matter: Morris, Sobol, factorial and one-at-a-time designs, with intervals and noise."""
    from advosim.experiment.sensitivity.analysis import sensitivity as analysed

    sweep = _sweep(experiment, out)
    place = sweep / "sensitivity"
    _check(place, force)
    found = analysed(experiment, sweep)
    found.save(place, force=force)
    say(found.summary())
    say(f"\nSaved in {place}: tables (.csv, .tex), figures (.png), summary.txt, manifest.json")


def discover(
    experiment: ExperimentArgument,
    out: SweepFolder = None,
    outcome: Annotated[str | None, typer.Option(help="The outcome, by default the first.")] = None,
    above: Annotated[float | None, typer.Option(help="Look for runs whose outcome is above this.")] = None,
    below: Annotated[float | None, typer.Option(help="Look for runs whose outcome is below this.")] = None,
    force: Force = False,
) -> None:
    """Find the settings in which something happens: boxes by PRIM, a tree by CART."""
    from advosim.experiment.discovery.discover import discover as discovered

    sweep = _sweep(experiment, out)
    found = discovered(experiment, sweep, outcome=outcome, above=above, below=below)
    place = sweep / f"discovery-{found.outcome}"
    _check(place, force)
    found.save(place, force=force)
    say(found.summary())
    say(f"\nSaved in {place}: boxes (.csv, .tex), figures (.png), summary.txt, manifest.json")


# ---------------------------------------------------------------- what they share


def _sweep(experiment: Path, out: Path | None) -> Path:
    """The folder of a sweep, which must be there."""
    folder = out or Path("results") / experiment.stem
    if not folder.is_dir():
        hint = f"run the experiment: advosim sweep run {experiment} --out {folder}"
        raise InputError(Problem(str(folder), None, "there is no such folder", "the folder of a sweep", hint))
    return folder


def _scenarios(names: list[str], changes: list[str], given: dict[str, int]) -> list[Scenario]:
    """All scenarios with the changes of `--set`. Raises InputError with all that is wrong in any of them."""
    from advosim.scenario import load

    found: list[Scenario] = []
    settings, problems = _settings(changes)
    for name in names:
        try:
            found.append(load.read(name, {**settings, **given}))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return found


def _settings(changes: list[str]) -> tuple[dict[str, str], list[Problem]]:
    from advosim.scenario import load

    try:
        return load.settings(changes), []
    except InputError as error:
        return {}, error.problems


def _place(names: list[str], scenarios: list[Scenario], runs: int, first_seed: int) -> Path:
    """`results/compare-A-B-HASH`, with a hash of the scenarios and seeds."""
    import hashlib

    from advosim.scenario import load

    stems = [re.sub(r"[^a-z0-9_]+", "_", Path(name).stem.lower()).strip("_") for name in names]
    whole = [*(load.fingerprint(scenario) for scenario in scenarios), str(runs), str(first_seed)]
    digest = hashlib.sha256(" ".join(whole).encode()).hexdigest()[:10]
    return Path("results") / f"compare-{'-'.join(stems)[:60]}-{digest}"


def _check(folder: Path, force: bool) -> None:
    from advosim.results import folder as results

    results.check_place(folder, force)


def _kept(place: Path) -> Path:
    """Where runs lie until the results that they are for are saved in `place`: a killed command goes on from there."""
    return place.with_name(f"{place.name[:200]}.runs")
