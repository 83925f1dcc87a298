"""Commands asked in a folder of their own, after the runs of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advosim import cli

TINY = """
title = "Small"
scenario = "baseline"
[set]
weeks = 6
"polity.home.citizens" = 60
[design]
"""
"""The head of an experiment whose runs are tiny, up to its design."""


def ask_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Asks commands of `advosim` in a folder, a word each."""
    monkeypatch.chdir(folder)
    return lambda *words: CliRunner().invoke(cli.app, list(words))


def swept(experiment: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The same, once the experiment stands in `small.toml` and its runs in `out`."""
    (folder / "small.toml").write_text(experiment, encoding="utf-8")
    ask = ask_in(folder, monkeypatch)
    ran = ask("sweep", "run", "small.toml", "--out", "out", "--workers", "1", "--quiet")
    assert ran.exit_code == 0, ran.output
    return ask
