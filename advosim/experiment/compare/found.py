"""What a comparison finds: effects with intervals, courses, and how both are drawn, printed and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from advosim.experiment import effects
from advosim.experiment.compare import course_figure as drawing
from advosim.experiment.compare import courses, figure
from advosim.experiment.compare.courses import Courses
from advosim.reading import outcomes as vocabulary
from advosim.results import latex, saving, stata
from advosim.scenario.plain_text import short
from advosim.world.columns import Column, count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Comparison(saving.Analysis):
    """Effects of scenarios against the first of them. `save` leaves all of it in a folder."""

    labels: tuple[str, ...]
    """One per scenario, the first being what the others are compared to."""
    pairs: pd.DataFrame
    """One row per scenario and seed: `scenario`, `seed`, one column per outcome."""
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Scenarios, seeds and weeks, for the manifest."""
    primary: tuple[str, ...] = ()
    """Outcomes that were named in advance, as `outcomes` calls them; all others are exploratory."""
    courses: Courses | None = field(default=None, repr=False)
    """What was kept by week."""
    panel: pd.DataFrame | None = field(default=None, repr=False)
    """One row per scenario, seed, week, polity and issue, where it was asked for."""

    def __repr__(self) -> str:
        base, *others = self.labels
        pairs = self.pairs["seed"].nunique()
        many = "outcome" if len(self.outcomes) == 1 else "outcomes"
        told = f"{pairs} pairs, {len(self.outcomes)} {many}, {len(self.primary)} of them primary"
        return short(f"<Comparison of {', '.join(others)} against {base}: {told}>")

    @property
    def outcomes(self) -> list[str]:
        """Names of the outcomes, the columns of `pairs`."""
        return [name for name in self.pairs.columns if name not in ("scenario", "seed")]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per scenario after the first and outcome: the effect, its interval, effect sizes, shares of pairs.

        Columns `pairs` to `fell` are explained at `advosim.experiment.effects.Effect`.
        """
        import pandas as pd

        names = [*self.primary, *(name for name in self.outcomes if name not in self.primary)]
        rows = [self._row(label, outcome) for label in self.labels[1:] for outcome in names]
        return pd.DataFrame(rows)

    @cached_property
    def course_table(self) -> pd.DataFrame:
        """One row per scenario, column of the weekly table, place and week: means and bands, see `courses.COLUMNS`."""
        return self._followed.table(bool(self.told.get("by_issue")))

    @cached_property
    def event_table(self) -> pd.DataFrame:
        """One row per scenario, polity, kind of event and year: means and bands, see `courses.EVENT_COLUMNS`."""
        return self._followed.event_table()

    @property
    def _followed(self) -> Courses:
        if self.courses is None:
            raise ValueError("no course was followed: compare(..., courses=['policy'])")
        return self.courses

    def course_figure(self, columns: Sequence[str] | None = None) -> Figure:
        """The course of each column in all scenarios, and of the differences, with bands over seeds."""
        found = self._followed
        return drawing.courses(found, self.course_table, found.columns if columns is None else columns)

    def event_figure(self, kinds: Sequence[str] = tuple(drawing.EVENTS_DRAWN)) -> Figure:
        """Events of some kinds by year, with bands over seeds."""
        return drawing.events(self._followed, self.event_table, kinds)

    def _row(self, label: str, outcome: str) -> dict[str, Any]:
        group, name, unit = _described(outcome)
        effect = effects.paired(self._values(self.labels[0], outcome), self._values(label, outcome))
        role = "primary" if outcome in self.primary else "exploratory"
        head = {"scenario": label, "outcome": outcome, "role": role, "group": group, "label": name, "unit": unit}
        return {**head, **effects.as_row(effect)}

    def _values(self, label: str, outcome: str) -> Any:
        return self.pairs.loc[self.pairs["scenario"] == label, outcome].to_numpy()

    def effect(self, outcome: str, scenario: str | int = 1) -> Any:
        """The row of `table` for an outcome and a scenario (its label or number). Raises KeyError for unknown ones."""
        label, outcome = self.labels[scenario] if isinstance(scenario, int) else scenario, vocabulary.current(outcome)
        rows = self.table[(self.table["outcome"] == outcome) & (self.table["scenario"] == label)]
        if rows.empty:
            raise KeyError(f"no outcome '{outcome}' of '{label}' ({', '.join(self.outcomes)})")
        return rows.iloc[0]

    def figure(self, outcomes: Sequence[str] | None = None) -> Figure:
        """Effect sizes with 95% intervals, a row for each outcome and a mark for each scenario."""
        shown = self.table.assign(group=_groups(self.table))
        return figure.effects(self.labels, shown, self.outcomes if outcomes is None else outcomes)

    def latex(self, outcomes: Sequence[str] | None = None) -> latex.Table:
        """The effects as a LaTeX table with booktabs' rules, primary outcomes first; its `long` breaks over pages."""
        shown = self._printed(outcomes)
        heads = {
            "label": "Outcome",
            "base": "Base",
            "effect": "Effect",
            "interval": r"95\% interval",
            "d_z": "$d_z$",
            "d_av": r"$d_{\mathrm{av}}$",
            "rose": "Rose",
        }
        columns = {name: latex.Raw(head) for name, head in heads.items()}
        return latex.booktabs(
            shown, caption=self._caption(), label="tab:effects", note=NOTE, columns=columns, group="over"
        )

    def _printed(self, outcomes: Sequence[str] | None) -> pd.DataFrame:
        table = self.table
        if outcomes is not None:
            table = table[table["outcome"].isin(outcomes)]
        rows: list[Any] = list(table.itertuples())
        printed: dict[str, list[Any]] = {
            "label": [f"{row.label} ({row.unit})" if row.unit else row.label for row in rows],
            "interval": [latex.interval(row.low, row.high) for row in rows],
            "rose": [latex.Raw(rf"${100 * row.rose:.0f}\%$") for row in rows],
            "over": [
                f"{row.scenario}: {group}" if len(self.labels) > 2 else group
                for row, group in zip(rows, _groups(table), strict=True)
            ],
        }
        return table.assign(**printed)

    def _caption(self) -> str:
        base, *others = self.labels
        count = int(self.table["pairs"].iloc[0])
        return f"Effects of {', '.join(others)} against {base}: means of {count} paired runs."

    def summary(self, most: int = 12) -> str:
        """All primary outcomes, and the strongest effects among the others, for a person to read."""
        lines = [self._caption()]
        if stops := self.told.get("stops"):
            lines += [_UNLIKE.format(", ".join(stops))]
        for label in self.labels[1:]:
            rows = self.table[self.table["scenario"] == label]
            lines += ["", label]
            named = rows[rows["role"] == "primary"]
            if len(named):
                lines += ["primary outcomes, named in advance, whatever they show"]
                lines += [_line(row) for row in named.itertuples()]
            lines += _exploratory(rows[rows["role"] != "primary"], most)
        return "\n".join([*lines, "", KEY])

    def leaves(self, panel: Sequence[str] = ("parquet",)) -> saving.Leaves:
        """Effects, courses, events, all pairs, figures and summary; the panel in these formats: parquet, csv, dta."""
        tables, figures = {"effects": self.table}, {"effects": self.figure()}
        if self.courses is not None and self.courses.columns:
            tables |= {"courses": self.course_table, "events": self.event_table}
            figures["courses"] = self.course_figure()
            if set(self.courses.kinds) & set(drawing.EVENTS_DRAWN):
                figures["events"] = self.event_figure()
        rows = {"pairs": self.pairs}
        if self.panel is not None and "parquet" in panel:
            rows["panel"] = self.panel
        return saving.Leaves(
            told={"kind": "comparison", **self.told},
            summary=self.summary(),
            tables=tables | ({"panel": self.panel} if self.panel is not None and "csv" in panel else {}),
            rows=rows,
            columns={
                "effects": COLUMNS,
                "pairs": (SCENARIO, SEED, *map(_declared, self.outcomes)),
                "courses": courses.COLUMNS,
                "events": courses.EVENT_COLUMNS,
                "panel": courses.PANEL,
            },
            latex={"effects": self.latex()},
            figures=figures,
            other={"panel.dta": self._dta} if self.panel is not None and "dta" in panel else {},
        )

    def _dta(self, target: IO[bytes]) -> None:
        """The panel for Stata: names are labelled numbers, which regressions take as they are."""
        assert self.panel is not None
        named = {name: self.panel[name].astype("category") for name in ("polity", "issue")}
        order = _ordered(self.panel["scenario"], self.labels)
        stata.write(self.panel.assign(scenario=order, **named), courses.PANEL, target)

    def save(
        self, folder: str | Path, *, force: bool = False, panel: Sequence[str] = ("parquet",), **printed: Any
    ) -> Path:
        """Write effects, courses and events (.csv, .tex, figures), all pairs, a summary and a manifest.

        panel: formats of the panel, any of parquet, csv, dta. printed: formats, longtable; see `saving.save`.
        """
        return saving.save(self.leaves(panel), folder, force, **printed)


NOTE = (
    "Means over pairs of runs with the same seed. Interval: Student's t on paired differences. d_z: effect over the sd "
    "of the differences; d_av: over the mean sd of both scenarios. Rose: share of pairs with a higher outcome. "
    "Outcomes of issues are means over issues."
)


KEY = (
    "Mean of the first scenario -> of the other, mean difference over pairs of runs with the same seed [95% interval], "
    "unit.\nd_z: difference over its standard deviation over pairs: how reliably one pair shows it. Rose, fell: in how "
    "many\npairs the outcome is higher, lower."
)
"""What the lines of the summary say."""
PRIMARY = "Primary, named in advance"


def _groups(table: pd.DataFrame) -> list[str]:
    """What outcomes stand under: those named in advance are together."""
    return [PRIMARY if role == "primary" else group for role, group in zip(table["role"], table["group"], strict=True)]


def _ordered(column: pd.Series[Any], order: Sequence[str]) -> Any:
    import pandas as pd

    return pd.Categorical(column, categories=list(order))


_UNLIKE = (
    "note: runs of {} may end before their last week ([stop]), so that sums over weeks are over fewer; the outcome "
    "ended_week tells how long they were"
)
FEW = 8
"""Exploratory outcomes up to which all are told: they were asked for by name."""


def _exploratory(rows: pd.DataFrame, most: int) -> list[str]:
    """How many outcomes were looked at, and those of which the effect is surest."""
    if not len(rows):
        return []
    rows = rows.reindex(rows["d_z"].abs().sort_values(ascending=False, kind="stable").index)
    sure = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    luck = (1 - effects.LEVEL) * len(rows)
    head = (
        f"exploratory: {len(rows)} outcome{'' if len(rows) == 1 else 's'} looked at, {len(sure)} of {len(rows)} "
        f"intervals leave out 0 (by luck alone some {luck:.2g} would); the surest first"
    )
    shown = rows if len(rows) <= FEW else sure.head(most)
    return [head, *([_line(row) for row in shown.itertuples()] or ["  no effect that is distinct from luck"])]


def _line(row: Any) -> str:
    means = f"{row.base:>10.4g} -> {row.other:>10.4g}"
    effect = f"{row.effect:+.4g} [{row.low:+.4g}, {row.high:+.4g}]"
    rose, fell = (round(share * row.pairs) for share in (row.rose, row.fell))
    return (
        f"  {row.outcome:<28} {means}   {effect} {row.unit}".rstrip()
        + f"   d_z {row.d_z:+.2f}, rose in {rose} of {row.pairs}, fell in {fell}"
    )


SCENARIO = Column("scenario", "scenario", names="labels of scenarios", by="compare")
SEED = count("seed", "seed of the run", "number", "compare")
ROLE = Column("role", "whether it was named in advance", names="primary, exploratory", by="compare")
COLUMNS = (SCENARIO, effects.OUTCOME[0], ROLE, *effects.OUTCOME[1:], *effects.COLUMNS)
"""Of the table of effects."""


def _declared(outcome: str) -> Column:
    """A column of `pairs`."""
    known = vocabulary.BY_NAME.get(outcome.rpartition(".")[2])
    if known is None:
        return Column(outcome, "an outcome of the caller's own", by="compare")
    return replace(known.column, name=outcome)


def _described(outcome: str) -> tuple[str, str, str]:
    """Group, label and unit of an outcome, by the last part of its name."""
    *where, name = outcome.split(".")
    known = vocabulary.BY_NAME.get(name)
    if known is None:
        return "Outcomes", outcome.replace("_", " "), ""
    before = f"{', '.join(where).replace('_', ' ')}: " if where else ""
    return known.group, before + known.label, known.unit
