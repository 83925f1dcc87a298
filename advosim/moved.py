"""Old import paths: they go on working, and say once where their module lives now."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import Any

MODULES = {
    "advosim.abroad_story": "advosim.story.abroad",
    "advosim.alliance_figures": "advosim.figures.alliances",
    "advosim.ballot_figures": "advosim.figures.ballots",
    "advosim.ballot_story": "advosim.story.ballots",
    "advosim.campaign_figures": "advosim.figures.campaigns",
    "advosim.collaboration": "advosim.reading.collaboration",
    "advosim.election_figures": "advosim.figures.elections",
    "advosim.experiment.calibrate": "advosim.experiment.calibration.calibrate",
    "advosim.experiment.completed": "advosim.experiment.sweep.completed",
    "advosim.experiment.contribution_figure": "advosim.experiment.contribution.ranking_figure",
    "advosim.experiment.designs": "advosim.experiment.sweep.designs",
    "advosim.experiment.discover": "advosim.experiment.discovery.discover",
    "advosim.experiment.discovery_figures": "advosim.experiment.discovery.figures",
    "advosim.experiment.effect_figures": "advosim.experiment.compare.figure",
    "advosim.experiment.export": "advosim.experiment.sweep.export",
    "advosim.experiment.folder": "advosim.results.saving",
    "advosim.experiment.load": "advosim.experiment.sweep.load",
    "advosim.experiment.measures": "advosim.reading.outcomes",
    "advosim.experiment.outcomes": "advosim.experiment.sweep.outcomes",
    "advosim.experiment.prim": "advosim.experiment.discovery.prim",
    "advosim.experiment.routes": "advosim.experiment.contribution.routes",
    "advosim.experiment.routes_figure": "advosim.experiment.contribution.routes_figure",
    "advosim.experiment.schema": "advosim.experiment.sweep.schema",
    "advosim.experiment.sensitivity_figures": "advosim.experiment.sensitivity.figures",
    "advosim.experiment.sensitivity_tables": "advosim.experiment.sensitivity.tables",
    "advosim.experiment.store": "advosim.experiment.sweep.store",
    "advosim.experiment.surfaces": "advosim.experiment.sensitivity.surfaces",
    "advosim.experiment.tables": "advosim.results.latex",
    "advosim.measuring": "advosim.reading.measuring",
    "advosim.page": "advosim.figures.page",
    "advosim.scenario.vdem": "advosim.vdem",
    "advosim.spiral": "advosim.reading.spiral",
    "advosim.tables": "advosim.reading.tables",
    "advosim.timeline_figure": "advosim.figures.timeline",
    "advosim.turning_points": "advosim.story.turning_points",
    "advosim.venue_figures": "advosim.figures.venues",
    "advosim.words": "advosim.story.words",
}


def names_of(old: str, home: str, only: Collection[str] = ()) -> Callable[[str], Any]:
    """A module's `__getattr__` for names that lived in it and are in the module `home` now: `only` these, or all."""

    def find(name: str) -> Any:
        # Python asks here for submodules too, before it looks for their files.
        sought = name in only if only else not (name.startswith("_") or importlib.util.find_spec(f"{old}.{name}"))
        module = importlib.import_module(home) if sought else None
        if not hasattr(module, name):
            raise AttributeError(f"module '{old}' has no attribute '{name}'")
        _say(f"{old}.{name}", f"{home}.{name}")
        value = getattr(module, name)
        setattr(sys.modules[old], name, value)
        return value

    return find


def parted(old: str, homes: Mapping[str, Collection[str]]) -> Callable[[str], Any]:
    """A module's `__getattr__` for names that went from it into several others: by module, which."""
    finds = {name: names_of(old, home, names) for home, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in finds:
            raise AttributeError(f"module '{old}' has no attribute '{name}'")
        return finds[name](name)

    return find


class _Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last, when no file bears the old name: gives the module that took its place."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MODULES else None

    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        _say(old, MODULES[old])
        sys.modules[old] = importlib.import_module(MODULES[old])


def _say(old: str, new: str) -> None:
    warnings.warn(f"{old} is {new} now; the old name will go with version 1.0", FutureWarning, stacklevel=3)


def watch() -> None:
    """Let old names of modules be imported."""
    if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
        sys.meta_path.append(_Moved())
