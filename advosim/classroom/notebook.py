"""Two histories in a notebook: the page of the classroom as one piece of HTML that plays without a server."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advosim.classroom import keep
from advosim.classroom.asked import Asked, Shelf, changes
from advosim.classroom.histories import Histories
from advosim.scenario.load import Scenario

HIGH = 780
"""Pixels that a notebook gives it."""


@dataclass(frozen=True)
class Player:
    """A page that plays two histories; a notebook shows it as what a cell returns."""

    page: str
    """The whole page as HTML: it asks for nothing."""

    def _repr_html_(self) -> str:
        # In a frame of its own, so that neither can reach into the other.
        inner = html.escape(self.page)
        look = f'sandbox="allow-scripts allow-downloads" style="width:100%;height:{HIGH}px;border:1px solid #d9dee4"'
        return f'<iframe title="Two histories" {look} srcdoc="{inner}"></iframe>'

    def save(self, file: str | Path) -> Path:
        """Write the page to a file that any browser opens."""
        path = Path(file)
        path.write_text(self.page, encoding="utf-8", newline="\n")
        return path


def play(
    scenario: Scenario | str | Path, change: Mapping[str, Any] | None = None, *, week: int = 1, seed: int | None = None
) -> Player:
    """A scenario as it was, and with a change from `week` on, side by side.

    change: settings by dotted path; week 1: from the start, 0: what the world is founded with. Raises InputError.
    """
    shelf = Shelf()
    name = shelf.add(scenario if isinstance(scenario, Scenario) else Scenario.load(scenario))
    seed = shelf.scenario(name).seed if seed is None else seed
    rows = [[week, path, value] for path, value in (change or {}).items()]
    sides = (Asked(name, seed), Asked(name, seed, changes(rows)))
    view = {"s": name, "seed": seed, "a": [], "b": rows, "tab": "story"}
    return Player(keep.one_file(Histories(shelf), sides, view))
