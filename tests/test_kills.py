"""Commands that are killed at any moment leave no process behind, and go on to the same bytes."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from advosim.experiment.sweep import running as sweep

KILLS = 5
"""Of each command."""
PATIENCE = 10.0
"""Seconds within which all processes are gone."""
TABLES = (".parquet", ".csv", ".tex", ".html")
OF_TIME = "timings"
MARK = "ADVOSIM_TEST_KILLS"
SMALL = ["--set", "polity.home.citizens=200", "--set", "polity.home.districts=2", "--weeks", "20"]
EXPERIMENT = """title = "Killed"
scenario = "baseline"
[set]
"polity.home.citizens" = 200
"polity.home.districts" = 2
weeks = 20
[design]
kind = "latin_hypercube"
n = 20
[factor."polity.home.governance.repression"]
range = [0.1, 0.9]
[replicates]
count = 4
[outcome.protest]
of = "protest"
issue = "all"
reduce = "sum"
[keep]
weeks = "last"
[calibration]
targets = "targets.csv"
n = 40
draws = 20
accept = 0.5
"""
COMMANDS = {
    "run": ["run", "baseline", *SMALL],
    "compare": ["compare", "baseline", "closed_regime", "--runs", "30", "--workers", "2", *SMALL],
    "contribution": ["contribution", "baseline", "--runs", "4", "--workers", "2", *SMALL],
    "sweep": ["sweep", "run", "experiment.toml", "--workers", "2"],
    "calibrate": ["calibrate", "experiment.toml", "--workers", "2"],
}
POLICIES = """title = "Policies"
scenario = "baseline"
[set]
"polity.home.citizens" = 200
"polity.home.districts" = 2
weeks = 20
[design]
kind = "factorial"
levers = ["polity.home.governance.openness"]
[factor."polity.home.governance.openness"]
levels = [0.2, 0.8]
[factor."polity.home.governance.repression"]
levels = [0.1, 0.5, 0.9]
[replicates]
count = 5
[outcome.policy]
of = "policy"
issue = "all"
[aim.policy]
want = "high"
[keep]
weeks = "last"
"""
OF_A_SWEEP = {
    "sensitivity": ["sensitivity", "policies.toml", "--out", "out"],
    "discover": ["discover", "policies.toml", "--out", "out"],
    "robustness": ["robustness", "policies.toml", "--out", "out"],
    "explore": ["explore", "out"],
    "export": ["sweep", "export", "policies.toml", "--panel", "--out", "out"],
    "demo": ["demo", "baseline", "--export", "out/page.html"],
}
"""Commands that read what a sweep has left, and one that writes a page."""


def started(folder: Path, command: str, mark: str = "") -> subprocess.Popen[bytes]:
    own = [*COMMANDS[command], "--out", "out"] if command in COMMANDS else OF_A_SWEEP[command]
    words = [sys.executable, "-m", "advosim", *own]
    return subprocess.Popen(
        words, cwd=folder, env={**os.environ, MARK: mark}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def finished(folder: Path, command: str) -> dict[str, bytes]:
    """The tables that an undisturbed call leaves, or one that goes on."""
    process = started(folder, command)
    said = process.communicate()[1].decode()
    assert process.returncode == 0, said
    files = sorted((folder / "out").rglob("*") if command in OF_A_SWEEP else (folder / "out").iterdir())
    assert not list(folder.rglob(".advosim-*")), "something is left behind"
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in files
        if file.suffix in TABLES and not file.stem.startswith(OF_TIME)
    }


def left(mark: str) -> list[int]:
    """Processes that the marked one started and that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
        except OSError:
            pass  # gone, or another user's
    return found


def prepared(folder: Path, command: str) -> Path:
    folder.mkdir()
    (folder / "experiment.toml").write_text(EXPERIMENT)
    (folder / "targets.csv").write_text("outcome,value,uncertainty\nprotest,0.01,0.01\n")
    if command in OF_A_SWEEP:
        (folder / "policies.toml").write_text(POLICIES)
        sweep.run(folder / "policies.toml", folder / "out", executor=sweep.InProcess(), chunk=10)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("command", [*COMMANDS, *OF_A_SWEEP])
def test_killed_commands_leave_nobody_and_go_on_to_the_same_bytes(tmp_path: Path, command: str) -> None:
    # What a command needs once, such as compiling, is no part of how long it takes.
    finished(prepared(tmp_path / "first", command), command)
    began = time.monotonic()
    whole = finished(prepared(tmp_path / "whole", command), command)
    took = time.monotonic() - began
    assert whole
    chance, mark = random.Random(command), uuid.uuid4().hex
    place = prepared(tmp_path / "killed", command)
    for kill in range(KILLS):
        process = started(place, command, mark)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, took))
        process.kill()
        process.communicate(timeout=PATIENCE)  # workers that lived on would hold the pipe open
        until = time.monotonic() + PATIENCE
        while (there := left(mark)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not there, f"kill {kill}: {len(there)} processes are left"
    assert finished(place, command) == whole
