"""What is to be run for a comparison, and what is wrong with it before anything runs."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.compare import courses as by_week
from advosim.experiment.sweep import own as own_outcomes
from advosim.reading import outcomes as vocabulary
from advosim.replaced import SPELLED, Rules, functions, traces
from advosim.scenario.later import future
from advosim.scenario.limits import MOST_SEED
from advosim.scenario.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from advosim.record import Record
    from advosim.scenario.load import Scenario

Outcome = Callable[["Record"], float]


@dataclass(frozen=True)
class Measuring:
    """Runs one scenario with one seed and reduces it; travels to worker processes."""

    weeks: int
    outcomes: tuple[str, ...]
    own: tuple[tuple[str, Outcome], ...]
    """Outcomes of the caller's: a name and a function of a Record."""
    polities: tuple[str, ...]
    issues: tuple[str, ...]
    by_issue: bool
    rules: Rules = field(default_factory=dict)
    """By mechanism, what takes its place in all scenarios."""
    kept: tuple[str, ...] = ()
    """Columns of the weekly table that are kept of each run."""
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
        """Names of what a run is reduced to."""
        measured = vocabulary.columns(self.outcomes, self.polities, self.issues, self.by_issue)
        return [*measured, *(name for name, _ in self.own)]

    def __call__(self, scenario: Scenario, seed: int) -> Any:
        from advosim.experiment import forking
        from advosim.experiment.sweep.running import Reduced

        record = forking.simulated(scenario, seed, self.from_week, weeks=self.weeks, rules=self.rules)
        row = vocabulary.measured(record, self.outcomes, self.polities, self.issues, self.by_issue)
        row |= {name: own_outcomes.asked(name, outcome, record) for name, outcome in self.own}
        return Reduced(row, by_week.weekly(record, self.kept, self.polities, self.issues)) if self.kept else row


@dataclass(frozen=True)
class Plan:
    """Scenarios over the same seeds, what each run is reduced to, and what is kept of it by week."""

    scenarios: tuple[Scenario, ...]
    labels: tuple[str, ...]
    measuring: Measuring
    primary: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    panel: bool = False

    @property
    def weeks(self) -> int:
        """Length of the runs."""
        return self.measuring.weeks

    def with_rules(self, mechanisms: Rules | None) -> Plan:
        """With other rules in the place of mechanisms, in all scenarios. Raises InputError."""
        return replace(self, measuring=replace(self.measuring, rules=_rules(mechanisms)))

    def keeping(self, primary: Sequence[str | Outcome], wanted: Sequence[str], panel: bool) -> Plan:
        """With outcomes named in advance and columns that are kept by week. Raises InputError for unknown ones."""
        named, followed = _primary(self.measuring, primary), _courses(wanted)
        kept = tuple(vocabulary.WEEKLY) if panel else followed
        measuring = replace(self.measuring, kept=kept)
        return replace(self, measuring=measuring, primary=named, courses=followed, panel=panel)

    def branching(self, week: int | None) -> Plan:
        """With one past until a week: all scenarios are the first until then."""
        if week is None:
            return self
        first, *others = self.scenarios
        first = first.but({"weeks": self.weeks}) if self.weeks != first.weeks else first
        scenarios = (first, *(future(first, each, week) for each in others))
        return replace(self, scenarios=scenarios, measuring=replace(self.measuring, from_week=week))


# ---------------------------------------------------------------- what is wrong before anything runs


def planned(
    given: Sequence[Scenario | str | Path],
    runs: int,
    first_seed: int,
    outcomes: Sequence[str | Outcome] | Mapping[str, Outcome | str] | None,
    weeks: int | None,
    by_issue: bool,
    labels: Sequence[str] | None,
) -> Plan:
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
    measuring = Measuring(length, chosen, own, tuple(polities), tuple(issues), by_issue)
    return Plan(tuple(scenarios), names, measuring)


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
    outcomes: Sequence[str | Outcome] | Mapping[str, Outcome | str] | None, problems: list[Problem]
) -> tuple[tuple[str, ...], tuple[tuple[str, Outcome], ...]]:
    if isinstance(outcomes, Mapping):
        return (), _functions(outcomes, problems)
    asked = list(vocabulary.COMPARED if outcomes is None else outcomes)
    own = _functions(_mine(asked), problems)
    plain = [name for name in asked if isinstance(name, str) and not own_outcomes.is_own(name)]
    names = tuple(dict.fromkeys(map(vocabulary.current, plain)))
    known = list(vocabulary.BY_NAME)
    for name in names:
        if name not in vocabulary.BY_NAME:
            allowed = ", ".join(known)
            problems.append(
                Problem("compare", None, f"there is no outcome '{name}'", allowed, did_you_mean(name, known))
            )
    called = Counter([*names, *(_called(of) for of in dict.fromkeys(asked) if _is_own(of))])
    for name in (name for name, times in called.items() if times > 1):
        hint = "give the function another name, or a mapping of names to functions"
        problems.append(Problem("compare", None, f"two outcomes are named '{name}'", hint=hint))
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


def here(measuring: Measuring, workers: int | None) -> int | None:
    """One worker where functions are of a notebook. Raises InputError where several were asked for."""
    lost = [name for name, call in (*measuring.own, *measuring.rules.items()) if own_outcomes.is_at_the_prompt(call)]
    if lost and (workers or 1) > 1:
        raise InputError(
            Problem("compare", None, f"'{name}' {own_outcomes.AT_THE_PROMPT}", hint=own_outcomes.HINT) for name in lost
        )
    return 1 if lost else workers


def with_primary(
    outcomes: Sequence[str | Outcome] | Mapping[str, Outcome | str] | None, primary: Sequence[str | Outcome]
) -> Sequence[str | Outcome] | Mapping[str, Outcome | str] | None:
    """Outcomes with those that were named in advance."""
    if isinstance(outcomes, Mapping) or not primary:
        return outcomes
    asked: list[Any] = list(vocabulary.COMPARED if outcomes is None else outcomes)
    there = {*_mine(asked), *(name for name in asked if isinstance(name, str))}
    own = [of for of in _mine(primary).values() if of not in asked]
    names = [name for name in primary if isinstance(name, str) and not own_outcomes.is_own(name)]
    plain = [vocabulary.current(name.rpartition(".")[2]) for name in names]
    known = vocabulary.BY_NAME if outcomes is None else plain
    return [*asked, *own, *(name for name in dict.fromkeys(plain) if name not in there and name in known)]


def _mine(asked: Sequence[Any]) -> dict[str, Outcome | str]:
    """The own ones of a list of outcomes, functions or `module:function`, by their names."""
    return {_called(of): of for of in asked if _is_own(of)}


def _is_own(of: Any) -> bool:
    return not isinstance(of, str) or own_outcomes.is_own(of)


def _called(of: Any) -> str:
    """The name of an own outcome."""
    return of.rpartition(":")[2] if isinstance(of, str) else getattr(of, "__name__", type(of).__name__)


def _primary(measuring: Measuring, wanted: Sequence[str | Outcome]) -> tuple[str, ...]:
    """The columns of outcomes that were named in advance, in each polity. Raises InputError for unknown ones."""
    known, polities = measuring.columns, measuring.polities
    found: list[str] = []
    problems = []
    for name in wanted:
        name = vocabulary.current(next(iter(_mine([name])), str(name)))
        place = [vocabulary.column(vocabulary.Place(polity, ""), name, polities) for polity in polities]
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
