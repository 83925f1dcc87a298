"""From scenario files, dotted paths and presets to a checked Scenario, or to all that is wrong with them.

In order of precedence, the last first: changes (`--set`, `but()`), the file itself, base files by `extends`, catalogue.
Within a layer its own keys replace those of a preset.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advosim.scenario import checks, groups, reforms, refusals, scripts, tree
from advosim.scenario.declare import catalogue_rows
from advosim.scenario.describe import (
    Parameter,
    fingerprint,
    flat,
    json_schema,
    markdown,
    notes,
    overwritten,
    parameter_table,
    resolved,
)
from advosim.scenario.layers import (
    Layer,
    Merged,
    at_home,
    catalogue_layer,
    chain,
    changes_layer,
    find,
    presets,
    shipped,
    tables,
)
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.schema import Settings
from advosim.scenario.toml_lines import split_path

__all__ = [
    "Parameter",
    "Scenario",
    "but",
    "fingerprint",
    "json_schema",
    "load",
    "locate",
    "markdown",
    "notes",
    "overwritten",
    "parameter_table",
    "presets",
    "read",
    "resolved",
    "settings",
    "shipped",
]


CHANGES = ("--set", "but()")  # where changes come from, said in place of a file

MOST_DOTS = 1000
"""In a value of `--set`: Python's parser takes very long for keys of more parts."""


class Scenario(Settings):
    """A world to be run: what a scenario file says, complete and checked."""

    def __repr__(self) -> str:
        teams = sum(one.count for polity in self.polity.values() for one in polity.organisation.values())
        people = sum(polity.citizens for polity in self.polity.values())
        homes, issues = ", ".join(self.polity), ", ".join(self.issue)
        many = f"{people:,} citizens and {teams} organisations in {homes}"
        return short(f"<Scenario '{self.title}': {self.weeks} weeks, {many}; {issues}>")

    __str__ = __repr__

    def __hash__(self) -> int:
        """Alike for equal scenarios, also where tables are in another order."""
        values = flat(self.model_dump())
        return hash(frozenset((path, len(v) if isinstance(v, list | tuple) else v) for path, v in values))

    @classmethod
    def load(cls, scenario: str | Path) -> Scenario:
        """Read a scenario from a file, or a shipped one by its name. Raises InputError with all that is wrong."""
        return load(scenario)

    def but(self, changes: Mapping[str, Any]) -> Scenario:
        """The same scenario with other values at dotted paths. Raises InputError with all that is wrong."""
        return but(self, changes)

    def without(self, *organisations: str) -> Scenario:
        """The same scenario in which these organisations (or groups of them) do not exist. Raises InputError."""
        return groups.without(self, organisations)

    def reformed(self, week: int) -> Scenario:
        """The scenario with all reforms up to and including `week` carried out."""
        changes: dict[str, Any] = {}
        for reform in sorted(self.reform, key=lambda r: r.week):
            if reform.week <= week:
                changes |= reform.set
        return self.but(changes) if changes else self


def load(scenario: str | Path) -> Scenario:
    """Read a scenario from a file, or a shipped one by its name. Raises InputError with all that is wrong."""
    return read(scenario)


def locate(scenario: str | Path, folder: Path | None = None) -> Path:
    """The file of a scenario that is named by path or shipped name; paths are relative to `folder`."""
    return find(scenario, folder or Path(), shipped(), "scenario")


def read(path: str | Path, overrides: Mapping[str, Any] | None = None, *, folder: Path | None = None) -> Scenario:
    """A scenario file with values of `--set` laid over it; texts among them are read as TOML values where they are.

    A reform after the file's own last week is an error; one that a shorter `weeks` of `overrides` leaves out is not.
    """
    layers, problems = chain(locate(path, folder))
    if not layers:
        raise InputError(problems)
    if "governance" in layers[-1].table and not layers[-1].table.keys() & {"polity", "extends"}:
        raise InputError(_no_scenario(layers[-1].name))
    partial = bool(problems)
    merged = Merged(layers[-1])
    for layer in (catalogue_layer(), *layers):
        problems += [*checks.newcomers(merged, layer), *merged.add(layer)]
    weeks = merged.table.get("weeks", Settings.model_fields["weeks"].default)
    if overrides:
        problems += _change(merged, {k: toml_value(v) for k, v in overrides.items()}, CHANGES[0])
    return _checked(merged, problems, weeks, partial)


def _no_scenario(name: str) -> Problem:
    preset = Path(name).stem if Path(name).stem in presets() else name
    what = "is a governance preset, which scenarios use, and no scenario"
    return Problem(name, None, what, hint=f'write preset = "{preset}" under [polity.home.governance] of a scenario')


def but(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The same scenario with other values at dotted paths: numbers, names, whole tables (merged in), presets."""
    if not isinstance(changes, Mapping):
        text = f"{CHANGES[1]} takes a table of changes by dotted path, not {type(changes).__name__}"
        raise InputError(Problem("", None, text, hint='but({"polity.home.governance.repression": 0.8})'))
    merged = Merged(Layer(CHANGES[1], Path(), {}), scenario.model_dump())
    problems = _change(merged, changes, CHANGES[1])
    return _checked(merged, problems, None)


def settings(texts: Iterable[str]) -> dict[str, str]:
    """`path=value` texts of `--set` as overrides for `read`."""
    found, problems = {}, []
    for text in texts:
        path, equals, value = text.partition("=")
        if path.strip() in found:
            problems.append(Problem("--set", None, f"'{path.strip()}' is set twice"))
        elif equals and path.strip():
            found[path.strip()] = value.strip()
        else:
            hint = "write --set polity.home.governance.repression=0.8"
            problems.append(Problem("--set", None, f"'{text}' is no path=value", hint=hint))
    if problems:
        raise InputError(problems)
    return found


def toml_value(value: Any) -> Any:
    """A text read as a TOML value; where it is none, the text itself."""
    if not isinstance(value, str) or value.count(".") > MOST_DOTS:
        return value
    try:
        table = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):  # TOMLDecodeError, and numbers of more than 4,300 digits
        return value
    return table["value"] if len(table) == 1 else value


def _change(merged: Merged, changes: Mapping[str, Any], name: str) -> list[Problem]:
    """Lay changes over the merged tables; a path through a name that does not exist is an error, not a new table."""
    known = {dotted: value for dotted, value in changes.items() if not (lost := _lost(merged, dotted, name))}
    problems = [lost for dotted in changes if (lost := _lost(merged, dotted, name))]
    layer, contradictions = changes_layer(known, name, Path())
    return [*problems, *contradictions, *merged.add(layer)]


def _lost(merged: Merged, dotted: str, name: str) -> Problem | None:
    """The problem of a path that leads through a polity, public, organisation ... which the scenario does not have."""
    try:
        path = split_path(dotted)
    except ValueError:
        return None  # told where the layer is made
    table: Any = merged.table
    for depth, part in enumerate(path[:-1]):
        names = list(table) if isinstance(table, dict) else []
        if tree.is_keyed(tree.at(path[:depth])[0]) and part not in names:
            text = f"'{dotted}': there is no {path[depth - 1]} '{part}'"
            return Problem(name, None, text, ", ".join(names) or "none is named", did_you_mean(part, names))
        table = table.get(part) if isinstance(table, dict) else None
    return None


def _checked(merged: Merged, problems: list[Problem], weeks: Any, partial: bool = False) -> Scenario:
    """The scenario that the tables describe. Raises InputError with `problems` and all others."""
    _settle(merged)
    scenario, sound, wrong = refusals.refused(Scenario, merged, partial)
    problems = problems + wrong + ([] if partial else checks.crossed(merged))
    for kind in ("shock", "campaign"):
        if (kind,) in merged.origin:
            problems += scripts.late(merged, kind, _last(merged, kind, weeks))
    if scenario and ("reform",) in merged.origin:
        done, wrong = reforms.reforms(merged, sound, _last(merged, "reform", weeks))
        problems += wrong
        scenario = scenario.model_copy(update={"reform": done})
    if problems or scenario is None:
        raise InputError(sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.what)))
    return scenario


def _settle(merged: Merged) -> None:
    """Fill in what depends on other keys: files relative to the file that names them, traits over those of the kind."""
    kinds = catalogue_rows("kinds")
    for polity, row in tables(merged.table, "polity"):
        for layer, part in tables(row, "network"):
            # A path with a zero in it cannot be resolved; that there is no such file is said elsewhere.
            if isinstance(part.get("file"), str) and "\0" not in part["file"]:
                folder = merged.source(("polity", polity, "network", layer, "file")).folder
                part["file"] = os.path.realpath(folder / at_home(part["file"]))
        for _, part in tables(row, "organisation"):
            kind = part.get("kind", "ngo")
            if isinstance(part.get("skills"), dict) and isinstance(kind, str) and kind in kinds:
                part["skills"] = kinds[kind]["skills"] | part["skills"]
            if isinstance(part.get("culture"), dict) and isinstance(kind, str) and kind in kinds:
                part["culture"] = kinds[kind]["culture"] | part["culture"]


def _last(merged: Merged, kind: str, weeks: Any) -> Any:
    """The last week that rows of a kind may name: that of the file which says them, else the scenario's."""
    own = merged.origin[kind,].name not in CHANGES and refusals.whole(weeks)
    return weeks if own else merged.table.get("weeks", Settings.model_fields["weeks"].default)
