"""The command `advosim calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from advosim.cli import options
from advosim.cli.console import Bars, code_of, hear_no_more, say

METHODS = ("rejection", "history", "optuna")


def calibrate(
    experiment: Annotated[str, typer.Argument(help="An experiment file; its factors are the parameters.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for runs and results.")],
    targets: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV with outcome, value, uncertainty (one sd).")
    ] = None,
    method: Annotated[str | None, typer.Option(help=f"One of {', '.join(METHODS)}.")] = None,
    n: Annotated[int | None, typer.Option("--n", help="Settings that are run; of history per wave.")] = None,
    accept: Annotated[float | None, typer.Option(help="Share of settings that is kept.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Runs of each setting.")] = None,
    waves: Annotated[int | None, typer.Option(help="Waves of history matching.")] = None,
    workers: options.Workers = None,
    format: options.Formats = "png",
    longtable: options.Longtable = False,
) -> None:
    """Fit an experiment's factors to observed values: posterior, check and figure."""
    settings = {"method": method, "n": n, "accept": accept, "seeds": seeds, "waves": waves}
    printed = options.printed(format, longtable)
    _calibrate(experiment, targets, out, workers, settings | printed)


COMMANDS = (calibrate,)


def _calibrate(file: str, targets: Path | None, out: Path, workers: int | None, settings: dict[str, Any]) -> None:
    from advosim.experiment.calibration import report
    from advosim.experiment.calibration.calibrate import calibrate
    from advosim.experiment.calibration.runs import FailedRuns
    from advosim.experiment.sweep.load import load
    from advosim.results.manifest import saved

    experiment = load(file)
    try:
        with Bars() as progress:
            result = calibrate(experiment, targets, out, workers=workers, progress=progress, **settings)
    except KeyboardInterrupt as stopped:
        hear_no_more()
        say(f"Stopped before the end; the runs so far are in {out}. The same command goes on from there.", err=True)
        raise typer.Exit(code_of(stopped)) from None
    except FailedRuns as error:
        say(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    say(f"{report.summary(result, experiment.title)}\n\n{saved(out)}")
