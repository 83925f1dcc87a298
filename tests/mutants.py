"""Which mutants of a file of rules survive some tests, named as for pytest:

    python tests/mutants.py street 20 tests/test_rules_by_hand.py -k "pressure or answers"

takes 20 mutants of `advosim/mechanisms/street.py` by chance. Needs cosmic-ray. Rules run in plain Python, so that none
need be compiled; each mutant is put in the place of its rules in a process forked from one that has run no test.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"
import pytest

ROOT = Path(__file__).resolve().parents[1]
TOO_LONG = 120
"""Seconds after which a mutant counts as killed."""
OPERATORS = (
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add", "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Div_Mul", "ReplaceComparisonOperator_Lt_GtE", "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_GtE_Lt", "ReplaceComparisonOperator_LtE_Gt", "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "AddNot", "NumberReplacer",
    "ReplaceUnaryOperator_Delete_USub", "ReplaceContinueWithBreak",
)  # fmt: skip
"""Of cosmic-ray's: those that make another rule, and not one that cannot run."""


def mutants(source: str) -> Iterator[tuple[str, int, str]]:
    """(what is changed, in which line, the text as it is then) of every mutant of a module."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        places = [place for node in ast_nodes(get_ast(source)) for place in operator.mutation_positions(node)]
        for occurrence, ((line, _), _) in enumerate(places):
            yield name, line, mutate_code(source, operator, occurrence)


def put_in_place(module: str, text: str) -> None:
    """Whoever has taken a function of the module by name is given the mutant's."""
    space = vars(sys.modules[module])
    before = dict(space)
    exec(compile(text, space["__file__"], "exec"), space)
    for other in [each for each in list(sys.modules.values()) if each is not None]:
        for name, known in list(vars(other).items()):
            if callable(known) and name in before and known is before[name] and known is not space[name]:
                setattr(other, name, space[name])


def survives(module: str, text: str, tests: list[str]) -> bool:
    """Whether all tests pass with a mutant, in a process of its own."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    signal.alarm(TOO_LONG)
    code: int = 1
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        put_in_place(module, text)
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))
    os._exit(code)


def main(name: str, number: str, *tests: str) -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    file, module = ROOT / "advosim" / "mechanisms" / f"{name}.py", f"advosim.mechanisms.{name}"
    source = file.read_text(encoding="utf-8")
    for each in ("advosim.week", *(Path(test).stem for test in tests if test.endswith(".py"))):
        importlib.import_module(each)
    if not survives(module, source, list(tests)):
        raise SystemExit("the tests fail without any mutant")
    known = [each for each in mutants(source) if each[2] not in (None, source)]
    taken = random.Random(1).sample(known, min(int(number), len(known)))
    lines, alive = source.splitlines(), 0
    for what, line, text in sorted(taken, key=lambda each: each[1]):
        lives = survives(module, text, list(tests))
        alive += lives
        made = text.splitlines()[line - 1].strip()
        told = f"{name}.py:{line}: {what}: {lines[line - 1].strip()} -> {made}"
        print("SURVIVES" if lives else "killed  ", told, flush=True)
    print(f"{name}: {alive} of {len(taken)} mutants survive, of {len(known)} in all", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
