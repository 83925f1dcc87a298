"""Rules that somebody put in the place of the theory's: found by their names, and told in every result."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import re
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from advosim.scenario.problems import InputError, Problem, did_you_mean

Rule = Callable[..., Any]
Rules = Mapping[str, Rule | str]
"""By mechanism: a function, or `module:function`."""
SPELLED = "a function, or module:function of a module that Python finds"


class Trace(NamedTuple):
    """What a result says of a rule that was replaced."""

    mechanism: str
    module: str
    function: str
    sha256: str
    """Of the function's source, or of its bytecode where there is no source."""


def functions(mechanisms: Rules | None, folder: str | Path | None = None) -> dict[str, Rule]:
    """The functions by mechanism, those that are named imported: also from modules in `folder`. Raises InputError."""
    found: dict[str, Rule] = {}
    problems = []
    for name, rule in (mechanisms or {}).items():
        try:
            found[name] = imported(rule, folder) if isinstance(rule, str) else rule
        except (ImportError, AttributeError, ValueError, SyntaxError) as error:
            problems.append(Problem("", None, f"mechanisms['{name}'] = '{rule}' is not found: {error}", SPELLED))
    if problems:
        raise InputError(problems)
    return found


def imported(spelled: str, folder: str | Path | None) -> Rule:
    """What `module:function` names, of a module that Python finds, also in `folder`."""
    module, colon, function = spelled.partition(":")
    if not (module and colon and function):
        raise ValueError("there is no colon between a module and a function")
    with _looking_in(folder):
        rule: Rule = getattr(importlib.import_module(module), function)
    return rule


@contextmanager
def _looking_in(folder: str | Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    place = str(Path(folder).absolute())
    sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.path.remove(place)


@contextmanager
def borrowed() -> Iterator[Path]:
    """A folder for copies of a user's modules: what was imported from it is forgotten when it goes."""
    with tempfile.TemporaryDirectory(prefix="advosim-") as folder:
        place = Path(folder).resolve()
        try:
            yield place
        finally:
            for name, module in list(sys.modules.items()):
                file = getattr(module, "__file__", None)
                if isinstance(file, str) and Path(file).is_relative_to(place):
                    del sys.modules[name]


def traces(mechanisms: Rules | None, folder: str | Path | None = None) -> tuple[Trace, ...]:
    """What is to be told of replaced rules, by the names of mechanisms."""
    return tuple(_trace(name, rule) for name, rule in sorted(functions(mechanisms, folder).items()))


def _trace(name: str, rule: Rule) -> Trace:
    plain = getattr(rule, "py_func", rule)
    try:
        told = textwrap.dedent(inspect.getsource(plain)).encode()
    except (OSError, TypeError):
        code = getattr(plain, "__code__", None)
        told = b"" if code is None else code.co_code + repr((code.co_names, code.co_varnames)).encode()
    called = getattr(plain, "__qualname__", type(plain).__qualname__)
    return Trace(name, str(plain.__module__), called, hashlib.sha256(told).hexdigest())


def in_manifest(replaced: Iterable[Trace]) -> list[dict[str, str]]:
    """As manifests hold them."""
    return [trace._asdict() for trace in replaced]


def from_manifest(told: Iterable[Mapping[str, str]], folder: str | Path | None = None) -> dict[str, Rule]:
    """The rules that a manifest tells of, as they were; modules also in `folder`.

    Raises InputError where they are gone or have changed.
    """
    told = list(told)
    rules = functions({each["mechanism"]: f"{each['module']}:{each['function']}" for each in told}, folder)
    now = {trace.mechanism: trace.sha256 for trace in traces(rules)}
    changed = [each["mechanism"] for each in told if now[each["mechanism"]] != each["sha256"]]
    if changed:
        what = f"the rules in the place of {', '.join(changed)} are not what they were"
        raise InputError(Problem("", None, what, "the source that has the sha256 of the manifest"))
    return rules


# ---------------------------------------------------------------- what a rule gets wrong as it runs


def guarded(name: str, rule: Rule) -> Rule:
    """A mechanism over tables; where it asks for a field that is not there, InputError names those that are."""
    plain = getattr(rule, "py_func", rule)
    if not inspect.isfunction(plain):
        return rule
    arguments = tuple(inspect.signature(plain).parameters)

    @functools.wraps(plain)
    def told(*bundles: Any) -> None:
        try:
            rule(*bundles)
        except AttributeError as error:
            problem = _missing(
                name, str(error.name), [each for each in _tables(arguments, bundles) if each[1] is error.obj]
            )
            if problem is None:
                raise
            raise InputError(problem) from error
        except (KeyError, ValueError) as error:
            # What compiled code, and numpy, say of a column that a table of rows does not have.
            column = COLUMN.fullmatch(str(error))
            if column is None:
                raise
            tables = dict(_tables(arguments, bundles))
            raise InputError(_no_column(name, column["field"] or column["key"], tables)) from error
        except Exception as error:
            unknown = UNKNOWN.search(str(error)) if type(error).__module__.startswith("numba.") else None
            if unknown is None:
                raise
            given = _tables(arguments, bundles)
            owners = [each for each in given if type(each[1]).__name__ == unknown["type"]]
            problem = _missing(name, unknown["field"], owners)
            if problem is None:
                raise
            raise InputError(problem) from error

    return told


UNKNOWN = re.compile(r"Unknown attribute '(?P<field>\w+)' of type (?P<type>\w+)")
"""What numba says of a field that is not there."""
COLUMN = re.compile(r"'(?P<key>\w+)'|no field of name (?P<field>\w+)")


def _tables(arguments: Sequence[str], bundles: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Bundles and their tables, by how a rule calls them."""
    for name, bundle in zip(arguments, bundles, strict=False):
        yield name, bundle
        for field in getattr(bundle, "_fields", ()):
            yield f"{name}.{field}", getattr(bundle, field)


def _no_column(name: str, column: str, tables: Mapping[str, Any]) -> Problem:
    """What to say of a column that no table has which the rule takes, or one that only others of them have."""
    # Rules are asked for by attribute, as `rules[0].attention.keep`.
    columns = {path: _columns(table) for path, table in tables.items() if not path.endswith(".rules")}
    owners = [path for path, known in columns.items() if column in known]
    if owners:
        what = f"mechanisms['{name}']: '{column}' is a column of {' and '.join(owners)} alone"
        return Problem("", None, what)
    what = f"mechanisms['{name}']: no table that it takes has a column '{column}'"
    near = did_you_mean(column, [each for known in columns.values() for each in known])
    named = [path for path, known in columns.items() if known]
    allowed = f"columns of {', '.join(named)}; {named[0]}.dtype.names are those of one" if named else ""
    return Problem("", None, what, allowed, near)


def _columns(table: Any) -> tuple[str, ...]:
    return tuple(getattr(getattr(table, "dtype", None), "names", None) or ())


def _missing(name: str, field: str, owners: Iterable[tuple[str, Any]]) -> Problem | None:
    """What to say of a field that its owner does not have; None where it is nothing of a mechanism's."""
    for path, owner in owners:
        known = list(getattr(owner, "_fields", None) or getattr(getattr(owner, "dtype", None), "names", None) or ())
        if field in known:
            hint = f'write {path}["{field}"], or {path}[0, 0].{field}'
            return Problem("", None, f"mechanisms['{name}']: {path}.{field} is a column of a table", hint=hint)
        what = f"mechanisms['{name}']: {path} has no field '{field}'"
        return Problem("", None, what, ", ".join(known), did_you_mean(field, known))
    return None
