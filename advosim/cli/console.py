"""What commands print, on any console: UTF-8 or not, a terminal or a file; and how they end."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from typing import Any, NoReturn

import typer

from advosim.scenario.plain_text import printable

FAILED_RUNS, STOPPED, TERMINATED = 3, 130, 143
"""Exit codes beside 0, 1 (a failure) and 2 (wrong input): some runs of a sweep failed; Ctrl-C; SIGTERM or SIGHUP."""
STAGES = {"compile": "compiling the rules (kept for later runs)", "found": "founding the world", "weeks": "weeks"}


def say(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text without what a terminal would obey."""
    typer.echo(printable(str(text)), err=err, nl=nl)


class Terminated(KeyboardInterrupt):
    """Somebody else ended the command: a cluster, or a terminal that was closed."""


def settle() -> None:
    """Print what the console's encoding has, and escapes for the rest, where Python would end with an error.

    Streams that a caller has closed (`>&-`) lead nowhere: the next file that is opened would else be taken for one.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            stream: Any = open(os.devnull, "r" if number == 0 else "w", encoding="utf-8")  # noqa: SIM115
            if stream.fileno() != number:
                os.dup2(stream.fileno(), number)
            setattr(sys, name, stream)
    for each in (sys.stdout, sys.stderr):
        if hasattr(each, "reconfigure"):
            each.reconfigure(errors="backslashreplace")


def hand_out(text: str) -> None:
    """Print the text of a file to be: in UTF-8 wherever it goes, for `command > file`."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    say(text, nl=False)


def heed() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end a command as it ends of itself: nothing half written is left."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # a shell has what runs beside it (`&`) leave Ctrl-C unheard
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.unraisablehook = _unraised
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # `nohup` leaves SIGHUP unheard
            signal.signal(number, _terminate)


def code_of(stopped: KeyboardInterrupt) -> int:
    """The exit code by who stopped a command: Ctrl-C, or SIGTERM and SIGHUP."""
    return TERMINATED if isinstance(stopped, Terminated) or getattr(stopped, "terminated", False) else STOPPED


def _unraised(found: Any) -> None:
    """What comes up where nothing can be raised, as while an object goes: of Ctrl-C no traceback, it comes again."""
    if not issubclass(found.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(found)
        return
    again = threading.Timer(0.05, _thread.interrupt_main)
    again.daemon = True
    again.start()


def _terminate(*_: Any) -> NoReturn:
    for name in ("SIGTERM", "SIGHUP"):  # once is enough
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Terminated


def hear_no_more() -> None:
    """Leave further Ctrl-C unheard while a command ends: each would show a traceback."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread
        return


class Bars:
    """Progress on stderr: a bar for each stage, at once on a terminal, else only for what takes longer."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.__exit__()
            self._stage, self._bar = stage, self._new(stage, total)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _new(self, stage: str, total: int) -> Any:
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        return tqdm(
            desc=STAGES.get(stage, stage),
            total=total,
            file=sys.stderr,
            delay=0 if terminal else 1,
            mininterval=0.1 if terminal else 5,
            leave=stage != "compile" or not terminal,
            dynamic_ncols=True,
        )
