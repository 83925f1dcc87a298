"""What a page may ask for: a scenario that is on the shelf, a seed, and changes of settings; everything is checked."""

from __future__ import annotations

import hashlib
import json
import tempfile
import tomllib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advosim.classroom.controls import SCRIPTS, Declared, declared, script_row
from advosim.scenario import load, refusals
from advosim.scenario.describe import fingerprint
from advosim.scenario.load import Scenario
from advosim.scenario.numerals import meant
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.toml_text import parse
from advosim.simulation import allowed

MOST_TEXT = 20_000
"""Characters of a request."""
MOST_CHANGES = 40
MOST_CITIZENS, MOST_WEEKS = 100_000, 1040
"""Of what a page may play: twenty years, and a world that makes more weeks a second than one plays."""
MOST_UPLOAD = 200_000
"""Bytes of a scenario file that is laid on the shelf by the page."""
MOST_UPLOADED = 20

Value = bool | int | float | str


@dataclass(frozen=True, order=True)
class Change:
    """A setting that holds from a week on: a reform from week 1 on, else (week 0) what the world is founded with."""

    week: int
    path: str
    value: Value


@dataclass(frozen=True)
class Asked:
    """One history: it follows from these alone."""

    scenario: str
    seed: int
    changes: tuple[Change, ...] = ()

    @property
    def reforms(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.week > 0)

    @property
    def founded_with(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.week == 0)


def read(text: str) -> Asked:
    """A history as a page asks for it: {"s": scenario, "seed": 1, "c": [[week, path, value]]}. Raises InputError."""
    if len(text) > MOST_TEXT:
        raise _refused(f"a request of {len(text):,} characters is too long", f"up to {MOST_TEXT:,}")
    try:
        table = json.loads(text)
        json.dumps(table, ensure_ascii=False).encode()  # half of a pair of surrogates is no letter, and no answer
    except (ValueError, RecursionError):
        raise _refused("the request is no JSON") from None
    if not isinstance(table, dict) or not isinstance(table.get("s"), str) or not isinstance(table.get("c", []), list):
        raise _refused("the request is not understood", 'like {"s": "baseline", "seed": 1, "c": []}')
    return Asked(table["s"], allowed("seed", table.get("seed", 1)), changes(table.get("c", [])))


def changes(rows: Sequence[Any]) -> tuple[Change, ...]:
    """Rows of week, path and value as changes in the order of their weeks; a later row of the same kind replaces."""
    if len(rows) > MOST_CHANGES:
        raise _refused(f"{len(rows)} changes are too many", f"up to {MOST_CHANGES}")
    found: dict[tuple[int, str], Change] = {}
    problems = []
    for row in rows:
        change = _change(row)
        if isinstance(change, Problem):
            problems.append(change)
        else:
            found[change.week, change.path] = change
    if problems:
        raise InputError(problems)
    return tuple(sorted(found.values(), key=lambda change: (change.week, change.path)))


def _change(row: Any) -> Change | Problem:
    fine = isinstance(row, list | tuple) and len(row) == 3 and isinstance(row[1], str) and len(row[1]) <= 200
    if not fine or isinstance(row[0], bool) or not isinstance(row[0], int) or not isinstance(row[2], Value):
        return Problem("", None, f"a change is not understood: {str(row)[:80]}", "[week, path, value]")
    week, path, value = row
    if not 0 <= week <= MOST_WEEKS:
        return Problem("", None, f"{path}: week {str(week)[:12]} is not allowed", f"0 (founding) to {MOST_WEEKS}")
    control = declared(path)
    if control is None:
        hint = did_you_mean(path[:80], [row.path.replace("NAME", "home") for row in load.parameter_table()])
        return Problem("", None, f"there is no setting '{path[:80]}' that a page may change", hint=hint)
    if week == 0 and path.split(".")[0] in SCRIPTS:
        return Problem("", None, f"{path}: nothing happens in week 0", f"1 to {MOST_WEEKS}")
    if control.founding and week > 0:
        return Problem(
            "", None, f"{path} is read when the world is founded, and cannot change in week {week}", "week 0"
        )
    return Change(week, path, value) if control.takes(value) else Problem(
        "", None, f"{path} = {refusals.shown(value)} is not allowed", control.range, _meant(value, control)
    )  # fmt: skip


def _meant(value: Value, control: Declared) -> str:
    """How a value is written right that is text and should be a number, true or false."""
    if not isinstance(value, str):
        return ""
    number = value.strip().replace(".", "", 1).lstrip("+-")
    plain = f"write {value.strip()}, without quotes" if number.isascii() and number.isdigit() else ""
    return meant(value)[1] or plain or (refusals.truth_meant(value) if control.takes(True) else "")


def _refused(what: str, allowed: str = "", hint: str = "") -> InputError:
    return InputError(Problem("", None, what, allowed, hint))


class Shelf:
    """The scenarios that can be played, by name: those given, and what a page lays beside them."""

    def __init__(self, scenarios: Sequence[str | Path] = ()) -> None:
        """scenarios: files and shipped names; without any, all that are shipped. Raises InputError."""
        files = [load.locate(name) for name in scenarios] or list(load.shipped().values())
        self._files: dict[str, Path] = {}
        for file in files:
            name = file.stem if self._files.get(file.stem, file) == file else str(file)
            self._files[name] = file
        self._read: dict[str, Scenario] = {}
        self._uploaded: OrderedDict[str, Scenario] = OrderedDict()
        if scenarios:
            problems = [problem for name in self._files for problem in self._problems(name)]
            if problems:
                raise InputError(problems)

    def _problems(self, name: str) -> list[Problem]:
        try:
            self.scenario(name)
        except InputError as error:
            return error.problems
        return []

    @property
    def first(self) -> str:
        """What is shown at first: the baseline, where it is on the shelf."""
        return "baseline" if "baseline" in self._files else next(iter(self._files))

    def titles(self) -> dict[str, str]:
        """By name."""
        known = {name: _title(file) for name, file in self._files.items()}
        return known | {name: scenario.title for name, scenario in self._uploaded.items()}

    def scenario(self, name: str) -> Scenario:
        """Raises InputError where there is none of that name, or it is too large to be played."""
        if name in self._uploaded:
            return self._uploaded[name]
        if name not in self._files:
            known = list(self._files)
            raise _refused(f"there is no scenario '{name[:60]}' here", ", ".join(known), did_you_mean(name[:60], known))
        if name not in self._read:
            self._read[name] = _playable(load.read(self._files[name]), name)
        return self._read[name]

    def add(self, scenario: Scenario) -> str:
        """Lay a scenario on the shelf and return its name. Raises InputError where it is too large to be played."""
        name = f"own_{fingerprint(scenario)}"
        self._uploaded[name] = _playable(scenario, "the scenario")
        return name

    def lay(self, text: str) -> str:
        """Read an uploaded scenario as the command line would, and return its name. Raises InputError."""
        if len(text.encode()) > MOST_UPLOAD:
            raise _refused(f"a scenario file of more than {MOST_UPLOAD:,} bytes is too large")
        name = "yours_" + hashlib.sha256(text.encode()).hexdigest()[:10]
        _only_from_here(text)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "scenario.toml"
            file.write_text(text, encoding="utf-8")
            try:
                scenario = _playable(load.read(file), "the scenario")
            except InputError as error:
                raise InputError(
                    [Problem(Path(p.file).name, p.line, p.what, p.allowed, p.hint) for p in error.problems]
                ) from None
        self._uploaded[name] = scenario
        while len(self._uploaded) > MOST_UPLOADED:
            self._uploaded.popitem(last=False)
        return name

    def resolved(self, asked: Asked) -> Scenario:
        """The scenario that a history runs: settings of the founding, then one reform for each week with changes."""
        base = self.scenario(asked.scenario)
        late = [change for change in asked.changes if change.week > base.weeks]
        if late:
            raise InputError(
                [
                    Problem("", None, f"{c.path}: week {c.week} is after the last week", f"0 to {base.weeks}")
                    for c in late
                ]
            )
        table: dict[str, Any] = {change.path: change.value for change in asked.founded_with}
        weeks: dict[int, dict[str, Value]] = {}
        for change in asked.reforms:
            if change.path.split(".")[0] in SCRIPTS:
                kind, row = script_row(change.week, change.path, change.value)
                table.setdefault(kind, [each.model_dump() for each in getattr(base, kind)]).append(row)
            else:
                weeks.setdefault(change.week, {})[change.path] = change.value
        if weeks:
            own = [reform.model_dump() for reform in base.reform]
            table["reform"] = [*own, *({"week": week, "set": settings} for week, settings in weeks.items())]
        return _playable(base.but(table), "the scenario") if table else base


def _title(file: Path) -> str:
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8-sig")).get("title", file.stem))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return file.stem


def _only_from_here(text: str) -> None:
    """An uploaded scenario may build on what is shipped, and read no file of this machine."""
    table, _ = parse("the scenario", text)
    base = table.get("extends")
    if isinstance(base, str) and base not in load.shipped():
        raise _refused(f"an uploaded scenario cannot extend '{base[:60]}'", ", ".join(load.shipped()))
    polities = table.get("polity")
    for polity in polities.values() if isinstance(polities, dict) else ():
        preset = polity.get("governance", {}).get("preset") if isinstance(polity, dict) else None
        if isinstance(preset, str) and preset not in load.presets():
            raise _refused(f"an uploaded scenario cannot use the preset '{preset[:60]}'", ", ".join(load.presets()))
    if '"file"' in json.dumps(table, default=str):
        raise _refused("an uploaded scenario cannot read an edge list", "networks that are drawn")


def _playable(scenario: Scenario, name: str) -> Scenario:
    citizens = sum(polity.citizens for polity in scenario.polity.values())
    for what, number, most in (("citizens", citizens, MOST_CITIZENS), ("weeks", scenario.weeks, MOST_WEEKS)):
        if number > most:
            hint = "run it with `advosim run`"
            raise _refused(f"{name} has {number:,} {what}: too many to be played", f"up to {most:,}", hint)
    return scenario
