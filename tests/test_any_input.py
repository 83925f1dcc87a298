"""Whatever is typed or written: a sentence and an exit code, never a traceback. More is tried by:

pytest tests/test_any_input.py --hypothesis-profile=search
"""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from advosim import cli, vdem
from advosim.cli import wiring
from advosim.experiment.calibration import targets
from advosim.experiment.sweep import load as experiments
from advosim.scenario import load
from advosim.scenario.problems import InputError
from advosim.world import edge_lists

server = pytest.importorskip("advosim.classroom.server", reason="the command demo needs the extra 'app'")

EXAMPLES = 40 if settings.default.derandomize else 2_000
few = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PATHS = [row.path for row in load.parameter_table()]
WORDS = ["home", "reform", "baseline", "everyone", "climate", "preset", "extends", "set", "week", "seed", "scenario"]

# ---------------------------------------------------------------- grammars

names = st.one_of(
    st.sampled_from([*WORDS, *(part for path in PATHS for part in path.split("."))]),
    st.text(string.ascii_lowercase + "_", min_size=1, max_size=8),
    st.text(max_size=6),
)
numbers = st.one_of(
    st.integers(), st.integers(-2, 5), st.floats(), st.floats(0, 1), st.sampled_from([10**400, -(10**30), 2**63, 0, 1])
)
values = st.recursive(
    st.one_of(numbers, st.booleans(), st.text(max_size=12), st.dates(), st.sampled_from(WORDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def written(value: Any) -> str:
    """A value as TOML, or nearly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value) if isinstance(value, str) else str(value)


keys = st.one_of(
    st.sampled_from(PATHS).map(lambda path: path.replace("NAME", "home")),
    st.lists(names.map(json.dumps), min_size=1, max_size=4).map(".".join),
)
lines = st.one_of(
    st.builds(lambda key, value: f"{key} = {written(value)}", keys, values),
    keys.map(lambda key: f"[{key}]"),
    keys.map(lambda key: f"[[{key}]]"),
    st.just("[[reform]]\nweek = 2"),
    st.text(max_size=20),
)
texts = st.lists(lines, max_size=8).map("\n".join)
scenarios = st.one_of(
    texts.map(lambda text: f'title = "X"\nextends = "baseline"\n{text}\n'),
    texts.map(lambda text: f'title = "X"\n{text}'),
)
EXPERIMENT = """title = "X"
scenario = "baseline"
[design]
kind = "factorial"
[factor."polity.home.governance.repression"]
levels = [0.1, 0.9]
[outcome.policy]
of = "policy"
issue = "all"
"""
experiment_lines = st.one_of(
    lines,
    st.builds(
        lambda table, key, value: f"[{table}]\n{key} = {written(value)}",
        st.sampled_from(["design", "factor.x", "replicates", "outcome.y", "keep", "set", "calibration"]),
        st.sampled_from(["kind", "n", "levels", "range", "points", "count", "of", "reduce", "weeks", "file", "seed"]),
        values,
    ),
)
cells = st.one_of(numbers.map(str), names, st.sampled_from(["", "0,5", "30%", "NA", '"', "=1+1", " 1 "]))
tables = st.builds(
    lambda head, rows, mark, end: end.join(mark.join(row) for row in [head, *rows]),
    st.lists(
        st.one_of(st.sampled_from([*PATHS, "outcome", "value", "uncertainty", "source", "target"]), names), max_size=4
    ),
    st.lists(st.lists(cells, max_size=4), max_size=5),
    st.sampled_from([",", ";", "\t", " ", "|"]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)


def file(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def told(error: InputError) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.what and len(str(problem)) < 5_000


# ---------------------------------------------------------------- what is read


@few
@given(scenarios)
def test_any_scenario(tmp_path: Path, text: str) -> None:
    try:
        read = load.read(file(tmp_path, text, "x.toml"))
    except InputError as error:
        told(error)
    else:
        load.notes(read)


@few
@given(st.lists(experiment_lines, max_size=5))
def test_any_experiment(tmp_path: Path, more: list[str]) -> None:
    try:
        experiments.load(file(tmp_path, EXPERIMENT + "\n".join(more), "x.toml"))
    except InputError as error:
        told(error)


@few
@given(st.one_of(tables, st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))))
def test_any_table(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text, "x.csv")
    points = {"title": "X", "scenario": "baseline", "design": {"kind": "points", "file": "x.csv"},
              "outcome": {"policy": {"of": "policy", "issue": "all"}}}  # fmt: skip
    for read in (
        lambda: targets.read(path, ["policy"]),
        lambda: edge_lists.read(path, 50),
        lambda: vdem.derive(path, "CHE", 2012, {"repression": 0.1}),
        lambda: experiments.build(points, tmp_path),
    ):
        try:
            read()
        except InputError as error:
            told(error)


# ---------------------------------------------------------------- what is typed

COMMANDS = [
    [*([module.GROUP[0]] if hasattr(module, "GROUP") else []), command.__name__]
    for module in wiring.MODULES
    for command in module.COMMANDS
]
words = st.one_of(
    st.sampled_from(
        ["--seed", "--weeks", "--set", "--out", "--runs", "--workers", "--year", "--vdem", "--shard", "--run"]
    ),
    st.sampled_from(["nothing.toml", "/dev/zero", "~nosuchuser", ".", "..", "", "x" * 300, "a\0b", "weeks=0"]),
    numbers.map(str),
    st.builds(lambda path, value: f"{path}={written(value)}", st.sampled_from(PATHS), values),
    st.text(max_size=8),
)


@few
@given(st.sampled_from(COMMANDS), st.lists(words, max_size=5))
def test_any_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], more: list[str]) -> None:
    (tmp_path / "here").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(server, "serve", lambda *how, **more: None)
    done = CliRunner().invoke(cli.app, [*command, *more])
    said = f"{command} {more}: {done.output}"
    assert done.exit_code in (0, 2), said
    assert "Traceback" not in done.output and "the command failed" not in done.output, said
