"""What a sensitivity analysis finds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advosim.experiment.sweep.completed import Runs
from advosim.scenario.plain_text import short

if TYPE_CHECKING:
    import pandas as pd


def _nothing() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Found:
    """What an experiment says about its factors."""

    runs: Runs
    indices: pd.DataFrame
    """One row per outcome and factor (designs of levels: and level), with 95% intervals `*_low` and `*_high`."""
    shares: pd.DataFrame
    """Factorial: `eta2` and `omega2` of factors and pairs of them. Sobol with second order: `S2` of pairs."""
    noise: pd.DataFrame
    """One row per outcome: see `analysis.noise`."""
    replicates: pd.DataFrame
    """Per outcome and number of replicates: coefficients of variation, and whether they have settled."""
    notes: list[str] = field(default_factory=list)
    given: pd.DataFrame = field(default_factory=_nothing)
    """Indices that any points give, one row per outcome and factor, where they were asked for beside others."""

    def __repr__(self) -> str:
        return short(f"<{type(self).__name__} ({self.kind}) of {self.runs!r}>")

    @property
    def kind(self) -> str:
        """The kind of the design."""
        return str(self.runs.experiment.design.kind)
