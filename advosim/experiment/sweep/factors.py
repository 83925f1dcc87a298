"""What an experiment varies: its factors, each value tried in the scenarios that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from advosim.experiment.sweep.draft import Draft
from advosim.experiment.sweep.schema import SCENARIO, Experiment, Factor, FactorPart, Value
from advosim.scenario import refusals, tree
from advosim.scenario.layers import Table
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError
from advosim.scenario.toml_lines import KeyPath, split_path


def factors(draft: Draft, known: dict[str, Scenario]) -> dict[str, Factor]:
    """The factors by path; several scenarios are the first of them."""
    found: dict[str, Factor] = {}
    if len(known) > 1:
        found[SCENARIO] = Factor(SCENARIO, "text", tuple(known))
    written = draft.table.get("factor", {})
    if not isinstance(written, dict):
        draft.wrong(("factor",), "'factor' should hold tables, one for each dotted path")
        return found
    for dotted, at, table in flat(written, ("factor",), ""):
        path = _path(draft, dotted, at)
        if path in found:
            draft.wrong(at, f"the factor '{path}' is there twice")
            continue
        held = draft.table.get("set")
        if isinstance(held, dict) and path in held:
            draft.wrong(("set", path), f"'{path}' is a factor too, which sets it anew", hint="leave it out of [set]")
        factor = _factor(draft, path, at, table, known) if path else None
        if factor is not None:
            found[factor.path] = factor
    _set_once(draft, found)
    return found


def _set_once(draft: Draft, factors: Mapping[str, Factor]) -> None:
    """No path may get its value from two factors."""
    every = [*factors, *(path for factor in factors.values() for path in factor.also or ())]
    for path in sorted({path for path in every if every.count(path) > 1}):
        draft.wrong(("factor",), f"'{path}' gets its value from two factors", hint="name it once, also in 'also'")


def _path(draft: Draft, dotted: str, at: KeyPath) -> str:
    try:
        path = ".".join(split_path(dotted))
    except ValueError as error:
        draft.wrong(at, str(error), hint="write polity.home.governance.repression")
        return ""
    if path in (SCENARIO, "seed"):
        hint = 'write scenario = ["a", "b"] at the top' if path == SCENARIO else "write [replicates] count = ..."
        draft.wrong(at, f"'{path}' is no factor", hint=hint)
        return ""
    return path


def _factor(draft: Draft, path: str, at: KeyPath, table: Any, known: dict[str, Scenario]) -> Factor | None:
    part = draft.part(FactorPart, at, table, name=f"factor '{path}'")
    if part is None:
        return None
    if (part.levels is None) == (part.range is None):
        if isinstance(table, dict) and part.levels is None and table.keys() & {"levels", "range"}:
            return None  # what is wrong with them is told
        what = "has levels and a range" if part.levels else "has neither levels nor a range"
        draft.wrong(at, f"the factor '{path}' {what}", hint="give it one of them: levels = [...] or range = [0, 1]")
        return None
    kind = kind_of(path)
    if part.levels is not None and not _levels(draft, path, (*at, "levels"), part.levels):
        return None
    if part.range is not None and not _range(draft, path, (*at, "range"), part.range, kind):
        return None
    before = len(draft.problems)
    for where, value in _values(part, at):
        _tried(draft, path, at, where, value, known)
        for other in part.also:
            _tried(draft, other, (*at, "also"), where, value, known)
    if len(draft.problems) > before:
        return None
    levels = None if part.levels is None else tuple(typed(kind, value) for value in part.levels)
    limits = None if part.range is None else (float(part.range[0]), float(part.range[1]))
    if kind == "int" and limits:
        limits = (int(limits[0]), int(limits[1]))
    base = None if part.base is None else typed(kind, part.base)
    return Factor(path, kind, levels, limits, part.points, base, tuple(part.also) or None)


def _levels(draft: Draft, path: str, at: KeyPath, levels: list[Any]) -> bool:
    before = len(draft.problems)
    if not levels:
        draft.wrong(at, f"the factor '{path}' has no levels")
    seen: list[Any] = []
    for index, value in enumerate(levels):
        if not isinstance(value, (int, float, str)):
            hint = "for other things that vary together, write a scenario for each and list them: scenario = [...]"
            what = f"level {refusals.shown(value)} of '{path}' is no number, text or truth value"
            draft.wrong((*at, index), what, hint=hint)
        elif any(value == other and type(value) is type(other) for other in seen):
            draft.wrong((*at, index), f"level {refusals.shown(value)} of '{path}' is there twice")
        seen.append(value)
    return len(draft.problems) == before


def _range(draft: Draft, path: str, at: KeyPath, limits: list[float], kind: str) -> bool:
    before = len(draft.problems)
    if kind in ("text", "bool") and _exists(path):
        draft.wrong(at, f"'{path}' is no number and has no range", hint="write levels = [...]")
    elif not limits[0] < limits[1]:
        draft.wrong(at, f"the range of '{path}' goes from {limits[0]:g} to {limits[1]:g}", hint="least value first")
    elif kind == "int" and any(limit != int(limit) for limit in limits):
        draft.wrong(at, f"'{path}' is a whole number, and so are the ends of its range")
    return len(draft.problems) == before


def _tried(draft: Draft, path: str, at: KeyPath, where: KeyPath, value: Any, known: dict[str, Scenario]) -> None:
    """Whether the scenarios take a value, which stands at `where` in the factor's table."""
    trial = Experiment("", None, draft.design, {}, None, {}, folder=draft.layer.folder)  # type: ignore[arg-type]
    kind = kind_of(path)
    told = {p.what for p in draft.problems}
    for scenario in known.values():
        try:
            trial.changed(scenario, {path: trial.written(path, typed(kind, value))})
        except InputError as error:
            for p in error.problems:
                if p.what not in told:
                    # What does not mention the value is wrong with the path.
                    draft.wrong(where if str(value) in p.what else at, p.what, p.allowed, p.hint)
            return


def kind_of(path: str) -> Any:
    """What values a path takes: float, int, bool, or else text."""
    try:
        annotation = tree.at(split_path(path))[0]
    except ValueError:
        return "text"
    return {float: "float", int: "int", bool: "bool"}.get(annotation, "text")


def _exists(path: str) -> bool:
    return tree.at(split_path(path))[0] is not None or path.endswith(".preset")


def typed(kind: str, value: Any) -> Value:
    """A value of a factor in the type of its column; what does not fit stays, for the checks to tell."""
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**1000:
        return float(value)
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _values(part: FactorPart, at: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """All values that a factor names, each with its place."""
    for key in ("levels", "range"):
        for index, value in enumerate(getattr(part, key) or ()):
            yield (*at, key, index), value
    if part.base is not None:
        yield (*at, "base"), part.base


def flat(table: Table, at: KeyPath, dotted: str) -> Iterator[tuple[str, KeyPath, Any]]:
    """Factors by dotted path, whether the path is quoted in the file or written as nested tables."""
    for key, inner in table.items():
        path = f"{dotted}.{key}" if dotted else key
        nested = isinstance(inner, dict) and inner and all(isinstance(value, dict) for value in inner.values())
        if nested:
            yield from flat(inner, (*at, key), path)
        else:
            yield path, (*at, key), inner
