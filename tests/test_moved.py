"""Old import paths work, and say once where their module lives now."""

import importlib
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from advosim import moved

NAMES = {
    "advosim.experiment.compare": "Comparison",
    "advosim.experiment.contribution": "Contribution",
    "advosim.experiment.sensitivity": "Sensitivity",
    "advosim.experiment.sweep": "run",
    "advosim.figures": "overview",
    "advosim.results": "write",
    "advosim.story": "story",
}


def test_old_modules_are_the_new_ones_and_say_so_once():
    for old, new in moved.MODULES.items():
        sys.modules.pop(old, None)
        with pytest.warns(FutureWarning, match=f"{old} is {new} now"):
            module = importlib.import_module(old)
        assert module is importlib.import_module(new)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert importlib.import_module(old) is module


def test_no_module_bears_an_old_name():
    root = Path(__file__).parents[1]
    places = [root / old.replace(".", "/") for old in moved.MODULES]
    assert [str(place) for place in places if place.exists() or place.with_suffix(".py").exists()] == []


def test_old_names_are_found_in_the_packages_and_say_so_once():
    code = "".join(
        f"from {package} import {name} as a, {name} as b\nassert callable(a)\n" for package, name in NAMES.items()
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert said.count("FutureWarning") == len(NAMES)
    for package, name in NAMES.items():
        assert said.count(f"{package}.{name} is {package}.") == 1


PARTED = {
    "advosim.experiment.sweep.load": "kind_of",
    "advosim.mechanisms.alliances": "alliance_exit",
    "advosim.scenario.checks": "founding_settings",
}


@pytest.mark.parametrize("module", PARTED)
def test_names_of_a_module_that_was_parted_are_found_in_it_and_say_so_once(module):
    old = importlib.import_module(module)
    vars(old).pop(PARTED[module], None)
    with pytest.warns(FutureWarning, match=f"{module}.{PARTED[module]} is advosim"):
        found = getattr(old, PARTED[module])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert callable(found) and getattr(old, PARTED[module]) is found
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = old.nothing


def test_names_that_never_were_are_refused():
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from advosim.results import nothing  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name '_draw'"):
        from advosim.results import _draw  # noqa: F401
