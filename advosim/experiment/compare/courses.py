"""The course of weekly columns over pairs of runs, and events by year: means, and bands over seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.effects import LEVEL, SEED
from advosim.reading.outcomes import PARTS, WEEKLY
from advosim.world.codes import EVENTS
from advosim.world.columns import Column, count, number

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run

Floats = NDArray[np.float64]
DRAWN = ("policy", "support", "protest", "agenda")
"""Columns whose course is followed unless others are named."""
YEAR = 52
"""Weeks."""
ALL_ISSUES = "all issues"
OUTER = (0.1, 0.9)
"""Quantiles between which most seeds are."""
DRAWS = 2000
EVENT = "event."
"""Begins the columns in which events are counted while they are kept by week."""


def weekly(record: Run, columns: Sequence[str], polities: Sequence[str], issues: Sequence[str]) -> pd.DataFrame:
    """Columns of the weekly table by week (0 is the founding), polity and issue, and counts of events by kind.

    Events of no issue are counted with the first of `issues`, so that sums over issues count each once.
    """
    import pandas as pd

    rows, known = record.recorded, record.names
    here = [known.polities.index(name) for name in polities]
    about = [known.issues.index(name) for name in issues]
    weeks = np.concatenate([rows.founding.weeks[None], rows.weeks])[:, here][:, :, about]
    week, polity, issue = (axis.reshape(-1) for axis in np.indices(weeks.shape))
    head = {"week": week, "polity": np.array(polities)[polity], "issue": np.array(issues)[issue]}
    values = {
        name: sum((weeks[part].astype(np.float64) for part in PARTS.get(name, (name,))), np.zeros(weeks.shape))
        for name in columns
    }
    counts = _counted(rows.events, weeks.shape, here, about)
    kinds = {f"{EVENT}{name}": counts[kind].reshape(-1) for kind, name in enumerate(EVENTS)}
    return pd.DataFrame({**head, **{name: value.reshape(-1) for name, value in values.items()}, **kinds})


def _counted(log: NDArray[Any], shape: tuple[int, ...], here: list[int], about: list[int]) -> NDArray[np.int16]:
    """(kinds, weeks + 1, polities, issues)."""
    counts = np.zeros((len(EVENTS), *shape), np.int16)
    for p, home in enumerate(here):
        for m, issue in enumerate(about):
            mine = (log["polity"] == home) & ((log["issue"] == issue) | ((log["issue"] < 0) & (m == 0)))
            np.add.at(counts[:, :, p, m], (log["event"][mine], log["week"][mine]), 1)
    return counts


@dataclass(frozen=True)
class Courses:
    """What was kept of all runs by week, as far as all of them go."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    polities: tuple[str, ...]
    issues: tuple[str, ...]
    values: Floats
    """(scenarios, seeds, weeks + 1, polities, issues, columns); week 0 is the founding."""
    events: NDArray[np.int32]
    """(scenarios, seeds, years, polities, kinds): by year, over issues."""

    @property
    def weeks(self) -> int:
        return self.values.shape[2] - 1

    @property
    def kinds(self) -> list[str]:
        """The kinds of events that happened at all."""
        there = self.events.sum(axis=(0, 1, 2, 3)).tolist()
        return [name for name, often in zip(EVENTS, there, strict=True) if often]

    def places(self, by_issue: bool) -> list[tuple[str, str]]:
        """Polities and issues that are followed, the mean over issues first."""
        several = self.issues if by_issue and len(self.issues) > 1 else ()
        return [(polity, issue) for polity in self.polities for issue in (ALL_ISSUES, *several)]

    def course(self, column: str, polity: str, issue: str = ALL_ISSUES) -> Floats:
        """(scenarios, seeds, weeks + 1): a column in a polity, on an issue or as the mean over issues."""
        here = self.values[:, :, :, self.polities.index(polity), :, self.columns.index(column)]
        return here.mean(axis=3) if issue == ALL_ISSUES else here[:, :, :, self.issues.index(issue)]

    def happened(self, kind: str, polity: str) -> Floats:
        """(scenarios, seeds, years): how many events of a kind there were."""
        return self.events[:, :, :, self.polities.index(polity), EVENTS.index(kind)].astype(np.float64)

    def table(self, by_issue: bool = False) -> pd.DataFrame:
        """One row per scenario, column, place and week; see `COLUMNS`."""
        import pandas as pd

        parts = []
        for column in self.columns:
            for polity, issue in self.places(by_issue):
                found = self.course(column, polity, issue)
                head = {"column": column, "polity": polity, "issue": issue, "week": np.arange(self.weeks + 1)}
                parts += [
                    pd.DataFrame({"scenario": label, **head, **_spread(found[k]), **_differing(found, k)})
                    for k, label in enumerate(self.labels)
                ]
        return pd.concat(parts, ignore_index=True)

    def event_table(self) -> pd.DataFrame:
        """One row per scenario, polity, kind of event and year; see `EVENT_COLUMNS`."""
        import pandas as pd

        years = np.arange(1, self.events.shape[2] + 1)
        head = {"year": years, "weeks": np.minimum(self.weeks - YEAR * (years - 1), YEAR)}
        parts = []
        for polity in self.polities:
            for kind in self.kinds:
                found = self.happened(kind, polity)
                of = {"polity": polity, "event": kind, **head}
                parts += [
                    pd.DataFrame({"scenario": label, **of, **_spread(found[k]), **_differing(found, k, band=False)})
                    for k, label in enumerate(self.labels)
                ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_names(EVENT_COLUMNS))


def _spread(values: Floats) -> dict[str, Floats]:
    """values: (seeds, weeks). Mean, its interval, and where most seeds are."""
    mean, reach = values.mean(axis=0), _reach(values)
    low, high = np.quantile(values, OUTER, axis=0)
    return {"mean": mean, "low": mean - reach, "high": mean + reach, "p10": low, "p90": high}


def _differing(found: Floats, k: int, band: bool = True) -> dict[str, Floats]:
    """Scenario k against the first, seed by seed; empty for the first."""
    names = ("effect", "effect_low", "effect_high", *(("band_low", "band_high") if band else ()))
    if k == 0:
        return dict.fromkeys(names, np.full(found.shape[2], np.nan))
    differences = found[k] - found[0]
    effect, reach = differences.mean(axis=0), _reach(differences)
    ends = [effect, effect - reach, effect + reach]
    if band:
        wide = reach * widened(differences)
        ends += [effect - wide, effect + wide]
    return dict(zip(names, ends, strict=True))


def _reach(values: Floats) -> Floats:
    """Half the interval of the mean of each week, by Student's t."""
    from scipy import special

    n = len(values)
    reach: Floats = special.stdtrit(n - 1, 0.5 + LEVEL / 2) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return reach


def widened(differences: Floats) -> float:
    """How much wider than the intervals of single weeks a band is that holds the whole course in 95 of 100 studies.

    differences: (seeds, weeks). A sup-t band (Montiel Olea & Plagborg-Moller 2019) by a Gaussian multiplier bootstrap
    over seeds (Chernozhukov, Chetverikov & Kato 2013).
    """
    from scipy import special

    away = differences - differences.mean(axis=0)
    sd = differences.std(axis=0, ddof=1)
    varies = sd > 1e-12 * max(1e-300, float(np.abs(differences).max()))
    if not varies.any():
        return 1.0
    each = away[:, varies] / sd[varies] / np.sqrt(len(away) - 1)
    chance, free = np.random.default_rng(SEED), len(away) - 1
    drawn = np.abs(chance.standard_normal((DRAWS, len(each))) @ each).max(axis=1)
    # The sd is estimated as well: as in Student's t, which the intervals of single weeks are of.
    largest = float(np.quantile(drawn / np.sqrt(chance.chisquare(free, DRAWS) / free), LEVEL))
    return max(1.0, largest / float(special.stdtrit(free, 0.5 + LEVEL / 2)))


# ---------------------------------------------------------------- from a folder of runs


def gathered(
    file: Path, labels: Sequence[str], seeds: int, columns: Sequence[str], polities: Sequence[str],
    issues: Sequence[str], weeks: int,
) -> Courses:  # fmt: skip
    """What `weekly` gave of runs, from the merged table of a sweep: run = scenario x seeds + number of the seed."""
    shape = (len(labels), seeds, weeks + 1, len(polities), len(issues))
    values = np.full((*shape, len(columns)), np.nan)
    events = np.zeros((len(labels), seeds, -(-weeks // YEAR), len(polities), len(EVENTS)), np.int32)
    last = np.zeros((len(labels), seeds), np.int64)
    for rows in _batches(file, [*columns, *(f"{EVENT}{kind}" for kind in EVENTS)]):
        run, week = rows["run"], rows["week"]
        at = (run // seeds, run % seeds, week, _places(rows["polity"], polities), _places(rows["issue"], issues))
        values[at] = np.stack([rows[name] for name in columns], axis=1)
        counts = np.stack([rows[f"{EVENT}{kind}"] for kind in EVENTS], axis=1)
        np.add.at(events, (at[0], at[1], np.maximum(week - 1, 0) // YEAR, at[3]), counts)
        np.maximum.at(last, at[:2], week)
    # Runs may end early by a stop condition: what some of them have no more is not compared.
    common = int(last.min())
    years = -(-common // YEAR)
    return Courses(
        tuple(labels), tuple(columns), tuple(polities), tuple(issues), values[:, :, : common + 1], events[:, :, :years]
    )


def _batches(file: Path, columns: list[str]) -> Iterator[dict[str, NDArray[Any]]]:
    import pyarrow.parquet as pq

    wanted = ["run", "week", "polity", "issue", *columns]
    for batch in pq.ParquetFile(file).iter_batches(columns=wanted):
        yield {name: batch.column(name).to_numpy(zero_copy_only=False) for name in wanted}


def _places(names: NDArray[Any], known: Sequence[str]) -> NDArray[np.int64]:
    return np.array([known.index(name) for name in names.tolist()], np.int64)


def panel(file: Path, runs: pd.DataFrame) -> pd.DataFrame:
    """One row per scenario, seed, week, polity and issue with all columns of the weekly table that hold numbers.

    runs: `run`, `scenario`, `seed`. `unit` numbers what is followed through the weeks.
    """
    import pandas as pd

    table = pd.read_parquet(file, columns=["run", "week", "polity", "issue", *WEEKLY])
    of = runs.set_index("run").loc[table["run"]]
    head = {"scenario": of["scenario"].to_numpy(), "seed": of["seed"].to_numpy()}
    units = table.groupby(["run", "polity", "issue"], sort=False).ngroup().to_numpy()
    return pd.concat([pd.DataFrame({"unit": units, **head}), table.drop(columns="run")], axis=1)


# ---------------------------------------------------------------- what the columns mean

_OF = "that of the column"
_SCENARIO = Column("scenario", "scenario", names="labels of scenarios", by="compare")
_POLITY = Column("polity", "polity", names="names of polities")
_MEANS = (
    number("mean", "mean over seeds", _OF, None, None),
    number("low", "lower end of its 95% interval, by Student's t", _OF, None, None),
    number("high", "upper end of its 95% interval, by Student's t", _OF, None, None),
    number("p10", "a tenth of the seeds are below", _OF, None, None),
    number("p90", "a tenth of the seeds are above", _OF, None, None),
    number("effect", "mean paired difference to the first scenario; empty for the first", _OF, None, None),
    number("effect_low", "lower end of its 95% interval in this week or year alone", _OF, None, None),
    number("effect_high", "upper end of its 95% interval in this week or year alone", _OF, None, None),
)
COLUMNS = (
    _SCENARIO,
    Column("column", "column of the weekly table", names="columns of the weekly table"),
    _POLITY,
    Column("issue", "issue, or the mean over issues", names=f"names of issues, {ALL_ISSUES}"),
    count("week", "week; 0 is the founding", "weeks"),
    *_MEANS,
    number("band_low", "lower end of the band that holds the whole course at 95%", _OF, None, None),
    number("band_high", "upper end of the band that holds the whole course at 95%", _OF, None, None),
)
EVENT_COLUMNS = (
    _SCENARIO,
    _POLITY,
    Column("event", "kind of event", names="kinds of events"),
    count("year", "year, from 1", "years"),
    count("weeks", "weeks of the year that were run", "weeks"),
    *_MEANS,
)
PANEL = (
    count("unit", "number of scenario, seed, polity and issue: what is followed through the weeks", "number"),
    _SCENARIO,
    count("seed", "seed of the run; pairs have the same", "number"),
    count("week", "week; 0 is the founding", "weeks"),
    _POLITY,
    Column("issue", "issue", names="names of issues"),
    *WEEKLY.values(),
)


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]
