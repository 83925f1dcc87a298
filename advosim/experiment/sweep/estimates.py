"""Means of a sweep's outcomes at each point with intervals over replicates; and its weeks as a panel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment import effects
from advosim.experiment.sweep import store
from advosim.world.columns import Column, count, number

if TYPE_CHECKING:
    import pandas as pd

_UNIT = "that of the outcome"
COLUMNS = (
    Column("outcome", "name of the outcome", names="names of outcomes", by="sweep"),
    Column("role", "whether it was named in advance", names="primary, exploratory", by="sweep"),
    count("runs", "runs of the point with a result", "runs"),
    number("mean", "mean over replicates", _UNIT, None, None),
    number("low", "lower end of its 95% interval, by Student's t; empty for one run", _UNIT, None, None),
    number("high", "upper end of its 95% interval, by Student's t; empty for one run", _UNIT, None, None),
    number("sd", "standard deviation over replicates; empty for one run", _UNIT, 0.0, None),
)
UNIT = count("unit", "number of run, polity and issue: what is followed through the weeks", "number")
MOST = 12
"""Points of which primary outcomes are told."""


def estimates(folder: str | Path) -> pd.DataFrame:
    """One row per outcome and point, primary outcomes first: `point`, the factors, and what COLUMNS say."""
    import pandas as pd

    folder = Path(folder)
    plan = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    primary, factors = plan["experiment"].get("primary", []), list(plan["plan"]["factors"])
    names = [*primary, *(name for name in plan["plan"]["outcomes"] if name not in primary)]
    runs = pd.read_parquet(folder / store.RUNS)
    heads = runs.drop_duplicates("point").set_index("point")[factors]
    rows: list[dict[str, Any]] = []
    for outcome in names:
        role = "primary" if outcome in primary else "exploratory"
        for point, values in runs[["point", outcome]].dropna().groupby("point")[outcome]:
            low, high = effects.t_interval(values) if len(values) > 1 else (None, None)
            head = {"point": point, **heads.loc[point].to_dict(), "outcome": outcome, "role": role}
            ends = {"mean": values.mean(), "low": low, "high": high, "sd": values.std() if len(values) > 1 else None}
            rows.append({**head, "runs": len(values), **ends})
    columns = ["point", *factors, *(column.name for column in COLUMNS)]
    return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float, "sd": float})


def told(folder: Path) -> str:
    """The outcomes that were named in advance at each point, whatever they show; empty where none was."""
    table = estimates(folder)
    table = table[table["role"] == "primary"]
    if table.empty:
        return ""
    factors = list(table.columns)[1 : -len(COLUMNS)]
    lines = []
    for outcome, rows in table.groupby("outcome", sort=False):
        lines.append(f"{outcome} (primary, named in advance):")
        for row in rows.head(MOST).to_dict("records"):
            where = ", ".join(f"{path.rpartition('.')[2]} = {_shown(row[path])}" for path in factors)
            lines.append(f"  {where}: {row['mean']:.4g} [{row['low']:.4g}, {row['high']:.4g}]")
        lines += [f"  and {len(rows) - MOST} more points in `advosim sweep export`"] if len(rows) > MOST else []
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def panel(folder: Path, factors: Sequence[str]) -> pd.DataFrame:
    """One row per run, week, polity and issue with point, seed and factors, from the weeks that were kept."""
    import pandas as pd

    weeks = pd.read_parquet(folder / store.WEEKS)
    runs = pd.read_parquet(folder / store.RUNS, columns=["run", "point", "seed", *factors]).set_index("run")
    heads = runs.loc[weeks["run"]].reset_index()
    units = weeks.groupby(["run", "polity", "issue"], sort=False).ngroup().to_numpy()
    rest = weeks.drop(columns="run")
    return pd.concat([pd.DataFrame({"unit": units}), heads, rest.reset_index(drop=True)], axis=1)
