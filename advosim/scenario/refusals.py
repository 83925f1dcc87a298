"""What the schema refuses, told in the words of who wrote it."""

from __future__ import annotations

import copy
import datetime
import difflib
import math
import re
from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from advosim.scenario.layers import Merged, Table
from advosim.scenario.numerals import meant
from advosim.scenario.problems import Problem, did_you_mean
from advosim.scenario.schema import Settings
from advosim.scenario.toml_lines import KeyPath
from advosim.scenario.tree import allowed, at, bounds, dotted, figure, homes, is_named, is_part, unit

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


def shown(value: Any) -> str:
    """A value as its author would write it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if whole(value) and value.bit_length() > 1000:  # Python writes no number of more than 4,300 digits
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1} digits"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 38 else f'"{value[:34]} ..."'
    text = str(value)
    return text if len(text) <= 40 else text[:36] + " ..."


def whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


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
    table = at(path)[0]
    if kind in ("model_type", "model_attributes_type") and isinstance(value, bool) and is_part(table):
        return f"write {dotted(path)}.on = {shown(value)}" if "on" in table.model_fields else ""
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
    return merged.problem(path, f"unknown key '{key}'{where}", ", ".join(known), belongs(key, known))


def belongs(key: str, known: Sequence[str]) -> str:
    """Where a key would be right, or which one it resembles."""
    right = homes().get(key, [])
    close = did_you_mean(key, known)
    if right and not (close and len(right) > 3):
        return f"'{key}' is a key of {', '.join(right[:3])}" + (" ..." if len(right) > 3 else "")
    if close:
        return close
    elsewhere = difflib.get_close_matches(key, list(homes()), n=1, cutoff=0.8)  # only what is surely meant
    return "".join(f"did you mean '{name}'? it is a key of {', '.join(homes()[name][:3])}" for name in elsewhere)
