"""Who does the work of a sweep: this process, processes of this machine, a dask cluster, or any other executor."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import Any

from advosim.processors import processors
from advosim.scenario.problems import InputError, Problem

PATIENCE = 10.0
"""Seconds in which a dask scheduler should answer."""


class InProcess(Executor):
    """An executor that does the work at once in this process: for tests and for looking into errors."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Crew:
    """An executor that can be had anew when it broke, and how many chunks it should have at hand."""

    def __init__(self, make: Callable[[], Executor], width: Callable[[], int], alone: int) -> None:
        self._make = make
        self._executor: Executor | None = None
        self.width = width
        self.alone = alone
        """How many chunks may be run in isolation side by side."""

    @property
    def executor(self) -> Executor:
        if self._executor is None:
            self._executor = self._make()
        return self._executor

    def renew(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None

    def close(self, at_once: bool) -> None:
        if self._executor is None:
            return
        processes = list((getattr(self._executor, "_processes", None) or {}).values()) if at_once else []
        self._executor.shutdown(wait=not at_once, cancel_futures=True)
        for process in processes:
            process.kill()


@contextlib.contextmanager
def crew_of(workers: int | None, dask: str | None, executor: Executor | None) -> Iterator[Crew]:
    """The workers of a sweep."""
    if sum(given is not None for given in (workers, dask, executor)) > 1:
        raise InputError(Problem("", None, "give one of workers, dask and executor"))
    if dask is not None:
        with _dask(dask) as crew:
            yield crew
        return
    count = processors() if workers is None else workers
    if count < 1:
        raise InputError(Problem("", None, f"workers = {count}", "1 or more"))
    crew = Crew(lambda: pool(count), lambda: count, count) if executor is None else _only(executor)
    try:
        yield crew
    except BaseException:
        crew.close(at_once=executor is None)
        raise
    if executor is None:
        crew.close(at_once=False)


def _only(executor: Executor) -> Crew:
    return Crew(lambda: executor, lambda: 1, 1)


def pool(workers: int) -> Executor:
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(GUARD)
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=settle)


GUARD = (
    "worker processes begin by reading your script again: put what it does under  if __name__ == '__main__':  "
    "so that they do not start a sweep of their own"
)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Start processes that never hear Ctrl-C, not even before `settle`; this one hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle() -> None:
    """A worker process leaves Ctrl-C to the one that started it, and ends when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextlib.contextmanager
def _dask(address: str) -> Iterator[Crew]:
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'advosim[cluster]'"
        raise InputError(Problem("--dask", None, "dask.distributed is not installed", hint=hint)) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        what = f"no scheduler answers at {address}: {str(error)[:200]}"
        raise InputError(Problem("--dask", None, what, hint="write tcp://HOST:8786")) from None
    with client:
        yield Crew(lambda: client.get_executor(pure=False), lambda: 2 * max(1, sum(client.nthreads().values())), 1)


def is_death(error: BaseException) -> bool:
    """Whether an executor says that the process that did the work has died."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"
