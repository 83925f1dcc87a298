"""Reforms, each checked in the world that it meets, and their settings as single dotted paths."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from advosim.scenario import elections
from advosim.scenario.declare import parameters
from advosim.scenario.layers import Merged, Table, changes_layer, tables
from advosim.scenario.limits import MOST_WEEKS
from advosim.scenario.problems import Problem, did_you_mean
from advosim.scenario.refusals import belongs, refused, whole
from advosim.scenario.rules import Mechanisms
from advosim.scenario.schema import Reform, Settings
from advosim.scenario.toml_lines import KeyPath
from advosim.scenario.tree import dotted


def reforms(merged: Merged, sound: Table, last_week: Any) -> tuple[tuple[Reform, ...], list[Problem]]:
    """Check each reform in the world that it meets, and spell its settings out as single dotted paths.

    `sound` are the tables of the scenario without what is wrong in them.
    """
    rows = merged.table.get("reform")
    listed = rows if isinstance(rows, list | tuple) else ()
    numbered = [(i, row) for i, row in enumerate(listed) if isinstance(row, dict) and whole(row.get("week"))]
    state = Merged(merged.top, {k: v for k, v in copy.deepcopy(sound).items() if k != "reform"})
    problems: list[Problem] = []
    done: list[Reform] = []
    for index, row in sorted(numbered, key=lambda pair: pair[1]["week"]):
        here: KeyPath = ("reform", index)
        week = row["week"]
        if whole(last_week) and week > last_week:
            text = f"a reform in week {week} comes after the last week, {last_week}"
            hint = "raise weeks, or move the reform"
            problems.append(merged.problem((*here, "week"), text, f"1 to {last_week}", hint))
        leaves, wrong = _carry_out(merged, state, here, row)
        problems += wrong
        if 1 <= week <= MOST_WEEKS:
            done.append(Reform(week=week, set=leaves))
    return tuple(done), problems


def _carry_out(merged: Merged, state: Merged, here: KeyPath, row: Table) -> tuple[Table, list[Problem]]:
    """Lay one reform over the state of its week; returns its settings by dotted path."""
    source = merged.source(here)
    changes = row.get("set", {})
    if not isinstance(changes, dict):
        return {}, []  # the schema says it
    if not changes:
        hint = 'write set = { "polity.NAME.governance.KEY" = ... }'
        return {}, [merged.problem(here, "this reform sets nothing", hint=hint)]
    layer, problems = changes_layer(changes, source.name, source.folder, lambda p: source.place((*here, "set", *p)))
    layer.table, refusals = _reformable(layer, state, layer.table)
    problems += refusals
    before = state.clone()
    state.origin.clear()
    problems += state.add(layer)
    leaves = sorted(path for path in state.origin if not isinstance(_get(state.table, path), dict))
    scenario, sound, wrong = refused(Settings, state)
    known = {problem.what for problem in elections.faults(before)}
    wrong += [problem for problem in elections.faults(state) if problem.what not in known]
    if wrong or problems:
        state.table = before.table
        return {}, problems + wrong
    state.table = sound
    return {".".join(map(str, path)): _of(scenario, path) for path in leaves}, []


def _reformable(layer: Any, state: Merged, table: Table) -> tuple[Table, list[Problem]]:
    """Of a reform's settings those that may change in mid-run, and what is wrong with the others."""
    problems, keep = [], Merged(layer)
    for path in sorted(_leaves(table)):
        known = list(dict(tables(state.table, "polity"))) or ["home"]
        governs = path[0] == "polity" and len(path) > 3 and path[2] == "governance"
        if governs and path[1] not in known:
            text = f"there is no polity '{path[1]}' ({dotted(path)})"
            problems.append(layer.problem(path, text, ", ".join(known), did_you_mean(str(path[1]), known)))
        elif _only_founding_reads(path):
            text = f"'{dotted(path)}' is read when the world is founded, and cannot change in mid-run"
            others = ", ".join(dotted(each) for each in founding_settings() if each != path)
            rule = f"polity.NAME.governance.KEY, and all of mechanism.NAME.KEY but this, {others}"
            problems.append(layer.problem(path, text, rule, "set it outside of [[reform]]"))
        elif governs or (path[0] == "mechanism" and len(path) > 2):
            _put(keep.table, path, _get(table, path))
        else:
            text = f"'{dotted(path)}' cannot change in mid-run"
            rule = "polity.NAME.governance.KEY, mechanism.NAME.KEY"
            problems.append(layer.problem(path, text, rule, belongs(str(path[-1]), ()) if len(path) < 3 else ""))
    return keep.table, problems


def _only_founding_reads(path: KeyPath) -> bool:
    return path in founding_settings()


@cache
def founding_settings() -> tuple[tuple[str, ...], ...]:
    """Paths of the rules' settings that only founding reads."""
    found = parameters(Mechanisms, "mechanism")
    return tuple(tuple(path.split(".")) for path, field in found if (field.json_schema_extra or {}).get("founding"))  # type: ignore[union-attr]


def _leaves(table: Any) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from ((key, *rest) for rest in _leaves(value))
        else:
            yield (key,)


def _put(table: Table, path: KeyPath, value: Any) -> None:
    for part in path[:-1]:
        table = table.setdefault(str(part), {})
    table[str(path[-1])] = value


def _get(table: Any, path: KeyPath) -> Any:
    for part in path:
        table = table[part]
    return table


def _of(scenario: Any, path: KeyPath) -> Any:
    """The value at a path of a checked scenario."""
    for part in path:
        scenario = scenario[part] if isinstance(scenario, dict) else getattr(scenario, str(part))
    return scenario
