"""The commands of `advosim sweep`: each parses, calls the library and prints. `cli` adds them to its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from advosim.cli.console import FAILED_RUNS, STOPPED, hear_no_more, say
from advosim.scenario.problems import InputError, Problem

Told = Callable[[], AbstractContextManager[None]]
"""Ends a command with a sentence and an exit code where something is wrong."""
FORMATS = ("csv", "dta", "parquet")

ExperimentArgument = Annotated[Path, typer.Argument(help="An experiment file.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder of the sweep, by default results/EXPERIMENT.")
]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; the results are the same.")]
Shown = Annotated[bool | None, typer.Option("--progress/--quiet", help="Show progress; by default on a terminal.")]


def add_to(app: typer.Typer, told: Told) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Run experiments: many runs of a design, which nothing can lose.", no_args_is_help=True)
    for command in (plan, run, status, retry, export):
        group.command(command.__name__)(_ended(command, told))
    app.add_typer(group, name="sweep")


def _ended(command: Callable[..., None], told: Told) -> Callable[..., None]:
    @functools.wraps(command)
    def call(*words: Any, **options: Any) -> None:
        with told():
            command(*words, **options)

    return call


def plan(experiment: ExperimentArgument, workers: Workers = None, progress: Shown = None) -> None:
    """Say how many runs there will be, how long they will take and how much disk, from a few timed runs."""
    from advosim.experiment.sweep import running as sweep

    _tell_notes(experiment)
    say(sweep.estimate(experiment, workers=workers, progress=progress))


def _tell_notes(experiment: Path) -> None:
    from advosim.experiment.sweep import running as sweep

    for note in sweep.notes(experiment):
        say(f"note: {note}", err=True)


def run(
    experiment: ExperimentArgument,
    out: Out = None,
    workers: Workers = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A dask scheduler, such as tcp://HOST:8786.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only the I-th of N parts of the work, for job arrays.")
    ] = None,
    progress: Shown = None,
) -> None:
    """Run what is missing of an experiment. Stop it, or lose it, at any moment: the same command goes on from there."""
    from advosim.experiment.sweep import running as sweep

    if dask is not None and workers is not None:
        raise InputError(Problem("--workers", None, "the workers of a dask cluster are its own", hint="leave it out"))
    _tell_notes(experiment)
    try:
        done = sweep.run(
            experiment, _place(experiment, out), workers=workers, dask=dask, shard=shard, progress=progress
        )
    except sweep.Stopped as stopped:
        hear_no_more()
        say(stopped, err=True)
        raise typer.Exit(STOPPED) from None
    say(done)
    _tell_failures(done.failed + done.killed)


def _tell_failures(count: int) -> None:
    """End with an exit code of its own where a sweep has runs without a result."""
    if count:
        what = f"{count:,} run{'' if count == 1 else 's'} failed: exit code {FAILED_RUNS}."
        say(f"{what} `advosim sweep retry` tries them again.", err=True)
        raise typer.Exit(FAILED_RUNS)


def status(experiment: ExperimentArgument, out: Out = None) -> None:
    """Say how many runs are done, failed, killed and left."""
    from advosim.experiment.sweep import load
    from advosim.experiment.sweep import running as sweep

    load.load(experiment)
    say(str(sweep.status(_place(experiment, out))))


def retry(
    experiment: ExperimentArgument,
    out: Out = None,
    run: Annotated[int | None, typer.Option(min=0, help="Which run; by default all that failed.")] = None,
) -> None:
    """Run failed runs again, one by one in this process, and show what they raise."""
    from advosim.experiment.sweep import running as sweep

    place = _place(experiment, out)
    numbers = sweep.failed(place, run)
    again = sum(_failed_again(experiment, place, number) for number in numbers)
    _tell_failures(again)


def _failed_again(experiment: Path, place: Path, number: int) -> bool:
    from advosim.experiment.sweep import running as sweep

    try:
        say(sweep.retry(experiment, place, number))
    except InputError:
        raise
    except Exception as error:
        import traceback

        say("".join(traceback.format_exception(error)), err=True, nl=False)
        say(f"Run {number} failed again.", err=True)
        return True
    return False


def export(
    experiment: ExperimentArgument,
    out: Out = None,
    format: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "csv",
) -> None:
    """Write the tables of a sweep for other programs."""
    if format not in FORMATS:
        raise InputError(Problem("--format", None, f"'{format}' is no format", ", ".join(FORMATS)))
    from advosim.experiment.sweep import export as exporting

    for file in exporting.export(_place(experiment, out), format):
        say(f"Wrote {file}")


def _place(experiment: Path, out: Path | None) -> Path:
    return out or Path("results") / experiment.stem
