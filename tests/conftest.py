"""What tests share: the same examples each day, the working copy, a made-up record, and where real data lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from made_up import MadeUpRecord, made_up

pytest.register_assert_rewrite("abroad_checks", "owed_by_alliances", "owed_directions", "owed_null_limits")

# The same examples on every machine and day. New ones are looked for by: pytest --hypothesis-profile=search
settings.register_profile("same", derandomize=True, deadline=None, database=None, max_examples=50)
settings.register_profile("search", deadline=None)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Compile once and on all processors, before every worker would compile for itself."""
    if getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        from advosim import simulation

        simulation.compile_all(lambda stage, done, total: None, threads=2)


@pytest.fixture(autouse=True, scope="session")
def made_here() -> Iterator[None]:
    """Processes beside a run take longer to make ready than small figures take; `test_beside.py` has some."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("advosim.beside.processors", lambda: 1)
        yield


@pytest.fixture
def root() -> Path:
    """The top folder of the working copy."""
    return ROOT


@pytest.fixture
def data() -> Path:
    """Real data: the folder in ADVOSIM_DATA, else one beside the working copy."""
    folder = Path(os.environ.get("ADVOSIM_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("real data are not here; ADVOSIM_DATA names their folder")
    return folder


@pytest.fixture
def record() -> MadeUpRecord:
    """A record that no run made."""
    return made_up()
