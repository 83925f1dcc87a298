"""A scenario as the text of a file that gives it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from advosim.scenario.load import Scenario

DASHED = re.compile(r"[A-Za-z0-9_-]+")
ONCE = ("title", "reform", "shock", "campaign")
"""What does not stand among the settings by dotted path."""


def text(scenario: Scenario) -> str:
    """A file with all settings of a scenario, whatever it was made of: it extends nothing."""
    return "\n".join([f"title = {value(scenario.title)}", *settings(scenario), *scripts(scenario)]) + "\n"


def settings(scenario: Scenario) -> list[str]:
    """A line for each setting."""
    table = scenario.model_dump(mode="json")
    return [f"{dotted(path)} = {value(leaf)}" for path, leaf in _leaves(table) if path[0] not in ONCE]


def scripts(scenario: Scenario) -> list[str]:
    """Lines of what happens in given weeks."""
    lines: list[str] = []
    for reform in scenario.reform:
        lines += ["", "[[reform]]", f"week = {reform.week}", f"set = {value(reform.set)}"]
    for kind in ("shock", "campaign"):
        for row in getattr(scenario, kind):
            told = row.model_dump(mode="json", exclude_none=True)
            lines += ["", f"[[{kind}]]", *(f"{key} = {value(leaf)}" for key, leaf in told.items())]
    return lines


def _leaves(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, inner in table.items():
        if isinstance(inner, dict) and inner:
            yield from _leaves(inner, (*above, key))
        elif inner is not None and inner != []:  # an empty list means all, and may not be written
            yield (*above, key), inner


def dotted(path: list[str] | tuple[str, ...]) -> str:
    """A path as TOML writes it."""
    return ".".join(part if DASHED.fullmatch(part) else json.dumps(part) for part in path)


def value(leaf: Any) -> str:
    """A value as TOML writes it; JSON's strings are TOML's basic strings."""
    if isinstance(leaf, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {value(inner)}" for key, inner in leaf.items()) + " }"
    if isinstance(leaf, list | tuple):
        return "[" + ", ".join(map(value, leaf)) + "]"
    return repr(leaf) if isinstance(leaf, float) else json.dumps(leaf, ensure_ascii=False)
