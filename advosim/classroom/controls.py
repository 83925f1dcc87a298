"""The settings that a page can change, as the schema declares them, grouped by what they are."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advosim.scenario import reforms
from advosim.scenario.declare import catalogue_rows
from advosim.scenario.groups import organisations
from advosim.scenario.load import Parameter, Scenario, parameter_table
from advosim.scenario.schema import Organisation
from advosim.story.words import plain

GROUPS = {
    "Force and fear": ("repression", "assembly_cost", "surveillance"),
    "Open doors": ("openness", "access", "accommodation", "veto_players", "entry_cost"),
    "Media and internet": ("media_freedom", "internet_access", "platform_regulation", "shutdown"),
    "Elections": (
        "contestation",
        "election_interval", "electoral_system", "list_method", "district_magnitude", "electoral_threshold",
    ),
    "Ballots of citizens": ("initiative", "referendum", "recall"),
    "Abroad": ("external_vulnerability",),
}  # fmt: skip
"""Governance settings by what they are about; a test holds that each stands in one group."""
FOUNDING = (
    "issue.NAME.attitude", "issue.NAME.policy", "polity.NAME.legitimacy",
    *(f"polity.NAME.organisation.NAME.{name}" for name in ("stance", "funds", "income", "activity")),
)  # fmt: skip
"""Settings of the founding that are offered; others can be reached by a lesson or an address."""


SCRIPTS = {"campaign": ("weeks", "polity", "organisation", "tactic", "issue"),
           "shock": ("size", "polity", "kind", "issue", "organisation")}  # fmt: skip
"""What a change of a script says: the setting that is its value, then those in its path, of which a shock may lack the
last: `campaign.home.greens_1.petition.climate` for 13 weeks, `shock.home.news.climate` of size 1.3.
"""


@dataclass(frozen=True)
class Declared:
    """A setting that can be changed, and what it takes."""

    row: Parameter
    founding: bool
    """Whether only founding reads it."""

    @property
    def kind(self) -> str:
        """number, whole, switch or choice."""
        default = self.row.default
        if self.row.names:
            return "choice"
        return "switch" if isinstance(default, bool) else "whole" if isinstance(default, int) else "number"

    @property
    def range(self) -> str:
        return "true or false" if self.kind == "switch" else self.row.range

    def takes(self, value: Any) -> bool:
        """Whether a value is of the right sort and in the range."""
        if self.kind == "choice":
            return value in self.row.names
        if self.kind == "switch":
            return isinstance(value, bool)
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        low, high = self.row.low, self.row.high
        if not fine or low is None or high is None or not low <= value <= high:
            return False
        return self.kind == "number" or isinstance(value, int)


@functools.cache
def _table() -> dict[str, Declared]:
    """What can be changed, by path with NAME for names: numbers in a range, switches and choices; no texts or files."""
    only_founding = {".".join(path) for path in reforms.founding_settings()}
    found = {}
    for row in parameter_table():
        number = isinstance(row.default, int | float) and row.low is not None
        governs = row.path.startswith("polity.NAME.governance.")
        rule = row.path.startswith("mechanism.") and row.path not in only_founding
        if row.path in ("weeks", "seed") or row.path.split(".")[0] in SCRIPTS:
            continue
        if number or row.names or isinstance(row.default, bool):
            found[row.path] = Declared(row, not (governs or rule))
    return found


def declared(path: str) -> Declared | None:
    """The declaration behind a dotted path; None where there is no such setting, or a page may not change it."""
    parts = path.split(".")
    if parts[0] in SCRIPTS:
        value, *names = SCRIPTS[parts[0]]
        fine = len(names) - (parts[0] == "shock") <= len(parts) - 1 <= len(names)
        rows = {row.path: row for row in parameter_table()}
        return Declared(rows[f"{parts[0]}.{value}"], False) if fine else None
    for pattern in _patterns(parts):
        if pattern in _table():
            return _table()[pattern]
    return None


def _patterns(parts: list[str]) -> Iterator[str]:
    """A path with NAME in the places in which tables have names of the author's choice."""
    yield ".".join(parts)
    if parts and parts[0] in ("polity", "issue", "tactic", "body", "relation") and len(parts) > 2:
        named = [parts[0], "NAME", *parts[2:]]
        yield ".".join(named)
        if len(parts) > 4 and parts[2] in ("organisation", "public", "party", "individual", "alliance"):
            yield ".".join([*named[:3], "NAME", *named[4:]])


def script_row(week: int, path: str, value: Any) -> tuple[str, dict[str, Any]]:
    """A change of a script as a row of the scenario, and of which list: `campaign` or `shock`."""
    kind, *given = path.split(".")
    name, *names = SCRIPTS[kind]
    return kind, {"week": week, name: value, **dict(zip(names, given, strict=False))}


def seats(scenario: Scenario) -> dict[str, Any]:
    """What a student can direct: organisations with their tactics, issues; and what a shock or an order takes."""
    rows = {row.path: row for row in parameter_table()}
    kinds = catalogue_rows("kinds")

    def usual(row: Organisation) -> list[str]:
        return list(row.tactics or kinds[row.kind].get("tactics") or scenario.tactic)

    return {
        "organisations": [
            {"polity": home, "name": name, "tactics": usual(row)}
            for home, polity in scenario.polity.items()
            for name, row in organisations(polity)
        ],
        "tactics": list(scenario.tactic),
        "issues": list(scenario.issue),
        "scripts": [
            {
                "path": path, "meaning": row.meaning, "unit": row.unit, "low": row.low, "high": row.high,
                "names": list(row.names), "default": row.default, "source": row.source,
            }
            for path, row in rows.items()
            if path in ("campaign.weeks", "shock.size", "shock.kind")
        ],
    }  # fmt: skip


def controls(scenario: Scenario) -> list[dict[str, Any]]:
    """Every setting that the page offers, in the order of groups, with its value at the start of the scenario."""
    found = []
    for home in scenario.polity:
        several = f" ({plain(home)})" if len(scenario.polity) > 1 else ""
        for group, names in GROUPS.items():
            for path in _below(f"polity.{home}.governance.", names):
                found.append(_control(scenario, path, group + several, path.split(".governance.")[1]))
    for pattern in FOUNDING:
        for path in _concrete(scenario, pattern):
            group = "Organisations at the start" if ".organisation." in path else "The country at the start"
            found.append(_control(scenario, path, group, path.partition(".")[2].replace("organisation.", "")))
    for path in _table():
        if path.startswith("mechanism.") and not _table()[path].founding:
            _, rule, name = path.split(".")
            found.append(_control(scenario, path, f"Rule: {plain(rule)}", "the rule is on" if name == "on" else name))
    return found


def _below(start: str, names: tuple[str, ...]) -> Iterator[str]:
    for pattern in _table():
        if pattern.startswith("polity.NAME.governance."):
            rest = pattern.removeprefix("polity.NAME.governance.")
            if rest.split(".")[0] in names:
                yield start + rest


def _concrete(scenario: Scenario, pattern: str) -> Iterator[str]:
    """The paths that a pattern stands for in a scenario; of several polities, those of the first."""
    home = next(iter(scenario.polity))
    if pattern.startswith("issue."):
        yield from (pattern.replace("NAME", name) for name in scenario.issue)
    elif ".organisation." in pattern:
        at = pattern.replace("NAME", home, 1)
        yield from (at.replace("NAME", name) for name in scenario.polity[home].organisation)
    else:
        yield pattern.replace("NAME", home)


def _control(scenario: Scenario, path: str, group: str, name: str) -> dict[str, Any]:
    known = declared(path)
    assert known is not None
    row = known.row
    return {
        "path": path, "group": group, "name": plain(name.replace(".", ": ")), "meaning": row.meaning,
        "unit": "" if row.unit in ("1", "-") else row.unit, "kind": known.kind, "low": row.low, "high": row.high,
        "names": list(row.names), "default": row.default, "value": value_at(scenario, path), "source": row.source,
        "founding": known.founding,
    }  # fmt: skip


def value_at(scenario: Scenario, path: str) -> Any:
    """What a scenario says at a dotted path."""
    found: Any = scenario
    for part in path.split("."):
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    return found
