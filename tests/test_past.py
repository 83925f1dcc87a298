"""Runs go on from a saved state as if they had never stopped, and futures differ only in what was changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from advosim import InputError, Scenario, cli, simulate
from advosim.live import past
from advosim.results import folder as results

SMALL = {"polity.home.citizens": 120, "polity.home.districts": 2, "weeks": 12}
REPRESSION = "polity.home.governance.repression"


def advosim(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture(scope="module")
def home() -> Scenario:
    return Scenario.load("baseline").but(SMALL)


@pytest.fixture(scope="module")
def state(home: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state after week 5."""
    file = tmp_path_factory.mktemp("state") / "spring.state"
    simulate(home, 3, weeks=5, threads=1, state=file)
    return file


def tables(record: Any) -> dict[str, pd.DataFrame]:
    return {name: getattr(record, name) for name in results.tables_of(record)}


def test_a_future_with_nothing_changed_is_the_run_that_never_stopped(home: Scenario, state: Path) -> None:
    whole = simulate(home, 3, threads=1)
    for _ in range(2):  # the past is not used up
        on = simulate(home, threads=1, past=past.load(state))
        for name, table in tables(whole).items():
            pd.testing.assert_frame_equal(getattr(on, name), table, check_exact=True)
        for mine, other in zip(on.recorded, whole.recorded, strict=True):
            if isinstance(mine, np.ndarray):
                assert mine.tobytes() == other.tobytes()


def test_the_command_line_goes_on_with_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))
    small = ["--set", "polity.home.citizens=120", "--set", "polity.home.districts=2"]
    file = tmp_path / "spring.state"
    told = advosim("run", "baseline", *small, "--weeks", 5, "--save-state", file, "--out", tmp_path / "past")
    assert told.exit_code == 0, told.output
    words = ["run", "--from", file, "--weeks", 9, "--set", f"{REPRESSION}=0.9", "--out", tmp_path / "future"]
    told = advosim(*words)
    assert told.exit_code == 0, told.output
    scenario = Scenario.load("baseline").but(SMALL | {"weeks": 9, "reform": [{"week": 6, "set": {REPRESSION: 0.9}}]})
    whole = simulate(scenario, threads=1)
    weeks = pd.read_parquet(tmp_path / "future" / "weeks.parquet")
    pd.testing.assert_frame_equal(weeks, whole.weeks, check_dtype=False, check_exact=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "polity.home.citizens=200"], "polity.home.citizens"),
        (["--weeks", 5], "the past ends with week 5"),
        (["--seed", 4], "a future goes on with the seed of its past"),
        (["closed_regime", "--set", f"{REPRESSION}=0.9"], "the past until week 5 has"),
    ],
)
def test_what_is_no_future_of_a_past_is_refused(state: Path, tmp_path: Path, words: list[Any], said: str) -> None:
    told = advosim("run", "--from", state, *words, "--out", tmp_path / "out")
    assert told.exit_code == 2 and said in told.stderr, told.output
    assert not (tmp_path / "out").exists()


def test_a_state_of_another_version_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(past, "__version__", "99.0")
    with pytest.raises(InputError, match="was saved by version .* and this is 99.0"):
        past.load(state)
    other = tmp_path / "other.state"
    other.write_bytes(b"no state")
    with pytest.raises(InputError, match="is no state of a run"):
        past.load(other)
    with pytest.raises(InputError, match="there is no such file"):
        past.load(tmp_path / "nothing")


def test_a_state_is_kept_where_nothing_else_lies(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text := 'title = "Mine"\nextends = "baseline"\nweeks = 3\n[polity.home]\ncitizens = 300\n', "utf-8")
    for place, said in (
        (file, "is no state of a run"),
        (tmp_path / "no" / "x", "no such folder"),
        (tmp_path, "is a folder"),
    ):
        told = advosim("run", file, "--save-state", place, "--out", tmp_path / "out")
        assert told.exit_code == 2 and said in told.stderr, told.output
    assert file.read_text("utf-8") == text and not (tmp_path / "out").exists()
    past.check_place(state)
    with pytest.raises(InputError, match="is no file"):
        past.load("/dev/zero")


def test_a_damaged_state_and_one_of_other_rules_are_refused(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw, other = state.read_bytes(), tmp_path / "other.state"
    flipped = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(0, len(raw), len(raw) // 40)]
    for damaged in (b"", raw[: len(raw) // 2], raw[:-1], *flipped):
        other.write_bytes(damaged)
        with pytest.raises(InputError, match="is no state of a run, or is damaged"):
            past.load(other)
    monkeypatch.setattr(past, "_rules", lambda: "others")
    with pytest.raises(InputError, match="before the rules were edited"):
        past.load(state)
