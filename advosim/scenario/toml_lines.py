"""On which line each key of a TOML text stands; tomllib gives the values without their places."""

from __future__ import annotations

import contextlib
import re
import tomllib
from bisect import bisect_left

KeyPath = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_BARE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def split_path(dotted: str) -> tuple[str, ...]:
    """The parts of a dotted path, which may be quoted as in TOML. Raises ValueError where it is none."""
    text = dotted.strip()
    if _BARE.fullmatch(text):
        return tuple(text.split("."))
    if not _KEY.fullmatch(text):
        raise ValueError(f"'{dotted}' is no dotted path")
    parts: list[str] = []
    inner = tomllib.loads(f"{text} = 0")
    while isinstance(inner, dict):
        ((part, inner),) = inner.items()
        parts.append(part)
    return tuple(parts)


def lines(text: str) -> dict[KeyPath, int]:
    """The line of every key path and list item of a TOML text that tomllib accepts; places for messages, no parser."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    # a place is a courtesy: what was found so far must do
    with contextlib.suppress(ValueError, IndexError, RecursionError):
        scanner.document()
    return scanner.found


class _Scanner:
    """Walks over the text once and notes where keys begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[KeyPath, int] = {}
        self.length: dict[KeyPath, int] = {}  # items so far of each array of tables
        self.breaks = [match.start() for match in re.finditer("\n", text)]

    def line(self) -> int:
        return bisect_left(self.breaks, self.at) + 1

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def key(self) -> tuple[str, ...]:
        match = _KEY.match(self.text, self.at)
        if not match:
            raise ValueError("no key here")
        self.at = match.end()
        return split_path(match.group())

    def document(self) -> None:
        table: KeyPath = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.blank()

    def header(self) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: the path of the table that it opens."""
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        self.blank()
        line, parts = self.line(), self.key()
        path: KeyPath = ()
        for part in parts[:-1]:
            path = self.into(self.note((*path, part), line))
        path = (*path, parts[-1])
        if double:
            self.note(path, line)
            self.length[path] = self.length.get(path, 0) + 1
            path = self.into(path)
        self.found[path if double else self.into(path)] = line
        self.blank()
        self.at += 2 if double else 1
        return path

    def into(self, path: KeyPath) -> KeyPath:
        """The last item of an array of tables, or the table itself."""
        return (*path, self.length[path] - 1) if path in self.length else path

    def note(self, path: KeyPath, line: int) -> KeyPath:
        self.found.setdefault(path, line)
        return path

    def pair(self, table: KeyPath) -> None:
        line, path = self.line(), table
        for part in self.key():
            path = self.note((*path, part), line)
        self.blank()
        self.at += 1  # the equals sign
        self.blank()
        self.value(path)

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self.items(path)
        elif opening == "{":
            self.inline(path)
        else:
            match = (_STRING if opening in "\"'" else _SCALAR).match(self.text, self.at)
            if not match:
                raise ValueError("no value here")
            self.at = match.end()

    def items(self, path: KeyPath) -> None:
        self.at += 1
        self.blank()
        index = 0
        while self.text[self.at] != "]":
            self.note((*path, index), self.line())
            self.value((*path, index))
            index += 1
            self.comma()
        self.at += 1

    def inline(self, path: KeyPath) -> None:
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.blank()
