"""What each mechanism reads and writes, read off its code: the tables of World, and of those that it writes the fields.

Values are followed from a mechanism's arguments through assignments, rows, fields and calls; what is not a table, a row
or a field of one is of no interest. Both ways of a branch count.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import advosim
from advosim.world.recorded import Recorded
from advosim.world.state import BUNDLES

_PACKAGE = Path(advosim.__file__).parent
_BUNDLES = {**{name: kind._fields for name, kind in BUNDLES.items()}, "record": Recorded._fields}
_LOG = ("events", "the log")
"""The table of the record that mechanisms are handed by itself, and what is written for it."""


class Place(NamedTuple):
    """A bundle, a table or a row of one, or a field."""

    bundle: str
    table: str = ""
    field: str = ""


class Together(NamedTuple):
    """Places that were put together under names of their own."""

    places: tuple[tuple[str, Place | None], ...]
    table: str = ""


class Flow(NamedTuple):
    """Tables that are read; tables and their fields that are written, "" for a table of plain numbers."""

    reads: set[str]
    writes: set[tuple[str, str]]


_NAMED: dict[tuple[str, str], str] = {}
"""By file and name in it, the function that was imported."""


_FIELDS: dict[str, list[str]] = {}
"""By file and name, the fields of named tuples that mechanisms put together."""


def _parsed() -> tuple[dict[str, ast.FunctionDef], list[str]]:
    """The functions of the model by file and name; and those that the week calls, in order."""
    functions: dict[str, ast.FunctionDef] = {}
    rooms = sorted((_PACKAGE / "mechanisms").glob("*.py"))
    files = [*rooms, _PACKAGE / "world" / "relations.py", _PACKAGE / "week.py"]
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                functions[f"{file.stem}.{node.name}"] = node
            elif isinstance(node, ast.ClassDef):
                fields = [each.target.id for each in node.body if isinstance(each, ast.AnnAssign)]  # type: ignore[union-attr]
                _FIELDS[f"{file.stem}.{node.name}"] = fields
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("advosim."):
                module = str(node.module).rpartition(".")[2]
                for name in node.names:
                    _NAMED[file.stem, name.asname or name.name] = f"{module}.{name.name}"
    week = functions.pop("week.week")
    called = [node.value for node in week.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return functions, [_NAMED["week", call.func.id] for call in called if isinstance(call.func, ast.Name)]


_FUNCTIONS, _ORDER = _parsed()


class _Follower(ast.NodeVisitor):
    """Walks through one function with its arguments bound to places."""

    def __init__(self, name: str, bound: dict[str, Place | None], flow: Flow, seen: set[object]) -> None:
        self.file, self.bound, self.flow, self.seen = name.partition(".")[0], dict(bound), flow, seen
        self.returned: Place | None = None

    def place(self, node: ast.expr) -> Place | None:
        """Where an expression points to; what it reads on the way is noted."""
        if isinstance(node, ast.Name):
            return self.bound.get(node.id)
        if isinstance(node, ast.Subscript):
            self.visit(node.slice)
            return self.place(node.value)
        if isinstance(node, ast.Attribute):
            return _within(self.place(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.IfExp):
            self.visit(node.test)
            one, other = self.place(node.body), self.place(node.orelse)
            self._read(other)
            return one or other
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        return None

    def _read(self, found: Place | None) -> None:
        if found is not None and found.table:
            self.flow.reads.add(found.table)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.expr):
            self._read(self.place(node))
        else:
            super().generic_visit(node)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            self._assign(node.targets, node.value)
        elif isinstance(node, ast.AugAssign):
            self.visit(node.value)
            self._read(self.place(node.target))
            self._write(node.target, None)
        elif isinstance(node, ast.Return):
            found = self.place(node.value) if node.value is not None else None
            self._read(found)
            self.returned = self.returned or found
        else:
            self.generic_visit(node)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        for target in targets:
            alike = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            if alike and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]
                for one, other in zip(target.elts, value.elts, strict=True):  # type: ignore[attr-defined]
                    self._assign([one], other)
            else:
                found = self.place(value)
                if not isinstance(target, ast.Name):
                    self._read(found)
                self._write(target, found)

    def _write(self, target: ast.expr, found: Place | None) -> None:
        if isinstance(target, ast.Name):
            self.bound[target.id] = found or self.bound.get(target.id)
        elif isinstance(target, ast.Tuple):
            for each in target.elts:
                self._write(each, None)
        else:
            written = self.place(target)
            if written is not None and written.table:
                self.flow.writes.add((written.table, written.field))

    def _call(self, node: ast.Call) -> Place | None:
        if isinstance(node.func, ast.Attribute):
            self._read(self.place(node.func.value))
        name = _NAMED.get((self.file, node.func.id), f"{self.file}.{node.func.id}") if _is_name(node.func) else ""
        known = _FUNCTIONS.get(name)
        places = [self.place(each) for each in node.args]
        if name in _FIELDS:
            return Together(tuple(zip(_FIELDS[name], places, strict=True)))  # type: ignore[return-value]
        if known is None:
            for each in places:
                self._read(each)
            return None
        bound = dict(zip((each.arg for each in known.args.args), places, strict=False))
        return follow(name, bound, self.flow, self.seen)


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _within(found: Place | None, name: str) -> Place | None:
    if found is None:
        return None
    if isinstance(found, Together):
        return dict(found.places).get(name)
    if not found.table:
        known = name in _BUNDLES.get(found.bundle, ())
        return found._replace(table=f"record.{name}" if found.bundle == "record" else name) if known else None
    if found.field or name in ("shape", "size", "flat"):
        return found
    return found._replace(field=name)


def follow(name: str, bound: dict[str, Place | None], flow: Flow, seen: set[object]) -> Place | None:
    """Go through a function of the model with its arguments bound; returns what it hands back."""
    walker = _Follower(name, bound, flow, seen)
    walked = (name, tuple(bound.items()))
    if walked not in seen:
        seen.add(walked)
        for statement in _FUNCTIONS[name].body:
            walker.visit(statement)
    else:
        walker.returned = next((each for each in bound.values() if each is not None and each.table == _LOG[1]), None)
    return walker.returned


def flows() -> dict[str, Flow]:
    """By file and name of the mechanism, in the order of the week."""
    found = {}
    for name in _ORDER:
        flow = Flow(set(), set())
        arguments = [each.arg for each in _FUNCTIONS[name].args.args]
        bound: dict[str, Place | None] = {each: Place(each) for each in arguments}
        if _LOG[0] in bound:
            bound[_LOG[0]] = Place("record", _LOG[1])
        follow(name, bound, flow, set())
        found[name] = flow
    return found


def markdown() -> str:
    """The table: by mechanism its file, the tables that it reads, and what it writes."""
    lines = ["| mechanism | where | reads | writes |", "|---|---|---|---|"]
    for name, flow in flows().items():
        file, _, mechanism = name.partition(".")
        reads = ", ".join(sorted(flow.reads - {"rules", "clock", _LOG[1], f"record.{_LOG[0]}"}))
        lines.append(f"| `{mechanism}` | `{file}.py` | {reads} | {_written(flow.writes)} |")
    return "\n".join(lines)


def _written(writes: set[tuple[str, str]]) -> str:
    tables: dict[str, list[str]] = {}
    for table, field in sorted(writes - {("clock", "events")}):
        tables.setdefault(_LOG[1] if table in (_LOG[1], f"record.{_LOG[0]}") else table, []).append(field)
    told = {
        table: "" if table == _LOG[1] else ", ".join(f"`{field}`" for field in fields if field)
        for table, fields in tables.items()
    }
    return "; ".join(f"{table}: {fields}" if fields else table for table, fields in told.items())


if __name__ == "__main__":
    print(markdown())
