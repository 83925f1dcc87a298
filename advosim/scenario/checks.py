"""What only shows where tables of a scenario are held against one another: names that must exist, and the like."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from advosim.moved import parted
from advosim.scenario import elections, scripts
from advosim.scenario.layers import Layer, Merged, Table, tables
from advosim.scenario.problems import Problem, did_you_mean, slipped
from advosim.scenario.refusals import NAME_PATTERN
from advosim.scenario.schema import MOST_ORGANISATIONS, MOST_SEATS, Newcomer, Polity
from advosim.scenario.toml_lines import KeyPath
from advosim.scenario.tree import bounds, dotted


def crossed(merged: Merged) -> list[Problem]:
    """Names that stand for nothing, organisations that clash or are too many, network files that are not there."""
    own = [*_names(merged), *_organisations(merged), *_networks(merged), *_stop(merged)]
    return [
        *own,
        *_districts(merged),
        *elections.faults(merged),
        *_bodies(merged),
        *_relations(merged),
        *scripts.faults(merged),
    ]


def _keys(table: Table, key: str, otherwise: list[str]) -> list[str]:
    inner = table.get(key)
    return list(inner) if isinstance(inner, dict) else otherwise


def _texts(value: Any) -> list[str]:
    """The texts in a list; what else stands there the schema refuses."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


def _names(merged: Merged) -> Iterator[Problem]:
    table = merged.table
    known = {
        "issue": _keys(table, "issue", ["reform"]),
        "frame": _keys(table, "frame", []),
        "tactic": _keys(table, "tactic", []),
    }
    uses = {
        "public": {"values": "frame", "attitude": "issue", "stake": "issue"},
        "organisation": {"priorities": "issue", "stances": "issue", "frames": "frame", "tactics": "tactic"},
        "newcomer": {"frames": "frame", "tactics": "tactic"},
        "party": {"priorities": "issue", "positions": "issue"},
        "alliance": {"issue": "issue"},
    }
    stop = table.get("stop")
    if isinstance(stop, dict):
        yield from _named(merged, ("stop", "policy"), stop.get("policy"), "issue", known["issue"])
    for polity, row in tables(table, "polity"):
        yield from _named(merged, ("polity", polity, "policy"), row.get("policy"), "issue", known["issue"])
        for kind, keys in uses.items():
            for name, part in tables(row, kind):
                for key, what in keys.items():
                    at = ("polity", polity, kind, name, key)
                    yield from _named(merged, at, part.get(key), what, known[what])


def _named(merged: Merged, path: KeyPath, used: Any, what: str, known: list[str]) -> Iterator[Problem]:
    single = isinstance(used, str)
    for index, name in enumerate([used] if single else used if isinstance(used, (dict, list, tuple)) else ()):
        if isinstance(name, str) and name not in known and re.fullmatch(NAME_PATTERN, name):
            where = path if single else (*path, name if isinstance(used, dict) else index)
            text = f"there is no {what} '{name}' ({dotted(path)})"
            yield merged.problem(where, text, ", ".join(known), did_you_mean(name, known))


def _stop(merged: Merged) -> Iterator[Problem]:
    """A [stop] of a file that names no condition: its author takes it to end runs."""
    stop = merged.table.get("stop")
    if isinstance(stop, dict) and not any(stop.values()) and ("stop",) in merged.origin:
        hint = "write policy = { reform = 0.5 }, or unchanged = 52; or leave [stop] out"
        yield merged.problem(("stop",), "stop says nothing: the run goes on to its last week", hint=hint)


def _districts(merged: Merged) -> Iterator[Problem]:
    """Districts that would be empty where the number of citizens is wrong by itself, and the schema says only that."""
    least, _ = bounds(Polity.model_fields["citizens"])
    for polity, row in tables(merged.table, "polity"):
        citizens, districts = row.get("citizens"), row.get("districts")
        if not isinstance(citizens, int) or not isinstance(districts, int) or isinstance(citizens, bool):
            continue
        if citizens < districts and citizens < (least or 0):
            text = f"polity.{polity}: {districts} districts for {citizens} citizens: a district would be empty"
            yield merged.problem(("polity", polity, "districts"), text)


def _organisations(merged: Merged) -> Iterator[Problem]:
    total = 0
    for polity, row in tables(merged.table, "polity"):
        seen: dict[str, str] = {}
        for name, part in tables(row, "organisation"):
            path = ("polity", polity, "organisation", name)
            total += yield from _group(merged, path, part.get("count", 1), seen)
            weights = part.get("priorities")
            if isinstance(weights, dict) and weights and all(w == 0 for w in weights.values()):
                yield merged.problem((*path, "priorities"), f"{dotted(path)}.priorities: all weights are 0")
        for person, part in tables(row, "individual"):
            at = ("polity", polity, "individual", person, "posts")
            yield from _named(merged, at, part.get("posts"), f"organisation in {polity}", list(seen))
            posts = _texts(part.get("posts"))
            if len(posts) != len(set(posts)):
                yield merged.problem(at, f"{dotted(at)}: an organisation is named twice")
        yield from _alliances(merged, polity, row, seen)
        usual = Newcomer.model_fields["count"].default
        for name, part in tables(row, "newcomer"):
            # After all that may name an organisation: nothing is known of newcomers before they are founded.
            total += yield from _group(merged, ("polity", polity, "newcomer", name), part.get("count", usual), seen)
    if total > MOST_ORGANISATIONS and len(dict(tables(merged.table, "polity"))) > 1:
        yield merged.problem(("polity",), f"{total} organisations in all polities", f"0 to {MOST_ORGANISATIONS}")


def _group(merged: Merged, path: KeyPath, count: Any, seen: dict[str, str]) -> Generator[Problem, None, int]:
    """The organisations of a group join those that have been seen; returns how many they are."""
    name = str(path[-1])
    number = count if isinstance(count, int) and not isinstance(count, bool) else 1
    for member in [name] if number == 1 else [f"{name}_{i + 1}" for i in range(min(number, MOST_ORGANISATIONS))]:
        if member in seen:
            text = f"the group '{name}' and '{seen[member]}' both hold an organisation '{member}'"
            yield merged.problem(path, text, hint="rename one of them")
        seen[member] = name
    return max(0, number)


def _alliances(merged: Merged, polity: str, row: Table, seen: Mapping[str, str]) -> Iterator[Problem]:
    """Alliances that stand at the start: known members and issues, each member once; publics that are spoken for."""
    known = list(dict.fromkeys([*seen, *seen.values()]))
    publics = [name for name, _ in tables(row, "public")] or ["everyone"]
    for name, part in tables(row, "organisation"):
        at = ("polity", polity, "organisation", name, "represents")
        yield from _named(merged, at, part.get("represents"), f"public in {polity}", publics)
    for name, part in tables(row, "alliance"):
        path = ("polity", polity, "alliance", name)
        yield from _named(merged, (*path, "members"), part.get("members"), f"organisation in {polity}", known)
        members = _texts(part.get("members"))
        for member in (each for each in members if "." in each):
            yield from _ally_abroad(merged, polity, (*path, "members"), member)
        single = [one for each in members for one in ([m for m in seen if seen[m] == each] or [each])]
        if len(single) != len(set(single)):
            yield merged.problem((*path, "members"), f"{dotted(path)}.members: an organisation is named twice")
        elif members and all("." in member for member in members):
            text = f"{dotted(path)}.members: nobody of {polity}, whose policy the alliance is about"
            yield merged.problem((*path, "members"), text, f"at least one of {', '.join(known)}")
        elif len(members) <= MOST_SEATS < len(single):
            text = f"{dotted(path)}.members: {len(single)} organisations"
            yield merged.problem((*path, "members"), text, f"2 to {MOST_SEATS}")


def _ally_abroad(merged: Merged, home: str, path: KeyPath, member: str) -> Iterator[Problem]:
    """A member POLITY.NAME is an organisation, or a group, of another polity."""
    place, _, name = member.partition(".")
    there = dict(tables(merged.table, "polity"))
    if place == home:
        yield merged.problem(path, f"'{member}' is at home in {home}: name it '{name}'")
    elif place not in there:
        others = [each for each in there if each != home]
        hint = did_you_mean(place, others)
        yield merged.problem(path, f"there is no polity '{place}' ({dotted(path)})", ", ".join(others), hint)
    else:
        known: dict[str, None] = {}
        for group, row in tables(there[place], "organisation"):
            count = row.get("count", 1)
            several = count if isinstance(count, int) and not isinstance(count, bool) else 1
            known |= dict.fromkeys([group, *(f"{group}_{i + 1}" for i in range(several) if several > 1)])
        yield from _named(merged, path, name, f"organisation in {place}", list(known))


def _bodies(merged: Merged) -> Iterator[Problem]:
    """Bodies stand above polities that exist, decide on issues that exist, and are one of a level."""
    polities, issues = _keys(merged.table, "polity", ["home"]), _keys(merged.table, "issue", ["reform"])
    levels: dict[str, str] = {}
    for name, row in tables(merged.table, "body"):
        path = ("body", name)
        for key, what, known in (
            ("members", "polity", polities),
            ("leverages", "polity", polities),
            ("policy", "issue", issues),
            ("agenda", "issue", issues),
        ):
            yield from _named(merged, (*path, key), row.get(key), what, known)
        if (*path, "members") in merged.origin and row.get("members") in ([], ()):
            text, hint = (
                f"{dotted(path)}.members is empty: a body stands above somebody",
                "leave it out for all polities",
            )
            yield merged.problem((*path, "members"), text, ", ".join(polities), hint)
        members = _texts(row.get("members")) or polities
        for polity in [p for p in _keys(row, "leverages", []) if p in polities and p not in members]:
            text = f"{dotted(path)}.leverages: '{polity}' is not a member"
            yield merged.problem((*path, "leverages", polity), text, ", ".join(members))
        level = row.get("level", "international")
        if isinstance(level, str) and level in levels:
            where = (*path, "level") if (*path, "level") in merged.origin else path
            text = f"'{levels[level]}' and '{name}' are both {level}"
            yield merged.problem(where, text, "at most one regional and one international body")
        levels[level if isinstance(level, str) else ""] = name


def _relations(merged: Merged) -> Iterator[Problem]:
    polities, seen = _keys(merged.table, "polity", ["home"]), dict[frozenset[str], str]()
    for name, row in tables(merged.table, "relation"):
        path: KeyPath = ("relation", name, "between")
        pair = row.get("between")
        yield from _named(merged, path, pair, "polity", polities)
        if not isinstance(pair, (list, tuple)) or not all(isinstance(one, str) for one in pair):
            continue
        known = frozenset(pair)
        if known in seen:
            yield merged.problem(path, f"relation.{seen[known]} and relation.{name} are between the same polities")
        seen[known] = name


def _networks(merged: Merged) -> Iterator[Problem]:
    for polity, row in tables(merged.table, "polity"):
        for layer, part in tables(row, "network"):
            path = ("polity", polity, "network", layer, "file")
            if isinstance(part.get("file"), str) and not Path(part["file"]).is_file():
                written = Path(part["file"])
                close = did_you_mean(written.name, [p.name for p in written.parent.glob("*")])
                yield merged.problem(path, f"{dotted(path)}: there is no file {written}", hint=close)


def newcomers(merged: Merged, layer: Layer) -> Iterator[Problem]:
    """Polities that a file adds to those that it extends, by mistake: it does not say how large they are, or only a
    letter parts their name from that of one which is there.
    """
    known = [name for name, _ in tables(merged.table, "polity")]
    for name, row in tables(layer.table, "polity") if known else ():
        slip = next((each for each in known if slipped(name, each)), None)
        if name in known or ("citizens" in row and slip is None):
            continue
        text = f"there is no polity '{name}' in what this file extends"
        hint = did_you_mean(name, known) or f"to add a country, write citizens = 20_000 under [polity.{name}]"
        if slip is not None and "citizens" in row:
            hint = f"did you mean '{slip}'? a country more needs a name that more than a letter parts from it"
        yield layer.problem(("polity", name), text, ", ".join(known), hint)


__getattr__ = parted(
    __name__,
    {
        "advosim.scenario.refusals": ("NAME_RULE", "WANTED", "mistyped", "refused", "shown", "truth_meant", "whole"),
        "advosim.scenario.reforms": ("founding_settings", "reforms"),
        "advosim.scenario.tree": (
            "allowed", "at", "bare", "figure", "homes", "is_choice", "is_keyed", "is_named", "is_part", "step", "unit",
        ),
    },
)  # fmt: skip
