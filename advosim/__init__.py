"""An agent-based laboratory for advocacy politics."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from advosim import moved
from advosim.version import __version__

if TYPE_CHECKING:
    from advosim.classroom.notebook import play
    from advosim.experiment.compare.comparison import compare
    from advosim.experiment.contribution.ranking import contribution
    from advosim.experiment.sweep.running import sweep
    from advosim.live.branch import fork, snapshot
    from advosim.live.frame import cast, frame
    from advosim.model import AdvocacyModel
    from advosim.record import Record
    from advosim.scenario.load import Scenario
    from advosim.scenario.problems import InputError
    from advosim.simulation import simulate

__all__ = [
    "AdvocacyModel",
    "InputError",
    "Record",
    "Scenario",
    "__version__",
    "cast",
    "compare",
    "contribution",
    "fork",
    "frame",
    "play",
    "simulate",
    "snapshot",
    "sweep",
]

_HOME = {
    "AdvocacyModel": "advosim.model",
    "InputError": "advosim.scenario.problems",
    "Record": "advosim.record",
    "Scenario": "advosim.scenario.load",
    "cast": "advosim.live.frame",
    "compare": "advosim.experiment.compare.comparison",
    "contribution": "advosim.experiment.contribution.ranking",
    "fork": "advosim.live.branch",
    "frame": "advosim.live.frame",
    "play": "advosim.classroom.notebook",
    "simulate": "advosim.simulation",
    "snapshot": "advosim.live.branch",
    "sweep": "advosim.experiment.sweep.running",
}

moved.watch()


def __getattr__(name: str) -> Any:
    # Mesa, pandas and numba take a second to import; whoever only checks a scenario needs none of them.
    if name not in _HOME:
        raise AttributeError(f"module 'advosim' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
