"""The commands of `advosim sweep`: each parses, calls the library and prints. `cli` adds them to its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

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

    typer.echo(str(sweep.estimate(experiment, workers=workers, progress=progress)))


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
    try:
        done = sweep.run(
            experiment, _place(experiment, out), workers=workers, dask=dask, shard=shard, progress=progress
        )
    except sweep.Stopped as stopped:
        typer.echo(str(stopped), err=True)
        raise typer.Exit(130) from None
    typer.echo(str(done))


def status(experiment: ExperimentArgument, out: Out = None) -> None:
    """Say how many runs are done, failed, killed and left."""
    from advosim.experiment.sweep import load
    from advosim.experiment.sweep import running as sweep

    load.load(experiment)
    typer.echo(str(sweep.status(_place(experiment, out))))


def retry(
    experiment: ExperimentArgument,
    out: Out = None,
    run: Annotated[int | None, typer.Option(min=0, help="Which run; by default the first that failed.")] = None,
) -> None:
    """Run one failed run again, alone in this process, and show what it raises."""
    from advosim.experiment.sweep import running as sweep

    try:
        said = sweep.retry(experiment, _place(experiment, out), run)
    except InputError:
        raise
    except Exception as error:
        import traceback

        typer.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        typer.echo("The run failed again.", err=True)
        raise typer.Exit(1) from None
    typer.echo(said)


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
        typer.echo(f"Wrote {file}")


def _place(experiment: Path, out: Path | None) -> Path:
    return out or Path("results") / experiment.stem
