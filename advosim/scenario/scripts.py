"""What is wrong with a scenario's scripts: shocks and campaigns on order that name what is not there, or clash."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from advosim.scenario.declare import catalogue_rows
from advosim.scenario.layers import Merged, Table, tables
from advosim.scenario.problems import Problem, did_you_mean
from advosim.scenario.toml_lines import KeyPath

_Homes = dict[str, dict[str, Table]]
"""By polity and name of each single organisation: what its table says."""


def faults(merged: Merged) -> Iterator[Problem]:
    """All that is wrong with the shocks and orders of the merged tables."""
    homes: _Homes = {home: _members(row) for home, row in tables(merged.table, "polity")} or {"home": {}}
    for path, row in _rows(merged, "shock"):
        yield from _shock(merged, path, row, homes)
    ordered: dict[tuple[str, str], list[tuple[int, int, KeyPath]]] = {}
    for path, row in _rows(merged, "campaign"):
        yield from _order(merged, path, row, homes)
        home = _home(row, homes)
        span = _span(row)
        if home and span:
            ordered.setdefault((home, row["organisation"]), []).append((*span, path))
    for (_, name), spans in ordered.items():
        yield from _overlaps(merged, name, spans)


def late(merged: Merged, kind: str, last: Any) -> Iterator[Problem]:
    """Shocks or campaigns (`kind`) that begin after the last week."""
    for path, row in _rows(merged, kind):
        week = row.get("week")
        if _whole(week) and _whole(last) and week > last:
            text = f"a {kind} in week {week} comes after the last week, {last}"
            yield merged.problem((*path, "week"), text, f"1 to {last}", f"raise weeks, or move the {kind}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _rows(merged: Merged, kind: str) -> Iterator[tuple[KeyPath, Table]]:
    listed = merged.table.get(kind)
    for index, row in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if isinstance(row, dict):
            yield (kind, index), row


def _members(polity: Table) -> dict[str, Table]:
    """Organisations one by one, those of a group by their numbers."""
    found: dict[str, Table] = {}
    for name, row in tables(polity, "organisation"):
        count = row.get("count", 1)
        if _whole(count) and 1 < count <= 1000:
            found |= {f"{name}_{number}": row for number in range(1, count + 1)}
        else:
            found[name] = row
    return found


def _names(merged: Merged, path: KeyPath, used: Any, what: str, known: list[str]) -> Iterator[Problem]:
    if isinstance(used, str) and used not in known:
        text = f"{path[0]}: there is no {what} '{used}'"
        hint = did_you_mean(used, known)
        group = [name for name in known if name.startswith(f"{used}_")]
        if what.startswith("organisation") and group:
            hint = f"{used} is a group; name one of it, such as {group[0]}"
        yield merged.problem(path, text, ", ".join(known), hint)


def _keys(merged: Merged, kind: str, otherwise: list[str]) -> list[str]:
    return [name for name, _ in tables(merged.table, kind)] or otherwise


def _shock(merged: Merged, path: KeyPath, row: Table, homes: _Homes) -> Iterator[Problem]:
    yield from _names(merged, (*path, "polity"), row.get("polity"), "polity", list(homes))
    yield from _names(merged, (*path, "issue"), row.get("issue"), "issue", _keys(merged, "issue", ["reform"]))
    home = row.get("polity") or next(iter(homes))
    members = list(homes.get(home, {})) if isinstance(home, str) else []
    yield from _names(merged, (*path, "organisation"), row.get("organisation"), f"organisation in {home}", members)
    scandal = row.get("kind", "news") == "scandal"
    if scandal != (row.get("organisation") is not None):
        text = "shock: 'organisation' goes with kind = \"scandal\", and a scandal needs it"
        yield merged.problem((*path, "organisation" if not scandal else "kind"), text, ", ".join(members))


def _home(row: Table, homes: _Homes) -> str | None:
    """The polity of whom an order is for, None where it cannot be told."""
    name, said = row.get("organisation"), row.get("polity")
    if said is not None:
        return said if isinstance(said, str) and isinstance(name, str) and name in homes.get(said, {}) else None
    found = [home for home, members in homes.items() if name in members]
    return found[0] if len(found) == 1 else None


def _span(row: Table) -> tuple[int, int] | None:
    week, weeks = row.get("week"), row.get("weeks", 13)
    if isinstance(week, int) and isinstance(weeks, int):
        return week, week + weeks - 1
    return None


def _order(merged: Merged, path: KeyPath, row: Table, homes: _Homes) -> Iterator[Problem]:
    name, said = row.get("organisation"), row.get("polity")
    known = _keys(merged, "tactic", [])
    yield from _names(merged, (*path, "issue"), row.get("issue"), "issue", _keys(merged, "issue", ["reform"]))
    yield from _names(merged, (*path, "tactic"), row.get("tactic"), "tactic", known)
    yield from _names(merged, (*path, "polity"), said, "polity", list(homes))
    everywhere = [one for members in homes.values() for one in members]
    there = list(homes.get(said, {})) if isinstance(said, str) else everywhere
    where = f"organisation in {said}" if isinstance(said, str) else "organisation"
    yield from _names(merged, (*path, "organisation"), name, where, there)
    both = [home for home, members in homes.items() if name in members]
    if said is None and len(both) > 1:
        text = f"campaign: {' and '.join(both)} both have an organisation '{name}'"
        yield merged.problem((*path, "organisation"), text, ", ".join(both), f'write polity = "{both[0]}"')
    home = _home(row, homes)
    if home is not None and row.get("tactic") in known:
        yield from _tactic(merged, path, row, homes[home])


def _tactic(merged: Merged, path: KeyPath, row: Table, members: dict[str, Table]) -> Iterator[Problem]:
    """Whether the organisation would use the tactic, and the tactic has such a target."""
    name, tactic, own = row["organisation"], row["tactic"], members[row["organisation"]]
    kind = catalogue_rows("kinds").get(own.get("kind", "ngo"), {})
    usual = own.get("tactics") or kind.get("tactics") or ()
    if usual and tactic not in usual:
        hint = f"add it to the tactics of {name}"
        text = f"campaign: {name} does not have the tactic '{tactic}'"
        yield merged.problem((*path, "tactic"), text, ", ".join(map(str, usual)), hint)
    pressure = dict(tables(merged.table, "tactic"))[tactic].get("pressure", "none")
    firms = [one for one, other in members.items() if other.get("kind") == "firm"]
    if row.get("target") is not None and pressure != "boycott":
        text = f"campaign: 'target' goes with a boycott, and {tactic} is none"
        yield merged.problem((*path, "target"), text, hint="leave it out")
    else:
        yield from _names(merged, (*path, "target"), row.get("target"), "firm", firms)
    district = row.get("district")
    towns = [other.get("district", 1) for other in members.values() if other.get("kind") == "municipality"]
    if district is not None and (pressure != "local" or district not in towns):
        text = f"campaign: 'district' goes with a local campaign in a district with a municipality ({tactic})"
        yield merged.problem((*path, "district"), text, ", ".join(map(str, towns)))


def _overlaps(merged: Merged, name: str, spans: list[tuple[int, int, KeyPath]]) -> Iterator[Problem]:
    spans = sorted(spans)
    for (first, last, _), (again, _, path) in pairwise(spans):
        if again <= last:
            text = f"campaign: {name} has an order from week {first} to {last} already, and another from week {again}"
            hint = f"let it begin in week {last + 1}, or shorten the first"
            yield merged.problem((*path, "week"), text, hint=hint)
