"""What a sensitivity analysis finds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advosim.experiment.sweep.completed import Runs
from advosim.scenario.plain_text import short
from advosim.world.columns import Column, count, number, share, switch

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


_OUTCOME = Column("outcome", "outcome of the experiment", names="names of outcomes")
_UNIT, _INDEX, _OF_VARIANCE = "that of the outcome", "share of variance", "share of the variance of single runs"


def _with_interval(name: str, meaning: str, unit: str, low: float | None = None) -> tuple[Column, ...]:
    return (
        number(name, meaning, unit, low, None),
        number(f"{name}_low", f"lower end of the 95% interval of {name}", unit, None, None),
        number(f"{name}_high", f"upper end of the 95% interval of {name}", unit, None, None),
    )


_FACTOR = Column("factor", "factor", names="dotted paths")
_GIVEN = (
    *_with_interval("delta", "delta: how much the distribution differs where the factor is known (Borgonovo 2007)",
                    "distance, 0 to 1"),
    number("delta_floor", "delta that a factor without effect stays under in 95 of 100 draws", "distance", None, None),
    *_with_interval("pawn", "PAWN: the same of cumulated distributions (Pianosi & Wagener 2018)", "distance, 0 to 1"),
    number("pawn_floor", "PAWN that a factor without effect stays under in 95 of 100 draws", "distance", None, None),
    *_with_interval("shapley", "Shapley effect: share of the variance that factors make, fair also where factors "
                    "depend on each other (Owen 2014)", _INDEX),
)  # fmt: skip
COLUMNS: dict[str, tuple[Column, ...]] = {
    "indices": (
        _OUTCOME,
        _FACTOR,
        *_GIVEN,
        *_with_interval("S1", "first-order index: what the factor explains alone (Sobol 2001)", _INDEX),
        *_with_interval("ST", "total index: what it explains alone and together with others", _INDEX),
        number("S1_clean", "S1 without the noise that is left in averages", _INDEX, None, None),
        number("ST_clean", "ST without the noise that is left in averages", _INDEX, None, None),
        number("mu", "mean elementary effect over the factor's whole range (Morris 1991)", _UNIT, None, None),
        *_with_interval("mu_star", "mean size of elementary effects (Campolongo et al. 2007)", _UNIT, 0.0),
        *_with_interval("sigma", "standard deviation of elementary effects", _UNIT, 0.0),
        number("floor", "mu_star that noise alone would give", _UNIT, 0.0, None),
        Column("value", "value of the factor", names="values of the factor"),
        Column("against", "value that it is compared with", names="values of the factor"),
        number("mean", "mean of the outcome at this value", _UNIT, None, None),
        *_with_interval("effect", "mean difference to the value that it is compared with, over seeds", _UNIT),
        number("d_z", "effect over the sd of the differences: how reliably a single seed shows it", "sd", None, None),
    ),
    "given": (_OUTCOME, _FACTOR, *_GIVEN),
    "shares": (
        _OUTCOME,
        Column("effect", "factor, two factors joined by x, higher orders, seeds or noise", names="terms"),
        count("order", "how many factors it joins; 0 for seeds, noise and higher orders", "factors"),
        *_with_interval("eta2", "eta squared", _OF_VARIANCE, 0.0),
        number("omega2", "omega squared: without what chance adds (Olejnik & Algina 2003)", _OF_VARIANCE, None,
               None),
        *_with_interval("S2", "second-order index: what two factors explain only together", _INDEX),
    ),
    "noise": (
        _OUTCOME,
        share("of_runs", "what is chance in the variance of single runs", "share of variance"),
        share("seeds", "what of that a seed brings to all points alike", "share of variance"),
        share("of_means", "what is noise in the variance of averages over replicates", "share of variance"),
        number("sd_of_means", "standard deviation of that noise", _UNIT, 0.0, None),
        number("needed", "replicates that would bring it below 5%; infinite where nobody can tell", "replicates", 0.0,
               None),
        switch("drowned", "whether chance hides what the factors do, so that no Sobol index is told"),
    ),
    "replicates": (
        _OUTCOME,
        count("replicates", "replicates that are averaged", "replicates"),
        number("cv", "coefficient of variation of single runs, mean over points", "share of the mean", 0.0, None),
        number("cv_of_mean", "coefficient of variation of their mean", "share of the mean", 0.0, None),
        number("half_width", "half interval of a mean over the sd among points", "sd among points", 0.0, None),
        switch("settled", "whether cv stays within .01 from here on"),
    ),
}  # fmt: skip
