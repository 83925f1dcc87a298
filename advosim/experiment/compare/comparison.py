"""Compare scenarios over paired seeds: the same luck in each, so that what differs is the scenarios' doing."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment import effects
from advosim.experiment.compare import figure
from advosim.processors import processors
from advosim.reading import outcomes as vocabulary
from advosim.results import latex, saving
from advosim.scenario.limits import MOST_SEED
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.world.columns import Column, count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from advosim.record import Record
    from advosim.scenario.load import Scenario

Outcome = Callable[["Record"], float]
Seen = Callable[[int, int], None]
"""Told of the number of runs done and of all runs."""

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


@dataclass(frozen=True)
class Comparison:
    """Effects of scenarios against the first of them. `save` leaves all of it in a folder."""

    labels: tuple[str, ...]
    """One per scenario, the first being what the others are compared to."""
    pairs: pd.DataFrame
    """One row per scenario and seed: `scenario`, `seed`, one column per outcome."""
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Scenarios, seeds and weeks, for the manifest."""

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

        rows = [self._row(label, outcome) for label in self.labels[1:] for outcome in self.outcomes]
        return pd.DataFrame(rows)

    def _row(self, label: str, outcome: str) -> dict[str, Any]:
        group, name, unit = _described(outcome)
        effect = effects.paired(self._values(self.labels[0], outcome), self._values(label, outcome))
        head = {"scenario": label, "outcome": outcome, "group": group, "label": name, "unit": unit}
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
        return figure.effects(self.labels, self.table, self.outcomes if outcomes is None else outcomes)

    def latex(self, outcomes: Sequence[str] | None = None) -> str:
        """The effects as a LaTeX table with booktabs' rules."""
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
            "over": [f"{row.scenario}: {row.group}" if len(self.labels) > 2 else row.group for row in rows],
        }
        return table.assign(**printed)

    def _caption(self) -> str:
        base, *others = self.labels
        count = int(self.table["pairs"].iloc[0])
        return f"Effects of {', '.join(others)} against {base}: means of {count} paired runs."

    def summary(self, most: int = 12) -> str:
        """The strongest effects, for a person to read."""
        lines = [self._caption()]
        for label in self.labels[1:]:
            rows = self.table[self.table["scenario"] == label]
            rows = rows.reindex(rows["d_z"].abs().sort_values(ascending=False, kind="stable").index)
            sure = rows[(rows["low"] > 0) | (rows["high"] < 0)]
            lines += ["", f"{label} ({len(sure)} of {len(rows)} intervals leave out 0; the surest first)"]
            lines += [_line(row) for row in sure.head(most).itertuples()] or ["  no effect that is distinct from luck"]
        return "\n".join(lines)

    def save(self, folder: str | Path) -> Path:
        """Write effects as .csv, .tex and .png, all pairs, a summary and a manifest; see `saving.save`."""
        leaves = saving.Leaves(
            told={"kind": "comparison", **self.told},
            summary=self.summary(),
            tables={"effects": self.table},
            rows={"pairs": self.pairs},
            columns={
                "effects": (SCENARIO, *effects.OUTCOME, *effects.COLUMNS),
                "pairs": (SCENARIO, SEED, *map(_declared, self.outcomes)),
            },
            latex={"effects": self.latex()},
            figures={"effects": self.figure()},
        )
        return saving.save(leaves, folder)


NOTE = (
    "Means over pairs of runs with the same seed. Interval: Student's t on paired differences. d_z: effect over the sd "
    "of the differences; d_av: over the mean sd of both scenarios. Rose: share of pairs with a higher outcome. "
    "Outcomes of issues are means over issues."
)


def _line(row: Any) -> str:
    means = f"{row.base:>10.4g} -> {row.other:>10.4g}"
    effect = f"{row.effect:+.4g} [{row.low:+.4g}, {row.high:+.4g}]"
    return f"  {row.outcome:<28} {means}   {effect}   d_z {row.d_z:+.2f}, rose in {row.rose:.0%}"


SCENARIO = Column("scenario", "scenario", names="labels of scenarios", by="compare")
SEED = count("seed", "seed of the run", "number", "compare")


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
    outcomes: Sequence[str] | Mapping[str, Outcome] | None = None,
    workers: int | None = None,
    weeks: int | None = None,
    by_issue: bool = False,
    labels: Sequence[str] | None = None,
    progress: bool = True,
) -> Comparison:
    """Run each scenario with the same seeds and say what the later ones do differently from the first.

    outcomes: names of `advosim.reading.outcomes.OUTCOMES` (None: those of COMPARED), or own ones: a name and a function
    of a Record each. workers: processes, by default what the machine has where that pays; results do not depend on it.
    by_issue adds every outcome for each issue. labels: what the scenarios are called, by default their titles.
    Raises InputError for wrong input, RunError where a run raises.
    """
    plan = _planned(scenarios, runs, first_seed, outcomes, weeks, by_issue, labels)
    seeds = range(first_seed, first_seed + runs)
    total = runs * len(plan.scenarios)
    with _bar(total, progress) as seen:
        rows = _run(plan, seeds, _workers(plan, total, workers), seen)
    return Comparison(plan.labels, _table(plan, seeds, rows), _told(plan, seeds))


def _table(plan: _Plan, seeds: Sequence[int], rows: Mapping[tuple[int, int], Mapping[str, float]]) -> pd.DataFrame:
    import pandas as pd

    table = [
        {"scenario": label, "seed": seed, **rows[number, seed]}
        for number, label in enumerate(plan.labels)
        for seed in seeds
    ]
    return pd.DataFrame(table)


def _told(plan: _Plan, seeds: range) -> dict[str, Any]:
    from advosim.scenario import load

    scenarios = [
        {"label": label, "fingerprint": load.fingerprint(scenario), "resolved": load.resolved(scenario)}
        for label, scenario in zip(plan.labels, plan.scenarios, strict=True)
    ]
    common = {"polities": list(plan.polities), "issues": list(plan.issues)}
    return {"seeds": [seeds.start, seeds.stop - 1], "weeks": plan.weeks, **common, "scenarios": scenarios}


# ---------------------------------------------------------------- what is wrong before anything runs


def _planned(
    given: Sequence[Scenario | str | Path],
    runs: int,
    first_seed: int,
    outcomes: Sequence[str] | Mapping[str, Outcome] | None,
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
    outcomes: Sequence[str] | Mapping[str, Outcome] | None, problems: list[Problem]
) -> tuple[tuple[str, ...], tuple[tuple[str, Outcome], ...]]:
    if isinstance(outcomes, Mapping):
        problems += [_lost(name) for name, own in outcomes.items() if not _travels(own)]
        return (), tuple(outcomes.items())
    names = tuple(dict.fromkeys(vocabulary.COMPARED if outcomes is None else map(vocabulary.current, outcomes)))
    known = list(vocabulary.BY_NAME)
    for name in names:
        if name not in vocabulary.BY_NAME:
            allowed = ", ".join(known)
            problems.append(
                Problem("compare", None, f"there is no outcome '{name}'", allowed, did_you_mean(name, known))
            )
    if not names:
        problems.append(Problem("compare", None, "no outcome is named", ", ".join(known)))
    return names, ()


def _travels(function: Any) -> bool:
    """Whether a function can be sent to another process."""
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return callable(function)


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


def _run(plan: _Plan, seeds: range, workers: int, seen: Seen) -> dict[tuple[int, int], dict[str, float]]:
    """Outcomes by number of the scenario and seed."""
    tasks = [(number, seed) for seed in seeds for number in range(len(plan.scenarios))]
    if workers == 1:
        rows = {}
        for done, task in enumerate(tasks):
            rows[task] = _one(plan, *task)
            seen(done + 1, len(tasks))
        return rows
    return _spread(plan, tasks, workers, seen)


def _spread(
    plan: _Plan, tasks: list[tuple[int, int]], workers: int, seen: Seen
) -> dict[tuple[int, int], dict[str, float]]:
    """Run in other processes, chunk by chunk; what comes back are numbers, never records."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from advosim import simulation

    # Once here, or every worker would compile for itself.
    simulation.compile_all(lambda stage, done, total: None)
    size = max(1, min(25, len(tasks) // (workers * 8), CHUNK // max(1, _size(plan))))
    chunks = [tasks[at : at + size] for at in range(0, len(tasks), size)]
    rows: dict[tuple[int, int], dict[str, float]] = {}
    context = get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(workers, context, _begin, (plan, stop)) as pool:
        try:
            for future in as_completed([pool.submit(_chunk, chunk) for chunk in chunks]):
                rows.update(future.result())
                seen(len(rows), len(tasks))
        except BrokenProcessPool as error:
            raise RuntimeError(BROKEN.format(left=len(tasks) - len(rows))) from error
        finally:
            # After Ctrl-C or a failure. Chunks that workers hold cannot be cancelled, but end at their next run.
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
    return rows


BROKEN = (
    "a worker process ended by itself with {left} runs to go: out of memory, or a script without "
    "`if __name__ == '__main__':` around what it starts; workers=1 runs all in this process"
)

_GIVEN: list[tuple[_Plan, Any]] = []
"""In a worker process: the plan, and the event that says stop."""


def _begin(plan: _Plan, stop: Any) -> None:
    """Prepare a worker process. Ctrl-C is for the parent to hear, which says stop."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _GIVEN[:] = [(plan, stop)]


def _chunk(tasks: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, float]]:
    plan, stop = _GIVEN[0]
    return {task: _one(plan, *task) for task in tasks if not stop.is_set()}


def _one(plan: _Plan, number: int, seed: int) -> dict[str, float]:
    """Run one scenario with one seed and reduce it."""
    from advosim import simulation

    try:
        record = simulation.simulate(plan.scenarios[number], seed, weeks=plan.weeks, threads=1)
        row = vocabulary.measured(record, plan.outcomes, plan.polities, plan.issues, plan.by_issue)
        return {**row, **{name: float(outcome(record)) for name, outcome in plan.own}}
    except InputError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise RunError(plan.labels[number], seed, said, traceback.format_exc()) from error


@contextmanager
def _bar(total: int, wanted: bool) -> Iterator[Seen]:
    """A bar on stderr, in notebooks too."""
    if not wanted:
        yield lambda done, of: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, desc="runs", unit="run", delay=1, mininterval=0.2, dynamic_ncols=True) as bar:
        yield lambda done, of: bar.update(done - bar.n)
