"""Compiled functions that compiled functions call: nothing is made of them but what their callers are compiled of.

Numba makes machine code of every function, and a part that takes arguments from Python, though of all functions of a
week only the week itself is called from there: a third of the time that compiling took. Here both come when a function
is first called from Python: a function of its arguments that calls it is compiled then.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

from llvmlite import binding
from numba.core.caching import CompileResultCacheImpl
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import compile_result


class Library(JITCodeLibrary):
    """Code that is optimised, for callers to be linked with, and of which no machine code is made."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def kept(self) -> tuple[str, bytes]:
        """What to write down of it."""
        return self.name, self._get_module_for_linking().as_bitcode()


def library(codegen: Any, name: str, bitcode: bytes | None = None) -> Library:
    """A library, empty or as it was kept."""
    made = Library(codegen, name)
    if bitcode is not None:
        made._final_module = binding.parse_bitcode(bitcode)
        made._finalize_final_module()
    return made


def context_of(context: Any, **options: Any) -> Any:
    """A numba context in which functions are compiled that only compiled functions call."""
    inner = context.subtarget(**options)
    inner.get_executable = _Entry
    return inner


class _Entry:
    """Stands for a function where numba would have the address of its machine code."""

    def __init__(self, library: Library, described: Any, environment: Any) -> None:
        self.__name__ = described.qualname


class CacheImpl(CompileResultCacheImpl):
    """How such functions are kept."""

    def reduce(self, cres: Any) -> Any:
        described = cres.fndesc
        described.typemap = described.calltypes = None
        environments = tuple(cres._find_referenced_environments())
        return cres.library.kept(), described, cres.environment, cres.signature, cres.reload_init, environments

    def rebuild(self, context: Any, payload: Any) -> Any:
        (name, bitcode), described, environment, signature, reload_init, environments = payload
        for again in reload_init or ():
            again()
        made = library(context.codegen(), name, bitcode)
        return compile_result(
            target_context=context, typing_context=context.typing_context, library=made, environment=environment,
            entry_point=_Entry(made, described, environment), fndesc=described, type_annotation="",
            signature=signature, objectmode=False, lifted=(),
            reload_init=reload_init, referenced_envs=environments,
        )  # fmt: skip


_ONE_BY_ONE = threading.Lock()


def answer(made: Any, called: Callable[[Callable[..., Any]], Any]) -> None:
    """Have a dispatcher of such a function answer Python too. called: compiles what Python calls instead."""
    made.add_overload = functools.partial(_add, made)
    made.answered = {}
    made.outer = functools.cache(lambda: called(_caller(made)))
    made._compile_for_args = functools.partial(_from_python, made)


def _add(made: Any, cres: Any) -> None:
    made.overloads[tuple(cres.signature.args)] = cres


def _from_python(made: Any, *args: Any, **words: Any) -> Any:
    """What numba calls for arguments that it has no machine code for; later calls with such do not come here."""
    with _ONE_BY_ONE:  # else each of several threads would make its own, and code of all but one would be freed
        outer = made.outer()
    found = outer._compile_for_args(*args, **words)
    with _ONE_BY_ONE:
        for kinds, cres in list(outer.overloads.items()):
            # Told of the same twice, by two threads, numba could not choose and would come here for ever.
            if cres.entry_point is found and kinds not in made.answered:
                made.answered[kinds] = cres
                made._insert([kind._code for kind in kinds], found, False)
    return found


def _caller(made: Any) -> Callable[..., Any]:
    """A function of the same name and arguments that calls another one."""
    inner = made.py_func
    names = ", ".join(inspect.signature(inner).parameters)
    space: dict[str, Any] = {"inner": made, "__name__": inner.__module__}
    text = f"def {inner.__name__}({names}):\n    return inner({names})\n"
    exec(compile(text, inner.__code__.co_filename, "exec"), space)  # its file says where it is kept
    caller: Any = space[inner.__name__]
    caller.__qualname__, caller.__doc__ = f"{inner.__qualname__}.called", inner.__doc__
    return caller  # type: ignore[no-any-return]


def remember(made: Any) -> None:
    """Have a dispatcher tell machine code where the constants of all functions in it are, which numba told of each."""
    add = made.add_overload

    def added(cres: Any) -> None:
        for environment in cres._find_referenced_environments():
            cres.library.codegen.set_env(environment.env_name, environment)
        add(cres)

    made.add_overload = added
