"""Rules that somebody put in the place of the theory's: found by their names, and told in every result."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from advosim.scenario.problems import InputError, Problem

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
            found[name] = _imported(rule, folder) if isinstance(rule, str) else rule
        except (ImportError, AttributeError, ValueError, SyntaxError) as error:
            problems.append(Problem("", None, f"mechanisms['{name}'] = '{rule}' is not found: {error}", SPELLED))
    if problems:
        raise InputError(problems)
    return found


def _imported(spelled: str, folder: str | Path | None) -> Rule:
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


def traces(mechanisms: Rules | None, folder: str | Path | None = None) -> tuple[Trace, ...]:
    """What is to be told of replaced rules, by the names of mechanisms."""
    return tuple(_trace(name, rule) for name, rule in sorted(functions(mechanisms, folder).items()))


def _trace(name: str, rule: Rule) -> Trace:
    plain = getattr(rule, "py_func", rule)
    try:
        told = textwrap.dedent(inspect.getsource(plain)).encode()
    except (OSError, TypeError):
        code = plain.__code__
        told = code.co_code + repr((code.co_names, code.co_varnames)).encode()
    return Trace(name, plain.__module__, plain.__qualname__, hashlib.sha256(told).hexdigest())


def in_manifest(replaced: Iterable[Trace]) -> list[dict[str, str]]:
    """As manifests hold them."""
    return [trace._asdict() for trace in replaced]


def from_manifest(told: Iterable[Mapping[str, str]]) -> dict[str, Rule]:
    """The rules that a manifest tells of, as they were. Raises InputError where they are gone or have changed."""
    told = list(told)
    rules = functions({each["mechanism"]: f"{each['module']}:{each['function']}" for each in told})
    now = {trace.mechanism: trace.sha256 for trace in traces(rules)}
    changed = [each["mechanism"] for each in told if now[each["mechanism"]] != each["sha256"]]
    if changed:
        what = f"the rules in the place of {', '.join(changed)} are not what they were"
        raise InputError(Problem("", None, what, "the source that has the sha256 of the manifest"))
    return rules
