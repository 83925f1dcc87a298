"""What is wrong with an input, said so that its author can mend it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where, what, what is allowed instead, and a hint."""

    file: str
    line: int | None
    what: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        parts = [place + self.what]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.hint:
            parts.append(f"hint: {self.hint}")
        return "; ".join(parts)


class InputError(ValueError):
    """Wrong input. `problems` holds all that was found, not the first only; commands exit with 2."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        return InputError, (self.problems,)


def special(path: str | os.PathLike[str]) -> str:
    """What something is that is there and is no file."""
    return "folder" if os.path.isdir(path) else "device or a pipe"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """`did you mean 'x'?` where a known name is close to `name`, else the empty string."""
    close = difflib.get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""


SHORT = 4
"""Letters from which on one of two names that are nearly alike is taken for a slip."""


def slipped(one: str, other: str) -> bool:
    """Whether two names differ as by a slip of the hand: a letter too many, too few or wrong, or two that swapped.

    Of names with digits or _ in them that is meant: `north_a` and `north_b`, `zone1` and `zone2`; and of so short ones.
    """
    if not (one + other).isalpha() or abs(len(one) - len(other)) > 1 or max(len(one), len(other)) < SHORT:
        return False
    if len(one) != len(other):
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
    apart = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return len(apart) == 1
    return sorted(one) == sorted(other)
