"""Processes beside this one that make ready while the world runs, and then make what is wanted of its record.

On Linux they are copies of one that is split off early: it loads what drawing needs, and splits again once it has the
record, so that all is loaded and read once. Elsewhere one is started anew, and who asks does a share. They say nothing
themselves. What none of them made is made by who asked, whose errors are told as ever. They end with whom they are for.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import IO, Any, NamedTuple, NoReturn

from advosim.processors import processors

MOST = 4
"""Processes: more would wait for the longest part."""
SIZE = struct.Struct("<Q")
_CODE = "import sys; from advosim.beside import serve; serve(*sys.argv[1:])"


class Failed(NamedTuple):
    """Stands for what could not be made."""


class Line(NamedTuple):
    """Where a process is heard, and where it is told."""

    heard: IO[bytes]
    told: IO[bytes]

    def put(self, what: Any) -> None:
        raw = pickle.dumps(what)
        self.told.write(SIZE.pack(len(raw)) + raw)
        self.told.flush()

    def get(self) -> Any:
        """Raises EOFError where the other one has ended."""
        head = self.heard.read(SIZE.size)
        raw = self.heard.read(SIZE.unpack(head)[0]) if len(head) == SIZE.size else b""
        if not raw:
            raise EOFError
        return pickle.loads(raw)

    def close(self) -> None:
        for each in self:
            with contextlib.suppress(OSError):
                each.close()


class Beside:
    """Processes for the parts of one record, or none. also: what else is wanted of it, by name; then in `found`."""

    def __init__(self, lines: Sequence[Line] = (), shares: bool = True, also: Mapping[str, Any] | None = None) -> None:
        self.lines, self._shares, self._also = lines, shares, also or {}
        self._left: deque[str] = deque()
        self._made: dict[str, Future[Any]] = {}
        self._threads: list[threading.Thread] = []
        self.pids: list[int] = []
        self.found: dict[str, Any] = {}

    def make(self, record: Any, names: Callable[[Any], Sequence[str]], part: Callable[[Any, str], Any]) -> None:
        """See that `part(record, name)` is called for each of `names(record)`, in some process.

        Raises what it raises when it is called here.
        """
        listed = self._begin(record, names, part) or [*names(record), *self._also]
        for name in reversed(listed) if self._shares else listed:
            made = self._result(name)
            if isinstance(made, Failed):
                made = self._also[name](record) if name in self._also else part(record, name)
            if name in self._also:
                self.found[name] = made

    def _begin(self, record: Any, names: Any, part: Any) -> list[str]:
        """Hand out a record; the names of what is to be made of it, none where nobody beside could tell them."""
        try:
            self.lines[0].put((record, names, part, self._also))
            listed: list[str] = self.lines[0].get()
        except Exception:  # there is nobody, or a rule of a notebook cannot be sent
            return []
        self._left, self._made = deque(listed), {name: Future() for name in listed}
        self._threads = [threading.Thread(target=self._hand_out, args=(line,), daemon=True) for line in self.lines]
        for thread in self._threads:
            thread.start()
        return listed

    def _hand_out(self, line: Line) -> None:
        """Give a process one name after the other."""
        name = ""
        with contextlib.suppress(Exception):  # whatever comes of it, the name is made here then
            self.pids.append(line.get())
            while True:
                name = self._left.popleft()
                line.put(name)
                self._made[name].set_result(line.get())
                name = ""
        if name:
            self._made[name].set_result(Failed())

    def _result(self, name: str) -> Any:
        """What was made of a name elsewhere; Failed where it is to be made here."""
        if name not in self._made:
            return Failed()
        while not self._made[name].done():
            alive = [thread for thread in self._threads if thread.is_alive()]
            if name in self._left and (self._shares or not alive):
                with contextlib.suppress(ValueError):
                    self._left.remove(name)
                    return Failed()
            with contextlib.suppress(TimeoutError):
                self._made[name].result(0.2)
        return self._made[name].result()

    def end(self) -> None:
        """Have them end, and come back when they write no more."""
        for pid in self.pids:
            with contextlib.suppress(OSError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        self.pids.clear()
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.told.close()
        for thread in self._threads:
            thread.join()
        for line in self.lines:
            with contextlib.suppress(OSError, ValueError):
                line.heard.read()  # to the end, which comes when nobody is left who could write


@contextlib.contextmanager
def beside(ready: Callable[[], None], also: Mapping[str, Any] | None = None) -> Iterator[Beside]:
    """Processes that call `ready` at once, and are gone at the end; none on one processor, or where all is loaded."""
    number = min(processors(), MOST) if sys.executable and not _loaded() else 1
    forks = sys.platform == "linux" and threading.active_count() == 1
    with contextlib.ExitStack() as ending:
        lines: list[Line] = []
        first: list[int] = []
        if number > 1:
            with contextlib.suppress(OSError):
                lines, pid = _split(number, ready, ending) if forks else _start(ready, ending)
                first = [pid]
        made = Beside(lines, not forks, also)
        made.pids += first  # so that it need not get ready to be gone
        ending.callback(made.end)
        yield made


def _loaded() -> bool:
    """Whether this process draws sooner than another would begin to."""
    return "matplotlib.figure" in sys.modules


def _split(number: int, ready: Callable[[], None], ending: contextlib.ExitStack) -> tuple[list[Line], int]:
    """Lines to a copy of this process, and to copies of that; and its id."""
    pairs = [(os.pipe(), os.pipe()) for _ in range(number)]
    theirs = [Line(os.fdopen(asked[0], "rb"), os.fdopen(answered[1], "wb")) for asked, answered in pairs]
    ours = [Line(os.fdopen(answered[0], "rb"), os.fdopen(asked[1], "wb")) for asked, answered in pairs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: nobody here has any but BLAS, which minds
        pid = os.fork()
    if pid == 0:
        _serve(theirs, ready, ours)
    for line in theirs:
        line.close()
    ending.callback(_reap, pid)
    return ours, pid


def _reap(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _start(ready: Callable[[], None], ending: contextlib.ExitStack) -> tuple[list[Line], int]:
    """A line to a process that is started anew, and its id."""
    # From where this process has the package, not from the folder that it started in.
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _CODE, ready.__module__, ready.__name__],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    ending.callback(process.wait)
    ending.callback(process.kill)
    return [Line(process.stdout, process.stdin)], process.pid


# ---------------------------------------------------------------- in a process beside


def serve(module: str, ready: str) -> NoReturn:
    """Make what is asked for on standard input until it ends, which it does when who asks is gone."""
    line = Line(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    _serve([line], getattr(importlib.import_module(module), ready), [])


def _serve(lines: Sequence[Line], ready: Callable[[], None], others: Sequence[Line]) -> NoReturn:
    """Answer on one of the lines, and have a copy of this process on each other one, until who asks is gone."""
    try:
        for line in others:
            line.close()
        _settle()
        ready()
        record, names, part, also = lines[0].get()
        lines[0].put([*names(record), *also])
        mine = lines[0]
        for line in lines[1:]:
            if os.fork() == 0:
                mine = line
                break
        for line in lines:
            if line is not mine:
                line.close()
        mine.put(os.getpid())
        while True:
            name = mine.get()
            try:
                made = also[name](record) if name in also else part(record, name)
            except Exception:  # it is made again by who asked, and told there
                made = Failed()
            mine.put(made)
    except BaseException:
        os._exit(1)


def _settle() -> None:
    """Be silent, leave Ctrl-C to who asks, and look for no garbage: there is little time to make any."""
    gc.disable()
    gc.freeze()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGCHLD"):
        if hasattr(signal, name):
            how = signal.SIG_IGN if name in ("SIGINT", "SIGCHLD") else signal.SIG_DFL
            signal.signal(getattr(signal, name), how)
