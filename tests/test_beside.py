"""What processes beside a run make is what is made here, and nobody is left."""

from __future__ import annotations

import functools
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advosim import beside
from advosim.beside import Beside, Line
from advosim.figures import registry, toolkit
from advosim.results import folder as results
from advosim.scenario import load
from advosim.simulation import simulate

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
FIGURES = ("frames", "tactics")


@pytest.fixture(params=["copies", "anew"])
def two(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were two processors, and nothing loaded to draw with; by copies and by a process started anew."""
    if request.param == "copies" and sys.platform != "linux":
        pytest.skip("copies are for Linux")
    monkeypatch.setattr(beside, "processors", lambda: 2)
    monkeypatch.setattr(beside, "_loaded", lambda: False)
    monkeypatch.setattr(beside.threading, "active_count", lambda: 1 if request.param == "copies" else 2)


copied: Any = pytest.mark.parametrize("two", ["copies"], indirect=True)


@pytest.fixture(scope="module")
def record() -> Any:
    """A run: processes know no records of tests."""
    few = {"polity.home.citizens": 200, "polity.home.districts": 2, "weeks": 20}
    return simulate(load.read("baseline", few), threads=1)


def two_figures(record: Any) -> tuple[str, ...]:
    return FIGURES


def draw(record: Any, name: str, folder: Path) -> None:
    (folder / f"{name}.svg").write_bytes(drawn(record, name))
    (folder / f"{name}.by").write_text(str(os.getpid()))


def drawn(record: Any, name: str) -> bytes:
    picture = io.BytesIO()
    toolkit.save(registry.draw(record, name), picture, "svg")
    return picture.getvalue()


def seed_of(record: Any) -> tuple[int, int]:
    return record.seed, os.getpid()


def soon(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.usefixtures("two")
def test_what_others_make_has_the_same_bytes(record: Any, tmp_path: Path) -> None:
    with beside.beside(results.make_ready, {"seed": seed_of}) as others:
        others.make(record, two_figures, functools.partial(draw, folder=tmp_path))
        pids = {*others.pids}
    soon(lambda: not any(results.is_running(pid) for pid in pids))
    by = {int((tmp_path / f"{name}.by").read_text()) for name in FIGURES}
    assert by & pids and by <= {*pids, os.getpid()} and others.found["seed"][0] == 1
    for name in FIGURES:
        assert (tmp_path / f"{name}.svg").read_bytes() == drawn(record, name)


def nothing() -> None:
    """As if all were loaded."""


def test_who_has_all_loaded_works_alone(record: Any) -> None:
    made: list[str] = []
    with beside.beside(nothing, {"seed": seed_of}) as others:
        others.make(record, two_figures, lambda record, name: made.append(name))
    assert not others.lines and sorted(made) == [*FIGURES] and others.found["seed"] == (1, os.getpid())


@pytest.mark.parametrize("ends", ["pass", "print('no answer')"])
def test_what_a_process_that_ends_has_not_made_is_made_here(ends: str, record: Any) -> None:
    process = subprocess.Popen([sys.executable, "-c", ends], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    made: list[str] = []
    others = Beside([Line(process.stdout, process.stdin)], shares=False)
    others.make(record, two_figures, functools.partial(_note, made))
    others.end()
    process.wait()
    assert made == [*FIGURES]


def _note(made: list[str], record: Any, name: str) -> None:
    made.append(name)


@copied
def test_what_fails_elsewhere_is_made_and_told_here(record: Any, two: None) -> None:
    with beside.beside(nothing) as others, pytest.raises(ZeroDivisionError):
        others.make(record, two_figures, fail)


def fail(record: Any, name: str) -> None:
    raise ZeroDivisionError


@copied
def test_what_cannot_be_sent_is_made_here(two: None) -> None:
    made: list[str] = []
    with beside.beside(nothing) as others:
        others.make(lambda: None, two_figures, lambda record, name: made.append(name))
    assert sorted(made) == [*FIGURES]


ALONE = """
import os, time
from advosim import beside
beside.processors = lambda: 2
def ready():
    print(os.getpid(), flush=True)
beside._settle = lambda: None
with beside.beside(ready) as others:
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are for Linux")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_whom_they_are_for(how: signal.Signals) -> None:
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    heard: Callable[[], Any] = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    words = [sys.executable, "-c", ALONE]
    parent = subprocess.Popen(
        words, env=known, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=heard
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(how)
    parent.wait()
    parent.stdout.close()
    soon(lambda: not results.is_running(child))
