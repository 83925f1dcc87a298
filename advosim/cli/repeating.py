"""The command that repeats what a manifest tells of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advosim.cli import options
from advosim.cli.console import say


def rerun(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="A manifest, or the folder of results.")],
    workers: options.Workers = None,
) -> None:
    """Repeat a run, comparison or sweep: exit code 0 if the bits agree and the files are whole, else 1."""
    from advosim.experiment.rerun import rerun as repeated

    found = repeated(manifest, workers=workers)
    say(found)
    if not found.sound:
        raise typer.Exit(1)


COMMANDS = (rerun,)
