"""A TOML text as tables, or all that keeps it from being one: each with its line and how it is written right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from advosim.scenario.numerals import meant
from advosim.scenario.problems import InputError, Problem
from advosim.scenario.toml_lines import KeyPath, lines

DEEPEST = 32
"""Tables within tables; a scenario needs nine."""
MOST_PROBLEMS = 20
MOST_BITS = 1000
_NUMBERS = f"whole numbers up to {2**63 - 1}"
_TOO_DEEP = ("is nested too deeply", f"{DEEPEST} levels at most")

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\0\0": "UTF-32",  # before UTF-16, whose mark it begins with
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_SAMPLE = 4096
_HEADER = re.compile(r"\s*\[{1,2}[\w.\" -]*\]{0,2}\s*")
_BARE_KEY = re.compile(r"[\s\[]*[\w.\"' -]*[\]\s]*")


def decoded(name: str, raw: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises InputError with the line else."""
    if encoding := _other_encoding(raw):
        hint = "save it as UTF-8 (in Notepad: Save as, Encoding)"
        raise InputError(Problem(name, 1, f"is text in {encoding}, not in UTF-8", hint=hint))
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise InputError(Problem(name, line, "is no text: there are zeros in it", hint="save it as text in UTF-8"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(Problem(name, line, "is not text in UTF-8", hint="save the file as UTF-8")) from None


def _other_encoding(raw: bytes) -> str:
    """UTF-16 or UTF-32, by the mark at the start or by where zeros stand; empty for other texts.

    Most letters of a settings file or a table are ASCII: one byte of two, or of four, and zeros beside it.
    """
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "")
    if marked or b"\0" not in raw[:_SAMPLE]:
        return marked
    for width, encoding in ((4, "UTF-32"), (2, "UTF-16")):
        sample = raw[: min(_SAMPLE, len(raw) // width * width)]
        zeros = [sample[place::width].count(0) for place in range(width)]
        letters = len(sample) // width
        if sample and min(zeros) < letters / 10 and sum(count > 0.9 * letters for count in zeros) == width - 1:
            return encoding
    return ""


def parse(name: str, text: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """The tables of a text and the line of each of their keys. Raises InputError with all that is wrong in it."""
    if "\r" in text.replace("\r\n", ""):
        raise InputError(_of_old_macs(name, text))
    deep = [number for number, row in enumerate(text.split("\n"), start=1) if _is_deep(row)]
    if deep:  # Python's parser takes very long for such keys
        raise InputError([Problem(name, line, *_TOO_DEEP) for line in deep[:MOST_PROBLEMS]])
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError):
        raise InputError(list(_faults(name, text))) from None
    places = lines(text)
    problems = [Problem(name, _place(places, path), what, allowed) for path, what, allowed in _extremes(table)]
    if problems:
        raise InputError(problems)
    return table, places


def _of_old_macs(name: str, text: str) -> list[Problem]:
    """What is wrong in a text that ends lines with carriage returns alone: they are, and all that is wrong beside."""
    text = text.replace("\r\n", "\n")
    line = text[: text.index("\r")].count("\n") + 1
    hint = "save the file with the line ends of Unix (LF) or of Windows (CRLF)"
    problems = [Problem(name, line, "a line ends as on old Macs, by a carriage return alone", hint=hint)]
    try:
        parse(name, text.replace("\r", "\n"))
    except InputError as error:
        problems += error.problems
    return problems


def _is_deep(row: str) -> bool:
    key = row.split("=", 1)[0]
    return key.count(".") > DEEPEST and ".." not in key and _BARE_KEY.fullmatch(key) is not None


def _extremes(table: dict[str, Any]) -> Iterator[tuple[KeyPath, str, str]]:
    """Tables that lie too deep, and whole numbers that no float holds; smaller ones have ranges of their own."""
    waiting: list[tuple[KeyPath, Any]] = [((), table)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            yield path, *_TOO_DEEP
        elif isinstance(value, dict):
            waiting += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            yield path, f"{key}: the whole number is too large", _NUMBERS


def _place(places: dict[KeyPath, int], path: KeyPath) -> int | None:
    return next((places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places), None)


# ---------------------------------------------------------------- texts that are no TOML


def _faults(name: str, text: str) -> Iterator[Problem]:
    """What is wrong, line by line: a line that was told is mended or left out, and the rest is parsed again.

    Ends where a line cannot be left out alone, since what follows would be told wrongly.
    """
    if "=" not in text:
        yield Problem(
            name, None, "is no settings file: nowhere stands key = value", hint="scenarios are written in TOML"
        )
        return
    rows = text.replace("\r\n", "\n").split("\n")
    told: set[int] = set()
    for _ in range(2 * MOST_PROBLEMS):
        try:
            tomllib.loads("\n".join(rows))
            return
        except tomllib.TOMLDecodeError as error:
            message, line, column = _located(str(error), rows)
        except RecursionError:
            yield Problem(name, _most(rows, r"[\[{.]"), *_TOO_DEEP)
            return
        except ValueError:  # Python makes no number of more than 4,300 digits
            yield Problem(name, _most(rows, r"\d"), "a whole number is too large", _NUMBERS)
            return
        row = rows[line - 1]
        mended, hints = _mended(row, message)
        if line not in told:
            yield Problem(name, line, f"is no valid TOML: {message}{column}", hint="; ".join(hints))
        if line not in told and mended != row:
            rows[line - 1] = mended
        elif _HEADER.fullmatch(row):
            rows[line - 1] = f"[line_{line}]"
        elif _opens(row) or line == len(rows):
            return
        else:
            rows[line - 1] = ""
        if len(told | {line}) >= MOST_PROBLEMS:
            return
        told.add(line)


def _most(rows: list[str], pattern: str) -> int:
    """The line with most of something."""
    return max(range(len(rows)), key=lambda index: len(re.findall(pattern, rows[index]))) + 1


def _located(message: str, rows: list[str]) -> tuple[str, int, str]:
    """tomllib's message without its place, the line, and the column in words."""
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if match and match[1]:
        line = min(int(match[1]), len(rows))
        if not rows[line - 1].strip() and "Illegal character '\\n'" in message:
            line = max(line - 1, 1)
        return _plain(message[: match.start()]), line, f" (column {match[2]})"
    line = max((n for n, row in enumerate(rows, start=1) if row.strip()), default=1)
    return _plain(message[: match.start()] if match else message), line, " (the file ends too early)" if match else ""


def _plain(message: str) -> str:
    """What a parser says, in the words of someone who writes scenarios."""
    twice = r"Cannot (overwrite a value|declare .* twice|mutate .*|redefine .*)"
    if re.fullmatch(twice, message):
        return "this key or table is there twice"
    if message.startswith(("Unescaped '\\'", "Invalid hex value", "Illegal character '\\n'", "Unterminated string")):
        return "the text in quotes does not end as it should" if "\\n" in message else "a backslash in a text in quotes"
    return re.sub(r"Illegal character .*|Found invalid character .*", "a character that does not belong here", message)


def _opens(row: str) -> bool:
    """Whether a line leaves a bracket or a long text open for the next ones."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', "", row)
    return bare.count("[") != bare.count("]") or bare.count("{") != bare.count("}") or '"""' in row or "'''" in row


_END = r"(?=\s*(?:[,;}\]#]|$))"
_VALUE = r"(?<=[\s=\[,])"
_INVISIBLE = r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
_SPACES = r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
"""What stands in quotes or in a comment is the author's own."""
_HABITS: tuple[tuple[str, Callable[[re.Match[str]], str], str], ...] = (
    (_INVISIBLE, lambda m: "", "take out the invisible character {code}"),
    (_SPACES, lambda m: " " * len(m[0]), "write a plain space instead of {code}"),
    (r"[\u201c\u201d\u201e\u00ab\u00bb]", lambda m: '"', 'use straight quotes: "'),
    (r"[\u2018\u2019\u201a]", lambda m: "'", "use straight quotes: '"),
    (r"(?:^|(?<=\s))(?://|--|/\*|<!--|;).*$", lambda m: f"# {m[0]}", "comments begin with #"),
    (_VALUE + r"(True|TRUE|Yes|yes|YES|On|ON)" + _END, lambda m: "true", "write true"),
    (_VALUE + r"(False|FALSE|No|no|NO|Off|OFF)" + _END, lambda m: "false", "write false"),
    (r"(?<==)(\s*)([+-]?\d+),(\d+)\s*(?=#|$)", lambda m: f"{m[1]}{m[2]}.{m[3]}", "write {new}: decimals take a point"),
    (_VALUE + r"(None|null|NA|nil)" + _END, lambda m: '""', "leave the line out: what is not said has its default"),
    (r";\s*(?=#|$)", lambda m: "", "no semicolon at the end of a line"),
    (r"^(\s*[\w.\"]+)\s*:(?=\s)", lambda m: f"{m[1]} =", "write = between key and value, not :"),
    (_VALUE + r"[^\s\"'=,\[\]{}#;A-Za-z][^\"'=,\[\]{}#;A-Za-z]*?" + _END, lambda m: meant(m[0])[0] or m[0], "{why}"),
)
"""How people used to other programs write: pattern, how TOML writes it, hint."""


def _mended(row: str, message: str) -> tuple[str, list[str]]:
    """The line as TOML would have it, as far as one can guess, and what was changed."""
    if "backslash" in message:
        mended = re.sub(r'"[^"]*"?', lambda m: m[0].replace("\\", "/"), row)
        return mended, ["write / in paths, or put the text in single quotes"]
    hints: list[str] = []
    for pattern, right, hint in _HABITS:
        own = [match.span() for match in _QUOTED.finditer(row)]
        pieces, end = [], 0
        for match in re.finditer(pattern, row):
            new = right(match)
            if new == match[0] or any(start < match.end() and match.start() < stop for start, stop in own):
                continue
            pieces += [row[end : match.start()], new]
            end = match.end()
            code = f"U+{ord(match[0][0]):04X} in column {match.start() + 1}"
            text = hint.format(new=new.strip(), code=code, why=meant(match[0])[1] if hint == "{why}" else "")
            hints += [] if text in hints else [text]
        row = "".join([*pieces, row[end:]])
    if not hints and message == "Invalid value" and re.search(r"=\s*[A-Za-z]", row):
        hints.append("texts stand in quotes")
    elif not hints and re.search(r"=\s*[\w.]+\s*[-+*/^]+\s*[\w.(]", row):
        hints.append("write the number itself: nothing is calculated here")
    return row, hints
