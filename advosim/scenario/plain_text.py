"""Texts that authors wrote, made safe for where they are shown: a terminal, a Markdown page, a table program."""

from __future__ import annotations

import html
import re
from typing import Any

_UNBROKEN = "\u00a0\u202f"
"""Spaces that no line may break at."""
_BREAKABLE = re.compile(rf"[^\S{_UNBROKEN}]+")
_SEEN = f"\n\t{_UNBROKEN}"
_MARKS = re.compile(r"([\\`*_\[\]|])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def printable(text: str) -> str:
    """Control characters and other invisible ones as `\\x1b`; line ends and tabs stay.

    A terminal obeys such characters: they clear it, set its title, or turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _SEEN else c.encode("unicode_escape").decode("ascii") for c in text)


def one_line(text: str) -> str:
    """The same on a single line. Spaces that no line may break at stay as they are."""
    return printable(_BREAKABLE.sub(" ", text).strip())


def spelled(name: str) -> str:
    """A name of a scenario as people write it: `climate_ngo_2` is climate NGO 2."""
    return " ".join("NGO" if word == "ngo" else word for word in name.split("_"))


def markdown(text: str) -> str:
    """A text as Markdown shows it: its own marks and tags are words, on one line."""
    return _MARKS.sub(r"\\\1", html.escape(one_line(text), quote=False))


def cell(value: Any) -> Any:
    """A cell of a CSV file: a text that a table program would run as a formula begins with an apostrophe.

    Also after line ends, and with the wide signs of East Asian scripts, which some programs take for the narrow ones.
    What a terminal would obey is spelled out.
    """
    if not isinstance(value, str):
        return value
    return printable(f"'{value}" if value.startswith(_FORMULA) else value)


def short(text: str, most: int = 120) -> str:
    """A text on one line of at most so many letters; what is cut ends as it did."""
    text = one_line(text)
    return text if len(text) <= most else f"{text[: most - 4]}...{text[-1]}"
