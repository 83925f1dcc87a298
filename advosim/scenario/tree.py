"""The schema as a tree: what stands at a path of a scenario, and what it allows."""

from __future__ import annotations

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from advosim.scenario.declare import Part
from advosim.scenario.schema import Settings
from advosim.scenario.toml_lines import KeyPath


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
    """Range and unit, names, or the keys of a table, in words."""
    if is_part(annotation):
        return ", ".join(annotation.model_fields)
    if get_origin(annotation) is Literal:
        return ", ".join(str(a) for a in get_args(annotation))
    low, high = bounds(field)
    if low is None or high is None:
        return ""
    return f"{figure(low)} to {figure(high)}" + (f" ({unit(field)})" if unit(field) else "")


def figure(value: float) -> str:
    """A bound as one writes it."""
    return f"{value:,}" if isinstance(value, int) and value < 1e9 else f"{value:g}"


def is_named(path: KeyPath) -> bool:
    """Whether the last part of a path is a name that the author chose."""
    return get_origin(at(path[:-1])[0]) is dict


def dotted(path: Iterable[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
