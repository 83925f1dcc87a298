"""Hand chunks to workers until all are done, whatever dies and whoever asks to stop."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from advosim.experiment.sweep import store
from advosim.experiment.sweep.bar import Bar
from advosim.experiment.sweep.jobs import Chunk, Job, work
from advosim.experiment.sweep.workers import GUARD, Crew, is_death, settle, unheard


class Stopped(KeyboardInterrupt):
    """A sweep ended before all was run, because it was asked to. All committed chunks are safe.

    terminated: by SIGTERM or SIGHUP, not by Ctrl-C.
    """

    def __init__(self, said: str, terminated: bool = False) -> None:
        super().__init__(said)
        self.terminated = terminated


class Stop:
    """Notes the first Ctrl-C (or SIGTERM, which clusters send, or SIGHUP of a closed terminal); the second ends all."""

    def __init__(self) -> None:
        self.asked = self.terminated = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            heard = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
            for number in (each for each in heard if each and signal.getsignal(each) != signal.SIG_IGN):
                self._before[number] = signal.signal(number, self)
        return self

    def __call__(self, number: int, *_: Any) -> None:
        self.terminated = number != signal.SIGINT
        if self.asked:
            for number in self._before:  # while all is put away a third one would show a traceback
                signal.signal(number, signal.SIG_IGN)
            said = "Stopped at once. What was committed is safe; the same command goes on from there."
            raise Stopped(said, self.terminated)
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def work_off(crew: Crew, job: Job, chunks: Iterable[Chunk], stop: Stop, bar: Bar) -> None:
    """Have all chunks done, never more at hand than the crew is wide. Raises the first error after the others end."""
    waiting, suspects = iter(chunks), deque[Chunk]()
    flying: dict[Future[int], Chunk] = {}
    trouble: BaseException | None = None
    while True:
        halted = stop.asked or trouble is not None
        if suspects and not halted and not flying:
            _clear(crew, job, suspects, bar)
        if not halted and not suspects:
            _hand_out(crew, job, waiting, flying, suspects)
        if not flying and (halted or not suspects):
            break
        for future in wait(flying, timeout=1.0, return_when=FIRST_COMPLETED).done:
            chunk = flying.pop(future)
            error = future.exception() if not future.cancelled() else RuntimeError("the executor dropped a chunk")
            if error is None:
                bar.update(future.result())
            elif is_death(error):
                suspects.append(chunk)
            else:
                trouble = trouble or error
        if stop.asked:
            bar.tell("Stopping: the running chunks are finished first. Ctrl-C again stops at once.")
    if trouble is not None:
        raise trouble
    if stop.asked:
        raise Stopped("Stopped. What is committed is safe; the same command goes on from there.", stop.terminated)


def _hand_out(
    crew: Crew, job: Job, waiting: Iterator[Chunk], flying: dict[Future[int], Chunk], suspects: deque[Chunk]
) -> None:
    for _ in range(crew.width() - len(flying)):
        chunk = next(waiting, None)
        if chunk is None:
            return
        try:
            with unheard():
                flying[crew.executor.submit(work, job, chunk)] = chunk
        except BrokenExecutor:
            suspects.append(chunk)
            return


def _clear(crew: Crew, job: Job, suspects: deque[Chunk], bar: Bar) -> None:
    """Some process died: run the chunks that it may have died of in processes of their own."""
    crew.renew()
    chunks = list(suspects)
    suspects.clear()
    with ThreadPoolExecutor(crew.alone) as threads:
        for count in threads.map(lambda chunk: _isolated(job, chunk), chunks):
            bar.update(count)


def _isolated(job: Job, chunk: Chunk) -> int:
    """Do a chunk in a process of its own; a run during which it dies is marked and left out the next time."""
    killed: set[int] = set()
    with tempfile.TemporaryDirectory(prefix="advosim-") as scratch:
        marker, told = Path(scratch) / "run", Path(scratch) / "error"
        while not store.committed(job.folder, chunk.number):
            marker.unlink(missing_ok=True)
            arguments = (job, chunk, frozenset(killed), marker, told)
            process = multiprocessing.get_context("spawn").Process(target=_alone, args=arguments, daemon=True)
            with unheard():
                process.start()
            process.join()
            if told.is_file():
                raise pickle.loads(told.read_bytes())
            if store.committed(job.folder, chunk.number):
                break
            if not marker.is_file() or (run := int(marker.read_text(encoding="ascii"))) in killed:
                raise RuntimeError(f"worker processes die before they begin (exit code {process.exitcode}). {GUARD}")
            killed.add(run)
    return chunk.last - chunk.first


def _alone(job: Job, chunk: Chunk, killed: frozenset[int], marker: Path, told: Path) -> None:
    settle()
    try:
        work(job, chunk, killed, marker)
    except Exception as error:
        told.write_bytes(pickle.dumps(error))
