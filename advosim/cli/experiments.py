"""The commands of `advosim sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advosim.cli import options
from advosim.cli.console import FAILED_RUNS, code_of, hear_no_more, say
from advosim.scenario.problems import InputError, Problem

FORMATS = ("csv", "dta", "parquet")

GROUP = ("sweep", "Run experiments: many runs of a design, which nothing can lose.")

Shown = Annotated[bool | None, typer.Option("--progress/--quiet", help="Show progress; by default on a terminal.")]


def plan(experiment: options.Experiment, workers: options.Workers = None, progress: Shown = None) -> None:
    """Say how many runs there will be, how long they will take and how much disk, from a few timed runs."""
    from advosim.experiment.sweep import running as sweep

    _tell_notes(experiment)
    say(sweep.estimate(experiment, workers=workers, progress=progress))


def _tell_notes(experiment: Path) -> None:
    from advosim.experiment.sweep import running as sweep

    for note in sweep.notes(experiment):
        say(f"note: {note}", err=True)


def run(
    experiment: options.Experiment,
    out: options.Sweep = None,
    workers: options.Workers = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A dask scheduler, such as tcp://HOST:8786.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only the I-th of N parts of the work, for job arrays.")
    ] = None,
    grow: Annotated[
        bool, typer.Option("--grow", help="Add the replicates and points that the folder has not; what is there stays.")
    ] = False,
    progress: Shown = None,
) -> None:
    """Run what is missing of an experiment. Stop it, or lose it, at any moment: the same command goes on from there."""
    from advosim.experiment.sweep import running as sweep

    if dask is not None and workers is not None:
        raise InputError(Problem("--workers", None, "the workers of a dask cluster are its own", hint="leave it out"))
    _tell_notes(experiment)
    try:
        done = sweep.run(
            experiment, options.sweep_of(experiment, out), workers=workers, dask=dask, shard=shard, progress=progress,
            grow=grow,
        )  # fmt: skip
    except sweep.Stopped as stopped:
        hear_no_more()
        say(stopped, err=True)
        raise typer.Exit(code_of(stopped)) from None
    say(done)
    _tell_failures(done.failed + done.killed)


def _tell_failures(count: int) -> None:
    """End with an exit code of its own where a sweep has runs without a result."""
    if count:
        what = f"{count:,} run{'' if count == 1 else 's'} failed: exit code {FAILED_RUNS}."
        say(f"{what} `advosim sweep retry` tries them again.", err=True)
        raise typer.Exit(FAILED_RUNS)


def status(experiment: options.Experiment, out: options.Sweep = None) -> None:
    """Say how many runs are done, failed, killed and left."""
    from advosim.experiment.sweep import load
    from advosim.experiment.sweep import running as sweep

    say(str(sweep.status(options.sweep_of(experiment, out), load.load(experiment))))


def retry(
    experiment: options.Experiment,
    out: options.Sweep = None,
    run: Annotated[int | None, typer.Option(min=0, help="Which run; by default all that failed.")] = None,
) -> None:
    """Run failed runs again, one by one in this process, and show what they raise."""
    from advosim.experiment.sweep import running as sweep

    place = options.sweep_of(experiment, out)
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
    experiment: options.Experiment,
    out: options.Sweep = None,
    format: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "csv",
    panel: Annotated[bool, typer.Option("--panel", help="The kept weeks too, with seeds and factors.")] = False,
) -> None:
    """Write the tables of a sweep for other programs."""
    if format not in FORMATS:
        raise InputError(Problem("--format", None, f"'{format}' is no format", ", ".join(FORMATS)))
    from advosim.experiment.sweep import export as exporting

    for file in exporting.export(options.sweep_of(experiment, out), format, panel=panel):
        say(f"Wrote {file}")


COMMANDS = (plan, run, status, retry, export)
