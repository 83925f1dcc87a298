"""What a class takes home: the scenario of a history as a file, and a view as one page that plays without a server."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path
from typing import Any

from advosim.classroom import wire
from advosim.classroom.asked import Asked, Shelf
from advosim.classroom.histories import Histories, History
from advosim.results import one_page
from advosim.scenario import load, written

PAGE = Path(__file__).parent / "page"
SCRIPTS = (
    "history",
    "pen",
    "sheet",
    "stamps",
    "film",
    "scene",
    "crowd",
    "actors",
    "lanes",
    "picture",
    "story",
    "seat",
    "changes",
    "sure",
    "lesson",
    "keep",
    "app",
)
"""The page's modules, each after those that it imports."""
EMBEDDED = "<!-- what an exported page holds -->"
"""Where an exported page has its histories; the served page holds these words at the same place."""


# ---------------------------------------------------------------- the scenario as a file


def toml(shelf: Shelf, asked: Asked) -> str:
    """A scenario file with which `advosim run` repeats a history to the bit."""
    scenario = shelf.resolved(asked)
    base = shelf.scenario(asked.scenario)
    title = scenario.title if scenario == base else f"{scenario.title}, changed"
    lines = [f"title = {written.value(title)}"]
    if asked.scenario in load.shipped():
        lines += [f"extends = {written.value(asked.scenario)}", f"seed = {asked.seed}"]
        lines += [
            f"{written.dotted(change.path.split('.'))} = {written.value(change.value)}" for change in asked.founded_with
        ]
    else:
        lines += written.settings(scenario.model_copy(update={"seed": asked.seed}))
    return "\n".join([*lines, *written.scripts(scenario)]) + "\n"


# ---------------------------------------------------------------- one file


def one_file(histories: Histories, sides: tuple[Asked, Asked], view: dict[str, Any]) -> str:
    """A page that plays both histories whole, without a server and without any request."""
    kept = [_whole(histories.of(side)) for side in sides]
    first = kept[0]
    held = {"stage": json.dumps(wire.stage(first.scenario, first.cast)), "view": json.dumps(view)}
    held |= {f"side{number}": packed(history.weeks) for number, history in enumerate(kept)}
    return one_page.page(PAGE, "classroom", SCRIPTS, held, EMBEDDED)


def _whole(history: History) -> History:
    history.go_on(history.scenario.weeks, float("inf"))
    return history


def packed(weeks: list[bytes]) -> str:
    """Weeks deflated, in base64. What changes little from week to week shrinks most as a difference to the last."""
    pressed = zlib.compressobj(9, wbits=-15)
    parts, before = [], b""
    for week in weeks:
        text, numbers = struct.unpack_from("<II", week, 4)
        tail = 12 + text + 4 * numbers
        rest = week[tail:]
        parts.append(pressed.compress(week[:tail] + _difference(rest, before)))
        before = rest
    return base64.b64encode(b"".join([*parts, pressed.flush()])).decode()


def _difference(now: bytes, before: bytes) -> bytes:
    if len(now) != len(before):
        return now
    size = len(now)
    return (int.from_bytes(now, "little") ^ int.from_bytes(before, "little")).to_bytes(size, "little")
