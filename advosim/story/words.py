"""Names and numbers as a story says them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from advosim.scenario.plain_text import spelled


def plain(name: Any) -> str:
    return str(name).replace("_", " ")


def name(organisation: str) -> str:
    """An organisation as a story names it; one abroad (POLITY.NAME) with its polity."""
    home, _, own = organisation.rpartition(".")
    return f"{spelled(own)} in {plain(home)}" if home else spelled(own)


def percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share < 0.0995 else f"{100 * share:.0f}%"


def share(value: float) -> str:
    return f"{100 * value:.0f}%"


def vote(yes: float) -> str:
    """The share of a vote, such that one can see on which side of a half it is."""
    if f"{yes:.1%}" == "50.0%" and yes != 0.5:
        return f"just {'over' if yes > 0.5 else 'under'} 50%"
    return f"{yes:.1%}" if abs(yes - 0.5) < 0.01 else share(yes)


def chance(value: float) -> str:
    number = round(100 * value)
    return f"{max(number, 1)} in 100"


def signed(value: float) -> str:
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def number(value: int) -> str:
    known = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return known[value] if value < len(known) else f"{value:,}"


def count(value: int, what: str) -> str:
    return f"{number(value) if value else 'no'} {what}{'' if value == 1 else 's'}"


def times(value: int) -> str:
    return {1: "once", 2: "twice"}.get(value, f"{count(value, 'time')}")


def joined(parts: Iterable[str], last: str = "and") -> str:
    listed = list(parts)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}" if len(listed) > 1 else "".join(listed)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    return f"{capital(text)}."
