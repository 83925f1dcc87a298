"""How a number of a scenario is declared: once, with meaning, unit, range, default and source."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

_CITATION = r"(?:van |de |von )?[A-Z][\w'’-]*[\w.,&'’ -]* (?:1[6-9]|20)\d\d: \w[^;]+"
_DATUM = r"data: [A-Z][^:;]+: [^;]+"
_ASSUMED = r"assumption: decision \d+"
SOURCE = re.compile(rf"convention: \w.+|{_DATUM}|{_ASSUMED}(?:; {_CITATION})*|{_CITATION}(?:; {_CITATION})*")
"""What a source looks like: a convention with a word why; a datum with its data set; an assumption with the decision
that says how it was chosen, and citations for its rule or sign; or citations with what there supports the number.
"""


def _source(source: str, assumed: int) -> str:
    return "; ".join([f"assumption: decision {assumed}"] * bool(assumed) + [source] * bool(source))


def number(
    default: Any,
    low: float,
    high: float,
    meaning: str,
    *,
    unit: str = "",
    source: str = "",
    assumed: int = 0,
    founding: bool = False,
) -> Any:
    """A number with its range, and where it comes from, in one of the forms of `SOURCE`.

    assumed: number of the decision that says how it was chosen, if nothing that can be looked up gives it; `source`
    is then what supports the rule or the sign. founding: whether only founding reads it, so that no reform can change
    it.
    """
    extra: JsonDict = {"unit": unit or "1", "source": _source(source, assumed)}
    if founding:
        extra["founding"] = True
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def choice(default: Any, meaning: str, *, source: str = "", assumed: int = 0) -> Any:
    """A switch, a name or a table, described like a number. A table of declared settings needs no source of its own."""
    extra: JsonDict = {"source": _source(source, assumed)}
    if callable(default):
        return Field(default_factory=default, description=meaning, json_schema_extra=extra)
    return Field(default, description=meaning, json_schema_extra=extra)


def awaiting(mechanism: str, setting: Any) -> Any:
    """A declared setting that no rule reads yet, with the mechanism that will."""
    setting.json_schema_extra["awaits"] = mechanism
    return setting


class Part(BaseModel):
    """A frozen table of a scenario that refuses unknown keys, wrong types, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=False)


class Mechanism(Part):
    """A rule of the model with its switch. `citizens` marks the rules of one citizen, which run in single precision."""

    citizens: ClassVar[bool] = False
    on: bool = Field(
        True,
        description="false puts the rule at its null limit",
        json_schema_extra={"source": "convention: a rule holds unless it is switched off"},
    )


@functools.cache
def catalogue(name: str, row: type[Any]) -> Mapping[str, Any]:
    """The rows of a shipped catalogue file, checked."""
    return {key: row.model_validate(value) for key, value in catalogue_rows(name).items()}


@functools.cache
def catalogue_rows(name: str) -> dict[str, dict[str, Any]]:
    """The raw rows of a shipped catalogue file, the same ones for all who ask: to be read only."""
    text = (Path(__file__).parent / "catalogue" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def parameters(part: type[Part], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every declared field below `part` with its dotted path; tables keyed by name show as NAME."""
    for name, field in part.model_fields.items():
        here = f"{path}.{name}" if path else name
        inner = _part_of(field)
        if inner is None:
            yield here, field
        else:
            keyed = "dict" in str(field.annotation)
            yield from parameters(inner, f"{here}.NAME" if keyed else here)


def _part_of(field: FieldInfo) -> type[Part] | None:
    for candidate in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, Part):
            return candidate
    return None
