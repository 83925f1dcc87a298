"""An experiment file on its way to an Experiment: its tables held against the schema, and all that is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from advosim.experiment.sweep.schema import Design
from advosim.scenario import load as scenarios
from advosim.scenario import refusals, tree
from advosim.scenario.declare import Part
from advosim.scenario.layers import Layer, Table
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.toml_lines import KeyPath

P = TypeVar("P", bound=Part)


class Draft:
    """One file on its way to an Experiment. Everything that is wrong is collected."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.table: Table = layer.table
        self.problems: list[Problem] = []
        self.design: Design | None = None
        self.lines: dict[str, tuple[str, int | None]] = {}

    def wrong(self, path: KeyPath, what: str, allowed: str = "", hint: str = "") -> None:
        self.problems.append(self.layer.problem(path, what, allowed, hint))

    def text(self, key: str) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            self.wrong((key,), f"'{key}' should be text in quotes")
            return ""
        return value

    def part(self, model: type[P], at: KeyPath, table: Any, needed: str = "", name: str = "") -> P | None:
        """A table held against the schema of its part."""
        name = name or ".".join(map(str, at))
        if table is None and needed:
            self.wrong(at, f"[{name}] is missing", hint=f"write [{name}] with {needed} = ...")
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

    def names(self, at: KeyPath, key: str) -> bool:
        """Whether a table of the file says something of a key, however wrong."""
        table: Any = self.table
        for part in at:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        return isinstance(table, dict) and key in table

    def _refused(self, model: type[Part], at: KeyPath, name: str, error: Any) -> None:
        """One refusal of the schema in plain words."""
        kind, where, value = error["type"], tuple(error["loc"]), error["input"]
        here = tree.dotted((name, *where))
        if not where:
            self.wrong(at, f"{name} should be a table, found {refusals.shown(value)}")
            return
        annotation, field = tree.step(model, where[0])
        annotation = tree.bare(annotation)[0]
        path = (*at, *where)
        known = list(model.model_fields)
        if kind == "missing":
            self.wrong(at, f"'{where[-1]}' is missing in {name}", tree.allowed(annotation, field))
        elif kind == "extra_forbidden":
            key = str(where[-1])
            self.wrong(path, f"unknown key '{key}' in {name}", ", ".join(known), did_you_mean(key, known))
        elif kind == "literal_error":
            names = [str(a) for a in get_args(annotation)]
            close = did_you_mean(str(value), names)
            self.wrong(path, f"{here} = {refusals.shown(value)} is unknown", ", ".join(names), close)
        elif kind in ("greater_than_equal", "less_than_equal"):
            self.wrong(path, f"{here} = {refusals.shown(value)} is out of range", tree.allowed(annotation, field))
        elif kind in ("too_short", "too_long"):
            self.wrong(path, f"{here} should be two numbers", hint="write range = [0.0, 1.0]")
        elif kind == "finite_number" or (isinstance(value, float) and not math.isfinite(value)):
            self.wrong(
                path, f"{here} = {refusals.shown(value)} is not a finite number", tree.allowed(annotation, field)
            )
        elif kind in refusals.WANTED:
            what, hint = refusals.mistyped(kind, value, field)
            self.wrong(path, f"{here} {what}", tree.allowed(annotation, field), hint)
        else:
            self.wrong(path, f"{here} = {refusals.shown(value)} is not allowed", tree.allowed(annotation, field))

    def collect(self, at: KeyPath, action: Callable[[], Any]) -> Any:
        """What `action` gives; its problems are told at a key of this file."""
        try:
            return action()
        except InputError as error:
            for p in error.problems:
                where = f"{p.file}:{p.line}: " if p.line else f"{p.file}: " if p.file not in scenarios.CHANGES else ""
                self.wrong(at, where + p.what, p.allowed, p.hint)
            return None
