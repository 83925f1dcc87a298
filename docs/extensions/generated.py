"""What the program declares, put into pages where they say `<!-- generated: NAME -->`; and docstrings as plain text."""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import typer
from sphinx.application import Sphinx

GROUPS = ("Policy", "Opinion", "Participation", "Government and media", "Organisations")
RESULTS = Path(__file__).parents[2] / "results" / "assumptions"
MARK = re.compile(r"^<!-- generated: (\w+)(?: (\w+))? -->$", re.MULTILINE)


def settings() -> str:
    """All settings, a table for each part of a scenario."""
    from advosim.scenario import load

    parts = groupby(load.parameter_table(), key=lambda row: _part(row.path))
    return "\n".join(f"## {part}\n\n{load.markdown(list(rows))}" for part, rows in parts)


def _part(path: str) -> str:
    """The table of a scenario file in which a setting stands."""
    table = path.rpartition(".")[0]
    return f"`[{table}]`" if table else "The scenario"


def scenarios() -> str:
    """The shipped scenarios with their questions."""
    from advosim.scenario import load

    rows = {name: load.load(name) for name in load.shipped()}
    lines = [f"| `{name}` | {row.question} | {row.source} |" for name, row in sorted(rows.items())]
    return "\n".join(["| name | question | source |", "|---|---|---|", *lines])


def tables() -> str:
    """The columns of all tables of a run."""
    from advosim.results import codebook

    return codebook.markdown(codebook.every_table())


def flows() -> str:
    """What each mechanism reads and writes."""
    import data_flow

    return data_flow.markdown()


def analyses() -> str:
    """The columns of the tables that analyses leave."""
    from advosim.experiment.compare import courses
    from advosim.experiment.compare import found as compared
    from advosim.experiment.contribution import ranking, routes
    from advosim.experiment.discovery import found
    from advosim.experiment.robustness import found as robust
    from advosim.experiment.sensitivity import found as sensitive
    from advosim.experiment.sweep import columns
    from advosim.results import codebook

    tables = {
        "compare: effects": compared.COLUMNS,
        "compare: courses": courses.COLUMNS,
        "compare: events": courses.EVENT_COLUMNS,
        "compare: panel": courses.PANEL,
        **{f"contribution: {name}": rows for name, rows in ranking.COLUMNS.items()},
        **{f"contribution: {name}, with --routes": rows for name, rows in routes.COLUMNS.items()},
        **{f"sensitivity: {name}": rows for name, rows in sensitive.COLUMNS.items()},
        **{f"discover: {name}": rows for name, rows in found.COLUMNS.items()},
        **{f"robustness: {name}": rows for name, rows in robust.COLUMNS.items()},
        "sweep: timings": columns.TIMINGS,
    }
    return codebook.markdown(tables)


def outcomes() -> str:
    """All outcomes, in the groups in which comparisons show them."""
    from advosim.reading.outcomes import OUTCOMES, TABLE

    lines = []
    for group, those in groupby(sorted(OUTCOMES, key=lambda each: GROUPS.index(each.group)), lambda each: each.group):
        lines += [
            "",
            f"### {group}",
            "",
            "| outcome | meaning | unit | range | in `outcomes.csv` |",
            "|---|---|---|---|---|",
        ]
        for each in those:
            told = "yes" if each.name in TABLE else ""
            lines.append(f"| `{each.name}` | {each.meaning} | {each.unit} | {each.column.range} | {told} |")
    return "\n".join(lines)


def reductions() -> str:
    """How weeks become one number."""
    from advosim.reading.outcomes import REDUCTIONS

    rows = [f"| `{name}` | {row.meaning} | {'yes' if row.threshold else ''} |" for name, row in REDUCTIONS.items()]
    return "\n".join(["| `reduce` | what | needs `threshold` |", "|---|---|---|", *rows])


def commands() -> str:
    """Every command with its arguments and options, as `--help` tells them."""
    from advosim import cli

    return "\n".join(_command(typer.main.get_command(cli.app), "advosim"))


def _command(command: Any, name: str) -> Iterator[str]:
    if getattr(command, "commands", None):
        for below, other in sorted(command.commands.items()):
            yield from _command(other, f"{name} {below}")
        return
    yield from (f"## {name}", "", command.help or "", "")
    if command.params:
        yield from ("| argument or option | what |", "|---|---|")
    for parameter in command.params:
        words = [name.upper() for name in parameter.opts] if parameter.param_type_name == "argument" else parameter.opts
        shown = ", ".join(words)
        metavar = f" {parameter.metavar}" if parameter.metavar else ""
        told = (getattr(parameter, "help", "") or "").replace("|", "\\|")
        yield f"| `{shown}{metavar}` | {told} |"
    yield ""


def trust() -> str:
    """What half and one and a half of each assumed number do, the strongest first; then what was not measured."""
    from advosim.scenario import load

    assumed = {row.path: row.source for row in load.parameter_table() if row.source.startswith("assumption")}
    with (RESULTS / "effects.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["number"] in assumed]
    told = json.loads((RESULTS / "manifest.json").read_text(encoding="utf-8"))
    errors = [f"{name}_errors" for name in told["outcomes"]]
    strength = {row["number"]: 0.0 for row in rows}
    for row in rows:
        strength[row["number"]] = max(strength[row["number"]], *(abs(float(row[error])) for error in errors))
    order = sorted(rows, key=lambda row: (-strength[row["number"]], row["number"], row["end"]))
    lines = [
        f"Measured on {told['date']} with version {told['version']} (sources {told['sources']}): {told['citizens']:,} "
        f"citizens, {told['weeks']} weeks, {told['seeds']} paired seeds.",
        "",
        f"| number | decision | world | set to | {' | '.join(told['outcomes'])} | leaves sanity by |",
        "|---|---|---|---|" + "---|" * (len(errors) + 1),
    ]
    for row in order:
        decision = re.findall(r"decision (\d+)", assumed[row["number"]])[0]
        value = row["value"] or "no other value"
        cells = (f"`{row['number']}`", decision, row["world"], f"{row['end']}: {value}")
        moved = (f"{float(row[error]):+.1f}" for error in errors)
        lines.append("| " + " | ".join((*cells, *moved, row["leaves_sanity_by"])) + " |")
    left = sorted(set(assumed) - set(strength))
    lines += [
        "",
        f"Not measured, as they are no numbers or came later: {', '.join(f'`{path}`' for path in left)}.",
    ] * bool(left)
    return "\n".join(lines)


TEXTS: dict[str, Callable[..., str]] = {
    "analyses": analyses,
    "commands": commands,
    "flows": flows,
    "outcomes": outcomes,
    "reductions": reductions,
    "scenarios": scenarios,
    "settings": settings,
    "tables": tables,
    "trust": trust,
}


RULE = re.compile(r"^### (\w+)\n(.*)$", re.MULTILINE)


def quoted(name: str) -> str:
    """What the function of a mechanism says of itself: the formula is told there."""
    import inspect

    told = inspect.getdoc(rule) if (rule := _function(name)) else None
    if not told:
        return ""
    return "\n" + "\n".join(f"> {_literal(line)}".rstrip() for line in told.splitlines()) + "\n"


def _function(name: str) -> Callable[..., Any] | None:
    """The function that bears the name of a mechanism: a line of the week, else a part of one."""
    from advosim import mechanisms, week
    from advosim.world import enact

    modules = (f"{mechanisms.__name__}.{each.name}" for each in pkgutil.iter_modules(mechanisms.__path__))
    spaces = [week, *map(importlib.import_module, modules), enact]
    return next((getattr(space, name) for space in spaces if callable(getattr(space, name, None))), None)


def _literal(line: str) -> str:
    """A line of a docstring as Markdown that shows it as it is."""
    parts = re.split(r"(`[^`]+`)", line)
    shown = (part if part[:1] == "`" else re.sub(r"([*_<|\\\[\]])", r"\\\1", part) for part in parts)
    return re.sub(r"^([-+]) ", r"\\\1 ", "".join(shown))


def generated(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace the marks of a page by what they name."""
    if page == "reference/mechanisms":
        source[0] = RULE.sub(lambda rule: f"### {rule[1]}\n{rule[2]}\n{quoted(rule[1])}", source[0])
    source[0] = MARK.sub(lambda mark: TEXTS[mark[1]](*([mark[2]] if mark[2] else [])), source[0])


def plain(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with code in backticks, of which Sphinx would make markup."""
    lines[:] = [_escaped(line) for line in lines]


def _escaped(line: str) -> str:
    parts = re.split(r"(`[^`]+`)", line)
    return "".join(f"`{part}`" if part[:1] == "`" else re.sub(r"([*|_\\])", r"\\\1", part) for part in parts)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", generated)
    app.connect("autodoc-process-docstring", plain)
    return {"parallel_read_safe": True}
