"""What a class takes home: the scenario of a history as a file, and a view as one page that plays without a server."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advosim.classroom import wire
from advosim.classroom.asked import Asked, Shelf
from advosim.classroom.histories import Histories, History
from advosim.scenario import load

PAGE = Path(__file__).parent / "page"
SCRIPTS = (
    "history",
    "pen",
    "scene",
    "crowd",
    "actors",
    "lanes",
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
DASHED = re.compile(r"[A-Za-z0-9_-]+")


# ---------------------------------------------------------------- the scenario as a file


def toml(shelf: Shelf, asked: Asked) -> str:
    """A scenario file with which `advosim run` repeats a history to the bit."""
    scenario = shelf.resolved(asked)
    base = shelf.scenario(asked.scenario)
    lines = [f"title = {_toml(scenario.title if scenario == base else f'{scenario.title}, changed')}"]
    if asked.scenario in load.shipped():
        lines += [f"extends = {_toml(asked.scenario)}", f"seed = {asked.seed}"]
        lines += [f"{_dotted(change.path.split('.'))} = {_toml(change.value)}" for change in asked.founded_with]
    else:
        table = scenario.model_dump(mode="json") | {"seed": asked.seed}
        lines += [f"{_dotted(path)} = {_toml(value)}" for path, value in _leaves(table) if path[0] not in ONCE]
    for reform in scenario.reform:
        lines += ["", "[[reform]]", f"week = {reform.week}", f"set = {_toml(reform.set)}"]
    for kind in ("shock", "campaign"):
        for row in getattr(scenario, kind):
            told = row.model_dump(mode="json", exclude_none=True)
            lines += ["", f"[[{kind}]]", *(f"{key} = {_toml(value)}" for key, value in told.items())]
    return "\n".join(lines) + "\n"


ONCE = ("title", "reform", "shock", "campaign")


def _leaves(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        elif value is not None:
            yield (*above, key), value


def _dotted(path: list[str] | tuple[str, ...]) -> str:
    return ".".join(part if DASHED.fullmatch(part) else json.dumps(part) for part in path)


def _toml(value: Any) -> str:
    """A value as TOML writes it; JSON's strings are TOML's basic strings."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- one file


def one_file(histories: Histories, sides: tuple[Asked, Asked], view: dict[str, Any]) -> str:
    """A page that plays both histories whole, without a server and without any request."""
    kept = [_whole(histories.of(side)) for side in sides]
    first = kept[0]
    stage = wire.stage(first.scenario, first.cast)
    parts = [_data("stage", json.dumps(stage)), _data("view", json.dumps(view))]
    parts += [_data(f"side{number}", packed(history.weeks)) for number, history in enumerate(kept)]
    script, style = _script(), (PAGE / "classroom.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    page = page.replace('<link rel="stylesheet" href="page/classroom.css">', f"<style>{style}</style>")
    page = page.replace('<script type="module" src="page/app.js"></script>', f'<script type="module">{script}</script>')
    page = page.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">',
    )
    return page.replace(EMBEDDED, "\n".join(parts))


def _whole(history: History) -> History:
    history.go_on(history.scenario.weeks, float("inf"))
    return history


def _data(name: str, text: str) -> str:
    # A closing tag inside would end the element: JSON may write < as \u003c, and base64 has none.
    return f'<script type="application/octet-stream" id="data-{name}">{text.replace("<", chr(92) + "u003c")}</script>'


def _script() -> str:
    """The page's modules as one: names are unique among them, so that imports and exports can go."""
    texts = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    one = "\n".join(re.sub(r"^import [^;]*;\n", "", text, flags=re.M) for text in texts)
    return re.sub(r"^export (?=(async )?function|const|let|class)", "", one, flags=re.M)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


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
