"""Compilation by numba, cached by module under a name that changes with all that its compiled code is made of.

Numba looks at the file of the compiled function, not at the files of what it calls: after an edit of a mechanism it
would leave a stale `week` behind. So a module's name here changes with its own source, with those of the modules that
it imports, and with their constants, which compiled code holds as numbers. Editing one mechanism compiles it and its
callers anew, and nothing else. The same sources are compiled once, wherever their copies lie.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import itertools
import operator
import os
import pickle
import re
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from filelock import FileLock, Timeout
from llvmlite import binding, ir
from numba.core import callwrapper, cgutils, types
from numba.core import ir as steps
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    _CacheLocator,
    _SourceFileBackedLocatorMixin,
)
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.registry import CPUDispatcher
from numba.core.targetconfig import TargetConfig
from numba.core.typed_passes import NoPythonSupportedFeatureValidation
from numba.extending import intrinsic

from advosim.world import inner
from advosim.world.sealed import sealed, unsealed
from advosim.world.shipped import PATIENCE, take


def _import_without_blas() -> None:
    """Import what numba has for arrays, and not the linear algebra that it only looks for: a fifth of a second.

    Whether it is there tells numba that `np.cov` and `np.corrcoef` can be compiled, and scipy is always there.
    """
    if "numba.np.arraymath" in sys.modules or "scipy.linalg" in sys.modules:
        return
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]  # an import of it fails at once
    try:
        from numba.np import arraymath
    finally:
        del sys.modules["scipy.linalg"]
    arraymath._HAVE_BLAS = True


_import_without_blas()
# Loops over a few dozen citizens end on those that fill no whole vector: LLVM would take them one by one.
binding.set_option("advosim", "-epilogue-vectorization-minimum-VF=4")
JIT = not numba.config.DISABLE_JIT
"""Whether anything is compiled at all: NUMBA_DISABLE_JIT=1 runs the same rules in plain Python."""


def _user_cache() -> Path | None:
    """The folder for what programs can make again; an empty or relative one counts as not said (XDG base directory)."""
    told = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if os.path.isabs(told):
        return Path(told)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    places = {"win32": home / "AppData" / "Local", "darwin": home / "Library" / "Caches"}
    return places.get(sys.platform, home / ".cache")


@functools.cache
def cache_folder() -> Path | None:
    """Where compiled code is kept: the user's own folder, else a private temporary one, else none.

    Whoever can write there can have code run in the name of the user.
    """
    processor = numba.config.CPU_NAME or binding.get_host_cpu_name()
    # Without its docstrings (-OO) a function is another one to numba.
    made_by = f"{numba.__version__} {sys.version_info[:2]} {processor} {sys.flags.optimize}"
    name = f"advosim-{hashlib.sha256(made_by.encode()).hexdigest()[:16]}"
    chosen, own = os.environ.get("NUMBA_CACHE_DIR"), _user_cache()
    for parent in ([Path(chosen)] if chosen else []) + ([own / "advosim"] if own else []):
        folder = parent / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / ".writable").touch()
        except OSError:
            continue
        return folder
    private = _private()
    if private is None:
        return None
    (private / name).mkdir(mode=0o700, exist_ok=True)
    return private / name


def _private() -> Path | None:
    """A temporary folder of this user's that nobody else can write to; none where its name is taken by others."""
    if not hasattr(os, "getuid"):
        return None
    folder = Path(tempfile.gettempdir()) / f"advosim-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if private else None


@functools.cache
def cache_of(module: str) -> Path | None:
    """Where the compiled code of a module lies, as its sources and constants are now."""
    folder = cache_folder()
    if folder is None:
        return None
    digest = hashlib.sha256()
    for name in sorted(_made_of(module)):
        digest.update(_digest(name))
    return folder / f"{module}-{digest.hexdigest()[:16]}"


_digests: dict[str, bytes] = {}
"""Of modules that have all their constants by now."""


def _digest(module: str) -> bytes:
    """Of a module's name, source and constants."""
    if module in _digests:
        return _digests[module]
    found = hashlib.sha256(f"{module}\n{_source(module)}\n{_constants(module)}".encode()).digest()
    if module in sys.modules and not getattr(sys.modules[module].__spec__, "_initializing", True):
        _digests[module] = found
    return found


# Where numba is known. Of other modules nothing but constants gets into compiled code, by way of those who import them.
_LAYERS = ("advosim.world", "advosim.mechanisms", "advosim.week")
_IMPORT = re.compile(r"^ *(?:from (advosim[\w.]*) import (\([^)]*\)|.*)|import (advosim[\w.]*))", re.MULTILINE)


def _made_of(module: str) -> set[str]:
    """A module and all that it imports, by way of others too, of the layers that are compiled."""
    found, left = set(), [module]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _imports(name)
    return found


@functools.cache
def _imports(module: str) -> list[str]:
    named = [
        [plain] if plain else [package, *(f"{package}.{each}" for each in re.findall(r"\w+", names))]
        for package, names, plain in _IMPORT.findall(_source(module))
    ]
    return [each for names in named for each in names if each.startswith(_LAYERS) and _source(each)]


@functools.cache
def _source(module: str) -> str:
    place = Path(__file__).resolve().parents[1].joinpath(*module.split(".")[1:]).with_suffix(".py")
    return place.read_text(encoding="utf-8") if place.exists() else ""


def _constants(module: str) -> list[str]:
    known = vars(sys.modules[module]).items() if module in sys.modules else ()
    return sorted(f"{name} {_spelled(value)}" for name, value in known if not name.startswith("__") and _frozen(value))


def _frozen(value: Any) -> bool:
    """Whether compiled code would hold a value as a number, and does not look for it anew."""
    if isinstance(value, tuple):
        return all(_frozen(each) for each in value)
    return isinstance(value, (bool, int, float, str, np.generic, np.ndarray))


def _spelled(value: Any) -> str:
    return value.tobytes().hex() if isinstance(value, np.ndarray) else repr(value)


class _BySources(_SourceFileBackedLocatorMixin, _CacheLocator):
    """Finds compiled code by the module's folder: by a file's path and time, a second copy of the same sources would be
    compiled anew.
    """

    def __init__(self, py_func: Any, py_file: str) -> None:
        self._py_file = py_file
        self._lineno = py_func.__code__.co_firstlineno
        self._cache_path = str(cache_of(py_func.__module__))

    def get_cache_path(self) -> str:
        return self._cache_path

    def get_source_stamp(self) -> str:
        return ""

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> Any:
        """One for a function; whether its folder can be written to is tried once, not for each function in it."""
        try:
            _try_out(str(cache_of(py_func.__module__)))
        except OSError:
            return None
        return cls(py_func, py_file)


@functools.cache
def _try_out(folder: str) -> None:
    """Raises OSError where nothing can be written into a folder."""
    os.makedirs(folder, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


class _EntryImpl(CompileResultCacheImpl):
    _locator_classes = (_BySources,)

    def reduce(self, cres: Any) -> Any:
        """What is kept of a function, without the code that would be put into callers; numba finds it by its names."""
        (name, kind, (machine_code, _)), described, *rest = cres._reduce()
        names = (described.llvm_func_name, described.llvm_cpython_wrapper_name)
        found_by = "".join(f'define void @"{each}"() {{ ret void }}\n' for each in names)
        return ((name, kind, (machine_code, binding.parse_assembly(found_by).as_bitcode())), described, *rest)


class _SealedFile(IndexDataCacheFile):
    """The files of a function, each of which begins with a hash of the rest: what was damaged is compiled anew.

    Numba would end with an error for ever on an index that was cut, and jump into code of which a bit is wrong.
    """

    def save(self, key: Any, data: Any) -> None:
        """The code first: an index never names a file that holds other code, whenever its writer dies."""
        overloads = self._load_index()
        taken = set(overloads.values())
        free = next(name for name in map(self._data_name, itertools.count(1)) if name not in taken)
        name = overloads.setdefault(key, free)
        self._save_data(name, data)
        if name not in taken:
            self._save_index(overloads)

    def _save_index(self, overloads: Any) -> None:
        self._write(self._index_path, (self._version, overloads))

    def _load_index(self) -> Any:
        found = unsealed(Path(self._index_path))
        version, overloads = pickle.loads(found) if found else ("", {})
        return overloads if version == self._version else {}

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), data)

    def _load_data(self, name: str) -> Any:
        found = unsealed(Path(self._data_path(name)))
        if found is None:
            raise OSError("no such code")  # which numba takes for a miss
        return pickle.loads(found)

    def _write(self, path: str, data: Any) -> None:
        with self._open_for_write(path) as file:
            file.write(sealed(self._dump(data)))


def sound(module: str) -> bool:
    """Whether compiled code of a module is there and as it was written; what is not is told and removed."""
    folder = cache_of(module)
    if folder is not None:
        take(folder)
    files = [] if folder is None or not folder.is_dir() else [*folder.glob("*.nbi"), *folder.glob("*.nbc")]
    whole = [unsealed(file) is not None for file in files]
    return bool(whole) and all(whole)


def mend() -> None:
    """Look for damage in the compiled code of all modules that are loaded."""
    for name in [name for name in sys.modules if name.startswith(_LAYERS)]:
        sound(name)


class _SharedCache(FunctionCache):
    """A cache that several processes can fill at once.

    numba numbers the files of a function by what its index holds: two processes that save at the same time would give
    one number to the code of two signatures.
    """

    def __init__(self, py_func: Any, how: type) -> None:
        self._impl_class = how
        super().__init__(py_func)
        self._cache_file = _SealedFile(self._cache_path, self._impl.filename_base, "")

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        take(Path(self._cache_path))
        return super()._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        # Code that cannot be kept (a full disk, a shared one without locks) is compiled again the next time.
        with contextlib.suppress(OSError, Timeout, NotImplementedError), FileLock(f"{self._cache_path}.lock", PATIENCE):
            super().save_overload(sig, data)


def _short_name(kind: types.NamedTuple) -> tuple[str, tuple[()]]:
    """What stands for a named tuple in the symbols of functions that take it.

    Numba would spell out the fields of all its records in each of them: names of 40,000 letters, of which compiled code
    would mostly be made.
    """
    return f"{kind.instance_class.__name__}_{hashlib.sha256(kind.name.encode()).hexdigest()[:16]}", ()


types.NamedTuple.mangling_args = property(_short_name)


@functools.cache
def _defaults(config: type) -> dict[str, Any]:
    return {name: option.default for name, option in config.options.items()}  # type: ignore[attr-defined]


def _values(config: Any) -> dict[str, Any]:
    """All options of a function by name, which numba puts together for each overload that it tries, one by one."""
    return {**_defaults(type(config)), **config._values}


TargetConfig.values = _values


def _as_it_comes(wrapper: callwrapper.PyCallWrapper) -> Any:
    """The part of a compiled function that takes arguments from Python, not optimised.

    It unpacks every table of every bundle, once a call; to optimise that took as long as the rule itself.
    """
    function, api = _wrapped(wrapper)
    function.attributes.add("noinline")
    function.attributes.add("optnone")
    return function, api


_wrapped = callwrapper.PyCallWrapper.build
callwrapper.PyCallWrapper.build = _as_it_comes


_ONLY_LOOKS = ("getitem", "static_getitem", "typed_getitem", "getattr", "build_tuple", "cast", "getiter", "iternext",
               "exhaust_iter", "pair_first", "pair_second", "phi", "null", "undef")  # fmt: skip
"""What numba's intermediate code calls steps that make no array, whatever they give."""


@register_pass(mutates_CFG=False, analysis_only=False)
class _Uncounted(FunctionPass):
    """Lets a function that makes no arrays not count who holds those that it is given.

    Numba counts the holders of an array, by atomic steps, when it is taken out of a bundle, cut or handed on. With few
    citizens and twenty organisations that was 40% of a week, and threads that count on the same arrays wait for others.
    Who calls holds the arrays until the function is back: counts are for what it makes itself, or gives back.
    """

    _name = "advosim_uncounted"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        if not self._counts(state.return_type, state) and not any(
            self._makes(step, state) for block in state.func_ir.blocks.values() for step in block.body
        ):
            state.targetctx = state.targetctx.subtarget(enable_nrt=False)
        return True

    @staticmethod
    def _counts(kind: Any, state: Any) -> bool:
        return bool(state.targetctx.data_model_manager[kind].contains_nrt_meminfo())

    def _makes(self, step: Any, state: Any) -> bool:
        """Whether a step may give an array that nobody else holds, or needs one on the way."""
        known = state.typemap
        if isinstance(step, steps.SetItem | steps.StaticSetItem):
            return isinstance(known[step.value.name], types.Array)
        if not isinstance(step, steps.Assign) or not isinstance(step.value, steps.Expr):
            return False
        made = step.value
        if made.op == "getitem" and isinstance(known[made.index.name], types.Array):
            return True
        if made.op == "call" and isinstance(known[made.func.name], types.NamedTupleClass):
            return False
        return made.op not in _ONLY_LOOKS and self._counts(known[step.target.name], state)


class _Compiler(CompilerBase):
    """Numba's own, with `_Uncounted`."""

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_Uncounted, NoPythonSupportedFeatureValidation)
        passes.finalize()
        return [passes]


@register_pass(mutates_CFG=False, analysis_only=False)
class _Within(FunctionPass):
    """Compiles a function for what calls it in compiled code, and not for Python."""

    _name = "advosim_within"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        state.library = inner.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.targetctx = inner.context_of(state.targetctx)
        return True


class _InnerCompiler(CompilerBase):
    """Numba's own, with `_Uncounted` and `_Within`."""

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_Uncounted, NoPythonSupportedFeatureValidation)
        passes.add_pass_after(_Within, _Uncounted)
        passes.finalize()
        return [passes]


class _InnerImpl(inner.CacheImpl):
    _locator_classes = (_BySources,)


class _Rule(CPUDispatcher):  # type: ignore[misc]
    """A function that travels to other processes by its name: what answers Python there is made there."""

    def __reduce__(self) -> Any:
        function = self.py_func
        if "<locals>" in function.__qualname__:
            return super().__reduce__()
        return _rule, (function.__module__, function.__qualname__)


def _rule(module: str, name: str) -> Any:
    return operator.attrgetter(name)(importlib.import_module(module))


def compiled(function: Callable[..., Any], inline: bool = False) -> Any:
    """`function` compiled without the interpreter lock and kept on disk. No fastmath: bits count."""
    made = _jit(function, _InnerCompiler, inline=inline, no_cpython_wrapper=True)
    if JIT:
        made.__class__ = _Rule
        inner.answer(made, entry)
        _keep(made, function, _InnerImpl)
    return made


def inlined(function: Callable[..., Any]) -> Any:
    """As `compiled`, for what must vanish into the loops that call it, however long it is, so that they vectorise."""
    return compiled(function, inline=True)


def entry(function: Callable[..., Any]) -> Any:
    """As `compiled`, for what nothing compiled calls: half as much is kept, and it loads sooner."""
    made = compiled_here(function)
    if JIT:
        _keep(made, function, _EntryImpl)
    return made


def compiled_here(function: Callable[..., Any], inline: bool = False) -> Any:
    """`function` compiled for this process only: for kernels rebuilt around a user's own mechanism."""
    made = _jit(function, _Compiler, inline=inline)
    if JIT:
        inner.remember(made)
    return made


def _jit(function: Callable[..., Any], compiler: type, inline: bool, **how: Any) -> Any:
    how |= {"nogil": True, "error_model": "numpy", "forceinline": inline, "no_cfunc_wrapper": True}
    made = numba.njit(**how, pipeline_class=compiler)(function)
    if JIT:
        made.get_call_template = functools.partial(_template, made)
    return made


def _keep(made: Any, function: Callable[..., Any], how: type) -> None:
    if cache_folder() is not None:
        made._cache = _SharedCache(function, how)


def _template(made: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
    """How a call is compiled: by types alone, where numba would compile once more for each constant it is given."""
    plain = {name: types.unliteral(kind) for name, kind in kws.items()}
    return type(made).get_call_template(made, tuple(types.unliteral(kind) for kind in args), plain)


def _prefetch(context: Any, array: Any, place: Any) -> Any:
    """Within compiled code, a hint to the processor that array[place], of one dimension, will be needed soon."""

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        # Will be read; stays in the second-level cache; is data.
        builder.call(hint, [pointer, number(0), number(2), number(1)])
        return context.get_dummy_value()

    return types.void(array, place), generated


prefetch: Any = intrinsic(_prefetch)
