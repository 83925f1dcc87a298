"""Places that cannot be written are told before anything runs, and nothing is left in them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advosim import cli
from advosim.cli.ending import told
from advosim.results import folder as results

EXPERIMENT = """title = "X"
scenario = "baseline"
[design]
kind = "factorial"
[factor."polity.home.governance.repression"]
levels = [0.1, 0.9]
[outcome.policy]
of = "policy"
issue = "all"
[calibration]
targets = "targets.csv"
"""


def advosim(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def loop(here: Path) -> Path:
    (here / "loop").symlink_to(here / "loop")
    return here / "loop"


def a_file(here: Path) -> Path:
    (here / "mine").write_text("mine")
    return here / "mine"


PLACES: dict[str, Callable[[Path], Path]] = {
    "a loop": loop,
    "behind a loop": lambda here: loop(here) / "out",
    "a file": a_file,
    "below a file": lambda here: a_file(here) / "out",
    "a device": lambda here: Path("/dev/null"),
    "a name of 256 bytes": lambda here: here / ("\u00e9" * 128),
    "a name that is no UTF-8": lambda here: Path(os.fsdecode(os.fsencode(here) + b"/a\xffb")),
}


@pytest.mark.parametrize("kind", PLACES)
def test_places_that_are_none_are_told_by_every_command(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something runs")

    for name in ("advosim.simulation.simulate", "advosim.experiment.sweep.running._complete"):
        monkeypatch.setattr(name, refuse)
    monkeypatch.setattr("advosim.experiment.calibration.calibrate.fit", refuse)
    file, here = tmp_path / "x.toml", tmp_path / "here"
    file.write_text(EXPERIMENT)
    (tmp_path / "targets.csv").write_text("outcome,value,uncertainty\npolicy,0.1,0.1\n")
    here.mkdir()
    place = PLACES[kind](here)
    before = sorted(here.iterdir())
    for words in (
        ["run", "baseline", "--out", place],
        ["compare", "baseline", "closed_regime", "--runs", 2, "--out", place],
        ["sweep", "run", file, "--workers", 1, "--out", place],
        ["calibrate", file, "--out", place],
        ["init", place],
    ):
        ended = advosim(*words)
        assert ended.exit_code == 2 and ended.stderr.startswith("error: "), (words, ended.output)
        assert sorted(here.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_closed_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    for check in (results.check_place, results.check_folder, results.check_file):
        with pytest.raises(ValueError, match="cannot be written there: Permission denied"):
            check(tmp_path / "out")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.EFBIG, "File too large"), 1, "error: cannot be written: File too large; nothing of it is left"),
        (OSError(errno.ENOSPC, "No space left", "a.state"), 1, "error: a.state: cannot be written: No space left"),
        (PermissionError(errno.EACCES, "Permission denied", "x/y"), 2, "error: x/y: cannot be reached: Permission"),
    ],
)
def test_what_a_disk_says_is_no_failure_of_the_program(
    error: OSError, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception) as ended, told():
        raise error
    assert getattr(ended.value, "exit_code", None) == code
    assert capsys.readouterr().err.startswith(said)
