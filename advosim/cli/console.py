"""What commands print, on any console: UTF-8 or not, a terminal or a file; and how they end."""

from __future__ import annotations

import signal
import sys

import typer

from advosim.scenario.plain_text import printable

FAILED_RUNS, STOPPED = 3, 130
"""Exit codes beside 0, 1 (a failure) and 2 (wrong input): some runs of a sweep failed; Ctrl-C."""


def say(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text without what a terminal would obey."""
    typer.echo(printable(str(text)), err=err, nl=nl)


def settle() -> None:
    """Print what the console's encoding has, and escapes for the rest, where Python would end with an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def hand_out(text: str) -> None:
    """Print the text of a file to be: in UTF-8 wherever it goes, for `command > file`."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    say(text, nl=False)


def hear_no_more() -> None:
    """Leave further Ctrl-C unheard while a command ends: each would show a traceback."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread
        return
