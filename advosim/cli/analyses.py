"""The commands that compare and analyse."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advosim.cli import options
from advosim.cli.console import say
from advosim.cli.ending import collect
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Files or shipped names; the first is the base.")
    ],
    runs: Annotated[int, typer.Option(min=2, max=options.MOST_RUNS, help="Pairs of runs with the same seed.")] = 200,
    first_seed: options.FirstSeed = 1,
    weeks: options.Weeks = None,
    changes: options.Changes = None,
    outcomes: Annotated[
        list[str] | None, typer.Option("--outcome", metavar="NAME", help="Only this outcome; can be repeated.")
    ] = None,
    primary: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Outcomes named in advance, by commas: reported whatever they show."),
    ] = None,
    course: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Columns of the weekly table to follow, by commas; 'none' follows none."),
    ] = None,
    by_issue: Annotated[bool, typer.Option("--by-issue", help="Each issue too, beside their mean.")] = False,
    from_week: Annotated[
        int | None,
        typer.Option("--from-week", metavar="WEEK", help="Until then all are the first: one past, many futures."),
    ] = None,
    panel: Annotated[
        str, typer.Option(metavar="NAMES", help="Also all weeks of all runs: parquet, csv, dta, by commas.")
    ] = "",
    workers: options.Workers = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/compare-NAMES-HASH.")
    ] = None,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
    force: options.Force = False,
) -> None:
    """Compare scenarios over paired seeds: effects with 95% intervals, figure, CSV and LaTeX table."""
    from advosim.experiment.compare.comparison import compare as compared
    from advosim.experiment.compare.courses import DRAWN
    from advosim.scenario import load

    printed = {**options.printed(format, longtable), "panel": _panel(panel)}
    chosen = _scenarios(scenarios, changes or [], {} if weeks is None else {"weeks": weeks})
    place = _check(out or _place(scenarios, chosen, (runs, first_seed), from_week), force)
    given: dict[str, Any] = {
        "runs": runs,
        "first_seed": first_seed,
        "workers": workers,
        "weeks": weeks,
        "by_issue": by_issue,
        "primary": options.named(primary),
        "courses": DRAWN if course is None else [name for name in options.named(course) if name != "none"],
        "panel": bool(printed["panel"]),
        "from_week": from_week,
    }
    for note in dict.fromkeys(n for one in chosen for n in load.overwritten(one, load.settings(changes or []))):
        say(f"note: {note}", err=True)
    result = compared(chosen, outcomes=outcomes or None, kept=_kept(place), **given)
    _leave(result, place, force, printed)


def contribution(
    scenario: options.Scenario,
    runs: Annotated[int, typer.Option(min=2, max=options.MOST_RUNS, help="Pairs of runs for each organisation.")] = 50,
    first_seed: options.FirstSeed = 1,
    weeks: options.Weeks = None,
    changes: options.Changes = None,
    routes: Annotated[bool, typer.Option("--routes", help="Through which routes to policy did it work?")] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Likewise for the sources of pressure: street, petitions, insiders ...")
    ] = False,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="NAME", help="With --routes or --sources: of this organisation or group."),
    ] = None,
    workers: options.Workers = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/contribution-...")
    ] = None,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
    force: options.Force = False,
) -> None:
    """Say what each organisation contributed: the same seeds without it, ranked with 95% intervals."""
    from advosim.experiment.contribution.ranking import contribution as contributed
    from advosim.scenario import load

    printed = options.printed(format, longtable)
    (chosen,) = _scenarios([scenario], changes or [], {} if weeks is None else {"weeks": weeks})
    kind = "sources" if sources else "routes" if routes else "contribution"
    if of and kind == "contribution":
        raise InputError(Problem("--of", None, "goes with --routes or --sources; without them all are ranked"))
    name = "-".join([kind, Path(scenario).stem, load.fingerprint(chosen), *(of or []), str(first_seed), str(runs)])
    place = _check(out or Path("results") / name, force)
    if kind != "contribution":
        from advosim.experiment.contribution.routes import routes as decomposed

        parts = decomposed(
            chosen, of=of or (), sources=sources, runs=runs, first_seed=first_seed, workers=workers, kept=_kept(place)
        )
        return _leave(parts, place, force, printed)
    found = contributed(chosen, runs=runs, first_seed=first_seed, workers=workers, kept=_kept(place))
    _leave(found, place, force, printed)


def sensitivity(
    experiment: options.Experiment,
    out: options.Sweep = None,
    given: Annotated[
        bool, typer.Option("--given", help="Also delta, PAWN and Shapley effects, which any points give.")
    ] = False,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
    force: options.Force = False,
) -> None:
    """Say which factors matter, whatever the design, with intervals and noise."""
    from advosim.experiment.sensitivity.analysis import sensitivity as analysed

    printed, sweep = options.printed(format, longtable), _sweep(experiment, out)
    place = _check(sweep / "sensitivity", force)
    _leave(analysed(experiment, sweep, given=given), place, force, printed)


def discover(
    experiment: options.Experiment,
    out: options.Sweep = None,
    outcome: Annotated[
        str | None, typer.Option(help="The outcome, by default the first primary one, or else the first.")
    ] = None,
    above: Annotated[float | None, typer.Option(help="Look for runs whose outcome is above this.")] = None,
    below: Annotated[float | None, typer.Option(help="Look for runs whose outcome is below this.")] = None,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
    force: options.Force = False,
) -> None:
    """Find the settings in which something happens: boxes by PRIM, a tree by CART."""
    from advosim.experiment.discovery.discover import discover as discovered

    printed, sweep = options.printed(format, longtable), _sweep(experiment, out)
    found = discovered(experiment, sweep, outcome=outcome, above=above, below=below)
    _leave(found, _check(sweep / f"discovery-{found.outcome}", force), force, printed)


def robustness(
    experiment: options.Experiment,
    out: options.Sweep = None,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
    force: options.Force = False,
) -> None:
    """Judge policies over what is unknown: robustness, regret, trade-offs between outcomes."""
    from advosim.experiment.robustness.robust import robustness as assessed

    printed, sweep = options.printed(format, longtable), _sweep(experiment, out)
    place = _check(sweep / "robustness", force)
    _leave(assessed(experiment, sweep), place, force, printed)


def explore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of a finished sweep.")],
    stories: Annotated[
        int, typer.Option(min=0, max=10_000, help="Runs to tell on the page: they are run again, those that stand out.")
    ] = 12,
    force: options.Force = False,
) -> None:
    """Write one HTML file in which to look at a sweep's runs; it opens offline."""
    from advosim.experiment.exploring.explore import explore as explored

    if stories:
        say(f"Up to {stories} runs are run again for their stories; --stories 0 leaves them out.", err=True)
    page = explored(folder, stories=stories, force=force)
    say(f"Wrote {page}. Open it in a browser; a click on a run shows its story, or how to run it again.")


COMMANDS = (compare, contribution, sensitivity, discover, robustness, explore)


# ---------------------------------------------------------------- what they share


def _sweep(experiment: Path, out: Path | None) -> Path:
    """The folder of a sweep, which must be there."""
    if experiment.is_dir():
        hint = f"the sweep's folder comes behind --out: EXPERIMENT --out {experiment}"
        raise InputError(Problem(str(experiment), None, "this is a folder", "an experiment file", hint))
    folder = options.sweep_of(experiment, out)
    if not folder.is_dir():
        hint = f"run the experiment: advosim sweep run {experiment} --out {folder}"
        raise InputError(Problem(str(folder), None, "there is no such folder", "the folder of a sweep", hint))
    return folder


def _scenarios(names: list[str], changes: list[str], given: dict[str, int]) -> list[Scenario]:
    """All scenarios with the changes of `--set`. Raises InputError with all that is wrong in any of them."""
    from advosim.scenario import load

    problems: list[Problem] = []
    settings = collect(problems, lambda: load.settings(changes)) or {}
    found = [collect(problems, partial(load.read, name, {**settings, **given})) for name in names]
    if problems:
        raise InputError(dict.fromkeys(problems))
    return [scenario for scenario in found if scenario is not None]


PANELS = ("parquet", "csv", "dta")


def _panel(given: str) -> list[str]:
    """Formats of the panel; none where it is not wanted. Raises InputError for others."""
    found = options.named(given)
    if unknown := [name for name in found if name not in PANELS]:
        raise InputError(Problem("--panel", None, f"'{unknown[0]}' is no format", ", ".join(PANELS)))
    return found


def _place(names: list[str], scenarios: list[Scenario], seeds: tuple[int, int], from_week: int | None) -> Path:
    """`results/compare-A-B-HASH`, with a hash of the scenarios and seeds, and the week in which they part."""
    import hashlib

    from advosim.scenario import load

    stems = [re.sub(r"[^a-z0-9_]+", "_", Path(name).stem.lower()).strip("_") for name in names]
    whole = [*(load.fingerprint(scenario) for scenario in scenarios), *map(str, seeds)]
    digest = hashlib.sha256(" ".join(whole).encode()).hexdigest()[:10]
    return Path("results") / f"compare-{'-'.join(stems)[:60]}-{digest}{'' if from_week is None else f'-{from_week}'}"


def _check(folder: Path, force: bool) -> Path:
    """A folder that results may go to. Raises InputError for another."""
    from advosim.results import folder as results

    results.check_place(folder, force)
    return folder


def _kept(place: Path) -> Path:
    """Where runs lie until the results that they are for are saved in `place`: a killed command goes on from there."""
    return place.with_name(f"{place.name[:200]}.runs")


def _leave(found: Any, place: Path, force: bool, printed: dict[str, Any]) -> None:
    """Save what an analysis found and say it; its runs are not needed any more."""
    from advosim.experiment.compare.comparison import forget
    from advosim.results.manifest import saved

    found.save(place, force=force, **printed)
    forget(_kept(place))
    say(f"{found.summary()}\n\n{saved(place)}")
