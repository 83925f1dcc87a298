"""Where organisations and policies stand at the start of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Positions(NamedTuple):
    """Where everybody stands at the start; p polities, m issues, o organisations in the order of `names`."""

    policy: NDArray[np.float64]
    """(p, m): -1..1, in force."""
    ideal: NDArray[np.float64]
    """(p, m): -1..1, what governments want."""
    stances: NDArray[np.float64]
    """(o, m): -1..1."""
    priorities: NDArray[np.float64]
    """(o, m): 0..1, sum 1 where any is above 0; all 0 of those who are yet to be founded."""
