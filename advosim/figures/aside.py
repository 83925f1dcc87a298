"""Figures drawn in processes of their own, which make ready while the world runs.

They say and write nothing themselves: what they drew comes back as bytes, and what none of them drew is drawn by who
asked, whose errors are told as ever. They end with the process that started them, however that ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import io
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import IO, TYPE_CHECKING, Any

from advosim.processors import processors

if TYPE_CHECKING:
    from advosim.reading.tables import Run

MOST = 2
"""Processes that draw: a third would make ready for longer than it draws."""
SIZE = struct.Struct("<Q")
_CODE = "import sys; from advosim.figures.aside import serve; serve(sys.argv[1:])"


class Painters:
    """Processes that draw the figures of one run; none on one processor, or where drawing is loaded already."""

    def __init__(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        self._processes = processes
        self._left: deque[str] = deque()
        self._drawn: dict[str, Future[dict[str, bytes] | None]] = {}

    def begin(self, record: Run, names: Sequence[str], formats: Sequence[str]) -> None:
        """Let them draw the figures of a record, from the first one on."""
        if not self._processes:
            return
        try:
            # Without the tables that it has made meanwhile: they are made again sooner than sent.
            told = pickle.dumps((dataclasses.replace(record), tuple(formats)))  # type: ignore[type-var]
        except Exception:  # a rule of a notebook cannot be sent
            return
        self._left = deque(names)
        self._drawn = {name: Future() for name in names}
        for process in self._processes:
            threading.Thread(target=self._serve, args=(process, told), daemon=True).start()

    def _serve(self, process: subprocess.Popen[bytes], told: bytes) -> None:
        """Give a process one figure after the other."""
        name = ""
        with contextlib.suppress(OSError, EOFError, IndexError, ValueError):
            _put(process.stdin, told)
            while True:
                name = self._left.popleft()
                _put(process.stdin, name.encode())
                self._drawn[name].set_result(pickle.loads(_get(process.stdout)))
        if name and not self._drawn[name].done():
            self._drawn[name].set_result(None)

    def drawn(self, name: str) -> dict[str, bytes] | None:
        """A figure by format; None where it is for the caller to draw. Ask for the last ones first."""
        try:
            self._left.remove(name)
        except ValueError:
            return self._drawn[name].result() if name in self._drawn else None
        return None


@contextlib.contextmanager
def painters(*modules: str) -> Iterator[Painters]:
    """Processes that make ready at once, and are gone at the end. modules: what the records they get are made of."""
    few = min(processors() - 1, MOST) if sys.executable and not _loaded() else 0
    # From where this process has the package, not from the folder that it started in.
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    with contextlib.ExitStack() as ending:
        started = []
        for _ in range(few):
            with contextlib.suppress(OSError):
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _CODE, *modules],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known,
                )  # fmt: skip
                ending.callback(_end, process)
                started.append(process)
        yield Painters(started)


def _loaded() -> bool:
    """Whether this process draws sooner than another would begin to."""
    return "matplotlib.figure" in sys.modules


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


# ---------------------------------------------------------------- in the process that draws


def serve(modules: Sequence[str]) -> None:
    """Draw what is asked for on standard input until it ends, which it does when who asks is gone."""
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(asked,), daemon=True).start()
    for module in modules:
        importlib.import_module(module)
    from advosim.figures import registry, toolkit

    _warm_up()
    record, formats = pickle.loads(asked.get())
    while True:
        name, files = asked.get().decode(), dict[str, bytes]()
        try:
            figure: Any = registry.draw(record, name)
            for format in formats:
                picture = io.BytesIO()
                toolkit.save(figure, picture, format)
                files[format] = picture.getvalue()
        except Exception:  # it is drawn again by who asked, and told there
            _put(answers, pickle.dumps(None))
        else:
            _put(answers, pickle.dumps(files))


def _warm_up() -> None:
    """Load all that a first figure loads: fonts, and what writes them."""
    import pandas  # noqa: F401

    from advosim.figures import toolkit

    figure, (axes,) = toolkit.panels(1, 1, 1.0)
    toolkit.frame(axes, "title")
    toolkit.title(figure, "title")
    toolkit.save(figure, io.BytesIO(), "png")


def _hear(asked: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            asked.put(_get(sys.stdin.buffer))
    finally:
        os._exit(0)


def _put(stream: IO[bytes] | None, raw: bytes) -> None:
    assert stream is not None
    stream.write(SIZE.pack(len(raw)) + raw)
    stream.flush()


def _get(stream: IO[bytes] | None) -> bytes:
    assert stream is not None
    head = stream.read(SIZE.size)
    if len(head) < SIZE.size:
        raise EOFError
    (size,) = SIZE.unpack(head)
    raw = stream.read(size)
    if len(raw) < size:
        raise EOFError
    return raw
