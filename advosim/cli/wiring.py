"""The command `advosim`: each module of `MODULES` declares its commands, and all are wired here in the same way.

A command is a function in the tuple `COMMANDS` of its module: its name is the command's, its docstring the help, its
annotated arguments are what users type. It parses, calls the library and prints; what is heavy it imports inside. A
module with `GROUP`, a name and a help text, has its commands below that name: `advosim sweep run`.
"""

from __future__ import annotations

import functools
import gc
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from advosim.cli import analyses, calibration, demo, experiments, listing, repeating, runs, scenarios
from advosim.cli.console import code_of, hear_no_more, heed, say, settle
from advosim.cli.ending import Failure, told
from advosim.cli.typed import Typed
from advosim.scenario.problems import InputError, Problem

MODULES = (runs, repeating, listing, scenarios, demo, analyses, experiments, calibration)


def wire(app: typer.Typer, module: ModuleType) -> None:
    """Add the commands of a module to the command line."""
    if hasattr(module, "GROUP"):
        name, text = module.GROUP
        group = typer.Typer(cls=Typed, help=text, no_args_is_help=True)
        app.add_typer(group, name=name)
    else:
        group = app
    for command in module.COMMANDS:
        group.command(command.__name__)(_ended(command))


def _ended(command: Callable[..., None]) -> Callable[..., None]:
    """The command, ended with a sentence and an exit code where something is wrong."""

    @functools.wraps(command)
    def run(*words: Any, **options: Any) -> None:
        with told():
            command(*words, **{name: _at_home(value) for name, value in options.items()})

    return run


def _at_home(value: Any) -> Any:
    """A path whose `~` no shell has put a home folder in, as in `--out=~/here`. Raises InputError for unknown users."""
    if not isinstance(value, Path) or not str(value).startswith("~"):
        return [_at_home(each) for each in value] if isinstance(value, list) else value
    try:
        return value.expanduser()
    except RuntimeError:
        user = value.parts[0]
        hint = f"write ./{value} for a folder or file of that name"
        raise InputError(Problem(str(value), None, f"there is no user '{user[1:]}'", hint=hint)) from None


def _version(wanted: bool) -> None:
    if wanted:
        from advosim.version import __version__

        say(f"advosim {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="advosim",
    cls=Typed,
    help="An agent-based laboratory for advocacy politics.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _all(
    debug: Annotated[
        bool, typer.Option("--debug", envvar="ADVOSIM_DEBUG", help="Show the traceback of a failure.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    Failure.shown = debug


for each in MODULES:
    wire(app, each)


def main() -> None:
    """Run the command line."""
    settle()
    gc.set_threshold(50_000)  # imports make no garbage: to look for it all the time took a tenth of a start
    try:
        heed()
        app(prog_name="advosim")
    except KeyboardInterrupt as stopped:
        hear_no_more()
        sys.exit(code_of(stopped))
    finally:
        gc.freeze()  # as Python ends it would look through all that was loaded for garbage, a tenth of a start
        # As Python ends it would show a traceback for each Ctrl-C.
        if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
