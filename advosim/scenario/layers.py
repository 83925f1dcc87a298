"""The tables that a scenario is made of: catalogue, files by `extends`, presets, changes; and whence each key came."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from advosim.scenario.declare import catalogue_rows
from advosim.scenario.problems import InputError, Problem, did_you_mean, special
from advosim.scenario.toml_lines import KeyPath, split_path
from advosim.scenario.toml_text import decoded, parse

Table = dict[str, Any]

OF_ONE_FILE = ("title", "question", "source")  # they describe a file and are not inherited
MOST_BYTES = 16_000_000
MOST_OF_A_NAME = 255
"""Bytes that file systems allow."""
_PRESET_KEYS = ("title", "question", "source", "terms", "governance")
_HERE = Path(__file__).parent


@dataclass
class Layer:
    """One table that is laid over others, with the file that it comes from and the lines of its keys."""

    name: str
    folder: Path
    table: Table
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def place(self, path: KeyPath) -> tuple[str, int | None]:
        """File and line of a key; where it has none, of the table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.name, self.lines[path[:length]]
        return self.name, None

    def problem(self, path: KeyPath, what: str, allowed: str = "", hint: str = "") -> Problem:
        return Problem(*self.place(path), what, allowed, hint)


@dataclass
class Merged:
    """Layers upon one another: tables merge, lists and values replace. Remembers the layer of each key."""

    top: Layer
    table: Table = field(default_factory=dict)
    origin: dict[KeyPath, Layer] = field(default_factory=dict)

    def add(self, layer: Layer) -> list[Problem]:
        """Lay one more layer on top, its presets expanded under its own keys."""
        problems = []
        table, presets = _split_presets(layer.table)
        for polity, name in presets:
            try:
                self._merge(self.table, _preset_layer(polity, name, layer), ())
            except InputError as error:
                problems += error.problems
        self._merge(self.table, Layer(layer.name, layer.folder, table, layer.lines), ())
        return problems

    def _merge(self, under: Table, layer: Layer, at: KeyPath, table: Table | None = None) -> None:
        for key, value in (layer.table if table is None else table).items():
            path = (*at, key)
            self.origin[path] = layer
            if isinstance(value, dict):
                if not isinstance(under.get(key), dict):
                    under[key] = {}
                self._merge(under[key], layer, path, value)
            else:
                under[key] = copy.deepcopy(value)

    def source(self, path: KeyPath) -> Layer:
        """The layer that last said something about a key, or about the table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origin:
                return self.origin[path[:length]]
        return self.top

    def problem(self, path: KeyPath, what: str, allowed: str = "", hint: str = "") -> Problem:
        return self.source(path).problem(path, what, allowed, hint)

    def clone(self) -> Merged:
        return Merged(self.top, copy.deepcopy(self.table), dict(self.origin))


def tables(table: Any, key: str) -> Iterator[tuple[str, Table]]:
    """The named tables under `key`, whatever else a careless author may have put there."""
    inner = table.get(key) if isinstance(table, dict) else None
    if isinstance(inner, dict):
        yield from ((name, row) for name, row in inner.items() if isinstance(row, dict))


# ---------------------------------------------------------------- shipped files


def shipped() -> dict[str, Path]:
    """The scenarios that travel with the program, by name."""
    inside, beside = _HERE.parent / "scenarios", _HERE.parents[1] / "scenarios"  # wheel; checkout or editable install
    folder = inside if inside.is_dir() else beside
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def presets() -> dict[str, Path]:
    """The governance presets that travel with the program, by name."""
    return {path.stem: path for path in sorted((_HERE / "catalogue" / "governance").glob("*.toml"))}


@cache
def catalogue_layer() -> Layer:
    """Frames and tactics that every scenario starts from."""
    table = {"frame": catalogue_rows("frames"), "tactic": catalogue_rows("tactics")}
    return Layer(str(_HERE / "catalogue"), _HERE / "catalogue", table)


# ---------------------------------------------------------------- files


def find(written: str | Path, folder: Path, known: Mapping[str, Path], what: str) -> Path:
    """The file that a name or a path relative to `folder` stands for. Raises InputError where there is none."""
    path = Path(os.path.normpath(folder / at_home(written)))
    name = str(written)
    if os.path.isfile(path):  # Path.is_file raises for names that are too long
        return path
    if name in known:
        return known[name]
    if any(len(part.encode("utf-8", "replace")) > MOST_OF_A_NAME for part in path.parts):
        raise InputError(Problem(f"{name[:60]}...", None, "this name is too long for a file"))
    if os.path.exists(path):
        raise InputError(Problem(name, None, f"is a {special(path)}, not a {what}", f"a file, or {', '.join(known)}"))
    what = f"there is no such {what}"
    raise InputError(Problem(name, None, what, f"a file, or {', '.join(known)}", _near(path, known)))


def at_home(written: str | Path) -> Path:
    """A path whose `~` stands for a home folder; one of a user who does not exist stays as it is written."""
    try:
        return Path(written).expanduser()
    except RuntimeError:
        return Path(written)


def _near(path: Path, known: Mapping[str, Path]) -> str:
    """A shipped name, or a file beside the one that was sought, which resembles it."""
    folder = path if os.path.isdir(path) else path.parent
    try:
        names = [*known, *sorted(p.name for p in folder.glob("*.toml"))]
    except (OSError, ValueError):
        names = list(known)
    return did_you_mean(path.name, names) or did_you_mean(path.stem, names)


def read_layer(path: Path) -> Layer:
    """A TOML file with the lines of its keys. Raises InputError where it cannot be read."""
    name = str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(Problem(name, None, "is too large for a settings file", f"{MOST_BYTES:,} bytes at most"))
        text = decoded(name, path.read_bytes())
    except OSError as error:
        raise InputError(Problem(name, None, f"cannot be read: {error.strerror}")) from None
    if not text.strip():
        raise InputError(Problem(name, None, "is empty", hint='a scenario needs at least: title = "..."'))
    return Layer(name, path.parent, *parse(name, text))


def chain(path: Path) -> tuple[list[Layer], list[Problem]]:
    """The layers of a file and of all it extends, the last base first; what could not be read is named."""
    layers: list[Layer] = []
    seen: dict[str, Path] = {}
    wanted: Path | None = path
    while wanted is not None:
        here, wanted = wanted, None
        real = os.path.realpath(here)
        if real in seen:
            names = [*seen.values(), here]
            names = names[list(seen).index(real) :]
            what = "'extends' goes in a circle: " + " -> ".join(p.name for p in names)
            return layers[::-1], [layers[-1].problem(("extends",), what)]
        seen[real] = here
        try:
            layer = read_layer(here)
        except InputError as error:
            return layers[::-1], _named_by(layers[-1], ("extends",), error) if layers else error.problems
        layers.append(layer)
        for key in OF_ONE_FILE if len(layers) > 1 else ():
            layer.table.pop(key, None)
        try:
            wanted = _base(layer)
        except InputError as error:
            return layers[::-1], error.problems
    return layers[::-1], []


def _named_by(layer: Layer, path: KeyPath, error: InputError) -> list[Problem]:
    """The problems of a file that a key of `layer` names, told at that key: the file may be no settings file at all."""
    key = ".".join(str(part) for part in path)
    return [
        layer.problem(path, f"{key}: {p.file}{f':{p.line}' if p.line else ''}: {p.what}", p.allowed, p.hint)
        for p in error.problems
    ]


def _base(layer: Layer) -> Path | None:
    base = layer.table.pop("extends", None)
    if base is None:
        return None
    if not isinstance(base, str):
        hint = 'extends = "baseline", or a path relative to this file'
        raise InputError(layer.problem(("extends",), "'extends' should be one name or path in quotes", hint=hint))
    try:
        return find(base, layer.folder, shipped(), "scenario")
    except InputError as error:
        raise InputError(_at(layer, ("extends",), error)) from None


def _at(layer: Layer, path: KeyPath, error: InputError) -> Problem:
    """The problem of a file that was not found, told at the key that names it."""
    lost = error.problems[0]
    key = ".".join(str(part) for part in path)
    return layer.problem(path, f'{key} = "{lost.file}": {lost.what}', lost.allowed, lost.hint)


# ---------------------------------------------------------------- presets


def _split_presets(table: Table) -> tuple[Table, list[tuple[str, Any]]]:
    """The table without its `preset` keys, and these by polity."""
    found = [(name, row["governance"]["preset"]) for name, row in tables(table, "polity") if _has_preset(row)]
    if not found:
        return table, []
    polities = {
        name: row | {"governance": {k: v for k, v in row["governance"].items() if k != "preset"}}
        if isinstance(row, dict) and _has_preset(row)
        else row
        for name, row in table["polity"].items()
    }
    return table | {"polity": polities}, found


def _has_preset(row: Table) -> bool:
    return isinstance(row.get("governance"), dict) and "preset" in row["governance"]


def _preset_layer(polity: str, name: Any, layer: Layer) -> Layer:
    """A preset's settings as a layer of the scenario, with lines of the preset's own file."""
    at: KeyPath = ("polity", polity, "governance")
    key = (*at, "preset")
    if not isinstance(name, str):
        raise InputError(layer.problem(key, "'preset' should be a name or a path in quotes", ", ".join(presets())))
    try:
        path = find(name, layer.folder, presets(), "governance preset")
    except InputError as error:
        raise InputError(_at(layer, key, error)) from None
    try:
        preset = read_layer(path)
    except InputError as error:
        raise InputError(_named_by(layer, key, error)) from None
    if not isinstance(preset.table.get("governance"), dict):
        what = f"preset: {path} has no table [governance]"
        raise InputError(layer.problem(key, what, hint="a governance preset holds title, source and [governance]"))
    problems = [
        preset.problem((k,), f"unknown key '{k}' in a governance preset", ", ".join(_PRESET_KEYS), _preset_hint(k))
        for k in preset.table
        if k not in _PRESET_KEYS
    ]
    settings = preset.table["governance"]
    if "preset" in settings:
        problems.append(preset.problem(("governance", "preset"), "a preset cannot name a preset"))
    if problems:
        raise InputError(problems)
    moved = {(*at, *where[1:]): line for where, line in preset.lines.items() if where[0] == "governance"}
    return Layer(preset.name, preset.folder, {"polity": {polity: {"governance": settings}}}, moved)


def _preset_hint(key: str) -> str:
    return did_you_mean(key, _PRESET_KEYS) or "settings stand under [governance]"


# ---------------------------------------------------------------- changes by dotted path


def changes_layer(
    changes: Mapping[str, Any],
    name: str,
    folder: Path,
    place: Callable[[KeyPath], tuple[str, int | None]] | None = None,
) -> tuple[Layer, list[Problem]]:
    """Dotted paths and their values as one layer. `place` finds the lines of a reform's keys."""
    layer, problems = Layer(name, folder, {}), []
    for dotted, value in changes.items():
        line = place((dotted,))[1] if place else None
        try:
            path = split_path(dotted)
        except ValueError as error:
            problems.append(Problem(name, line, str(error), hint="write polity.home.governance.repression"))
            continue
        clash = _put(layer.table, path, plain(value))
        if clash:
            problems.append(Problem(name, line, f"'{dotted}' and '{clash}' contradict each other"))
        for depth in range(1, len(path) + 1):
            if line:
                layer.lines.setdefault(path[:depth], line)
        for rest in _paths(value) if place else ():
            inner = place((dotted, *rest))[1] if place else None
            if inner:
                layer.lines[(*path, *rest)] = inner
    return layer, problems


def _put(table: Table, path: tuple[str, ...], value: Any) -> str:
    """Lay a value into nested tables; returns the path that stands in the way, if one does."""
    for depth, part in enumerate(path[:-1], start=1):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return ".".join(path[:depth])
    if path[-1] not in table:
        table[path[-1]] = value
        return ""
    old = table[path[-1]]
    if not isinstance(old, dict) or not isinstance(value, dict):
        return ".".join(path)
    clashes = [_put(old, (key,), inner) for key, inner in value.items()]
    return next((".".join((*path, clash)) for clash in clashes if clash), "")


def _paths(value: Any) -> Iterator[KeyPath]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in _paths(inner))


def plain(value: Any) -> Any:
    """Plain Python values, from parts of a scenario and numpy numbers too."""
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return value.item()
    return value
