"""The state of a run at the end of a week, kept in a file or in memory, from which futures go on.

A future in which nothing is changed is the run that was not stopped, to the byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.live import branch
from advosim.live.tables import week_of
from advosim.record import recorded
from advosim.results import folder as results
from advosim.scenario import archived
from advosim.scenario.describe import flat
from advosim.scenario.later import FREE
from advosim.scenario.limits import MOST_WEEKS
from advosim.scenario.load import Scenario, resolved
from advosim.scenario.problems import InputError, Problem
from advosim.version import __version__
from advosim.world.compile import cache_of
from advosim.world.found import found
from advosim.world.state import World

HEAD = "head"
PROGRAM = "advosim state"
_A_STATE = "a file that `advosim run --save-state` wrote"
DIGEST = 32
"""Bytes before the rest of a file, which they are the SHA-256 of."""


@dataclass(frozen=True)
class Past:
    """A run until the end of a week."""

    scenario: Scenario
    seed: int
    world: World
    """In that week, or gone on from it."""
    snapshot: branch.Snapshot

    @property
    def week(self) -> int:
        return self.snapshot.week

    def check(self, scenario: Scenario, weeks: int) -> None:
        """Raise InputError unless `weeks` weeks of a scenario are a future of this past."""
        problems = [*_other(self.scenario, scenario, self.week)]
        room = len(self.world.record.weeks)
        if not self.week < weeks <= room:
            what = f"the past ends with week {self.week}, the future with week {weeks}"
            most, hint = (MOST_WEEKS, "--weeks says how long") if weeks <= self.week else (room, "")
            problems.append(Problem("", None, what, f"weeks = {self.week + 1} to {most}", hint))
        if problems:
            raise InputError(problems)

    def future(self, scenario: Scenario, weeks: int) -> World:
        """A world of its own that stands at the end of the past's week. Raises InputError as `check`."""
        self.check(scenario, weeks)
        world: World = branch.fork(self.world, self.snapshot, scenario)
        return world


def of(world: World, scenario: Scenario, seed: int) -> Past:
    """The past of a world as it stands now."""
    return Past(scenario, seed, world, branch.snapshot(world))


def continued(scenario: Scenario, week: int, changes: Mapping[str, Any]) -> Scenario:
    """A scenario with changes that hold from the week after `week` on. Raises InputError for what no reform can set."""
    now = {path: value for path, value in changes.items() if path.partition(".")[0] in FREE}
    later = {path: value for path, value in changes.items() if path not in now}
    told = scenario.but(now) if now else scenario
    if not later:
        return told
    reforms = [reform.model_dump() for reform in told.reform]
    return told.but({"reform": [*reforms, {"week": week + 1, "set": later}]})


def _other(past: Scenario, scenario: Scenario, week: int) -> Iterator[Problem]:
    """In what a future's scenario differs that makes it the future of another past."""
    then, now = (_of_the_past(each, week) for each in (past, scenario))
    differing = sorted(path for path in then.keys() | now.keys() if then.get(path) != now.get(path))
    for path in differing[:8]:
        before, after = (told.get(path, "not there") for told in (then, now))
        hint = "a reform after that week may change governance and mechanisms"
        yield Problem("", None, f"the past until week {week} has {path} = {before}, this scenario {after}", hint=hint)


def _of_the_past(scenario: Scenario, week: int) -> dict[str, Any]:
    """All that decided a scenario's weeks until `week`, by dotted path."""
    table = {key: value for key, value in resolved(scenario).items() if key not in FREE}
    reforms = {f"reform in week {r.week}": r.set for r in scenario.reform if r.week <= week}
    return dict(flat({**table, **reforms}))


# ---------------------------------------------------------------- files


def check_place(file: str | Path) -> None:
    """Raise InputError where no state can be kept: in no folder, or in the place of what is none."""
    place = results.check_file(file)
    if not os.path.lexists(place):
        return
    try:
        _unsealed(Path(place).read_bytes() if os.path.isfile(place) else b"")
    except (OSError, ValueError):
        what = "is there already, and is no state of a run"
        raise InputError(Problem(str(file), None, what, "a new file, or a state that is to be replaced")) from None


def save(past: Past, file: str | Path) -> None:
    """Write a past to a file, which appears whole or not. Raises OSError."""
    rows = recorded(past.world)._asdict()
    head = {
        "program": PROGRAM,
        "version": __version__,
        "rules": _rules(),
        "scenario": resolved(past.scenario),
        "seed": past.seed,
        "week": past.week,
        "filled": past.snapshot.filled,
        "layout": {path: _layout(column) for path, column in _columns(past.snapshot, rows)},
    }
    kept: dict[str, Any] = {
        path: np.ascontiguousarray(column).reshape(-1).view(np.uint8) for path, column in _columns(past.snapshot, rows)
    }
    packed = io.BytesIO()
    np.savez_compressed(packed, **{HEAD: np.frombuffer(json.dumps(head).encode("utf-8"), np.uint8), **kept})
    target = Path(file)
    aside = target.with_name(f".advosim-state-{os.getpid()}.tmp")
    try:
        with open(aside, "wb") as stream:
            stream.write(hashlib.sha256(packed.getbuffer()).digest())
            stream.write(packed.getbuffer())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def load(file: str | Path, weeks: int | None = None) -> Past:
    """The past in a file, in a world that has room for `weeks` weeks, by default those of its scenario.

    Raises InputError where the file is none, or of another version.
    """
    if os.path.exists(file) and not os.path.isfile(file):  # a device has no end
        raise InputError(Problem(str(file), None, "is no file", _A_STATE))
    try:
        with np.load(io.BytesIO(_unsealed(Path(file).read_bytes()))) as kept:
            head = json.loads(kept[HEAD].tobytes())
            if head["program"] != PROGRAM:
                raise KeyError(PROGRAM)
            columns = {name: kept[name] for name in kept.files if name != HEAD}
    except (OSError, ValueError, KeyError, EOFError) as error:
        what = (
            "there is no such file" if isinstance(error, FileNotFoundError) else "is no state of a run, or is damaged"
        )
        raise InputError(Problem(str(file), None, what, _A_STATE)) from None
    again = "run it again until that week"
    if head["version"] != __version__:
        what = f"was saved by version {head['version']} of advosim, and this is {__version__}"
        raise InputError(Problem(str(file), None, what, hint=again))
    if head["rules"] != _rules():
        raise InputError(Problem(str(file), None, "was saved before the rules were edited", hint=again))
    scenario = archived.scenario(head["scenario"], Path(file))
    world = found(scenario, head["seed"], max(weeks or scenario.weeks, head["week"] + 1))
    _fill(world, head, columns, str(file))
    return of(world, scenario, head["seed"])


def _unsealed(raw: bytes) -> bytes:
    """What stands behind the digest. Raises ValueError where it is not what was written."""
    if hashlib.sha256(raw[DIGEST:]).digest() != raw[:DIGEST]:
        raise ValueError(PROGRAM)
    return raw[DIGEST:]


def _rules() -> str:
    """A digest of the rules' sources; empty where compiled code has no place of its own."""
    import advosim.week

    place = cache_of(advosim.week.__name__)
    return place.name if place else ""


def _columns(snapshot: branch.Snapshot, rows: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    yield from snapshot.state.items()
    yield from ((f"record.{name}", rows[name]) for name in snapshot.filled)


def _layout(column: NDArray[Any]) -> str:
    """Type and shape, as far as they do not depend on how long a run is."""
    return f"{np.lib.format.dtype_to_descr(column.dtype)} {column.shape[1:]}"


def _fill(world: World, head: Mapping[str, Any], columns: Mapping[str, NDArray[Any]], file: str) -> None:
    """Put what was kept in its place. Raises InputError where that is of another make, and then changes nothing."""
    rows_of = {f"record.{name}": getattr(world.record, name) for name in head["filled"]}
    places: dict[str, NDArray[Any]] = {**dict(branch.columns(world)), **rows_of}
    whole = {path: column for path, column in places.items() if not path.startswith("record.")}
    fits = columns.keys() == places.keys() and all(
        head["layout"][path] == _layout(column) for path, column in places.items()
    )
    if not fits or any(columns[path].size != column.nbytes for path, column in whole.items()):
        what = "was saved by another make of this version of advosim: its tables are others"
        raise InputError(Problem(file, None, what, hint="run it again until that week"))
    for path, column in places.items():
        rows = columns[path].size // max(1, column[:1].nbytes) if path.startswith("record.") else len(column)
        column[:rows] = columns[path].view(column.dtype).reshape(rows, *column.shape[1:])
    assert week_of(world) == head["week"]
