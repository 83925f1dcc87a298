"""The command that lists what can be named in files and commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from advosim.cli.console import say
from advosim.scenario.problems import InputError, Problem, did_you_mean

Rows = Iterable[tuple[str, str]]
"""Name and what it is."""


def _files(kind: str) -> Rows:
    """Shipped files with their questions, or else their titles."""
    import tomllib

    from advosim.scenario import load

    for name, file in (load.shipped() if kind == "scenarios" else load.presets()).items():
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        yield name, told.get("question") or told.get("title") or ""


def _catalogue(kind: str) -> Rows:
    from advosim.scenario.declare import catalogue_rows

    return ((name, row["meaning"]) for name, row in catalogue_rows(kind).items())


def _outcomes(_: str) -> Rows:
    from advosim.reading.outcomes import OUTCOMES

    return (
        (each.name, f"{each.column.meaning} ({each.unit})" if each.unit else each.column.meaning) for each in OUTCOMES
    )


def _columns(_: str) -> Rows:
    """Of the weekly table: what `of` and `--course` take."""
    from advosim.reading.outcomes import WEEKLY

    return ((name, f"{each.meaning} ({each.unit})" if each.unit else each.meaning) for name, each in WEEKLY.items())


def _reductions(_: str) -> Rows:
    """What `reduce` takes."""
    from advosim.reading.outcomes import REDUCTIONS

    return ((name, each.meaning) for name, each in REDUCTIONS.items())


def _settings(_: str) -> Rows:
    from advosim.scenario.describe import parameter_table

    for row in parameter_table():
        default = f"default {row.default}" if isinstance(row.default, bool | int | float | str) else ""
        told = "; ".join(filter(None, (row.unit, row.range, default)))
        yield row.path, f"{row.meaning} ({told})" if told else row.meaning


KINDS: dict[str, Callable[[str], Rows]] = {
    "scenarios": _files,
    "presets": _files,
    "tactics": _catalogue,
    "frames": _catalogue,
    "outcomes": _outcomes,
    "columns": _columns,
    "reductions": _reductions,
    "settings": _settings,
}
LONG = ("settings",)
"""Lists that are told alone."""


def list(
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help=f"One of {', '.join(KINDS)}; or all but settings.")
    ] = None,
) -> None:
    """List scenarios with their questions, presets, tactics, frames, outcomes, columns by week and their reductions, or
    settings, with what each is.
    """
    if what is not None and what not in KINDS:
        raise InputError(
            Problem("list", None, f"there are no '{what}' to list", ", ".join(KINDS), did_you_mean(what, tuple(KINDS)))
        )
    for kind in [kind for kind in KINDS if kind not in LONG] if what is None else [what]:
        if what is None:
            say(f"{kind}:")
        rows = tuple(KINDS[kind](kind))
        wide = max(len(name) for name, _ in rows)
        for name, meaning in rows:
            say(f"  {name:<{wide}}  {meaning}".rstrip())


COMMANDS = (list,)
