"""Figures drawn in other processes are those drawn here, and nobody is left."""

from __future__ import annotations

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

from advosim.figures import aside, registry, toolkit
from advosim.results import folder as results
from advosim.scenario import load
from advosim.simulation import simulate

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were two processors, and nothing loaded to draw with."""
    monkeypatch.setattr(aside, "processors", lambda: 2)
    monkeypatch.setattr(aside, "_loaded", lambda: False)


@pytest.fixture(scope="module")
def record() -> Any:
    """A run: processes know no records of tests."""
    few = {"polity.home.citizens": 200, "polity.home.districts": 2, "weeks": 20}
    return simulate(load.read("baseline", few), threads=1)


def soon(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def here(record: Any, name: str, format: str) -> bytes:
    picture = io.BytesIO()
    toolkit.save(registry.draw(record, name), picture, format)
    return picture.getvalue()


@pytest.mark.usefixtures("two")
def test_what_others_draw_has_the_same_bytes(record: Any) -> None:
    with aside.painters() as drawing:
        [process] = drawing._processes
        drawing.begin(record, ("frames", "no such figure", "tactics"), ("png", "svg"))
        soon(lambda: not drawing._left)
        assert drawing.drawn("tactics") == {format: here(record, "tactics", format) for format in ("png", "svg")}
        assert drawing.drawn("no such figure") is None
        assert drawing.drawn("frames") is not None
    assert process.poll() is not None


def test_who_has_all_loaded_draws_alone(record: Any) -> None:
    with aside.painters() as drawing:
        drawing.begin(record, ("frames",), ("png",))
        assert drawing.drawn("frames") is None


@pytest.mark.parametrize("ends", ["pass", "print('no answer')"])
def test_what_a_process_that_ends_has_not_drawn_is_drawn_here(ends: str, record: Any, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ends], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    drawn: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "_draw", lambda record, *files: drawn.extend(file.name for file in files))
        results.write(record, tmp_path / "run", painters=aside.Painters([process]))
    process.kill()
    process.communicate()
    assert sorted(drawn) == sorted(f"{name}.png" for name in results.figures_of(record))


def test_what_cannot_be_sent_is_drawn_here(record: Any) -> None:
    class Unsendable:
        def __init__(self) -> None:
            self.never = lambda: None

    drawing = aside.Painters([subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)])
    drawing.begin(Unsendable(), ("frames",), ("png",))  # type: ignore[arg-type]
    assert drawing.drawn("frames") is None
    drawing._processes[0].communicate()


ALONE = """
import sys, time
from advosim.figures import aside
aside.processors = lambda: 2
with aside.painters() as drawing:
    print(drawing._processes[0].pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="no signals to other processes on Windows")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_whom_they_draw_for(how: signal.Signals) -> None:
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
