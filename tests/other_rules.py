"""Rules that tests put in the place of the theory's; a module, so that worker processes find them."""

from __future__ import annotations

from typing import Any


def attention(now: Any, arena: Any, events: Any) -> None:
    """All look at everything alike."""
    arena.issues["agenda"] = 0.5


def home(street: Any) -> None:
    """Takes what no mechanism has."""
