"""From an experiment file to a checked Experiment, or to all that is wrong with it, each with file and line."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from advosim.experiment.sweep import own
from advosim.experiment.sweep.schema import (
    ALL,
    RESERVED,
    SCENARIO,
    WITH_LEVERS,
    WITH_N,
    WITH_STEPS,
    WITH_THRESHOLD,
    Aim,
    Calibrating,
    Design,
    Experiment,
    Factor,
    FactorPart,
    Keep,
    Outcome,
    Point,
    Precision,
    Replicates,
    Value,
)
from advosim.replaced import functions
from advosim.scenario import checks
from advosim.scenario import load as scenarios
from advosim.scenario.csv_rows import Rows, read_rows
from advosim.scenario.csv_rows import number as csv_number
from advosim.scenario.declare import Part
from advosim.scenario.layers import Layer, Table, at_home, read_layer
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.toml_lines import KeyPath, split_path

P = TypeVar("P", bound=Part)

KEYS = (
    "title", "question", "source", SCENARIO, "set", "design", "factor", "replicates", "outcome", "keep",
    "calibration", "mechanisms", "precision", "constraints", "aim", "outcomes", "primary", "summaries",
)  # fmt: skip
CONSTRAINED = ("factorial", "latin_hypercube")
"""Designs of which points may be left out."""
MOST_POINTS = 10_000_000
IN_PYTHON = "experiment"
"""Said in place of a file for an experiment that is made in Python."""


def load(path: str | Path) -> Experiment:
    """Read an experiment file. Raises InputError with all that is wrong."""
    file = Path(os.path.normpath(at_home(path)))
    if not os.path.isfile(file):
        near = sorted(p.name for p in file.parent.glob("*.toml")) if os.path.isdir(file.parent) else []
        what = "is a folder, not an experiment" if os.path.isdir(file) else "there is no such experiment"
        raise InputError(Problem(str(path), None, what, hint=did_you_mean(file.name, near)))
    return _Reading(read_layer(file)).experiment()


def build(table: Mapping[str, Any], folder: str | Path = ".") -> Experiment:
    """An experiment from a table as a file would hold it; what it names is relative to `folder`.

    `scenario` can also be a Scenario, or several by name. Raises InputError.
    """
    return _Reading(Layer(IN_PYTHON, Path(folder), dict(table))).experiment()


class _Reading:
    """One file on its way to an Experiment. Everything that is wrong is collected."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.table: Table = layer.table
        self.problems: list[Problem] = []
        self.design: Design | None = None
        self.lines: dict[str, tuple[str, int | None]] = {}

    def experiment(self) -> Experiment:
        self._keys()
        title, question, source = (self._text(key) for key in ("title", "question", "source"))
        if not title:
            self._wrong(("title",), "'title' is missing or empty")
        known = self._scenarios()
        design = self._part(Design, ("design",), self.table.get("design"), needed="kind")
        self.design = design
        replicates = self._part(Replicates, ("replicates",), self.table.get("replicates"))
        keep = self._keep()
        calibration = self._calibration()
        mechanisms = self._mechanisms()
        summaries = self._summaries()
        factors = self._factors(known)
        given, columns = self._given(design, known)
        outcomes = self._outcomes(known)
        primary = self._primary(outcomes)
        precision = self._precision(outcomes, replicates)
        constraints = self._constraints(factors, design)
        aims = self._aims(outcomes)
        if design is not None:
            self._fits(design, factors)
            self._levers(design, factors | columns, constraints)
        named = self.table.get("outcome") or self.table.get("outcomes")
        if not named and keep is not None and keep.weeks == "none":
            hint = 'write [outcome.policy_at_end] with of = "policy" and reduce = "final", or [keep] weeks = "last"'
            self._wrong(("outcome",), "nothing would be kept of a run: there is no outcome", hint=hint)
        if self.problems or design is None or replicates is None or keep is None:
            raise InputError(sorted(set(self.problems), key=lambda p: (p.file, p.line or 0, p.what)))
        scenario = next(iter(known.values()))
        every = known if len(known) > 1 else {}
        linked = {path: factor.also for path, factor in factors.items() if factor.also}
        experiment = Experiment(
            title, scenario, design, factors | columns, replicates, outcomes, keep, every, given, question, source,
            self.layer.folder, calibration, mechanisms, precision, linked, constraints, aims, primary, self.lines,
            summaries,
        )  # fmt: skip
        self._satisfied(experiment)
        return experiment

    # ------------------------------------------------------------ what all parts share

    def _wrong(self, path: KeyPath, what: str, allowed: str = "", hint: str = "") -> None:
        self.problems.append(self.layer.problem(path, what, allowed, hint))

    def _keys(self) -> None:
        for key in self.table:
            if key not in KEYS:
                close = did_you_mean(key, KEYS)
                hint = close or ("settings of the scenario stand under [set]" if key in Scenario.model_fields else "")
                self._wrong((key,), f"unknown key '{key}'", ", ".join(KEYS), hint)

    def _text(self, key: str) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            self._wrong((key,), f"'{key}' should be text in quotes")
            return ""
        return value

    def _part(self, model: type[P], at: KeyPath, table: Any, needed: str = "", name: str = "") -> P | None:
        """A table held against the schema of its part."""
        name = name or ".".join(map(str, at))
        if table is None and needed:
            self._wrong(at, f"[{name}] is missing", hint=f"write [{name}] with {needed} = ...")
            return None
        try:
            return model.model_validate({} if table is None else table)
        except ValidationError as errors:
            wrong = errors.errors(include_url=False)
            for error in wrong:
                self._refused(model, at, name, error)
        try:  # what is sound is looked at too: all that is wrong is told at once
            return model.model_validate({k: v for k, v in table.items() if all(k != e["loc"][0] for e in wrong)})
        except (ValidationError, AttributeError, IndexError):
            return None

    def _names(self, at: KeyPath, key: str) -> bool:
        """Whether a table of the file says something of a key, however wrong."""
        table: Any = self.table
        for part in at:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        return isinstance(table, dict) and key in table

    def _refused(self, model: type[Part], at: KeyPath, name: str, error: Any) -> None:
        """One refusal of the schema in plain words."""
        kind, where, value = error["type"], tuple(error["loc"]), error["input"]
        here = checks.dotted((name, *where))
        if not where:
            self._wrong(at, f"{name} should be a table, found {checks.shown(value)}")
            return
        annotation, field = checks.step(model, where[0])
        annotation = checks.bare(annotation)[0]
        path = (*at, *where)
        known = list(model.model_fields)
        if kind == "missing":
            self._wrong(at, f"'{where[-1]}' is missing in {name}", checks.allowed(annotation, field))
        elif kind == "extra_forbidden":
            key = str(where[-1])
            self._wrong(path, f"unknown key '{key}' in {name}", ", ".join(known), did_you_mean(key, known))
        elif kind == "literal_error":
            names = [str(a) for a in get_args(annotation)]
            close = did_you_mean(str(value), names)
            self._wrong(path, f"{here} = {checks.shown(value)} is unknown", ", ".join(names), close)
        elif kind in ("greater_than_equal", "less_than_equal"):
            self._wrong(path, f"{here} = {checks.shown(value)} is out of range", checks.allowed(annotation, field))
        elif kind in ("too_short", "too_long"):
            self._wrong(path, f"{here} should be two numbers", hint="write range = [0.0, 1.0]")
        elif kind == "finite_number" or (isinstance(value, float) and not math.isfinite(value)):
            self._wrong(
                path, f"{here} = {checks.shown(value)} is not a finite number", checks.allowed(annotation, field)
            )
        elif kind in checks.WANTED:
            what, hint = checks.mistyped(kind, value, field)
            self._wrong(path, f"{here} {what}", checks.allowed(annotation, field), hint)
        else:
            self._wrong(path, f"{here} = {checks.shown(value)} is not allowed", checks.allowed(annotation, field))

    def _collect(self, at: KeyPath, action: Callable[[], Any]) -> Any:
        """What `action` gives; its problems are told at a key of this file."""
        try:
            return action()
        except InputError as error:
            for p in error.problems:
                where = f"{p.file}:{p.line}: " if p.line else f"{p.file}: " if p.file not in scenarios.CHANGES else ""
                self._wrong(at, where + p.what, p.allowed, p.hint)
            return None

    # ------------------------------------------------------------ scenarios

    def _scenarios(self) -> dict[str, Scenario]:
        """The scenarios by the name that the file gives them, with the settings of [set]."""
        written = self.table.get(SCENARIO)
        made = {SCENARIO: written} if isinstance(written, Scenario) else written
        if isinstance(made, dict) and made and all(isinstance(scenario, Scenario) for scenario in made.values()):
            return {name: changed for name, one in made.items() if (changed := self._set(one)) is not None}
        names = written if isinstance(written, list) else [written]
        if not names or not all(isinstance(name, str) for name in names):
            hint = 'write scenario = "baseline", a path relative to this file, or a list of them'
            self._wrong((SCENARIO,), "'scenario' is missing" if written is None else "'scenario' is no name", hint=hint)
            return {}
        found = {}
        for index, name in enumerate(names):
            at: KeyPath = (SCENARIO, index) if isinstance(written, list) else (SCENARIO,)
            if name in found:
                self._wrong(at, f"the scenario '{name}' is named twice")
            read = self._collect(at, lambda name=name: scenarios.read(name, folder=self.layer.folder))  # type: ignore[misc]
            if read is not None:
                found[name] = read
        return {name: changed for name, scenario in found.items() if (changed := self._set(scenario)) is not None}

    def _set(self, scenario: Scenario) -> Scenario | None:
        """The scenario with the settings that hold in all runs."""
        changes = self.table.get("set", {})
        if not isinstance(changes, dict):
            self._wrong(("set",), "'set' should be a table of dotted paths")
            return scenario
        if "seed" in changes:
            hint = "write [replicates] first_seed = ..., from which each run has a seed of its own"
            self._wrong(("set", "seed"), "'seed' in [set] has no effect", hint=hint)
            return None
        try:
            return scenario.but(changes) if changes else scenario
        except InputError as error:
            for p in error.problems:
                key = next((key for key in changes if key in p.what or f"'{key.rpartition('.')[2]}'" in p.what), None)
                self._wrong(("set", key) if key else ("set",), p.what, p.allowed, p.hint)
            return None

    # ------------------------------------------------------------ factors

    def _factors(self, known: dict[str, Scenario]) -> dict[str, Factor]:
        """The factors by path; several scenarios are the first of them."""
        found: dict[str, Factor] = {}
        if len(known) > 1:
            found[SCENARIO] = Factor(SCENARIO, "text", tuple(known))
        written = self.table.get("factor", {})
        if not isinstance(written, dict):
            self._wrong(("factor",), "'factor' should hold tables, one for each dotted path")
            return found
        for dotted, at, table in _flat(written, ("factor",), ""):
            path = self._path(dotted, at)
            if path in found:
                self._wrong(at, f"the factor '{path}' is there twice")
                continue
            held = self.table.get("set")
            if isinstance(held, dict) and path in held:
                self._wrong(
                    ("set", path), f"'{path}' is a factor too, which sets it anew", hint="leave it out of [set]"
                )
            factor = self._factor(path, at, table, known) if path else None
            if factor is not None:
                found[factor.path] = factor
        self._set_once(found)
        return found

    def _set_once(self, factors: Mapping[str, Factor]) -> None:
        """No path may get its value from two factors."""
        every = [*factors, *(path for factor in factors.values() for path in factor.also or ())]
        for path in sorted({path for path in every if every.count(path) > 1}):
            self._wrong(("factor",), f"'{path}' gets its value from two factors", hint="name it once, also in 'also'")

    def _path(self, dotted: str, at: KeyPath) -> str:
        try:
            path = ".".join(split_path(dotted))
        except ValueError as error:
            self._wrong(at, str(error), hint="write polity.home.governance.repression")
            return ""
        if path in (SCENARIO, "seed"):
            hint = 'write scenario = ["a", "b"] at the top' if path == SCENARIO else "write [replicates] count = ..."
            self._wrong(at, f"'{path}' is no factor", hint=hint)
            return ""
        return path

    def _factor(self, path: str, at: KeyPath, table: Any, known: dict[str, Scenario]) -> Factor | None:
        part = self._part(FactorPart, at, table, name=f"factor '{path}'")
        if part is None:
            return None
        if (part.levels is None) == (part.range is None):
            if isinstance(table, dict) and part.levels is None and table.keys() & {"levels", "range"}:
                return None  # what is wrong with them is told
            what = "has levels and a range" if part.levels else "has neither levels nor a range"
            self._wrong(at, f"the factor '{path}' {what}", hint="give it one of them: levels = [...] or range = [0, 1]")
            return None
        kind = kind_of(path)
        if part.levels is not None and not self._levels(path, (*at, "levels"), part.levels):
            return None
        if part.range is not None and not self._range(path, (*at, "range"), part.range, kind):
            return None
        before = len(self.problems)
        for where, value in _values(part, at):
            self._tried(path, at, where, value, known)
            for other in part.also:
                self._tried(other, (*at, "also"), where, value, known)
        if len(self.problems) > before:
            return None
        levels = None if part.levels is None else tuple(_as(kind, value) for value in part.levels)
        limits = None if part.range is None else (float(part.range[0]), float(part.range[1]))
        if kind == "int" and limits:
            limits = (int(limits[0]), int(limits[1]))
        base = None if part.base is None else _as(kind, part.base)
        return Factor(path, kind, levels, limits, part.points, base, tuple(part.also) or None)

    def _levels(self, path: str, at: KeyPath, levels: list[Any]) -> bool:
        before = len(self.problems)
        if not levels:
            self._wrong(at, f"the factor '{path}' has no levels")
        seen: list[Any] = []
        for index, value in enumerate(levels):
            if not isinstance(value, (int, float, str)):
                hint = "for other things that vary together, write a scenario for each and list them: scenario = [...]"
                self._wrong((*at, index), f"level {checks.shown(value)} of '{path}' is no number, text or truth value",
                            hint=hint)  # fmt: skip
            elif any(value == other and type(value) is type(other) for other in seen):
                self._wrong((*at, index), f"level {checks.shown(value)} of '{path}' is there twice")
            seen.append(value)
        return len(self.problems) == before

    def _range(self, path: str, at: KeyPath, limits: list[float], kind: str) -> bool:
        before = len(self.problems)
        if kind in ("text", "bool") and _exists(path):
            self._wrong(at, f"'{path}' is no number and has no range", hint="write levels = [...]")
        elif not limits[0] < limits[1]:
            self._wrong(at, f"the range of '{path}' goes from {limits[0]:g} to {limits[1]:g}", hint="least value first")
        elif kind == "int" and any(limit != int(limit) for limit in limits):
            self._wrong(at, f"'{path}' is a whole number, and so are the ends of its range")
        return len(self.problems) == before

    def _tried(self, path: str, at: KeyPath, where: KeyPath, value: Any, known: dict[str, Scenario]) -> None:
        """Whether the scenarios take a value, which stands at `where` in the factor's table."""
        trial = Experiment("", None, self.design, {}, None, {}, folder=self.layer.folder)  # type: ignore[arg-type]
        kind = kind_of(path)
        told = {p.what for p in self.problems}
        for scenario in known.values():
            try:
                trial.changed(scenario, {path: trial.written(path, _as(kind, value))})
            except InputError as error:
                for p in error.problems:
                    if p.what not in told:
                        # What does not mention the value is wrong with the path.
                        self._wrong(where if str(value) in p.what else at, p.what, p.allowed, p.hint)
                return

    # ------------------------------------------------------------ designs

    def _fits(self, design: Design, factors: dict[str, Factor]) -> None:
        """What design and factors need of one another."""
        at, kind = ("design",), design.kind
        if kind == "points":
            return
        if not factors and not self.table.get("factor"):
            hint = '[factor."polity.home.governance.repression"] with levels = [...] or range = [...]'
            self._wrong(at, "the design is empty: there is no factor", hint=hint)
        if design.file is not None:
            self._wrong((*at, "file"), f'\'file\' goes with kind = "points", not "{kind}"')
        if kind in WITH_N and design.n is None and not self._names(at, "n"):
            self._wrong(at, f"'n' is missing in design: {_MEANING[kind]}")
        if kind not in WITH_N and design.n is not None:
            self._wrong((*at, "n"), f"'n' goes with {', '.join(WITH_N)}, not {kind}")
        if kind == "sobol" and design.n is not None and design.n & (design.n - 1):
            power = 1 << design.n.bit_length()
            self._wrong((*at, "n"), f"design.n = {design.n}: Sobol samples need a power of 2", hint=f"write {power}")
        if kind == "morris" and design.levels % 2:
            self._wrong((*at, "levels"), f"design.levels = {design.levels}: Morris grids need an even number")
        self._count(design, factors)
        for factor in factors.values():
            if kind not in WITH_STEPS and factor.path not in design.levers:
                continue
            if not factor.range or factor.points:
                continue
            where = next(at for path, at, _ in _flat(self.table["factor"], ("factor",), "") if path == factor.path)
            if not self._names(where, "points"):
                hint = "write points = 5 beside it, or levels = [...]"
                needs = f"in a design of kind {kind}" if kind in WITH_STEPS else "where it is a lever"
                self._wrong(where, f"the range of '{factor.path}' needs a number of points {needs}", hint=hint)

    def _levers(self, design: Design, factors: dict[str, Factor], constraints: tuple[tuple[str, str], ...]) -> None:
        """Levers are factors of a design that runs each policy in each future, and some factor is left unknown."""
        at: KeyPath = ("design", "levers")
        if design.levers and design.kind not in WITH_LEVERS:
            self._wrong(at, f"levers go with {', '.join(WITH_LEVERS)}, not {design.kind}")
        for index, path in enumerate(design.levers):
            if path not in factors and (factors or not self.problems):
                what = f"the lever '{path}' is no factor of this experiment"
                self._wrong((*at, index), what, ", ".join(factors), did_you_mean(path, list(factors)))
        if design.levers and factors and set(factors) <= set(design.levers):
            self._wrong(at, "all factors are levers: nothing is unknown", hint="add a factor that nobody decides")
        for lower, upper in constraints:
            if design.levers and (lower in design.levers) != (upper in design.levers):
                what = f"a constraint ties a lever to an unknown: {lower} <= {upper}"
                self._wrong(("constraints",), what, hint="then not every policy would meet every future")

    def _aims(self, outcomes: Mapping[str, Outcome]) -> dict[str, Aim]:
        written = self.table.get("aim", {})
        if not isinstance(written, dict):
            self._wrong(("aim",), "'aim' should hold tables: [aim.NAME]")
            return {}
        found = {}
        for name, table in written.items():
            if name not in self.table.get("outcome", {}):
                what = f"there is no outcome '{name}' to aim at"
                self._wrong(("aim", name), what, ", ".join(outcomes), did_you_mean(name, list(outcomes)))
            aim = self._part(Aim, ("aim", name), table)
            if aim is not None:
                found[name] = aim
        return found

    def _count(self, design: Design, factors: dict[str, Factor]) -> None:
        """More points than a machine can hold are refused before they are made."""
        from advosim.experiment.sweep import designs

        many = designs.count(design, list(factors.values()))
        if many > MOST_POINTS:
            self._wrong(("design",), f"the design has {many:.3g} points", f"{MOST_POINTS:,} at most",
                        "fewer levels, or latin_hypercube with n points")  # fmt: skip

    def _given(self, design: Design | None, known: dict[str, Scenario]) -> tuple[tuple[Point, ...], dict[str, Factor]]:
        """The points of a CSV file and its columns as factors."""
        if design is None or design.kind != "points":
            return (), {}
        if self.table.get("factor"):
            self._wrong(("factor",), "a design of kind points takes its factors from the columns of its file")
        if design.file is None:
            if not self._names(("design",), "file"):
                self._wrong(("design",), "'file' is missing in design: a CSV file whose columns are dotted paths")
            return (), {}
        rows = self._collect(("design", "file"), lambda: read_rows(self.layer.folder / at_home(str(design.file))))
        if rows is None:
            return (), {}
        self.problems += rows.problems
        paths = [self._column(rows, name) for name in rows.header]
        if not all(paths):
            return (), {}
        if not rows.cells:
            self.problems.append(Problem(rows.file, None, "the design is empty: the file has no points"))
        points: list[Point] = []
        lines: list[int] = []
        for number, cells in zip(rows.lines, rows.cells, strict=True):
            if not all(cells):
                self.problems.append(Problem(rows.file, number, "a value is missing"))
                continue
            points.append({path: _cell(path, cell) for path, cell in zip(paths, cells, strict=True)})
            lines.append(number)
        self._points_taken(rows.file, points, lines, known)
        levels = {path: tuple(dict.fromkeys(point[path] for point in points)) for path in paths}
        return tuple(points), {path: Factor(path, kind_of(path), levels[path]) for path in paths}

    def _column(self, rows: Rows, name: str) -> str:
        """The path that a column is named after; empty where it is no factor."""
        try:
            path = ".".join(split_path(name))
        except ValueError as error:
            self.problems.append(Problem(rows.file, 1, str(error), hint="write polity.home.governance.repression"))
            return ""
        if path == "seed":
            hint = "leave the column out: each point is run with the seeds of [replicates]"
            self.problems.append(Problem(rows.file, 1, "'seed' is no factor", hint=hint))
            return ""
        return path

    def _points_taken(self, source: str, points: list[Point], lines: list[int], known: dict[str, Scenario]) -> None:
        """Whether the scenarios take each value of a file, tried one by one so that its line can be told."""
        tried: set[tuple[str, Any]] = set()
        told: set[str] = set()
        for number, point in zip(lines, points, strict=True):
            for path, value in point.items():
                if (path, repr(value)) in tried:
                    continue
                tried.add((path, repr(value)))
                for p in self._faults(path, value, known):
                    if p.what not in told:
                        told.add(p.what)
                        hint = p.hint or _as_number(value)
                        self.problems.append(Problem(source, number, p.what, p.allowed, hint))

    def _faults(self, path: str, value: Any, known: dict[str, Scenario]) -> list[Problem]:
        if path == SCENARIO:
            hint = did_you_mean(str(value), list(known))
            fault = Problem("", None, f"there is no scenario '{value}' in the list of the experiment", hint=hint)
            return [] if value in known else [fault]
        trial = Experiment("", None, self.design, {}, None, {}, folder=self.layer.folder)  # type: ignore[arg-type]
        for scenario in known.values():
            try:
                trial.changed(scenario, {path: trial.written(path, value)})
            except InputError as error:
                return error.problems
        return []

    # ------------------------------------------------------------ outcomes

    def _outcomes(self, known: dict[str, Scenario]) -> dict[str, Outcome]:
        written = self.table.get("outcome", {})
        if not isinstance(written, dict):
            self._wrong(("outcome",), "'outcome' should hold tables: [outcome.NAME]")
            return {}
        found = {}
        for name, table in written.items():
            at: KeyPath = ("outcome", name)
            if not re.fullmatch(checks.NAME_PATTERN, name):
                self._wrong(at, f"the name '{name}' of an outcome is not allowed", checks.NAME_RULE)
            if name in RESERVED:
                self._wrong(at, f"an outcome cannot be named '{name}': the table of runs has that column already")
            outcome = self._part(Outcome, at, table)
            if outcome is not None and self._outcome(outcome, at, known):
                found[name] = _reduced(outcome)
        return found | self._listed(found, known)

    def _listed(self, there: Mapping[str, Outcome], known: dict[str, Scenario]) -> dict[str, Outcome]:
        """Outcomes of the list `outcomes`, by their names; over all polities and issues."""
        written = self.table.get("outcomes", [])
        if not isinstance(written, list) or not all(isinstance(of, str) for of in written):
            self._wrong(
                ("outcomes",), "'outcomes' should be a list of names", 'outcomes = ["policy_end", "mine:share"]'
            )
            return {}
        found: dict[str, Outcome] = {}
        for index, of in enumerate(written):
            at: KeyPath = ("outcomes", index)
            name = of.rpartition(":")[2]
            if name in there or name in found:
                self._wrong(at, f"the outcome '{name}' is there twice")
            outcome = Outcome(of=of) if own.is_own(of) else Outcome(of=of, polity=ALL, issue=ALL)
            if self._outcome(outcome, at, known):
                found[name] = _reduced(outcome)
        return found

    def _own(self, outcome: Outcome, at: KeyPath) -> bool:
        """Whether the function that an outcome names is there."""
        for key in ("reduce", "polity", "issue", "threshold"):
            if key in outcome.model_fields_set:
                self._wrong((*at, key), f"'{key}' does not go with a function, which gets the whole record")
        try:
            own.function(outcome.of, self.layer.folder)
        except InputError as error:
            for told in error.problems:
                self._wrong(at if at[0] == "outcomes" else (*at, "of"), told.what, told.allowed, told.hint)
            return False
        place = self.layer.problem(at if at[0] == "outcomes" else (*at, "of"), "", "", "")
        self.lines[str(at[1]) if at[0] == "outcome" else outcome.of.rpartition(":")[2]] = (place.file, place.line)
        return True

    def _primary(self, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Outcomes that are named in advance."""
        written = self.table.get("primary", [])
        if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
            self._wrong(("primary",), "'primary' should be a list of outcomes", 'primary = ["policy_change"]')
            return ()
        asked = {*self.table.get("outcome", {}), *outcomes}
        for index, name in enumerate(written):
            if name not in asked:
                what = f"primary: there is no outcome '{name}' in this experiment"
                self._wrong(("primary", index), what, ", ".join(outcomes), did_you_mean(name, list(outcomes)))
        return tuple(dict.fromkeys(written))

    def _outcome(self, outcome: Outcome, at: KeyPath, known: dict[str, Scenario]) -> bool:
        from advosim.experiment.sweep.outcomes import columns, is_of_issue
        from advosim.experiment.sweep.outcomes import known as all_known

        before = len(self.problems)
        name = ".".join(map(str, at))
        if own.is_own(outcome.of):
            return self._own(outcome, at)
        if outcome.of not in all_known():
            close = did_you_mean(outcome.of, all_known())
            what = f"{name}.of: there is no outcome and no column of numbers '{outcome.of}' in the weekly table"
            self._wrong((*at, "of"), what, ", ".join(all_known()), close)
        elif outcome.of not in columns() and "reduce" in outcome.model_fields_set:
            hint = "leave out 'reduce'; columns of the weekly table take one"
            self._wrong((*at, "reduce"), f"{name}: '{outcome.of}' is one number for a run already", hint=hint)
        if outcome.reduce in WITH_THRESHOLD and outcome.threshold is None and not self._names(at, "threshold"):
            self._wrong(at, f"'threshold' is missing in {name}: {outcome.reduce} needs it")
        if outcome.reduce not in WITH_THRESHOLD and outcome.threshold is not None:
            self._wrong((*at, "threshold"), f"{name}: a threshold goes with {', '.join(WITH_THRESHOLD)}")
        of_issue = is_of_issue(outcome.of)
        for scenario in known.values():
            self._picked(name, (*at, "polity"), outcome.polity, list(scenario.polity), "polity", "polities")
            if of_issue or outcome.issue is not None:
                self._picked(name, (*at, "issue"), outcome.issue, list(scenario.issue), "issue", "issues")
        return len(self.problems) == before

    def _picked(self, name: str, at: KeyPath, wanted: str | None, known: list[str], one: str, many: str) -> None:
        allowed = ", ".join([*known, f"{ALL} (their mean)"])
        if wanted is None and len(known) > 1 and not self._names(at[:-1], one):
            hint = f'write {one} = "{known[0]}"'
            self._wrong(at[:-1], f"{name}: there are {len(known)} {many}; say which", allowed, hint)
        if wanted is not None and wanted != ALL and wanted not in known:
            self._wrong(at, f"{name}: there is no {one} '{wanted}'", allowed, did_you_mean(wanted, known))

    def _mechanisms(self) -> dict[str, str]:
        """Rules in the place of others: `attention = "my_rules:attention"`."""
        written = self.table.get("mechanisms", {})
        if not isinstance(written, Mapping) or not all(isinstance(rule, str) for rule in written.values()):
            self._wrong(("mechanisms",), "[mechanisms] names a rule by mechanism", 'attention = "my_rules:attention"')
            return {}
        if not written:
            return {}
        from advosim.week import check

        for name, rule in written.items():
            try:
                check(functions({name: rule}, self.layer.folder))
            except InputError as error:
                for told in error.problems:
                    self._wrong(("mechanisms", name), told.what, told.allowed, told.hint)
        return dict(written)

    def _summaries(self) -> dict[str, str]:
        """Functions of the whole table of runs: `by_force = "my_summaries:by_force"`."""
        written = self.table.get("summaries", {})
        if not isinstance(written, Mapping) or not all(isinstance(of, str) for of in written.values()):
            self._wrong(("summaries",), "[summaries] names functions", 'by_force = "my_summaries:by_force"')
            return {}
        for name, of in written.items():
            at: KeyPath = ("summaries", name)
            if not re.fullmatch(checks.NAME_PATTERN, name):
                self._wrong(at, f"the name '{name}' of a summary is not allowed", checks.NAME_RULE)
            try:
                own.function(of, self.layer.folder, "summary")
            except InputError as error:
                for told in error.problems:
                    self._wrong(at, told.what, told.allowed, told.hint)
        return dict(written)

    def _calibration(self) -> Calibrating | None:
        written = self.table.get("calibration")
        part = None if written is None else self._part(Calibrating, ("calibration",), written)
        if part is not None and part.targets is not None and not os.path.isfile(self.layer.folder / part.targets):
            near = [file.name for file in self.layer.folder.glob("*.csv")]
            what = f"there is no file {self.layer.folder / part.targets}"
            self._wrong(("calibration", "targets"), what, hint=did_you_mean(part.targets, near))
        return part

    def _constraints(self, factors: Mapping[str, Factor], design: Design | None) -> tuple[tuple[str, str], ...]:
        """Pairs of factors of which the first is not above the second, as `A <= B` says."""
        written, tables = self.table.get("constraints", []), self.table.get("factor", {})
        told = {path for path, _, _ in _flat(tables, ("factor",), "")} if isinstance(tables, dict) else set()
        found = []
        for index, text in enumerate(written if isinstance(written, list) else [written]):
            at: KeyPath = ("constraints", index) if isinstance(written, list) else ("constraints",)
            sides = [side.strip() for side in text.split("<=")] if isinstance(text, str) else []
            if len(sides) != 2:
                self._wrong(at, f"the constraint {checks.shown(text)} is not understood", '"A <= B" of two factors')
                continue
            for side in sides:
                if side in told and side not in factors:
                    continue  # what is wrong with the factor is told
                if side not in factors or factors[side].kind not in ("float", "int"):
                    what = f"constraint '{text}': there is no factor '{side}' of numbers"
                    self._wrong(at, what, ", ".join(factors), did_you_mean(side, list(factors)))
            found.append((sides[0], sides[1]))
        if written and design is not None and design.kind not in CONSTRAINED:
            what = f"constraints do not go with a design of kind {design.kind}, whose analysis needs all of its points"
            self._wrong(("constraints",), what, ", ".join(CONSTRAINED))
        return tuple(found)

    def _satisfied(self, experiment: Experiment) -> None:
        """Raise InputError where no point, or not as many as are wanted, keeps to the constraints."""
        from advosim.experiment.sweep import designs

        if not experiment.constraints:
            return
        unknown = [path for path in experiment.factors if path not in experiment.design.levers]
        there = len({tuple(point[path] for path in unknown) for point in designs.points(experiment)})
        wanted = experiment.design.n or 1
        if there < wanted:
            said = "no point satisfies the constraints" if not there else f"only {there} of {wanted} points satisfy"
            self._wrong(("constraints",), said, hint="give the factors ranges or levels that leave room for them")
            raise InputError(self.problems)

    def _precision(self, outcomes: Mapping[str, Outcome], replicates: Replicates | None) -> Precision | None:
        written = self.table.get("precision")
        part = None if written is None else self._part(Precision, ("precision",), written)
        if part is None:
            self._imprecise(written)
            return None
        at: KeyPath = ("precision",)
        if part.outcome not in self.table.get("outcome", {}):
            names = list(outcomes)
            what = f"precision.outcome: there is no outcome '{part.outcome}' in this experiment"
            self._wrong((*at, "outcome"), what, ", ".join(names), did_you_mean(part.outcome, names))
        if not part.width > 0:
            self._wrong((*at, "width"), "precision.width is 0: no interval is narrower")
        if part.runs is None and part.minutes is None and not {"runs", "minutes"} & (written or {}).keys():
            self._wrong(at, "precision has no budget", "runs, minutes, or both", "write runs = 10000: it may never do")
        told = self._names(("replicates",), "count") and "count" not in (replicates or part).model_fields_set
        if replicates is not None and replicates.count < 2 and not told:
            hint = "write [replicates] count = 20"
            self._wrong(at, "precision needs 2 replicates or more for its first look", hint=hint)
        return part

    def _imprecise(self, written: Any) -> None:
        """What else is wrong with a [precision] that lacks what it needs."""
        at: KeyPath = ("precision",)
        if isinstance(written, dict) and not {"runs", "minutes"} & (written or {}).keys():
            self._wrong(at, "precision has no budget", "runs, minutes, or both", "write runs = 10000: it may never do")
        if isinstance(written, dict) and written.get("width") == 0:
            self._wrong((*at, "width"), "precision.width is 0: no interval is narrower")

    def _keep(self) -> Keep | None:
        keep = self._part(Keep, ("keep",), self.table.get("keep"))
        if keep is None:
            return None
        whole = isinstance(keep.weeks, int) and not isinstance(keep.weeks, bool) and keep.weeks >= 1
        if keep.weeks not in ("none", "last") and not whole:
            allowed = '"none", "last", or a whole number: every how many weeks'
            self._wrong(("keep", "weeks"), f"keep.weeks = {checks.shown(keep.weeks)} is unknown", allowed)
            return None
        return keep


# ---------------------------------------------------------------- paths and values


def kind_of(path: str) -> Any:
    """What values a path takes: float, int, bool, or else text."""
    try:
        annotation = checks.at(split_path(path))[0]
    except ValueError:
        return "text"
    return {float: "float", int: "int", bool: "bool"}.get(annotation, "text")


def _reduced(outcome: Outcome) -> Outcome:
    """An outcome with its reduction: a name that the vocabulary of outcomes has too needs none, and means what it does
    there; of any other column it is the last week's value.
    """
    from advosim.reading.outcomes import BY_NAME, WEEKLY

    # All others are told as they were before, so that sweeps which were begun can go on.
    same = outcome.reduce is not None or (outcome.of in BY_NAME and outcome.of in WEEKLY)
    return outcome if same else outcome.model_copy(update={"reduce": "final"})


def _exists(path: str) -> bool:
    return checks.at(split_path(path))[0] is not None or path.endswith(".preset")


def _as(kind: str, value: Any) -> Value:
    """A value of a factor in the type of its column; what does not fit stays, for the checks to tell."""
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _as_number(value: Any) -> str:
    """How a text is written right that should be a number."""
    try:
        csv_number(str(value))
    except ValueError as error:
        return str(error)
    return ""


def _cell(path: str, text: str) -> Value:
    kind = kind_of(path)
    return text.strip() if kind == "text" else _as(kind, scenarios.toml_value(text.strip().lower()))


def _values(part: FactorPart, at: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """All values that a factor names, each with its place."""
    for key in ("levels", "range"):
        for index, value in enumerate(getattr(part, key) or ()):
            yield (*at, key, index), value
    if part.base is not None:
        yield (*at, "base"), part.base


def _flat(table: Table, at: KeyPath, dotted: str) -> Iterator[tuple[str, KeyPath, Any]]:
    """Factors by dotted path, whether the path is quoted in the file or written as nested tables."""
    for key, inner in table.items():
        path = f"{dotted}.{key}" if dotted else key
        nested = isinstance(inner, dict) and inner and all(isinstance(value, dict) for value in inner.values())
        if nested:
            yield from _flat(inner, (*at, key), path)
        else:
            yield path, (*at, key), inner


_MEANING = {
    "latin_hypercube": "the number of points",
    "sobol": "the number of base samples, a power of 2",
    "morris": "the number of trajectories",
}
