"""What a discovery finds, as plain data: boxes, a tree, and the runs behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.discovery import prim
from advosim.experiment.sweep.completed import Runs
from advosim.scenario.plain_text import short
from advosim.world.columns import Column, count, number, share

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Node:
    """A node of the tree: its split, or nothing where it is a leaf."""

    runs: int
    share: float
    """Of its runs that are of interest."""
    rule: str = ""
    """What holds on the yes side, in words."""
    yes: Node | None = None
    no: Node | None = None


@dataclass(frozen=True)
class Found:
    """Where the cases of interest lie."""

    runs: Runs
    outcome: str
    condition: str
    """What makes a run a case of interest, in words."""
    factors: prim.Factors
    of_interest: NDArray[np.bool_]
    """(runs,)."""
    boxes: list[prim.Box]
    resampled: list[prim.Box]
    """The first box of each resample."""
    tree: Node | None
    """None without scikit-learn, which grows it."""
    accuracy: tuple[float, float]
    """Of the tree on points that it has not seen: balanced accuracy (.5 is guessing), and its sd over five folds."""
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return short(f"<{type(self).__name__} of where {self.condition}: {len(self.boxes)} boxes, of {self.runs!r}>")

    @property
    def judged(self) -> str:
        """How good the tree is, in a sentence."""
        mean, sd = self.accuracy
        if mean != mean:
            return "too few runs to try the tree on points that it has not seen"
        told = f"balanced accuracy on unseen points {mean:.2f} (.5 is guessing)"
        return f"no better than guessing: {told}" if mean - sd <= 0.5 else told

    @property
    def table(self) -> pd.DataFrame:
        """One row per box and restricted factor, with its limits, quasi-p and how stable they are."""
        import pandas as pd

        rows = [self._row(number, box, name) for number, box in enumerate(self.boxes, start=1) for name in box.limits]
        return pd.DataFrame(rows, columns=list(_TABLE))

    def _row(self, number: int, box: prim.Box, name: str) -> dict[str, Any]:
        limit = box.limits[name]
        texts = isinstance(limit, frozenset)
        low, high = (np.nan, np.nan) if isinstance(limit, frozenset) else limit
        again = [other.limits[name] for other in self.resampled if name in other.limits]
        ends = np.array([a for a in again if isinstance(a, tuple)], dtype=float).reshape(-1, 2)
        tails = np.quantile(ends, [0.025, 0.975], axis=0) if len(ends) > 1 and number == 1 else np.full((2, 2), np.nan)
        return {
            "box": number,
            "factor": name,
            "low": low,
            "high": high,
            "values": ", ".join(str(v) for v in self._texts(name, limit)) if texts else "",
            "quasi_p": box.quasi_p[name],
            "restricted_again": len(again) / len(self.resampled) if self.resampled and number == 1 else np.nan,
            "low_from": tails[0, 0],
            "low_to": tails[1, 0],
            "high_from": tails[0, 1],
            "high_to": tails[1, 1],
        }

    def _texts(self, name: str, limit: Any) -> list[Any]:
        return [self.factors.texts[name][code] for code in sorted(limit)]

    @property
    def scores(self) -> pd.DataFrame:
        """One row per box: coverage, density, mass, and how often a box's density is that of all runs (lift)."""
        import pandas as pd

        base = float(self.of_interest.mean())
        rows = [
            {"box": n, "coverage": b.coverage, "density": b.density, "mass": b.mass, "lift": b.density / base}
            for n, b in enumerate(self.boxes, start=1)
        ]
        return pd.DataFrame(rows, columns=["box", "coverage", "density", "mass", "lift"])

    def between(self, row: Any) -> str:
        """An interval in words, without the ends that restrict nothing."""
        least, greatest = self.factors.whole[self.factors.names.index(row["factor"])]
        if row["low"] <= least:
            return f"at most {row['high']:.3g}"
        return f"at least {row['low']:.3g}" if row["high"] >= greatest else f"{row['low']:.3g} to {row['high']:.3g}"


_BOX = count("box", "number of the box", "number")
COLUMNS: dict[str, tuple[Column, ...]] = {
    "boxes": (
        _BOX,
        Column("factor", "factor that the box restricts", names="dotted paths"),
        number("low", "least value in the box; empty for factors of levels", "that of the factor", None, None),
        number("high", "greatest value in the box; empty for factors of levels", "that of the factor", None, None),
        Column("values", "levels in the box; empty for ranges", names="levels, joined by a comma"),
        share("quasi_p", "chance of a density like that of the box without this restriction", "chance"),
        share("restricted_again", "resamples of points in which the factor is restricted again", "share of resamples"),
        *(
            number(f"{end}_{side}", f"{told} end of the 95% interval of `{end}`", "that of the factor",
                   None, None)
            for end in ("low", "high")
            for side, told in (("from", "lower"), ("to", "upper"))
        ),
    ),
    "scores": (
        _BOX,
        share("coverage", "of all runs of interest, those in the box", "share of runs"),
        share("density", "of the runs in the box, those of interest", "share of runs"),
        share("mass", "of all runs, those in the box", "share of runs"),
        number("lift", "density over that of all runs", "ratio", 0.0, None),
    ),
}  # fmt: skip

_TABLE = (
    "box", "factor", "low", "high", "values", "quasi_p", "restricted_again", "low_from", "low_to",
    "high_from", "high_to",
)  # fmt: skip
