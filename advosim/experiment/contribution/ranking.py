"""What each organisation contributed: the same seeds without it. And whether organisations add up.

A run without an organisation is a run of the scenario in which it does not exist. Draws are keyed by name, so that all
others keep their luck, and the difference is what the organisation did, with all that others did because of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.experiment import effects
from advosim.experiment.contribution import ranking_figure
from advosim.reading.outcomes import outcome_of
from advosim.replaced import Rules
from advosim.results import latex, saving
from advosim.scenario.groups import organisations
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem
from advosim.world.codes import BY_TABLE, PRESSURES, STEP, TABLE
from advosim.world.columns import ORGANISATIONS, POSITION, Column, count, number
from advosim.world.found import Positions, positions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from advosim.record import Record
    from advosim.scenario.load import Scenario

ALL, NONE = "with all", "without any"
RUNS = 50


@dataclass(frozen=True)
class Outcome:
    """One thing that an organisation may have brought about."""

    name: str
    label: str
    unit: str
    paired: bool
    """Whether it is an effect: runs with the organisation against runs without it."""


OUTCOMES = (
    Outcome("policy", "policy moved toward its position", "position", True),
    Outcome("opinion", "opinion moved toward its side", "position", True),
    Outcome("agenda", "attention to its issues", "share of the agenda", True),
    Outcome("attainment", "policy nearer to its position at the end than at the start", "position", False),
    Outcome("input", "policy moved by agreements at tables where it sat", "position", False),
)
"""Made of the outcomes `policy_end`, `attitude_mean` and `agenda`, over an organisation's issues by its priorities.

Support is no measure here. It counts those who want more than there is, so after a win fewer want more.
"""
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}


class Somebody(NamedTuple):
    """An organisation: its row in `names`, polity, name, kind."""

    row: int
    polity: str
    name: str
    kind: str


class Coalition(NamedTuple):
    """Organisations that are removed together: all of a polity, or a side."""

    polity: str
    name: str
    members: tuple[Somebody, ...]

    @property
    def label(self) -> str:
        return f"without {self.polity}: {self.name}"


# ---------------------------------------------------------------- what a run is reduced to


def taken_up(record: Record, polity: str, organisation: str) -> float:
    """By how much agreements at tables moved policy in weeks in which the organisation sat there, in positions."""
    if (polity, organisation) not in record.names.organisations:
        return 0.0
    row = record.names.organisations.index((polity, organisation))
    at_table = np.array([record.scenario.tactic[name].pressure == PRESSURES[TABLE] for name in record.names.tactics])
    rows, events = record.recorded.campaigns, record.recorded.events
    sat = (rows["organisation"] == row) & (rows["effort"] > 0) & at_table[rows["tactic"]]
    made = events[(events["event"] == STEP) & (events["route"] == BY_TABLE)]
    made = made[made["polity"] == record.names.polities.index(polity)]
    weeks = made["week"] - 1
    mine = (sat[weeks] & (rows["issue"][weeks] == made["issue"][:, None])).any(axis=1)
    return float(np.abs(made["size"][mine]).sum())


# ---------------------------------------------------------------- the result


@dataclass(frozen=True)
class Contribution(saving.Analysis):
    """Influence of organisations and of their coalitions, over seeds. `save` leaves all of it in a folder."""

    title: str
    pairs: pd.DataFrame
    """One row per organisation and seed: `polity`, `organisation`, `kind`, `side`, `seed`, and with and without it each
    outcome (`policy` and `policy_without` ...), as far as possible in the organisation's own direction."""
    coalitions: pd.DataFrame
    """One row per coalition, issue and seed: policy `with_all`, `without` the coalition, `sum` of its members' own."""
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return short(f"<Contribution of organisations in '{self.title}': {self.runs} pairs for each>")

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per organisation and outcome, by the rank of its effect on policy.

        `other` is the mean with the organisation, `base` without it (for `attainment`: at the end and at the start);
        `effect` is their difference, with a 95% interval from `low` to `high`, and what `effects.Effect` explains.
        """
        import pandas as pd

        rows = []
        for (polity, name), own in self.pairs.groupby(["polity", "organisation"], sort=False):
            head = {"polity": polity, "organisation": name, "kind": own["kind"].iloc[0], "side": own["side"].iloc[0]}
            for outcome in OUTCOMES:
                found = effects.paired(own[f"{outcome.name}_without"], own[outcome.name])
                what = {"outcome": outcome.name, "label": outcome.label, "unit": outcome.unit}
                rows.append({**head, **what, **effects.as_row(found)})
        return _ranked(pd.DataFrame(rows))

    @cached_property
    def sums(self) -> pd.DataFrame:
        """One row per coalition and issue (`all issues` for their mean): do its members' contributions add up?

        `total` is what policy moves because the coalition is there, `sum` what its members' own contributions come to.
        `ratio` = sum / total, its interval by Fieller (1954): without bounds where the total may be nothing. `reading`:
        `substitutes` where the sum is surely smaller than the total, `complements` where it is surely larger, `neither`
        where the pairs do not tell, `unknown` where there may be no total.
        """
        import pandas as pd

        keys = ["polity", "coalition", "members", "issue"]
        rows = [
            dict(zip(keys, head, strict=True)) | _sum(own) for head, own in self.coalitions.groupby(keys, sort=False)
        ]
        return pd.DataFrame(rows, columns=[*keys, *SUMS])

    def figure(self) -> Figure:
        """Ranked contributions to policy with 95% intervals, beside those to opinion and to the agenda."""
        return ranking_figure.ranked(self.title, self.table, self.runs)

    def latex(self) -> str:
        """The ranked contributions as a LaTeX table, and the sums below as its note."""
        shown = self._wide()
        heads = {
            "organisation": "Organisation",
            "side": "Side",
            "policy": "Policy",
            "policy_interval": "95\\% interval",
        }
        heads |= {"opinion": "Opinion ($10^{-3}$)", "agenda": "Agenda", "attainment": "Attainment", "input": "Input"}
        columns = {name: latex.Raw(head) for name, head in heads.items()}
        several = shown["polity"].nunique() > 1
        return latex.booktabs(
            shown,
            caption=f"Contributions of organisations in {self.title}: {self.runs} paired runs with and without each.",
            label="tab:contribution",
            note=NOTE + " ".join(["", *self._sum_lines()]),
            columns=columns,
            group="polity" if several else None,
        )

    @property
    def runs(self) -> int:
        """Pairs of runs behind each number."""
        return int(self.pairs["seed"].nunique())

    def _wide(self) -> pd.DataFrame:
        import pandas as pd

        rows = []
        for (polity, name), own in self.table.groupby(["polity", "organisation"], sort=False):
            by_outcome: Any = own.set_index("outcome")
            row: dict[str, Any] = {
                "polity": str(polity),
                "organisation": str(name).replace("_", " "),
                "side": own["side"].iloc[0],
            }
            for outcome in by_outcome.index:
                value = float(by_outcome.loc[outcome, "effect"]) * PRINTED.get(str(outcome), 1.0)
                row[str(outcome)] = latex.Raw(f"${value:.3f}$")
            low, high = (float(by_outcome.loc["policy", bound]) for bound in ("low", "high"))
            rows.append({**row, "policy_interval": latex.Raw(rf"$[{low:.3f},\ {high:.3f}]$")})
        return pd.DataFrame(rows).sort_values("polity", kind="stable")

    def summary(self, most: int = 12) -> str:
        """Who moved policy most, and whether organisations add up, for a person to read."""
        lines = [f"{self.title}: contributions from {self.runs} paired runs with and without each organisation", ""]
        lines.append("Policy moved toward an organisation's own position because it was there, in positions (-1 to 1)")
        own = self.table[self.table["outcome"] == "policy"]
        for row in _rows(own.head(most)):
            nothing = row.low == row.effect == row.high == 0.0
            unsure = "" if row.low > 0 or row.high < 0 else "   (no run differs)" if nothing else "   (may be luck)"
            lines.append(
                f"  {row.rank:>3}  {row.organisation:<28} {row.side:<8} "
                f"{row.effect:+.3f} [{row.low:+.3f}, {row.high:+.3f}]{unsure}"
            )
        lines += [f"  and {len(own) - most} more in contribution.csv"] if len(own) > most else []
        return "\n".join([*lines, "", "Do contributions add up?", *(f"  {line}" for line in self._sum_lines())])

    def _sum_lines(self) -> list[str]:
        whole = self.sums[self.sums["issue"] == EVERY]
        return [_told(row) for row in _rows(whole)]

    def leaves(self) -> saving.Leaves:
        """Contributions, their sums, all pairs, figure and summary."""
        return saving.Leaves(
            told={"kind": "contribution", **self.told},
            summary=self.summary(),
            tables={"contribution": self.table, "sums": self.sums},
            rows={"pairs": self.pairs},
            columns=COLUMNS,
            latex={"contribution": self.latex()},
            figures={"contribution": self.figure()},
        )


def _rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())


SUMS = (
    "runs", "sum", "sum_low", "sum_high", "total", "total_low", "total_high", "ratio", "ratio_low", "ratio_high",
    "surplus", "surplus_low", "surplus_high", "reading",
)  # fmt: skip
EVERY = "all issues"
_WHO = (
    Column("polity", "polity", names="names of polities"),
    Column("organisation", "organisation", names="names of organisations"),
    Column("kind", "its kind", names="names of kinds"),
    Column("side", "for or against the reform, as its usual position lies", names="for, against"),
)
_INTERVAL = {"": "", "_low": ", lower end of its 95% interval", "_high": ", upper end of its 95% interval"}
COLUMNS: dict[str, tuple[Column, ...]] = {
    "contribution": (
        count("rank", "rank by its effect on policy", "rank"),
        *_WHO,
        *effects.OUTCOME,
        *effects.COLUMNS,
    ),
    "pairs": (
        *_WHO,
        count("seed", "seed of the run", "number"),
        *(
            number(f"{each.name}{without}", f"{each.label}, in the run {told} it", each.unit, None, None)
            for each in OUTCOMES
            for without, told in (("", "with"), ("_without", "without"))
        ),
    ),
    "sums": (
        _WHO[0],
        Column("coalition", "who is taken out together", names="all, for, against"),
        count("members", "organisations in it", ORGANISATIONS),
        Column("issue", "issue", names="names of issues, or all issues"),
        count("runs", "pairs of runs", "pairs"),
        *(
            number(f"{name}{end}", meaning + told, unit, None, None)
            for name, meaning, unit in (
                ("sum", "sum of what its members contribute one by one to policy", POSITION),
                ("total", "what policy moves because the coalition is there", POSITION),
                (
                    "ratio",
                    "sum over total (interval by Fieller 1954; without bounds if the total may be 0)",
                    "ratio",
                ),
                ("surplus", "sum less total", POSITION),
            )
            for end, told in _INTERVAL.items()
        ),
        Column("reading", "whether contributions add up", names="substitutes, complements, neither, unknown"),
    ),
}
PRINTED = {"opinion": 1000.0, "agenda": 100.0}
"""Factors by which the LaTeX table shows what is small."""
NOTE = (
    "Means over pairs of runs with the same seed, with the organisation less without it; intervals by Student's t. "
    "Policy, attainment and input in positions toward the organisation's own; opinion: mean attitude toward its side; "
    "agenda: percentage points of attention to its issues."
)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a first column `rank`, by effect on policy; ties keep the scenario's order."""
    own = table[table["outcome"] == "policy"].sort_values("effect", ascending=False, kind="stable")
    rank = {key: number + 1 for number, key in enumerate(zip(own["polity"], own["organisation"], strict=True))}
    ranks = [rank[key] for key in zip(table["polity"], table["organisation"], strict=True)]
    table.insert(0, "rank", ranks)
    return table.sort_values("rank", kind="stable").reset_index(drop=True)


def _sum(own: pd.DataFrame) -> dict[str, Any]:
    sums, totals = own["sum"].to_numpy(), (own["with_all"] - own["without"]).to_numpy()
    surplus = effects.t_interval(sums - totals)
    total = effects.t_interval(totals)
    ratio, (low, high) = fieller(sums, totals)
    way = 1 if total[0] > 0 else -1 if total[1] < 0 else 0
    reading = "unknown" if way == 0 else "neither"
    if way and (surplus[0] * way > 0 or surplus[1] * way < 0):
        reading = "complements" if surplus[0] * way > 0 else "substitutes"
    values = (len(own), float(sums.mean()), *effects.t_interval(sums), float(totals.mean()), *total)
    return dict(zip(SUMS, (*values, ratio, low, high, float((sums - totals).mean()), *surplus, reading), strict=True))


def fieller(above: Any, below: Any, level: float = effects.LEVEL) -> tuple[float, tuple[float, float]]:
    """The ratio of two means over pairs and its interval, without bounds where the lower mean may be 0.

    above, below: (pairs,). Means of 0 over 0 give 1. Source: Fieller 1954.
    """
    from scipy import special

    a, b = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    n = len(a)
    t2 = float(special.stdtrit(n - 1, 0.5 + level / 2)) ** 2 / n
    (va, cov), (_, vb) = np.cov(a, b)
    ma, mb = float(a.mean()), float(b.mean())
    ratio = ma / mb if mb else (1.0 if ma == 0.0 else float(np.copysign(np.inf, ma)))
    c2, c1, c0 = mb**2 - t2 * vb, ma * mb - t2 * cov, ma**2 - t2 * va
    if c2 <= 0.0:
        return ratio, (-np.inf, np.inf)
    reach = float(np.sqrt(max(c1**2 - c2 * c0, 0.0)))
    return ratio, (float((c1 - reach) / c2), float((c1 + reach) / c2))


def _told(row: Any) -> str:
    interval = f"[{row.ratio_low:.2f}, {row.ratio_high:.2f}]"
    means = f"sum {row.sum:+.3f}, all together {row.total:+.3f}"
    ratio = f", ratio {row.ratio:.2f} {interval}" if np.isfinite(row.ratio_low) else ""
    reading = {
        "substitutes": "substitutes: others would have done part of what each did",
        "complements": "complements: each needed the others",
        "neither": "no sign that they replace or need each other",
        "unknown": "cannot be told, for together they may move nothing",
    }
    return f"{row.polity}, {row.coalition} ({row.members} organisations): {means}{ratio}; {reading[row.reading]}."


# ---------------------------------------------------------------- running


def contribution(
    scenario: Scenario | str | Path,
    *,
    runs: int = RUNS,
    first_seed: int = 1,
    workers: int | None = None,
    weeks: int | None = None,
    progress: bool = True,
    kept: str | Path | None = None,
    mechanisms: Rules | None = None,
) -> Contribution:
    """Run a scenario with all its organisations, without each, without each side and without any, on the same seeds.

    Takes (organisations + 4) x runs runs. workers: processes, by default what the machine has where that pays; results
    do not depend on it. kept, mechanisms: as of `compare`. Raises InputError for wrong input, RunError where a run
    raises.
    """
    from advosim.experiment.compare.comparison import compare
    from advosim.scenario import load

    scenario = load.load(scenario) if isinstance(scenario, str | Path) else scenario
    everybody = _everybody(scenario)
    if not everybody:
        hint = "declare some under [polity.NAME.organisation.NAME]"
        raise InputError(Problem("contribution", None, "the scenario has no organisations", "one or more", hint))
    coalitions = _coalitions(scenario, everybody)
    absent = [[f"{one.polity}.{one.name}"] for one in everybody]
    absent += [[f"{one.polity}.{one.name}" for one in coalition.members] for coalition in coalitions]
    labels = [ALL, *(names[0] for names in absent[: len(everybody)]), *(each.label for each in coalitions)]
    compared = compare(
        [scenario, *(scenario.without(*names) for names in absent)],
        runs=runs,
        first_seed=first_seed,
        outcomes=_measured(scenario, everybody),
        workers=workers,
        weeks=weeks,
        labels=labels,
        progress=progress,
        kept=kept,
        mechanisms=mechanisms,
    )
    by_label = {str(label): rows.set_index("seed") for label, rows in compared.pairs.groupby("scenario", sort=False)}
    at_start = {seed: positions(scenario, seed) for seed in range(first_seed, first_seed + runs)}
    told = {**compared.told, "scenarios": compared.told["scenarios"][:1], "organisations": absent[: len(everybody)]}
    return Contribution(
        scenario.title,
        _pairs(scenario, everybody, by_label, at_start),
        _coalition_rows(scenario, coalitions, by_label),
        told,
    )


def _everybody(scenario: Scenario) -> list[Somebody]:
    given = [(home, name, row) for home, polity in scenario.polity.items() for name, row in organisations(polity)]
    return [Somebody(number, home, name, row.kind) for number, (home, name, row) in enumerate(given)]


def sides(scenario: Scenario) -> list[str]:
    """By organisation: for or against the reform, as its usual position lies beside the usual policy."""
    found = []
    for polity in scenario.polity.values():
        for _, row in organisations(polity):
            weights = row.priorities or dict.fromkeys(scenario.issue, 1.0)
            way = sum(w * (row.stances.get(m, row.stance) - scenario.issue[m].policy) for m, w in weights.items())
            found.append("for" if way >= 0 else "against")
    return found


def _coalitions(scenario: Scenario, everybody: Sequence[Somebody]) -> list[Coalition]:
    """In each polity all, and each side where there are two and it has several members."""
    found = []
    side = sides(scenario)
    for home in scenario.polity:
        here = [one for one in everybody if one.polity == home]
        if here:
            found.append(Coalition(home, "all", tuple(here)))
        for name in ("for", "against"):
            members = tuple(one for one in here if side[one.row] == name)
            if 1 < len(members) < len(here):
                found.append(Coalition(home, name, members))
    return found


def _measured(scenario: Scenario, everybody: Sequence[Somebody]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for p, polity in enumerate(scenario.polity):
        for m, issue in enumerate(scenario.issue):
            for name in ("policy_end", "attitude_mean", "agenda"):
                found[f"{name} {p} {m}"] = partial(outcome_of, name=name, polity=polity, issue=issue)
    for one in everybody:
        found[f"input {one.row}"] = partial(taken_up, polity=one.polity, organisation=one.name)
    return found


def _pairs(
    scenario: Scenario,
    everybody: Sequence[Somebody],
    by_label: Mapping[str, pd.DataFrame],
    at_start: Mapping[int, Positions],
) -> pd.DataFrame:
    import pandas as pd

    side = sides(scenario)
    rows = []
    for one in everybody:
        head = {"polity": one.polity, "organisation": one.name, "kind": one.kind, "side": side[one.row]}
        present, absent = by_label[ALL], by_label[f"{one.polity}.{one.name}"]
        for seed, start in at_start.items():
            values = _of_one(scenario, one, present.loc[seed], absent.loc[seed], start)
            rows.append({**head, "seed": seed, **values})
    return pd.DataFrame(rows)


def _of_one(scenario: Scenario, one: Somebody, present: Any, absent: Any, start: Positions) -> dict[str, float]:
    """With and without an organisation, over its issues by its priorities, in its own direction."""
    p = list(scenario.polity).index(one.polity)
    wanted, weights = start.stances[one.row], start.priorities[one.row]
    way = np.sign(wanted - start.policy[p])

    def row(run: Any, column: str) -> NDArray[np.float64]:
        return np.array([run[f"{column} {p} {m}"] for m in range(len(scenario.issue))])

    def near(policy: NDArray[np.float64]) -> float:
        return float(weights @ -np.abs(policy - wanted))

    ends = near(row(present, "policy_end"))
    return {
        "policy": ends,
        "policy_without": near(row(absent, "policy_end")),
        "opinion": float(weights @ (way * row(present, "attitude_mean"))),
        "opinion_without": float(weights @ (way * row(absent, "attitude_mean"))),
        "agenda": float(weights @ row(present, "agenda")),
        "agenda_without": float(weights @ row(absent, "agenda")),
        "attainment": ends,
        "attainment_without": near(start.policy[p]),
        "input": float(present[f"input {one.row}"]),
        "input_without": 0.0,
    }


def _coalition_rows(
    scenario: Scenario, coalitions: Sequence[Coalition], by_label: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    import pandas as pd

    homes = list(scenario.polity)
    columns = ["polity", "coalition", "members", "issue", "seed", "with_all", "without", "sum"]
    rows = []
    for each in coalitions:
        p = homes.index(each.polity)
        single = {m: [f"policy_end {p} {n}"] for n, m in enumerate(scenario.issue)}
        several = {EVERY: [f"policy_end {p} {n}" for n in range(len(scenario.issue))]}
        for issue, taken in {**several, **(single if len(single) > 1 else {})}.items():
            policy = {label: run[taken].mean(axis=1) for label, run in by_label.items()}
            own = sum((policy[ALL] - policy[f"{one.polity}.{one.name}"] for one in each.members), start=0 * policy[ALL])
            head = [each.polity, each.name, len(each.members), issue]
            rows += [
                [*head, seed, policy[ALL][seed], policy[each.label][seed], own[seed]] for seed in policy[ALL].index
            ]
    return pd.DataFrame(rows, columns=columns)
