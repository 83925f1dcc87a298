"""Outcomes of a user's own: functions of a Record that files name as `module:function`, tried before runs begin."""

from __future__ import annotations

import inspect
import math
import numbers
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.replaced import Trace, imported, traces
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.experiment.sweep.schema import Experiment, Outcome

SPELLED = "module:function, of a module beside the file or where Python finds it"
GIVES = "one finite number"


def is_own(of: str) -> bool:
    """Whether the name of an outcome is that of a function."""
    return ":" in of


def function(of: str, folder: str | Path | None = None, kind: str = "outcome") -> Callable[[Any], Any]:
    """The function that `module:function` names, and what it is for. Raises InputError where there is none."""
    try:
        found = imported(of, folder)
    except Exception as error:  # whatever a user's module does as it is read
        why = str(error) or type(error).__name__
        raise InputError(Problem("", None, f"the {kind} '{of}' is not found: {why}", SPELLED)) from None
    if not callable(found):
        raise InputError(Problem("", None, f"the {kind} '{of}' is a {type(found).__name__}, no function", SPELLED))
    return found


def value(of: str, folder: str | Path | None, record: Any) -> float:
    """What an own outcome is of a run. Raises ValueError where it is no finite number."""
    return asked(of, function(of, folder), record)


def asked(name: str, function: Callable[[Any], Any], record: Any) -> float:
    """What a function gives of a run. Raises ValueError where it gives no finite number, or raises."""
    try:
        given = function(record)
    except (Exception, SystemExit) as error:  # whatever a user's function does
        raise ValueError(
            f"the outcome '{name}' raises {type(error).__name__}: {error}{line_of(function, error)}"
        ) from error
    return number(name, given)


def line_of(function: Any, error: BaseException) -> str:
    """The last line of a function's own file that an error went through, in words that follow it."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if code is not None and f.filename == code.co_filename
    ]
    return "".join(f" ({Path(frame.filename).name}, line {frame.lineno})" for frame in frames[-1:])


def number(name: str, given: Any) -> float:
    """A number as outcomes are. Raises ValueError for anything else."""
    try:
        plain = isinstance(given, numbers.Real) or getattr(given, "ndim", None) == 0
        found = float(given) if plain else math.nan
    except (TypeError, ValueError):
        plain, found = False, math.nan
    if not plain:
        raise ValueError(f"the outcome '{name}' gives a {type(given).__name__}, not {GIVES}")
    if not math.isfinite(found):
        raise ValueError(f"the outcome '{name}' gives {given}, not {GIVES}")
    return found


def named(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The own ones of outcomes: name and function."""
    return {name: outcome.of for name, outcome in outcomes.items() if is_own(outcome.of)}


def told(experiment: Experiment) -> tuple[Trace, ...]:
    """Where own outcomes come from, with a hash of their source."""
    return traces(named(experiment.outcomes), experiment.folder)


def try_out(experiment: Experiment, scenario: Any, seed: int, run: Callable[[Any, int], Any]) -> None:
    """Raise InputError, with file and line, where an own outcome gives no number of a run."""
    mine = named(experiment.outcomes)
    if not mine:
        return
    record, problems = run(scenario, seed), []
    for name, of in mine.items():
        file, line = experiment.lines.get(name, ("", None))
        try:
            value(of, experiment.folder, record)
        except InputError as error:
            problems += error.problems
        except Exception as error:
            said = str(error) if isinstance(error, ValueError) else f"raises {type(error).__name__}: {error}"
            what = f"outcome '{name}' ({of}): {said}"
            problems.append(Problem(file, line, what, GIVES, f"tried on a run with seed {seed}"))
    if problems:
        raise InputError(problems)


def is_at_the_prompt(given: Any) -> bool:
    """Whether a function was defined in a notebook or at the prompt, where no other process finds it."""
    main = sys.modules.get("__main__")
    return getattr(given, "__module__", "") == "__main__" and getattr(main, "__file__", None) is None


def spelled(thing: Any) -> Any:
    """A table in which functions stand as `module:function`. Raises InputError for one that has no name of its own."""
    if isinstance(thing, Mapping):
        return {key: spelled(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [spelled(value) for value in thing]
    if not callable(thing) or isinstance(thing, type) or not hasattr(thing, "__qualname__"):
        return thing
    if "<" in thing.__qualname__:
        hint = "write it as a function of its own at the top of a module or cell"
        what = f"the function '{thing.__qualname__}' has no name by which it is found again"
        raise InputError(Problem("experiment", None, what, "no lambda and no function within another", hint))
    return f"{thing.__module__}:{thing.__qualname__}"


def here_alone(experiment: Experiment) -> str:
    """The first function of an experiment that other processes do not find; empty where they find all."""
    names = [*named(experiment.outcomes).values(), *experiment.mechanisms.values()]
    lost = [of for of in names if is_at_the_prompt(function(of, experiment.folder))]
    return lost[0].rpartition(":")[2] if lost else ""


AT_THE_PROMPT = "is defined in a notebook or at the prompt, where worker processes do not find it"
HINT = "workers=1, or write it into a module (%%writefile my_outcomes.py) and import it"
