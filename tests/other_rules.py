"""Rules that tests put in the place of the theory's; a module, so that worker processes find them."""

from __future__ import annotations

from typing import Any


def attention(now: Any, arena: Any, events: Any) -> None:
    """All look at everything alike."""
    arena.issues["agenda"] = 0.5


def home(street: Any) -> None:
    """Takes what no mechanism has."""


def misspelt(now: Any, arena: Any, events: Any) -> None:
    """Asks for a table that is not there."""
    print(now.ruels)


def misspelt_column(now: Any, arena: Any, events: Any) -> None:
    """Asks for a column that is not there."""
    print(arena.issues.agneda)


def by_attribute(now: Any, arena: Any, events: Any) -> None:
    """Asks for a column of a whole table as if that were one row."""
    print(arena.issues.agenda)


def misspelt_item(now: Any, arena: Any, events: Any) -> None:
    """Asks for a column that is not there, by its name."""
    arena.issues["agneda"] = 0.5


def misspelt_in_a_row(now: Any, arena: Any, events: Any) -> None:
    """Writes a column that is not there; to be compiled."""
    arena.issues[0, 0].agneda = 0.5


def in_another_table(now: Any, arena: Any, events: Any) -> None:
    """Asks a table for another's column."""
    arena.polities["agenda"] = 0.5
