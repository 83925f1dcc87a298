"""What a scenario is, told to archives (hash), users (notes), readers (table of parameters), editors (JSON Schema)."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from advosim.scenario import refusals, tree
from advosim.scenario.declare import Part, catalogue_rows, parameters
from advosim.scenario.layers import presets, shipped
from advosim.scenario.problems import slipped
from advosim.scenario.schema import Initiative, Polity, Recall, Referendum, Settings, Stop

FEW = 1000  # citizens; results below are for tests (a convention of this program)
OWN_KIND = {"slots": "media_outlet", "market_share": "firm", "reputation": "firm", "lobby_budget": "firm",
            "district": "municipality"}  # fmt: skip
"""Settings of organisations that are read of one kind only."""


# ---------------------------------------------------------------- archives


def resolved(scenario: Settings) -> dict[str, Any]:
    """All that a run depends on as plain JSON values. An edge list shows as its name and a hash of what it holds."""
    table = scenario.model_dump(mode="json")
    if scenario.stop == Stop():
        del table["stop"]  # so that scenarios without one keep the hashes that they had
    kinds = catalogue_rows("kinds")
    for polity in table["polity"].values():
        if not polity["newcomer"]:
            del polity["newcomer"]  # as above
        for organisation in (*polity["organisation"].values(), *polity.get("newcomer", {}).values()):
            usual = kinds[organisation["kind"]]
            for key, value in organisation.items():
                if value is None:
                    organisation[key] = usual.get(key, 0.0)
        for layer in polity["network"].values():
            if layer["file"] is not None:
                layer["file"] = _stamp(Path(layer["file"]))
    return table


def _stamp(path: Path) -> str:
    """Name and content of a file, without the folder, which differs between machines."""
    try:
        with path.open("rb") as file:
            return f"{path.name} sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return f"{path.name} (gone)"


def flat(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested tables by dotted path."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, thing


def fingerprint(scenario: Settings, seed: int | None = None, replaced: Sequence[object] = ()) -> str:
    """A short hash of the resolved scenario, the seed and what rules were replaced by; alike on all machines."""
    table = resolved(scenario) | {"seed": scenario.seed if seed is None else int(seed)}
    table |= {"replaced": replaced} if replaced else {}
    text = json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


# ---------------------------------------------------------------- users


def notes(scenario: Settings) -> list[str]:
    """What a user should know of a scenario that is in order: unread settings, few citizens, late reforms, tactics that
    have no room.
    """
    found = []
    for name, polity in scenario.polity.items():
        if polity.citizens < FEW:
            what = f"results below {FEW:,} are for tests only"
            found.append(f"polity.{name} has {polity.citizens:,} citizens: {what}")
    waiting: dict[str, list[str]] = {}
    for path, value, field in _values(scenario, ""):
        mechanism = _extra(field, "awaits")
        if mechanism and value != field.get_default(call_default_factory=True):
            waiting.setdefault(mechanism, []).append(path)
    for mechanism, paths in waiting.items():
        found.append(f"no rule reads yet (awaits '{mechanism}'): {', '.join(paths)}")
    found += [note for name, polity in scenario.polity.items() for note in _idle(scenario, name, polity)]
    if scenario.stop.tolerance != Stop().tolerance and not scenario.stop.policy and scenario.stop.unchanged is None:
        found.append("stop has no condition: tolerance is read with unchanged = WEEKS")
    found += _alike(scenario)
    return found + list(_too_late(scenario))


def _too_late(scenario: Settings) -> Iterator[str]:
    """What the script has for weeks that a shortened run does not reach."""
    last = scenario.weeks
    script = {
        "reforms": [row.week for row in scenario.reform],
        "shocks": [row.week for row in scenario.shock],
        "campaigns": [row.week for row in scenario.campaign],
    }
    for what, weeks in script.items():
        if late := sorted({week for week in weeks if week > last}):
            yield f"the run ends after week {last}: {what} of week {', '.join(map(str, late))} are left out"
    if cut := sorted({row.week for row in scenario.campaign if row.week <= last < row.week + row.weeks - 1}):
        yield f"the run ends after week {last}: campaigns of week {', '.join(map(str, cut))} are cut short"


def _alike(scenario: Settings) -> Iterator[str]:
    """Polities whose names differ by one slip of a finger: one may be a mistake."""
    for one, other in itertools.combinations(scenario.polity, 2):
        if slipped(one, other):
            yield f"the polities '{one}' and '{other}' have nearly the same name: is one of them a mistake?"


def overwritten(scenario: Settings, paths: Iterable[str]) -> list[str]:
    """For each of the dotted paths that a reform of the scenario sets anew, a sentence on when."""
    found = []
    for path in paths:
        below = path.removesuffix("preset") if path.endswith(".preset") else f"{path}."
        weeks: dict[str, list[int]] = {}
        for reform in scenario.reform:
            for key in reform.set if reform.week <= scenario.weeks else ():
                if f"{key}.".startswith(below):
                    weeks.setdefault(key, []).append(reform.week)
        for key, when in weeks.items():
            said = ", ".join(map(str, sorted(set(when))))
            found.append(
                f"{path}: a reform of the scenario sets {key} anew in week {said}; what is set here ends there"
            )
    return found


def _idle(scenario: Settings, home: str, polity: Polity) -> Iterator[str]:
    """Settings of a polity's organisations that nothing can come of as things stand at the start, or too much."""
    sold = sum(firm.market_share * firm.count for firm in polity.organisation.values() if firm.kind == "firm")
    if sold > 1 + 1e-9:
        yield f"the market shares of firms in polity.{home} add up to {sold:.2f}: 1 is the whole market"
    levels = {body.level for body in scenario.body.values() if not body.members or home in body.members}
    for name, organisation in polity.organisation.items():
        for tactic in organisation.tactics:
            row = scenario.tactic[tactic]
            right = getattr(polity.governance, row.pressure, None)
            if isinstance(right, Initiative | Referendum | Recall) and not right.allowed:
                yield f"polity.{home}.organisation.{name} cannot use {tactic}: {row.pressure} is not allowed"
            elif row.venue in ("regional", "international") and row.venue not in levels:
                yield f"polity.{home}.organisation.{name} cannot use {tactic}: there is no {row.venue} body"
        for key, kind in OWN_KIND.items():
            usual = type(organisation).model_fields[key].get_default(call_default_factory=True)
            if organisation.kind != kind and getattr(organisation, key) != usual:
                yield f"polity.{home}.organisation.{name}.{key} is read of a {kind.replace('_', ' ')} only"


def _values(thing: Any, path: str) -> Iterator[tuple[str, Any, FieldInfo]]:
    """Every declared value of a scenario with its path and declaration."""
    if isinstance(thing, Part):
        for name, field in type(thing).model_fields.items():
            here, value = f"{path}.{name}" if path else name, getattr(thing, name)
            inner = list(_values(value, here))
            yield from inner or [(here, value, field)]
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from _values(value, f"{path}.{name}")


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""


# ---------------------------------------------------------------- readers


@dataclass(frozen=True)
class Parameter:
    """One row of the table of parameters."""

    path: str
    meaning: str
    unit: str
    low: float | None
    high: float | None
    names: tuple[str, ...]
    default: Any
    source: str
    awaits: str

    @property
    def range(self) -> str:
        if self.names:
            return ", ".join(self.names)
        return "" if self.low is None or self.high is None else f"{tree.figure(self.low)} to {tree.figure(self.high)}"


def parameter_table() -> list[Parameter]:
    """Every declared setting: path, meaning, unit, range, default, source, and the mechanism that it awaits."""
    rows = []
    for path, field in parameters(Settings):
        low, high = tree.bounds(field)
        annotation = field.annotation
        names = tuple(map(str, get_args(annotation))) if tree.is_choice(annotation) else ()
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        rows.append(
            Parameter(
                path,
                field.description or "",
                tree.unit(field),
                low,
                high,
                names,
                default,
                _extra(field, "source"),
                _extra(field, "awaits"),
            )
        )
    return rows


def markdown(rows: list[Parameter] | None = None) -> str:
    """The table of parameters as Markdown."""
    lines = ["| path | meaning | unit | range | default | source |", "|---|---|---|---|---|---|"]
    for row in parameter_table() if rows is None else rows:
        meaning = row.meaning + (f" (no rule reads it yet: awaits `{row.awaits}`)" if row.awaits else "")
        default = "" if row.default is None else refusals.shown(row.default) if row.default not in ({}, ()) else "empty"
        cells = (f"`{row.path}`", meaning, row.unit, row.range, default, row.source)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- editors


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of scenario files as they are written, with `extends` and `preset`."""
    schema = Settings.model_json_schema()
    schema["$defs"]["Alliance"].pop("required")  # what a file must say may stand in the file that it extends
    for part in (schema, *schema["$defs"].values()):
        for key, declared in part.get("properties", {}).items():
            part["properties"][key] = _for_editors(declared)
    schema["properties"] = {"extends": _name_or_file("scenario", shipped())} | schema["properties"]
    governance = schema["$defs"]["Governance"]["properties"]
    schema["$defs"]["Governance"]["properties"] = {"preset": _name_or_file("governance preset", presets())} | governance
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "advosim scenario"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _name_or_file(what: str, known: Any) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "description": f"name of a shipped {what}, or a path relative to this file",
        "examples": list(known),
    }


def _for_editors(declared: dict[str, Any]) -> dict[str, Any]:
    """One declaration in words that an editor shows, without null, which TOML lacks."""
    choices = [c for c in declared.get("anyOf", []) if c.get("type") != "null"]
    if choices:
        rest = {k: v for k, v in declared.items() if k not in ("anyOf", "default")}
        declared = (choices[0] if len(choices) == 1 else {"anyOf": choices}) | rest
    if "patternProperties" in declared:
        declared = declared | {"additionalProperties": False}
    facts = [
        f"{label}: {declared[key]}"
        for key, label in (("unit", "unit"), ("source", "source"), ("awaits", "no rule reads it yet; awaits"))
        if declared.get(key) and declared[key] not in ("1", "-")
    ]
    kept = {f"x-{k}" if k in ("unit", "source", "awaits") else k: v for k, v in declared.items() if k != "title"}
    if "default" in declared:
        facts.append(f"default: {json.dumps(declared['default'])}")
    if facts:
        kept["description"] = ". ".join([declared.get("description", ""), "; ".join(facts)])
    return kept
