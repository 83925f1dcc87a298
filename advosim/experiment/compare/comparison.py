"""Compare scenarios over paired seeds: the same luck in each, so that what differs is the scenarios' doing."""

from __future__ import annotations

import contextlib
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from advosim.experiment import effects
from advosim.experiment.compare import course_figure as drawing
from advosim.experiment.compare import courses, figure
from advosim.experiment.compare.courses import Courses
from advosim.experiment.sweep import own as own_outcomes
from advosim.processors import processors
from advosim.reading import outcomes as vocabulary
from advosim.replaced import SPELLED, Rules, functions, in_manifest, traces
from advosim.results import latex, saving, stata
from advosim.scenario.later import future
from advosim.scenario.limits import MOST_SEED
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.size import shortages
from advosim.world.columns import Column, count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from advosim.experiment.sweep.schema import Experiment
    from advosim.record import Record
    from advosim.scenario.load import Scenario

Outcome = Callable[["Record"], float]

FACTOR = "scenario"
FEW = 1e8
"""Citizens x issues x weeks, summed over runs, below which starting processes costs more than it saves (some 5 s)."""
CHUNK = 30_000_000
"""The same for what a process does at a time (some 2 s): progress moves, and Ctrl-C is heard."""


class RunError(RuntimeError):
    """A run of a comparison raised: which scenario, which seed, and the traceback."""

    def __init__(self, scenario: str, seed: int, said: str, trace: str) -> None:
        super().__init__(f"scenario '{scenario}', seed {seed}: {said}")
        self.scenario, self.seed, self.said, self.trace = scenario, seed, said, trace

    def __reduce__(self) -> tuple[type[RunError], tuple[str, int, str, str]]:
        return RunError, (self.scenario, self.seed, self.said, self.trace)


@dataclass(frozen=True)
class _Plan:
    """What each run is reduced to; travels to worker processes."""

    scenarios: tuple[Scenario, ...]
    labels: tuple[str, ...]
    weeks: int
    outcomes: tuple[str, ...]
    own: tuple[tuple[str, Outcome], ...]
    """Outcomes of the caller's: a name and a function of a Record."""
    polities: tuple[str, ...]
    issues: tuple[str, ...]
    by_issue: bool
    rules: Rules = field(default_factory=dict)
    """By mechanism, what takes its place in all scenarios."""
    primary: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    panel: bool = False
    from_week: int | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns of the weekly table that are kept of each run."""
        return tuple(vocabulary.WEEKLY) if self.panel else self.courses


@dataclass(frozen=True)
class Comparison:
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
        told = f"{pairs} pairs, {len(self.outcomes)} outcomes, {len(self.primary)} of them primary"
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

    def event_figure(self, kinds: Sequence[str] = drawing.EVENTS_DRAWN) -> Figure:
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
        for label in self.labels[1:]:
            rows = self.table[self.table["scenario"] == label]
            lines += ["", label]
            named = rows[rows["role"] == "primary"]
            if len(named):
                lines += ["primary outcomes, named in advance, whatever they show"]
                lines += [_line(row) for row in named.itertuples()]
            lines += _exploratory(rows[rows["role"] != "primary"], most)
        return "\n".join(lines)

    def _leaves(self, panel: Sequence[str]) -> saving.Leaves:
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
        return saving.save(self._leaves(panel), folder, force, **printed)


NOTE = (
    "Means over pairs of runs with the same seed. Interval: Student's t on paired differences. d_z: effect over the sd "
    "of the differences; d_av: over the mean sd of both scenarios. Rose: share of pairs with a higher outcome. "
    "Outcomes of issues are means over issues."
)


PRIMARY = "Primary, named in advance"


def _groups(table: pd.DataFrame) -> list[str]:
    """What outcomes stand under: those named in advance are together."""
    return [PRIMARY if role == "primary" else group for role, group in zip(table["role"], table["group"], strict=True)]


def _ordered(column: pd.Series[Any], order: Sequence[str]) -> Any:
    import pandas as pd

    return pd.Categorical(column, categories=list(order))


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
    return [head, *([_line(row) for row in sure.head(most).itertuples()] or ["  no effect that is distinct from luck"])]


def _line(row: Any) -> str:
    means = f"{row.base:>10.4g} -> {row.other:>10.4g}"
    effect = f"{row.effect:+.4g} [{row.low:+.4g}, {row.high:+.4g}]"
    return f"  {row.outcome:<28} {means}   {effect}   d_z {row.d_z:+.2f}, rose in {row.rose:.0%}"


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


# ---------------------------------------------------------------- comparing


def compare(
    scenarios: Sequence[Scenario | str | Path],
    *,
    runs: int = 200,
    first_seed: int = 1,
    outcomes: Sequence[str] | Mapping[str, Outcome | str] | None = None,
    workers: int | None = None,
    weeks: int | None = None,
    by_issue: bool = False,
    labels: Sequence[str] | None = None,
    progress: bool = True,
    kept: str | Path | None = None,
    mechanisms: Rules | None = None,
    primary: Sequence[str] = (),
    courses: Sequence[str] = courses.DRAWN,
    panel: bool = False,
    from_week: int | None = None,
) -> Comparison:
    """Run each scenario with the same seeds and say what the later ones do differently from the first.

    outcomes: names of `advosim.reading.outcomes.OUTCOMES` (None: those of COMPARED), or own ones: a name and a function
    of a Record each, also as `module:function`. workers: processes, by default what the machine has where that pays;
    results do not depend on it. by_issue adds every outcome for each issue. labels: what the scenarios are called, by
    default their titles. kept: a folder for the runs while they are made, so that the same call goes on from there;
    `forget` removes it. mechanisms: as of `simulate`, in all scenarios alike. primary: outcomes that the question is
    about, named in advance: they are measured too, come first, and are reported whatever they show. courses: columns
    of the weekly table that are followed week by week. panel keeps all of its columns, one row per scenario, seed,
    week, polity and issue. from_week: all scenarios are the first until then, and what differs in the others holds
    from that week on.
    Raises InputError for wrong input, RunError where a run raises or its process dies.
    """
    outcomes = _with_primary(outcomes, primary)
    plan = replace(_planned(scenarios, runs, first_seed, outcomes, weeks, by_issue, labels), rules=_rules(mechanisms))
    plan = replace(plan, primary=_primary(plan, primary), courses=_courses(courses), panel=panel)
    if from_week is not None:
        first, *others = plan.scenarios
        first = first.but({"weeks": plan.weeks}) if plan.weeks != first.weeks else first
        plan = replace(plan, scenarios=(first, *(future(first, each, from_week) for each in others)))
        plan = replace(plan, from_week=from_week)
    workers = _here(plan, workers)
    seeds = range(first_seed, first_seed + runs)
    if short := list(shortages(plan.scenarios, None, _workers(plan, runs * len(plan.scenarios), workers))):
        raise InputError(short)
    with _folder(kept) as folder:
        _run(plan, seeds, _workers(plan, runs * len(plan.scenarios), workers), progress, folder)
        return _compared(plan, seeds, folder)


def _compared(plan: _Plan, seeds: range, folder: Path) -> Comparison:
    """What the runs in a folder say."""
    from advosim.experiment.sweep import running, store

    table = running.runs(folder)
    followed = whole = None
    if plan.kept:
        file = folder / store.WEEKS
        shape = (plan.labels, len(seeds), plan.courses, plan.polities, plan.issues, plan.weeks)
        followed = courses.gathered(file, *shape) if plan.courses else None
        whole = courses.panel(file, table) if plan.panel else None
    pairs = table.drop(columns=["run", "point", "status"])[[FACTOR, "seed", *_measuring(plan).columns]]
    return Comparison(plan.labels, pairs, _told(plan, seeds), plan.primary, followed, whole)


def forget(kept: str | Path) -> None:
    """Remove the runs that `compare` kept in a folder, and nothing else."""
    from advosim.experiment.sweep import store

    folder = Path(kept)
    for place in (*folder.glob("*/"), folder):
        if (place / store.MANIFEST).is_file():
            shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _told(plan: _Plan, seeds: range) -> dict[str, Any]:
    from advosim.scenario import load

    scenarios = [
        {"label": label, "fingerprint": load.fingerprint(scenario), "resolved": load.resolved(scenario)}
        for label, scenario in zip(plan.labels, plan.scenarios, strict=True)
    ]
    common = {"polities": list(plan.polities), "issues": list(plan.issues)}
    measured = {"outcomes": list(plan.outcomes), "own": in_manifest(traces(dict(plan.own))), "by_issue": plan.by_issue}
    seen: dict[str, Any] = {"seeds": [seeds.start, seeds.stop - 1], "weeks": plan.weeks}
    seen |= {"primary": list(plan.primary), "courses": list(plan.courses), "panel": plan.panel}
    seen |= {} if plan.from_week is None else {"from_week": plan.from_week}
    seen |= {"replaced": in_manifest(traces(plan.rules))} if plan.rules else {}
    return {**seen, **common, **measured, "scenarios": scenarios}


# ---------------------------------------------------------------- what is wrong before anything runs


def _planned(
    given: Sequence[Scenario | str | Path],
    runs: int,
    first_seed: int,
    outcomes: Sequence[str] | Mapping[str, Outcome | str] | None,
    weeks: int | None,
    by_issue: bool,
    labels: Sequence[str] | None,
) -> _Plan:
    problems: list[Problem] = []
    scenarios = _loaded(given, problems)
    problems += _wrong_numbers(len(given), runs, first_seed, weeks)
    chosen, own = _chosen(outcomes, problems)
    if problems:
        raise InputError(problems)
    polities, issues = vocabulary.common(scenarios)
    problems += _unlike(scenarios, polities, issues, weeks)
    problems += _wrong_labels(labels, len(scenarios))
    if problems:
        raise InputError(problems)
    names = tuple(labels) if labels else _titles(scenarios)
    length = weeks or scenarios[0].weeks
    return _Plan(tuple(scenarios), names, length, chosen, own, tuple(polities), tuple(issues), by_issue)


def _loaded(given: Sequence[Scenario | str | Path], problems: list[Problem]) -> list[Scenario]:
    from advosim.scenario import load

    found = []
    for scenario in given:
        try:
            found.append(load.load(scenario) if isinstance(scenario, str | Path) else scenario)
        except InputError as error:
            problems += error.problems
    return found


def _wrong_numbers(scenarios: int, runs: int, first_seed: int, weeks: int | None) -> Iterator[Problem]:
    if scenarios < 2:
        hint = "name what is compared first, then what it is compared with"
        yield Problem("compare", None, f"{scenarios} scenarios", "2 or more", hint)
    if runs < 2:
        yield Problem("compare", None, f"runs is {runs}", "2 or more", "an interval takes at least two pairs")
    if first_seed < 0 or first_seed + runs > MOST_SEED:
        yield Problem("compare", None, f"first_seed is {first_seed}", f"0 to {MOST_SEED} less the number of runs")
    if weeks is not None and weeks < 1:
        yield Problem("compare", None, f"weeks is {weeks}", "1 or more")


def _chosen(
    outcomes: Sequence[str] | Mapping[str, Outcome | str] | None, problems: list[Problem]
) -> tuple[tuple[str, ...], tuple[tuple[str, Outcome], ...]]:
    if isinstance(outcomes, Mapping):
        return (), _functions(outcomes, problems)
    asked = list(vocabulary.COMPARED if outcomes is None else outcomes)
    own = _functions({of.rpartition(":")[2]: of for of in asked if own_outcomes.is_own(of)}, problems)
    names = tuple(dict.fromkeys(vocabulary.current(name) for name in asked if not own_outcomes.is_own(name)))
    known = list(vocabulary.BY_NAME)
    for name in names:
        if name not in vocabulary.BY_NAME:
            allowed = ", ".join(known)
            problems.append(
                Problem("compare", None, f"there is no outcome '{name}'", allowed, did_you_mean(name, known))
            )
    if not asked:
        problems.append(Problem("compare", None, "no outcome is named", ", ".join(known)))
    return names, own


def _functions(given: Mapping[str, Outcome | str], problems: list[Problem]) -> tuple[tuple[str, Outcome], ...]:
    """Own outcomes, those that are named as `module:function` imported: also from the current folder."""
    found = []
    for name, own in given.items():
        try:
            found.append((name, own_outcomes.function(own, Path.cwd()) if isinstance(own, str) else own))
        except InputError as error:
            problems += error.problems
    problems += [_lost(name) for name, own in found if not _travels(own)]
    return tuple(found)


def _here(plan: _Plan, workers: int | None) -> int | None:
    """One worker where functions are of a notebook. Raises InputError where several were asked for."""
    lost = [name for name, call in (*plan.own, *plan.rules.items()) if own_outcomes.is_at_the_prompt(call)]
    if lost and (workers or 1) > 1:
        raise InputError(
            Problem("compare", None, f"'{name}' {own_outcomes.AT_THE_PROMPT}", hint=own_outcomes.HINT) for name in lost
        )
    return 1 if lost else workers


def _with_primary(
    outcomes: Sequence[str] | Mapping[str, Outcome | str] | None, primary: Sequence[str]
) -> Sequence[str] | Mapping[str, Outcome | str] | None:
    """Outcomes with those that were named in advance; own ones are there already."""
    if outcomes is None or isinstance(outcomes, Mapping) or not primary:
        return outcomes
    plain = [name.rpartition(".")[2] for name in primary]
    return [*outcomes, *(name for name in plain if name not in outcomes)]


def _primary(plan: _Plan, wanted: Sequence[str]) -> tuple[str, ...]:
    """The columns of outcomes that were named in advance, in each polity. Raises InputError for unknown ones."""
    known = _measuring(plan).columns
    found: list[str] = []
    problems = []
    for name in wanted:
        name = vocabulary.current(name)
        place = [vocabulary.column(vocabulary.Place(polity, ""), name, plan.polities) for polity in plan.polities]
        here = [name] if name in known else [column for column in place if column in known]
        found += [column for column in here if column not in found]
        if not here:
            what = f"primary: there is no outcome '{name}' in this comparison"
            problems.append(Problem("compare", None, what, ", ".join(known), did_you_mean(name, known)))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _courses(wanted: Sequence[str]) -> tuple[str, ...]:
    """The columns to follow. Raises InputError for unknown ones."""
    known = list(vocabulary.WEEKLY)
    problems = [
        Problem(
            "compare", None, f"courses: there is no column of numbers '{name}' in the weekly table", ", ".join(known),
            did_you_mean(name, known),
        )
        for name in wanted
        if name not in known
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(wanted))


def _travels(function: Any) -> bool:
    """Whether a function can be sent to another process."""
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return callable(function)


def _rules(mechanisms: Rules | None) -> dict[str, Any]:
    """Replaced rules, found and checked. Raises InputError."""
    from advosim.week import check

    rules = functions(mechanisms)
    check(rules)
    lost = [name for name, rule in rules.items() if not _travels(rule)]
    if lost:
        what = f"the rules in the place of {', '.join(lost)} cannot travel to worker processes"
        raise InputError(Problem("compare", None, what, SPELLED, "not an inner function"))
    return rules


def _lost(name: str) -> Problem:
    what = f"the outcome '{name}' cannot travel to worker processes"
    return Problem("compare", None, what, "a function of a Record, defined in a module", "not a lambda or an inner one")


def _unlike(
    scenarios: Sequence[Scenario], polities: Sequence[str], issues: Sequence[str], weeks: int | None
) -> Iterator[Problem]:
    for what, shared in (("polity", polities), ("issue", issues)):
        if not shared:
            each = "; ".join(f"{s.title}: {', '.join(getattr(s, what))}" for s in scenarios)
            yield Problem("compare", None, f"the scenarios have no {what} in common ({each})")
    lengths = sorted({scenario.weeks for scenario in scenarios})
    if weeks is None and len(lengths) > 1:
        told = f"the scenarios run for different lengths ({', '.join(map(str, lengths))} weeks)"
        yield Problem("compare", None, told, hint=f"say weeks={lengths[0]} (--weeks {lengths[0]})")


def _wrong_labels(labels: Sequence[str] | None, scenarios: int) -> Iterator[Problem]:
    if labels is not None and (len(labels) != scenarios or len(set(labels)) != scenarios):
        yield Problem("compare", None, f"labels are {', '.join(labels)}", f"{scenarios} different names")


def _titles(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Titles, numbered where they are alike."""
    titles = [scenario.title for scenario in scenarios]
    alike = [title for title in titles if titles.count(title) > 1]
    return tuple(f"{title} ({n + 1})" if title in alike else title for n, title in enumerate(titles))


# ---------------------------------------------------------------- running


def _workers(plan: _Plan, total: int, workers: int | None) -> int:
    if workers is not None:
        return max(1, min(workers, total))
    if _size(plan) * total < FEW:
        return 1
    return max(1, min(processors(), total))


def _size(plan: _Plan) -> int:
    """Citizens x issues x weeks of the largest run."""
    citizens = max(sum(polity.citizens for polity in scenario.polity.values()) for scenario in plan.scenarios)
    return citizens * len(plan.scenarios[0].issue) * plan.weeks


@contextlib.contextmanager
def _folder(kept: str | Path | None) -> Iterator[Path]:
    """Where runs are kept while they are made."""
    if kept is not None:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="advosim-") as folder:
        yield Path(folder)


@dataclass(frozen=True)
class _Measuring:
    """Runs one scenario with one seed and reduces it; travels to worker processes."""

    weeks: int
    outcomes: tuple[str, ...]
    own: tuple[tuple[str, Outcome], ...]
    polities: tuple[str, ...]
    issues: tuple[str, ...]
    by_issue: bool
    rules: Rules
    kept: tuple[str, ...] = ()
    from_week: int | None = None

    @property
    def name(self) -> str:
        """All that the numbers depend on beside scenario and seed."""
        own = [(name, getattr(call, "__module__", ""), getattr(call, "__qualname__", "")) for name, call in self.own]
        return (
            f"compare {self.weeks} {self.outcomes} {own} {self.polities} {self.issues} {self.by_issue}"
            + (f" {traces(self.rules)}" if self.rules else "")
            + (f" {self.kept}" if self.kept else "")
            + (f" from {self.from_week}" if self.from_week else "")
        )

    @property
    def columns(self) -> list[str]:
        return [
            *vocabulary.columns(self.outcomes, self.polities, self.issues, self.by_issue),
            *(name for name, _ in self.own),
        ]

    def __call__(self, scenario: Scenario, seed: int) -> Any:
        from advosim.experiment import forking
        from advosim.experiment.sweep.running import Reduced

        record = forking.simulated(scenario, seed, self.from_week, weeks=self.weeks, rules=self.rules)
        row = vocabulary.measured(record, self.outcomes, self.polities, self.issues, self.by_issue)
        row |= {name: own_outcomes.number(name, outcome(record)) for name, outcome in self.own}
        return Reduced(row, courses.weekly(record, self.kept, self.polities, self.issues)) if self.kept else row


def _measuring(plan: _Plan) -> _Measuring:
    return _Measuring(
        plan.weeks,
        plan.outcomes,
        plan.own,
        plan.polities,
        plan.issues,
        plan.by_issue,
        plan.rules,
        plan.kept,
        plan.from_week,
    )


def _run(plan: _Plan, seeds: range, workers: int, progress: bool, folder: Path) -> None:
    """A run per scenario and seed, by the engine of sweeps: what died is tried again, what is there is not."""
    from advosim import simulation
    from advosim.experiment.sweep import running
    from advosim.experiment.sweep.workers import InProcess

    measuring = _measuring(plan)
    experiment = _experiment(plan, seeds, measuring.columns)
    total = len(plan.scenarios) * len(seeds)
    size = max(1, min(25, total // (workers * 8), CHUNK // max(1, _size(plan))))
    how: dict[str, Any] = {"workers": workers} if workers > 1 else {"executor": InProcess()}
    if workers > 1 and not plan.rules:  # once here, or every worker would compile for itself
        simulation.compile_all(lambda stage, done, total: None)
    _forget_others(folder, experiment, measuring)
    try:
        state = running.run(
            experiment, folder, simulate=measuring, chunk=size, strict=True, progress=None if progress else False, **how
        )
    except running.RunFailed as error:
        raise RunError(str(error.point[FACTOR]), error.seed, error.said, error.trace) from error
    if state.failures:
        first = state.failures[0]
        running.forget_failures(folder)
        raise RunError(first["factors"][FACTOR], first["seed"], f"{first['error']}; {DIED}", first["traceback"])


DIED = "perhaps there was not enough memory; the other runs are kept, and the same command tries this one again"


def _experiment(plan: _Plan, seeds: range, columns: Sequence[str]) -> Experiment:
    """The runs of a comparison as an experiment: the scenarios are its only factor."""
    from advosim.experiment.sweep.schema import Design, Experiment, Factor, Keep, Replicates
    from advosim.experiment.sweep.schema import Outcome as Measured

    return Experiment(
        "runs",
        plan.scenarios[0],
        Design(kind="factorial"),
        {FACTOR: Factor(FACTOR, "text", plan.labels)},
        Replicates.model_construct(count=len(seeds), first_seed=seeds.start),
        {name: Measured(of=name) for name in columns},
        Keep(weeks=1 if plan.kept else "none"),
        scenarios=dict(zip(plan.labels, plan.scenarios, strict=True)),
    )


def _forget_others(folder: Path, experiment: Experiment, measuring: _Measuring) -> None:
    """Remove kept runs that are of no use any more: of another program, scenario or length."""
    from advosim.experiment.sweep import designs, store
    from advosim.experiment.sweep.seals import Damage

    with contextlib.suppress(Damage):
        there = store.read_plan(folder)
        wanted = store.parts(experiment, designs.points(experiment), measuring.name)
        if there is not None and store.differences(there, wanted):
            forget(folder)
