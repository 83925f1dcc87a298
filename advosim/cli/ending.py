"""How a command ends: with a sentence and an exit code, never with a traceback that nobody asked for."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import typer

from advosim.cli.console import code_of, hear_no_more, say
from advosim.scenario.problems import InputError, Problem

T = TypeVar("T")


class Failure:
    """Whether a failure shows its traceback: `--debug`, or ADVOSIM_DEBUG=1."""

    shown = False


@contextmanager
def told() -> Iterator[None]:
    """Ends a command with a sentence and an exit code: 2 for wrong input, 130 for Ctrl-C, 1 for a failure."""
    try:
        yield
    except InputError as error:
        refuse(error.problems)
    except KeyboardInterrupt as stopped:
        _stop(stopped)
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except Exception as error:
        if (interrupt := _interrupted(error)) is not None:
            _stop(interrupt)
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            refuse([Problem(f"{str(error.filename)[:60]}...", None, "this name is too long for a file")])
        if isinstance(error, PermissionError) and error.filename is not None:
            refuse([Problem(str(error.filename), None, f"cannot be reached: {error.strerror}")])
        if isinstance(error, FileNotFoundError) and _nowhere():
            refuse([Problem("", None, "the folder that you are in has been removed", hint="cd .")])
        _fail(error)


def _stop(stopped: KeyboardInterrupt) -> NoReturn:
    hear_no_more()
    say(str(stopped) or "Stopped before the end; nothing was saved.", err=True)
    raise typer.Exit(code_of(stopped)) from None


def _interrupted(error: BaseException | None) -> KeyboardInterrupt | None:
    """The Ctrl-C that a failure comes of: libraries that are stopped as they load make an ImportError of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error


def _nowhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def collect(problems: list[Problem], action: Callable[[], T]) -> T | None:
    """What an action gives, or None where its input is wrong, which `problems` then tells: all is told at once."""
    try:
        return action()
    except InputError as error:
        problems.extend(error.problems)
        return None


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Tell what is wrong and end with exit code 2."""
    for problem in problems:
        say(f"error: {problem}", err=True)
    count = len(problems)
    say(f"{count} error{'' if count == 1 else 's'}; nothing was run or written.", err=True)
    raise typer.Exit(2) from None


_OF_DISKS = (errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
_OUT_OF_MEMORY = (
    "cannot allocate memory", "unable to allocate", "out of memory", "failed to map segment", "can't start new thread",
    "resource temporarily unavailable", "malloc", "could not find/load shared object",
)  # fmt: skip


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether a failure comes of too little memory; libraries that find no room for themselves say so each its way."""
    while error is not None:
        said = str(error).lower()
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, OSError | ImportError | RuntimeError) and any(sign in said for sign in _OUT_OF_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


def _fail(error: Exception) -> NoReturn:
    from advosim.results.folder import SaveError

    if Failure.shown:
        raise error
    if _lacks_memory(error):
        from advosim.scenario.size import bytes_of, memory

        have = memory()
        left = "" if have is None else f" ({bytes_of(have)} are left)"
        hint = "fewer citizens, fewer --workers, or a higher limit (ulimit -v, or that of the job)"
        say(f"error: the memory that this process may have does not do{left}; hint: {hint}", err=True)
        raise typer.Exit(1) from None
    if isinstance(error, OSError) and error.errno in _OF_DISKS:
        where = f"{error.filename}: " if error.filename is not None else ""
        say(f"error: {where}cannot be written: {error.strerror}; nothing of it is left", err=True)
        raise typer.Exit(1) from None
    known = isinstance(error, SaveError)
    say(f"error: {error}" if known else f"error: the command failed: {_brief(error)}", err=True)
    raise typer.Exit(1) from None


def _brief(error: Exception) -> str:
    """The failure in one sentence, and where its traceback was saved."""
    import tempfile
    import traceback

    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    try:
        handle, name = tempfile.mkstemp(prefix="advosim-traceback-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        return f"{said}. The traceback could not be saved; `advosim --debug ...` shows it."
    return f"{said}. The traceback is in {name}; `advosim --debug ...` shows it."
