"""The points of a design that a CSV file lists: its columns are the factors."""

from __future__ import annotations

from typing import Any

from advosim.experiment.sweep.draft import Draft
from advosim.experiment.sweep.factors import kind_of, typed
from advosim.experiment.sweep.schema import SCENARIO, Design, Experiment, Factor, Point, Value
from advosim.scenario import load as scenarios
from advosim.scenario.csv_rows import Rows, read_rows
from advosim.scenario.csv_rows import number as csv_number
from advosim.scenario.layers import at_home
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.toml_lines import split_path


def given(
    draft: Draft, design: Design | None, known: dict[str, Scenario]
) -> tuple[tuple[Point, ...], dict[str, Factor]]:
    """The points of a CSV file and its columns as factors."""
    if design is None or design.kind != "points":
        return (), {}
    if draft.table.get("factor"):
        draft.wrong(("factor",), "a design of kind points takes its factors from the columns of its file")
    if design.file is None:
        if not draft.names(("design",), "file"):
            draft.wrong(("design",), "'file' is missing in design: a CSV file whose columns are dotted paths")
        return (), {}
    rows = draft.collect(("design", "file"), lambda: read_rows(draft.layer.folder / at_home(str(design.file))))
    if rows is None:
        return (), {}
    draft.problems += rows.problems
    paths = [_column(draft, rows, name) for name in rows.header]
    if not all(paths):
        return (), {}
    if not rows.cells:
        draft.problems.append(Problem(rows.file, None, "the design is empty: the file has no points"))
    points: list[Point] = []
    lines: list[int] = []
    for number, cells in zip(rows.lines, rows.cells, strict=True):
        if not all(cells):
            draft.problems.append(Problem(rows.file, number, "a value is missing"))
            continue
        points.append({path: _cell(path, cell) for path, cell in zip(paths, cells, strict=True)})
        lines.append(number)
    _points_taken(draft, rows.file, points, lines, known)
    levels = {path: tuple(dict.fromkeys(point[path] for point in points)) for path in paths}
    return tuple(points), {path: Factor(path, kind_of(path), levels[path]) for path in paths}


def _column(draft: Draft, rows: Rows, name: str) -> str:
    """The path that a column is named after; empty where it is no factor."""
    try:
        path = ".".join(split_path(name))
    except ValueError as error:
        draft.problems.append(Problem(rows.file, 1, str(error), hint="write polity.home.governance.repression"))
        return ""
    if path == "seed":
        hint = "leave the column out: each point is run with the seeds of [replicates]"
        draft.problems.append(Problem(rows.file, 1, "'seed' is no factor", hint=hint))
        return ""
    return path


def _points_taken(draft: Draft, source: str, points: list[Point], lines: list[int], known: dict[str, Scenario]) -> None:
    """Whether the scenarios take each value of a file, tried one by one so that its line can be told."""
    tried: set[tuple[str, Any]] = set()
    told: set[str] = set()
    for number, point in zip(lines, points, strict=True):
        for path, value in point.items():
            if (path, repr(value)) in tried:
                continue
            tried.add((path, repr(value)))
            for p in _faults(draft, path, value, known):
                if p.what not in told:
                    told.add(p.what)
                    hint = p.hint or _as_number(value)
                    draft.problems.append(Problem(source, number, p.what, p.allowed, hint))


def _faults(draft: Draft, path: str, value: Any, known: dict[str, Scenario]) -> list[Problem]:
    if path == SCENARIO:
        hint = did_you_mean(str(value), list(known))
        fault = Problem("", None, f"there is no scenario '{value}' in the list of the experiment", hint=hint)
        return [] if value in known else [fault]
    trial = Experiment("", None, draft.design, {}, None, {}, folder=draft.layer.folder)  # type: ignore[arg-type]
    for scenario in known.values():
        try:
            trial.changed(scenario, {path: trial.written(path, value)})
        except InputError as error:
            return error.problems
    return []


def _as_number(value: Any) -> str:
    """How a text is written right that should be a number."""
    try:
        csv_number(str(value))
    except ValueError as error:
        return str(error)
    return ""


def _cell(path: str, text: str) -> Value:
    kind = kind_of(path)
    return text.strip() if kind == "text" else typed(kind, scenarios.toml_value(text.strip().lower()))
