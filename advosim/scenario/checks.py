"""What is wrong with the merged tables of a scenario, told in the words of who wrote them."""

from __future__ import annotations

import copy
import datetime
import difflib
import math
import os
import re
import types
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from advosim.scenario import elections, scripts
from advosim.scenario.declare import Part, catalogue_rows, parameters
from advosim.scenario.layers import Layer, Merged, Table, at_home, changes_layer, tables
from advosim.scenario.limits import MOST_WEEKS
from advosim.scenario.numerals import meant
from advosim.scenario.problems import Problem, did_you_mean
from advosim.scenario.rules import Mechanisms
from advosim.scenario.schema import MOST_ORGANISATIONS, MOST_SEATS, Newcomer, Polity, Reform, Settings
from advosim.scenario.toml_lines import KeyPath

S = TypeVar("S", bound=Settings)

WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "list_type": "a list",
}
NAME_PATTERN = r"[a-z][a-z0-9_]{0,39}"
NAME_RULE = "a small letter, then small letters, digits and _, at most 40"


# ---------------------------------------------------------------- the schema as a tree


def step(annotation: Any, part: str | int) -> tuple[Any, FieldInfo | None]:
    """What stands under `part` in a thing of this type: its type, and its declaration where it has one."""
    annotation, _ = bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        field = annotation.model_fields.get(str(part))
        return (field.annotation, field) if field else (None, None)
    if get_origin(annotation) is dict:
        return bare(get_args(annotation)[1])
    if get_origin(annotation) is tuple:
        return bare(get_args(annotation)[0])
    return None, None


def bare(annotation: Any) -> tuple[Any, FieldInfo | None]:
    """A type without its `| None` and without what is annotated to it, and the latter."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if get_origin(annotation) is Annotated:
        inner, *extra = get_args(annotation)
        return inner, next((e for e in extra if isinstance(e, FieldInfo)), None)
    return annotation, None


def at(path: Iterable[str | int]) -> tuple[Any, FieldInfo | None]:
    """Type and declaration of a path of the scenario."""
    annotation: Any = Settings
    field: FieldInfo | None = None
    for part in path:
        annotation, field = step(annotation, part)
    return bare(annotation)[0], field


def is_part(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Part)


def is_choice(annotation: Any) -> bool:
    """Whether a type is a list of names to choose from."""
    return get_origin(annotation) is Literal


def is_keyed(annotation: Any) -> bool:
    """Whether a type is a table of tables that are keyed by name."""
    return get_origin(annotation) is dict and is_part(bare(get_args(annotation)[1])[0])


@cache
def homes() -> dict[str, list[str]]:
    """For every key of the schema the tables that it belongs to."""
    found: dict[str, list[str]] = {"extends": ["the top of a scenario file"], "preset": ["polity.NAME.governance"]}

    def walk(annotation: Any, path: str) -> None:
        annotation = bare(annotation)[0]
        if is_part(annotation):
            for name, field in annotation.model_fields.items():
                found.setdefault(name, []).append(path or "the top of a scenario file")
                walk(field.annotation, f"{path}.{name}" if path else name)
        elif is_keyed(annotation):
            walk(get_args(annotation)[1], f"{path}.NAME")

    walk(Settings, "")
    return found


def bounds(field: FieldInfo | None) -> tuple[float | None, float | None]:
    """The least and the greatest value that a declaration allows."""
    low = high = None
    for rule in field.metadata if field else ():
        low = getattr(rule, "ge", low)
        high = getattr(rule, "le", high)
    return low, high


def unit(field: FieldInfo | None) -> str:
    extra = field.json_schema_extra if field else None
    found = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    return "" if found == "1" else found


def allowed(annotation: Any, field: FieldInfo | None) -> str:
    """Range and unit, or names, in words."""
    if get_origin(annotation) is Literal:
        return ", ".join(str(a) for a in get_args(annotation))
    low, high = bounds(field)
    if low is None or high is None:
        return ""
    return f"{figure(low)} to {figure(high)}" + (f" ({unit(field)})" if unit(field) else "")


def figure(value: float) -> str:
    """A bound as one writes it."""
    return f"{value:,}" if isinstance(value, int) and value < 1e9 else f"{value:g}"


# ---------------------------------------------------------------- what the schema refuses


def dotted(path: Iterable[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: Any) -> str:
    """A value as its author would write it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if whole(value) and value.bit_length() > 1000:  # Python writes no number of more than 4,300 digits
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1} digits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:36] + " ..."


def _found(value: Any) -> str:
    for kind, name in (
        (bool, "true or false"),
        (int, "the whole number"),
        (float, "the number"),
        (str, "the text"),
        (dict, "a table"),
        ((list, tuple), "a list"),
        ((datetime.date, datetime.time), "the date or time"),
    ):
        if isinstance(value, kind):
            plain = isinstance(value, (bool, dict, list, tuple))
            return shown(value) if isinstance(value, bool) else name if plain else f"{name} {shown(value)}"
    return f"a value of type {type(value).__name__}"


def refused(whole: type[S], merged: Merged, partial: bool = False) -> tuple[S | None, Table, list[Problem]]:
    """Hold the tables against the schema `whole`: the scenario, the tables without what is wrong, and all problems.

    What is wrong is taken out and the rest checked again, since some checks only run on tables that are else in order.
    """
    table = merged.table
    problems: list[Problem] = []
    out: set[KeyPath] = set()
    for attempt in range(6):
        try:
            return whole.model_validate(table), table, problems
        except ValidationError as errors:
            table = table if attempt else copy.deepcopy(table)  # most have nothing to be taken out of them
            taken = False
            for error in errors.errors(include_url=False):
                path = tuple(part for part in error["loc"] if part != "[key]")
                known = path in out or (partial and error["type"] in ("missing", "value_error"))
                if not known:
                    problems += _problem(merged, path, error, {str(o[-1]) for o in out})
                if error["type"] != "value_error":
                    taken = _take_out(table, path, error["type"]) or taken
                if error["type"] not in ("value_error", "extra_forbidden"):
                    out.add(path)
            if not taken:
                break
    return None, table, problems


def _take_out(table: Any, path: KeyPath, kind: str) -> bool:
    """Remove a wrong value, so that its default stands in; give a missing title one, and leave out a row that lacks
    what it needs.
    """
    around = [table]
    for part in path[:-1]:
        inner = around[-1].get(part)
        if not isinstance(inner, dict):  # a list goes as a whole
            return around[-1].pop(part, None) is not None
        around.append(inner)
    if kind == "missing" and not path[1:]:
        table[path[0]] = "untitled"
        return True
    if kind == "missing":  # without it the whole row says nothing
        return around[-2].pop(path[-2], None) is not None
    gone = path[-1] in around[-1]
    for outer, part in reversed(list(zip(around, path, strict=True))):
        outer.pop(part, None)
        if outer:  # what holds nothing now gives way to its default
            break
    return gone


def _problem(merged: Merged, path: KeyPath, error: Any, out: set[str]) -> list[Problem]:
    """One refusal of the schema in plain words; none where it only follows from another."""
    kind, value, here = error["type"], error["input"], dotted(path)
    annotation, field = at(path)
    if kind == "value_error":
        what = str(error["ctx"]["error"])
        if any(name in what for name in out):
            return []
        if many := re.fullmatch(r"(\d+ (\w+)): allowed are (.+)", what):
            key = {"polities": "polity"}.get(many[2], many[2].removesuffix("s"))
            return [merged.problem((key,), f"there are {many[1]}", many[3])]
        culprit = next((w for w in what.replace("'", " ").split() if (*path, w) in merged.origin), None)
        where = (*path, culprit) if culprit else path
        return [merged.problem(where, f"{here}: {what}" if here else what)]
    if kind == "missing":
        return [merged.problem(path, f"'{path[-1]}' is missing" + (f" in {dotted(path[:-1])}" if path[1:] else ""))]
    if kind == "extra_forbidden":
        return [_unknown(merged, path)]
    if kind.startswith("string_") and path in merged.origin and at(path[:-1])[0] and is_named(path):
        return [merged.problem(path, f"the name '{path[-1]}' in {dotted(path[:-1])} is not allowed", NAME_RULE)]
    if kind == "string_pattern_mismatch":
        return [merged.problem(path, f"{here} = {shown(value)} is no name", NAME_RULE)]
    if kind in ("string_too_short", "string_too_long"):
        return [merged.problem(path, f"{here} should not be empty" if not value else f"{here} is too long")]
    if kind == "finite_number" or (isinstance(value, float) and not math.isfinite(value)):
        return [merged.problem(path, f"{here} = {shown(value)} is not a finite number", allowed(annotation, field))]
    if kind == "literal_error" and is_named(path) and value == path[-1]:
        names = [str(a) for a in get_args(get_args(at(path[:-1])[0])[0])]
        text = f"unknown key '{value}' in {dotted(path[:-1])}"
        return [merged.problem(path, text, ", ".join(names), did_you_mean(value, names))]
    if kind == "literal_error":
        close = did_you_mean(value, [str(a) for a in get_args(annotation)])
        return [merged.problem(path, f"{here} = {shown(value)} is unknown", allowed(annotation, field), close)]
    if kind in ("too_short", "too_long"):
        least, most, count = (error["ctx"].get(name) for name in ("min_length", "max_length", "actual_length"))
        text = f"{here} has {count} entr{'y' if count == 1 else 'ies'}"
        return [merged.problem(path, text, f"{least} or more" if kind == "too_short" else f"{most} at most")]
    if kind in ("greater_than_equal", "less_than_equal"):
        text, hint = f"{here} = {shown(value)} is out of range", _range_hint(value, path, field)
        return [merged.problem(path, text, allowed(annotation, field), hint)]
    if kind in WANTED:
        what = f"{here} should be {WANTED[kind]}, found {_found(value)}"
        return [merged.problem(path, what, allowed(annotation, field), _type_hint(kind, value, path, field))]
    return [merged.problem(path, f"{here} = {shown(value)}: {error['msg']}", allowed(annotation, field))]


def is_named(path: KeyPath) -> bool:
    """Whether the last part of a path is a name that the author chose."""
    return get_origin(at(path[:-1])[0]) is dict


def _range_hint(value: float, path: KeyPath, field: FieldInfo | None) -> str:
    """What may have been meant by a number that is out of range."""
    if abs(value) > 1e300:
        return ""
    low, high = bounds(field)
    if high == 1 and value > 1 and unit(field).startswith("share"):
        return "a share: 0.5 is half" + unit(field).removeprefix("share").replace(" of ", " of the ", 1)
    if high is not None and high < value <= 100 and unit(field).startswith("share"):
        return f"a share: {value / 100:g} is {value:g}%"
    if (low, high) == (0, 1) and value > 1 and not unit(field):
        return "0 is not at all, 1 is fully"
    if low is not None and value < low and low > 0:
        table = at(path[:-1])[0]
        right = is_part(table) and "allowed" in table.model_fields
        forbids = ", or allowed = false where nobody has the right" if right else ""
        return f"write {figure(low)} or more{forbids}"
    return ""


def _number_hint(value: float, path: KeyPath, field: FieldInfo | None) -> str:
    """How to write a number; if it is out of range as well, what is meant instead."""
    low, high = bounds(field)
    within = (low is None or value >= low) and (high is None or value <= high)
    return f"write {value:g}" if within else _range_hint(value, path, field)


def _type_hint(kind: str, value: Any, path: KeyPath, field: FieldInfo | None) -> str:
    if kind in ("float_type", "int_type") and isinstance(value, str):
        try:
            return _number_hint(float(value), path, field) if math.isfinite(float(value)) else ""
        except ValueError:
            return meant(value)[1]
    if kind == "int_type" and isinstance(value, float) and value.is_integer():
        return _number_hint(int(value), path, field)
    if kind == "string_type" and not isinstance(value, (dict, list)):
        return f'write "{value}"'
    if kind in ("tuple_type", "list_type") and isinstance(value, str):
        return f'write ["{value}"]'
    if kind in ("tuple_type", "list_type") and path[0] in ("reform", "shock", "campaign") and not path[1:]:
        return f"write [[{path[0]}]] with two brackets"
    if kind == "bool_type" and isinstance(value, str | int):
        return truth_meant(str(value))
    return ""


def mistyped(kind: str, value: Any, field: FieldInfo | None) -> tuple[str, str]:
    """What is wrong with a value of another type than `kind` of WANTED asks for, and a hint."""
    return f"should be {WANTED[kind]}, found {_found(value)}", _type_hint(kind, value, ("",), field)


def truth_meant(text: str) -> str:
    """How a text is written right that is nearly true or false."""
    word = text.strip().lower()
    known = {"true": "true", "yes": "true", "on": "true", "1": "true", "wahr": "true",
             "false": "false", "no": "false", "off": "false", "0": "false", "falsch": "false"}  # fmt: skip
    return f"write {known[word]}" if word in known else ""


def _unknown(merged: Merged, path: KeyPath) -> Problem:
    key, table = str(path[-1]), at(path[:-1])[0]
    known = list(table.model_fields) if is_part(table) else []
    if not path[1:]:
        known.append("extends")
    if path[:1] == ("polity",) and path[2:-1] == ("governance",):
        known.append("preset")
    where = f" in {dotted(path[:-1])}" if path[1:] else ""
    return merged.problem(path, f"unknown key '{key}'{where}", ", ".join(known), _belongs(key, known))


def _belongs(key: str, known: Sequence[str]) -> str:
    """Where a key would be right, or which one it resembles."""
    right = homes().get(key, [])
    close = did_you_mean(key, known)
    if right and not (close and len(right) > 3):
        return f"'{key}' is a key of {', '.join(right[:3])}" + (" ..." if len(right) > 3 else "")
    if close:
        return close
    elsewhere = difflib.get_close_matches(key, list(homes()), n=1, cutoff=0.8)  # only what is surely meant
    return "".join(f"did you mean '{name}'? it is a key of {', '.join(homes()[name][:3])}" for name in elsewhere)


# ---------------------------------------------------------------- names that must exist, and other cross-checks


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
    """Polities that a file adds to those that it extends, unless it says how large they are: often a name mistaken."""
    known = [name for name, _ in tables(merged.table, "polity")]
    for name, row in tables(layer.table, "polity") if known else ():
        if name not in known and "citizens" not in row:
            text = f"there is no polity '{name}' in what this file extends"
            hint = did_you_mean(name, known) or f"to add a country, write citizens = 20_000 under [polity.{name}]"
            yield layer.problem(("polity", name), text, ", ".join(known), hint)


def settle(merged: Merged) -> None:
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


# ---------------------------------------------------------------- reforms


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


def whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


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
        known = _keys(state.table, "polity", ["home"])
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
            problems.append(layer.problem(path, text, rule, _belongs(str(path[-1]), ()) if len(path) < 3 else ""))
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
