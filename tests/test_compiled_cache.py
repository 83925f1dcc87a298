"""Compiled code on disk: damage is a miss that is told, and nobody else's folder is trusted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from llvmlite import binding

from advosim.world import chance, inner, shipped

ROOT = Path(__file__).resolve().parents[1]
DOUBLED = """
import numpy as np
from advosim.world import compile as c
from advosim.world import chance
print(float(chance.exp(np.float64(1.0))), c.cache_of("advosim.world.chance"))
"""
pytestmark = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")


def ran(folder: Path, code: str = DOUBLED, **more: str) -> tuple[str, str]:
    """What a process prints, and says, with its compiled code in `folder`."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(folder), **more}
    done = subprocess.run([sys.executable, "-P", "-c", code], env=known, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def files(folder: Path, ending: str) -> list[Path]:
    found = sorted(folder.rglob(f"*.{ending}"))
    assert found
    return found


def flip(raw: bytes) -> bytes:
    return raw[:-9] + bytes([raw[-9] ^ 4]) + raw[-8:]


# In one process: a module that is read anew has its functions look for their code on disk as a new process has.
HARMED = (
    DOUBLED
    + """
import importlib, sys
from pathlib import Path
from advosim.world import sealed
here = Path(c.cache_of("advosim.world.chance"))
harms = lambda raw: b"", lambda raw: raw[: len(raw) // 2], lambda raw: raw[:-9] + bytes([raw[-9] ^ 4]) + raw[-8:]
for ending in ("nbi", "nbc"):
    for harm in harms:
        harmed = sorted(here.rglob("*." + ending))
        assert harmed
        for file in harmed:
            file.write_bytes(harm(file.read_bytes()))
        sealed._told.clear()
        importlib.reload(chance)
        print(float(chance.exp(np.float64(1.0))), here)
        print("--", file=sys.stderr)
"""
)


def test_damaged_code_is_compiled_again_with_a_sentence_and_code_that_is_gone_without(tmp_path: Path) -> None:
    ran(tmp_path)
    out, said = ran(tmp_path, HARMED)
    first, *others = out.splitlines()
    assert others == [first] * 6
    told = said.split("--\n")
    assert [each.count("was damaged; it is compiled again") for each in told] == [1] * 6 + [0]
    for file in files(tmp_path, "nbc"):
        file.unlink()
    assert ran(tmp_path) == (first + "\n", "")
    assert files(tmp_path, "nbc")


def test_several_cold_starts_at_once_end_well(tmp_path: Path) -> None:
    known = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    words = [sys.executable, "-c", DOUBLED]
    starts = [subprocess.Popen(words, env=known, text=True, stdout=subprocess.PIPE) for _ in range(3)]
    told = {start.communicate()[0] for start in starts}
    assert len(told) == 1 and all(start.returncode == 0 for start in starts)
    assert ran(tmp_path) == (told.pop(), "")


# ---------------------------------------------------------------- code that a companion package brings

COUNTED = (
    DOUBLED
    + """
print(*(sum(kind.values()) for kind in (chance.exp.outer().stats.cache_hits, chance.exp.outer().stats.cache_misses)))
"""
)
LOADED, COMPILED = ["1 0"], ["0 1"]
LEVEL = "x86-64-v3"
HAS_LEVEL = all(binding.get_host_cpu_features().get(name) for name in shipped.LEVELS[LEVEL])
levelled = pytest.mark.skipif(not HAS_LEVEL, reason="the processor is not of this level")


def counted(site: Path, cache: Path, **more: str) -> tuple[str, list[str], str]:
    """The value, whether its code was loaded or compiled, and what was said."""
    out, said = ran(cache, COUNTED, PYTHONPATH=str(site), **more)
    return out.split()[0], out.splitlines()[1:], said


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, and a companion with the code of one module."""
    site, cache = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT / "advosim", site / "advosim", ignore=shutil.ignore_patterns("__pycache__"))
    assert counted(site, cache, NUMBA_CPU_NAME=LEVEL, NUMBA_CPU_FEATURES="")[1] == COMPILED
    (compiled,) = cache.iterdir()
    for module in compiled.glob("advosim.*[!k]"):
        shutil.copytree(module, site / shipped.COMPANION / f"{shipped.made_by()}-{LEVEL}" / module.name)
    return site


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A copy to harm."""
    return Path(shutil.copytree(built, tmp_path / "site"))


@levelled
def test_shipped_code_is_used_and_kept(site: Path, tmp_path: Path) -> None:
    cold = counted(site, tmp_path / "cache")
    assert cold[1:] == (LOADED, "")
    shutil.rmtree(site / shipped.COMPANION)
    assert counted(site, tmp_path / "cache") == cold


@levelled
def test_shipped_code_that_was_damaged_is_compiled_with_a_sentence(site: Path, tmp_path: Path) -> None:
    for file in files(site / shipped.COMPANION, "nbc"):
        file.write_bytes(flip(file.read_bytes()))
    _, loaded, said = counted(site, tmp_path / "cache")
    assert loaded == COMPILED and said.count("was damaged; it is compiled again") == 1
    assert files(site / shipped.COMPANION, "nbc"), "it is not ours to remove"


@levelled
def test_shipped_code_of_other_sources_is_left(site: Path, tmp_path: Path) -> None:
    with (site / "advosim" / "world" / "chance.py").open("a") as source:
        source.write("# another one\n")
    assert counted(site, tmp_path / "edited")[1:] == (COMPILED, "")


def test_code_is_taken_from_the_best_level_that_the_processor_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "advosim" / "world" / "shipped.py"))
    places = {
        level: tmp_path / shipped.COMPANION / f"{shipped.made_by()}-{level}" / "module" for level in shipped.LEVELS
    }
    for place in places.values():
        place.mkdir(parents=True)
    has: dict[str, bool] = {}
    monkeypatch.setattr(binding, "get_host_cpu_features", lambda: has)
    assert shipped.shipped("module") is None
    for level in reversed(shipped.LEVELS):
        has.update(dict.fromkeys(shipped.LEVELS[level], True))
        assert shipped.shipped("module") == places[level]
    assert shipped.shipped("another") is None
    monkeypatch.setattr(shipped.numba.config, "CPU_NAME", "generic")
    assert shipped.shipped("module") is None, "the user wants code for another one"


# ---------------------------------------------------------------- where it is kept

WHERE = "from advosim.world.compile import cache_folder; print(cache_folder())"


@pytest.mark.skipif(os.name == "nt", reason="folders have no owners there")
def test_without_a_home_the_folder_is_private_or_none(tmp_path: Path) -> None:
    homeless = {"NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": "/dev/null/x", "HOME": "/dev/null", "TMPDIR": str(tmp_path)}

    def where() -> str:
        return ran(tmp_path, f"import os; os.environ.pop('NUMBA_CACHE_DIR'); {WHERE}", **homeless)[0].strip()

    private = Path(where()).parent
    assert private.parent == tmp_path and private.stat().st_mode & 0o777 == 0o700
    private.chmod(0o777)
    assert where() == "None"
    os.rename(private, tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o700)
    private.symlink_to(tmp_path / "elsewhere")
    assert where() == "None"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="they have no XDG_CACHE_HOME")
def test_an_empty_cache_home_is_unset(tmp_path: Path) -> None:
    for told in ("", "relative"):
        code = f"import os; os.environ.pop('NUMBA_CACHE_DIR'); {WHERE}"
        assert Path(ran(tmp_path, code, XDG_CACHE_HOME=told, HOME=str(tmp_path))[0]).is_relative_to(tmp_path / ".cache")


def test_other_optimisation_is_other_code(tmp_path: Path) -> None:
    assert ran(tmp_path, WHERE)[0] != ran(tmp_path, WHERE, PYTHONOPTIMIZE="2")[0]


def test_two_threads_that_call_a_function_first_do_not_slow_down_later_calls() -> None:
    """Told twice of one machine code, numba would look for the right one at every call, holding up all threads."""
    chance.mix(np.uint64(1))
    found = inner._from_python(chance.mix, np.uint64(1))
    assert inner._from_python(chance.mix, np.uint64(1)) is found
    asked, usual = [], chance.mix._compile_for_args
    chance.mix._compile_for_args = lambda *args, **words: asked.append(args) or usual(*args, **words)
    try:
        chance.mix(np.uint64(2))
    finally:
        chance.mix._compile_for_args = usual
    assert not asked


def test_threads_that_call_a_function_first_have_it_made_once() -> None:
    """What only one of several threads made would be freed, while numba goes on calling it."""
    made: list[Any] = []
    told: list[Any] = []

    def called(function: Any) -> Any:
        time.sleep(0.05)
        code = SimpleNamespace(entry_point=object())
        kinds = (numba.int64,)
        made.append(SimpleNamespace(overloads={kinds: code}, _compile_for_args=lambda *args: code.entry_point))
        return made[-1]

    def rule(x: Any) -> None:
        """Never run."""

    asked = SimpleNamespace(py_func=rule, _insert=lambda *code: told.append(code))
    inner.answer(asked, called)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: inner._from_python(asked, number), range(4)))
    assert len(made) == len(told) == len(set(found)) == 1
