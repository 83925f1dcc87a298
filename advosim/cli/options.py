"""Arguments and options that several commands have, each told once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from advosim.scenario.limits import MOST_SEED, MOST_WEEKS

MOST_RUNS = 1_000_000

Scenario = Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")]
Experiment = Annotated[Path, typer.Argument(help="An experiment file.")]
Weeks = Annotated[int | None, typer.Option(min=1, max=MOST_WEEKS, help="Length of the runs.")]
FirstSeed = Annotated[int, typer.Option(min=0, max=MOST_SEED, help="The first of the seeds.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Another value at a dotted path; can be repeated."),
]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; the results are the same.")]
Sweep = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder of the sweep, by default results/EXPERIMENT.")
]
Force = Annotated[bool, typer.Option("--force", help="Write where other files are too; they stay beside the results.")]


Formats = Annotated[
    str, typer.Option("--format", metavar="NAMES", help="Formats of figures: png, pdf, svg, by commas.")
]
Longtable = Annotated[bool, typer.Option("--longtable", help="LaTeX tables that break over pages.")]


def named(given: list[str] | str | None) -> list[str]:
    """Names that were given by commas, or by an option that was repeated."""
    texts = [given] if isinstance(given, str) else given or []
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def formats(given: str) -> list[str]:
    """Formats of figures. Raises InputError for others, before anything runs."""
    from advosim.figures.toolkit import check_formats

    found = named(given)
    check_formats(found)
    return found


def printed(format: str, longtable: bool) -> dict[str, Any]:
    """How an analysis is printed, for its `save`. Raises InputError for other formats of figures."""
    return {"formats": formats(format), "longtable": longtable}


def sweep_of(experiment: Path, out: Path | None) -> Path:
    """The folder of an experiment's runs."""
    return out or Path("results") / experiment.stem
