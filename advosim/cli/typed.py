"""What is typed and cannot be taken: told as all wrong input is, not in the words of the parser of command lines."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from advosim.cli.ending import refuse
from advosim.scenario.numerals import meant
from advosim.scenario.problems import InputError, Problem, did_you_mean

# Its module is another in each version of the parser.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]
MOST_SHOWN = 40
BLANK = "names nothing: it is blank"
BLANK_HINT = "a variable of the shell may be empty; leave the option out for its default"


class Typed(TyperGroup):
    """A command line that ends wrong words with a sentence and exit code 2."""

    def main(self, *given: Any, standalone_mode: bool = True, **how: Any) -> Any:
        """Run a command, by default that of the process."""
        args = given[0] if given else how.get("args")
        words = sys.argv[1:] if args is None else [*args]
        try:
            try:
                _no_blanks(words)
                code = super().main(*given, **{**how, "standalone_mode": False})
            except UsageError as error:
                code = 2
                if type(error).__name__ != "NoArgsIsHelpError":
                    raise InputError(told(error, words)) from None
                error.show()  # type: ignore[attr-defined]
        except InputError as error:
            code = _code(error)
        except typer.Abort:
            code = 1
        if standalone_mode:
            sys.exit(code or 0)
        return code

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the parser does, with a sentence for a command that is none."""
        known = [*self.commands]
        if args[0] not in known and not args[0].startswith("-"):
            what = f"there is no command '{_cut(args[0])}'"
            raise InputError(Problem("advosim", None, what, ", ".join(known), did_you_mean(args[0][:80], known)))
        return super().resolve_command(ctx, args)


def _code(error: InputError) -> int:
    try:
        refuse(error.problems)
    except typer.Exit as ended:
        return ended.exit_code


def _no_blanks(words: Sequence[str]) -> None:
    """Raise InputError for a word that is blank: as a path it would name the current folder, or one called ' '."""
    wrong = []
    for before, word in zip(["", *words], words, strict=False):
        option, equals, value = word.partition("=") if word.startswith("--") else (before, "=", word)
        if equals and not value.strip():
            place = option if option.startswith("-") else ""
            wrong.append(Problem(place, None, f"'{_cut(value)}' {BLANK}", "", BLANK_HINT))
    if wrong:
        raise InputError(wrong)


# ---------------------------------------------------------------- what the parser refuses


def told(error: Any, words: Sequence[str]) -> Problem:
    """A refusal of the parser in plain words."""
    context, kind = getattr(error, "ctx", None), type(error).__name__
    param = getattr(error, "param", None)
    known = [name for each in context.command.params for name in each.opts] if context is not None else []
    options = [name for name in known if name.startswith("--")]
    if kind == "NoSuchOption":
        name = str(error.option_name)
        close = did_you_mean(name[:80], options)
        return Problem(_cut(name), None, "there is no such option", ", ".join(options), close)
    if kind == "BadOptionUsage":
        what = "takes no value" if "does not take" in error.message else "needs a value behind it"
        return Problem(_cut(str(error.option_name)), None, what)
    if kind == "MissingParameter":
        hint = f"{context.command_path} --help tells what is needed" if context is not None else ""
        return Problem(_name(param), None, "is missing", hint=hint)
    if param is not None and kind == "BadParameter":
        return _bad(param, context, words)
    extra = re.search(r"extra arguments?(?:\(s\))? \((.*)\)$", error.message, re.DOTALL)
    if extra is not None:
        hint = "texts with spaces stand in quotes"
        return Problem("", None, f"'{_cut(extra[1])}' is more than this command takes", hint=hint)
    return Problem("", None, _cut(str(error.message), 300))


def _name(param: Any) -> str:
    """An option as it is typed, an argument as the help calls it."""
    longest = max(param.opts, key=len, default="") if param is not None else ""
    return longest if longest.startswith("-") else str(getattr(param, "metavar", None) or longest).upper().strip("[].")


def _bad(param: Any, context: Any, words: Sequence[str]) -> Problem:
    """A value that its option does not take."""
    kind, info = _declared(param, context)
    low, high = getattr(info, "min", None), getattr(info, "max", None)
    number = {int: "a whole number", float: "a number"}.get(kind, "")
    within = f"{low:,} to {high:,}" if low is not None and high is not None else ""
    given = [*_given(words, [*param.opts, *param.secondary_opts])]
    value = next((each for each in given if not _fits(each, kind, low, high)), given[-1] if given else "")
    plain = value.strip().lstrip("+-").replace("_", "")
    if number and not (plain.isdecimal() or (kind is float and _fits(value, float, None, None))):
        allowed = f"{number}, {within}" if within else number
        return Problem(_name(param), None, f"'{_cut(value)}' is not {number}", allowed, _meant(value, kind))
    if number:
        return Problem(_name(param), None, f"{_cut(value)} is out of range", within)
    return Problem(_name(param), None, f"'{_cut(value)}' is not allowed")


def _declared(param: Any, context: Any) -> tuple[Any, Any]:
    """Type and declaration of a parameter, as they stand at the command's function."""
    function = inspect.unwrap(context.command.callback)
    hint = typing.get_type_hints(function, include_extras=True).get(param.name)
    kind, info = hint, None
    if typing.get_origin(kind) is typing.Annotated:
        kind, info = typing.get_args(kind)[:2]
    inner = [each for each in typing.get_args(kind) if each is not type(None)]
    while inner:
        kind, inner = inner[0], [each for each in typing.get_args(inner[0]) if each is not type(None)]
    return kind, info


def _given(words: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The values that an option was given, under any of its names."""
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names and equals:
            yield value
        elif word in names and place + 1 < len(words):
            yield words[place + 1]


def _fits(value: str, kind: Any, low: float | None, high: float | None) -> bool:
    try:
        number = kind(value) if kind in (int, float) else None
    except ValueError:
        return False
    return number is None or ((low is None or number >= low) and (high is None or number <= high))


def _meant(value: str, kind: Any) -> str:
    """How a number is written right."""
    new, hint = meant(value)
    if kind is float:
        return hint
    try:
        number = float(new or value.strip("\"'"))
    except ValueError:
        return ""
    return f"write {int(number)}" if abs(number) < 1e15 and number == int(number) else ""


def _cut(text: str, most: int = MOST_SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most - 4]} ..."
