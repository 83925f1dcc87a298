"""Through what did it work? Twins with routes to policy frozen, and Shapley shares of what each route carried.

A frozen route's submissions are not applied (`mechanism.decision`), so that twins share all luck until the first
difference. For each set of open routes the scenario runs with and without the organisations; their difference is what
they move through these routes. Shapley 1953; Shorrocks 2013 for decompositions.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment import effects
from advosim.experiment.contribution import routes_figure
from advosim.experiment.contribution.ranking import EVERY
from advosim.reading.outcomes import outcome_of
from advosim.replaced import Rules
from advosim.results import saving
from advosim.scenario.groups import organisations
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem
from advosim.world.codes import ROUTES, STEP, STORE
from advosim.world.columns import POSITION, Column, count, number, position
from advosim.world.found import positions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from advosim.record import Record
    from advosim.scenario.load import Scenario

    Runs = dict[frozenset[str], tuple[pd.DataFrame, pd.DataFrame]]
    """By set of open routes: what was measured with the organisations and without them, by seed."""

RUNS = 50
EVERYBODY = "all organisations"
FROZEN: dict[str, dict[str, Any]] = {route: {f"mechanism.decision.{route}": False} for route in ROUTES}
"""By route: the settings that freeze it."""
SOURCES: dict[str, dict[str, Any]] = {
    "street": {"mechanism.pressure.street": 0.0},
    "petitions": {"mechanism.pressure.petition": 0.0},
    "insiders": {"mechanism.pressure.inside": 0.0},
    "opinion": {"mechanism.pressure.opinion": 0.0},
    "firms": {"mechanism.pressure.firms": 0.0},
    "abroad": {"mechanism.pressure.abroad": 0.0},
    "concessions": {"mechanism.response.concession": 0.0},
}
"""By source of the store of pressure: the settings that keep what it adds out."""
NOTHING = "nothing"
WHICH = ("with", "without")
"""Twins: the scenario, and the same without organisations."""


def shapley(values: Mapping[frozenset[str], Any]) -> dict[str, Any]:
    """Each player's mean marginal contribution over all orders, from the value of every set of players.

    values: numbers or arrays by set, the empty one included. The shares sum to the value of all less that of none.
    """
    everybody = max(values, key=len)
    players = sorted(everybody)
    n = len(players)
    shares: dict[str, Any] = {}
    for player in players:
        others = [one for one in players if one != player]
        shares[player] = sum(
            (values[frozenset(taken) | {player}] - values[frozenset(taken)]) / (n * math.comb(n - 1, size))
            for size in range(n)
            for taken in combinations(others, size)
        )
    return shares


def subsets(players: Iterable[str]) -> list[frozenset[str]]:
    """All sets of players, the largest first."""
    names = list(players)
    return [frozenset(taken) for size in range(len(names), -1, -1) for taken in combinations(names, size)]


# ---------------------------------------------------------------- the result


@dataclass(frozen=True)
class Decomposition(saving.Analysis):
    """What organisations moved, by the route that it took, over seeds. `save` leaves all of it in a folder."""

    title: str
    who: str
    players: tuple[str, ...]
    """Routes, or sources of the store."""
    pairs: pd.DataFrame
    """One row per polity, issue, set of open routes and seed: `policy` with the organisations and `policy_without`, and
    `effect`, their difference toward reform (of a named organisation, toward its own position)."""
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return short(
            f"<Decomposition of what {self.who} moved in '{self.title}': {self.runs} pairs; {', '.join(self.players)}>"
        )

    @cached_property
    def values(self) -> dict[tuple[str, str], dict[frozenset[str], NDArray[np.float64]]]:
        """By polity and issue (`all issues` for the mean): the effect of each set of open routes by seed, (runs,)."""
        found: dict[tuple[str, str], dict[frozenset[str], NDArray[np.float64]]] = {}
        for (polity, issue, opened), rows in self.pairs.groupby(["polity", "issue", "open"], sort=False):
            routes = frozenset() if opened == NOTHING else frozenset(str(opened).split("+"))
            found.setdefault((str(polity), str(issue)), {})[routes] = rows["effect"].to_numpy()
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per polity, issue and route, and one for the total.

        `effect`: the Shapley value in positions with a 95% bootstrap interval (BCa); `share` of the total likewise, by
        percentiles over the same seeds: empty where the total may be nothing. `alone`: the effect with this route open
        alone; `lost`: what is lost where it alone is frozen. `total` counts what the routes together move.
        """
        import pandas as pd

        rows = []
        for (polity, issue), values in self.values.items():
            nobody, everybody = values[frozenset()], values[frozenset(self.players)]
            shares = shapley(values)
            total = everybody - nobody
            for route in self.players:
                alone = values[frozenset([route])] - nobody
                lost = everybody - values[frozenset(self.players) - {route}]
                means = {"alone": float(alone.mean()), "lost": float(lost.mean())}
                head = {"polity": polity, "issue": issue, "route": route}
                rows.append({**head, **_interval(shares[route]), **_share(shares[route], total), **means})
            whole = {"share": 1.0, "share_low": 1.0, "share_high": 1.0} if _sure(total) else _share(total, total)
            means = {"alone": float(total.mean()), "lost": float(total.mean())}
            rows.append({"polity": polity, "issue": issue, "route": "total", **_interval(total), **whole, **means})
        return pd.DataFrame(rows)

    @property
    def runs(self) -> int:
        """Pairs of runs behind each number."""
        return int(self.pairs["seed"].nunique())

    def figure(self) -> Figure:
        """What each route carried, by issue, with 95% intervals."""
        return routes_figure.carried(self.title, self.who, self.table, self.runs)

    def summary(self) -> str:
        """Through what it worked, for a person to read."""
        sides = "toward reform" if self.who == EVERYBODY else "toward their own position"
        lines = [f"{self.title}: through what did {self.who} move policy?", ""]
        lines.append(f"Shapley values over {self.runs} paired seeds, in positions {sides}, with 95% intervals")
        for (polity, issue), rows in self.table.groupby(["polity", "issue"], sort=False):
            lines += ["", f"  {polity}, {issue}"]
            for row in list[Any](rows.itertuples()):
                known = row.route != "total" and row.share == row.share
                share = f"   {row.share:.0%} [{row.share_low:.0%}, {row.share_high:.0%}]" if known else ""
                if row.low == row.effect == row.high == 0.0 and row.route != "total":
                    lines.append(f"    {row.route:<12} moved policy in no run")
                    continue
                unsure = "" if row.low > 0 or row.high < 0 else "   (may be luck)"
                lines.append(f"    {row.route:<12} {row.effect:+.3f} [{row.low:+.3f}, {row.high:+.3f}]{share}{unsure}")
        return "\n".join(lines)

    def leaves(self) -> saving.Leaves:
        """Routes, all pairs, figure and summary."""
        return saving.Leaves(
            told={"kind": "routes", "who": self.who, **self.told},
            summary=self.summary(),
            tables={"routes": self.table},
            rows={"pairs": self.pairs},
            columns=COLUMNS,
            figures={"routes": self.figure()},
        )


_PLACE = (
    Column("polity", "polity", names="names of polities"),
    Column("issue", "issue", names="names of issues, or all issues"),
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "routes": (
        *_PLACE,
        Column("route", "route to policy, or source of pressure", names="names of routes or sources, or total"),
        number("effect", "Shapley value: the mean of what it adds over all orders", POSITION, None, None),
        number("low", "lower end of its 95% interval over seeds, by bootstrap", POSITION, None, None),
        number("high", "upper end of its 95% interval over seeds, by bootstrap", POSITION, None, None),
        number("share", "its share of the total; empty where there may be none", "share", None, None),
        number("share_low", "lower end of its 95% interval over seeds", "share", None, None),
        number("share_high", "upper end of its 95% interval over seeds", "share", None, None),
        number("alone", "effect with this one open alone", POSITION, None, None),
        number("lost", "what is lost where this one alone is frozen", POSITION, None, None),
    ),
    "pairs": (
        *_PLACE,
        Column("open", "what is open", names="names of routes or sources, joined by +, or none"),
        count("seed", "seed of the run", "number"),
        position("policy", "policy at the end with the organisations; empty for all issues"),
        position("policy_without", "policy at the end without them; empty for all issues"),
        number("effect", "what they move, toward reform or toward their own position", POSITION, None, None),
    ),
}


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    low, high = effects.bootstrap_interval(values)
    return {"effect": float(values.mean()), "low": low, "high": high}


def _sure(total: NDArray[np.float64]) -> bool:
    low, high = effects.bootstrap_interval(total)
    return low > 0.0 or high < 0.0


def _share(part: NDArray[np.float64], total: NDArray[np.float64]) -> dict[str, float]:
    """A route's share of the total and its interval over resampled seeds; NaN where there may be no total."""
    if not _sure(total):
        return dict.fromkeys(("share", "share_low", "share_high"), math.nan)
    n = len(total)
    drawn = np.random.default_rng(effects.SEED).multinomial(n, np.full(n, 1 / n), effects.RESAMPLES)
    wholes = drawn @ total
    ratios = (drawn @ part)[wholes != 0.0] / wholes[wholes != 0.0]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {"share": float(part.mean() / total.mean()), "share_low": float(low), "share_high": float(high)}


# ---------------------------------------------------------------- running


def routes(
    scenario: Scenario | str | Path,
    *,
    of: Sequence[str] = (),
    sources: bool = False,
    runs: int = RUNS,
    first_seed: int = 1,
    workers: int | None = None,
    weeks: int | None = None,
    progress: bool = True,
    kept: str | Path | None = None,
    mechanisms: Rules | None = None,
) -> Decomposition:
    """Run a scenario with and without its organisations for each set of open routes, on the same seeds.

    of: organisations or groups, by default all; sources: tell the sources of the store apart instead of the routes, all
    of which are open then. Of 2^routes sets only those are run whose result does not follow from another's: where a
    route was open but never used, freezing it changes no bit. kept, mechanisms: as of `compare`. Raises InputError for
    wrong input, RunError where a run raises.
    """
    from advosim.scenario import load

    scenario = load.load(scenario) if isinstance(scenario, str | Path) else scenario
    players = sources_of(scenario) if sources else FROZEN
    absent = [f"{home}.{name}" for home, polity in scenario.polity.items() for name, _ in organisations(polity)]
    if not absent:
        hint = "declare some under [polity.NAME.organisation.NAME]"
        raise InputError(Problem("contribution", None, "the scenario has no organisations", "one or more", hint))
    gone = scenario.without(*(of or absent))
    told: dict[str, Any] = {}

    def run(sets: Sequence[frozenset[str]]) -> Runs:
        from advosim.experiment.compare.comparison import compare

        closed = [{k: v for name in players if name not in opened for k, v in players[name].items()} for opened in sets]
        twins = [who.but(changes) if changes else who for changes in closed for who in (scenario, gone)]
        labels = [f"{_named(opened)}, {which}" for opened in sets for which in WHICH]
        compared = compare(
            twins, runs=runs, first_seed=first_seed, outcomes=_measured(scenario), workers=workers, weeks=weeks,
            labels=labels, progress=progress, kept=None if kept is None else Path(kept) / _brief(labels),
            mechanisms=mechanisms,
        )  # fmt: skip
        told.update(compared.told if not told else {})
        own = {str(label): rows.set_index("seed") for label, rows in compared.pairs.groupby("scenario")}
        return {opened: (own[f"{_named(opened)}, {WHICH[0]}"], own[f"{_named(opened)}, {WHICH[1]}"]) for opened in sets}

    by_set = _all_sets(players, run, sources)
    seeds = range(first_seed, first_seed + runs)
    pairs = _pairs(scenario, gone if of else None, by_set, seeds)
    told["scenarios"] = told["scenarios"][:1]
    who = ", ".join(of) if of else EVERYBODY
    return Decomposition(scenario.title, who, tuple(players), pairs, {**told, "players": list(players)})


def _brief(labels: Sequence[str]) -> str:
    """A name for the folder of some runs."""
    return hashlib.sha256("; ".join(labels).encode()).hexdigest()[:12]


def sources_of(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The sources that there can be: firms where there are some, shaming where there is a world beyond the polity."""
    kinds = {each.kind for polity in scenario.polity.values() for each in polity.organisation.values()}
    missing = set() if "firm" in kinds else {"firms"}
    if not scenario.has_abroad:
        missing.add("abroad")
    return {name: closed for name, closed in SOURCES.items() if name not in missing}


def _all_sets(players: Iterable[str], run: Callable[[Sequence[frozenset[str]]], Runs], sources: bool) -> Runs:
    """The runs of each set of open routes, made or taken from a larger set that used no other route than these.

    Sets of one size are run at once, so that they share processes.
    """
    by_set: Runs = {}
    used: dict[frozenset[str], frozenset[str]] = {}
    for _, of_a_size in groupby(subsets(players), key=len):
        sets = list(of_a_size)
        known = {opened: next((other for other in used if used[other] <= opened <= other), None) for opened in sets}
        missing = [opened for opened, like in known.items() if like is None]
        made = run(missing) if missing else {}
        by_set |= {opened: made[opened] if like is None else by_set[like] for opened, like in known.items()}
        # What a source adds is always felt; only routes may be open without use.
        used |= {opened: opened if sources else _used(by_set[opened]) & opened for opened in sets}
    return by_set


def _named(opened: frozenset[str]) -> str:
    return "+".join(route for route in (*ROUTES, *SOURCES) if route in opened) or NOTHING


def _used(twins: tuple[pd.DataFrame, pd.DataFrame]) -> frozenset[str]:
    return frozenset(route for route in ROUTES if any(twin[f"used {route}"].any() for twin in twins))


def _measured(scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = {f"used {route}": partial(_uses, route=number) for number, route in enumerate(ROUTES)}
    for p, polity in enumerate(scenario.polity):
        for m, issue in enumerate(scenario.issue):
            found[f"policy {p} {m}"] = partial(outcome_of, name="policy_end", polity=polity, issue=issue)
    return found


def _uses(record: Record, route: int) -> float:
    """Whether a route changed policy: always, where the log may not tell (without friction, and where it is full)."""
    if record.lost or (route == STORE and not _has_friction(record.scenario)):
        return 1.0
    events = record.recorded.events
    return float(((events["event"] == STEP) & (events["route"] == route)).any())


def _has_friction(scenario: Scenario) -> bool:
    late = [reform.set.get("mechanism.friction.on", True) for reform in scenario.reform]
    return scenario.mechanism.friction.on and all(late)


def _pairs(scenario: Scenario, gone: Scenario | None, by_set: Runs, seeds: Sequence[int]) -> pd.DataFrame:
    """Effects by polity and issue, and their mean over issues by the priorities of those who are gone."""
    import pandas as pd

    ways, weights = _directions(scenario, gone, seeds)
    rows = []
    for opened, twins in by_set.items():
        ends = [twin.loc[list(seeds)] for twin in twins]
        name = _named(opened)
        for p, home in enumerate(scenario.polity):
            mean = np.zeros(len(seeds))
            for m, issue in enumerate(scenario.issue):
                one, other = (end[f"policy {p} {m}"].to_numpy() for end in ends)
                effect = ways[:, p, m] * (one - other)
                mean += weights[p, m] * effect
                head: dict[str, Any] = {"polity": home, "issue": issue, "open": name, "seed": list(seeds)}
                rows.append(pd.DataFrame({**head, "policy": one, "policy_without": other, "effect": effect}))
            if len(scenario.issue) > 1:
                head = {"polity": home, "issue": EVERY, "open": name, "seed": list(seeds)}
                rows.append(pd.DataFrame({**head, "policy": np.nan, "policy_without": np.nan, "effect": mean}))
    return pd.concat(rows, ignore_index=True)


def _directions(
    scenario: Scenario, gone: Scenario | None, seeds: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(seeds, p, m): 1 toward reform; of those who are gone, toward their mean position. (p, m): weights of issues."""
    p, m = len(scenario.polity), len(scenario.issue)
    if gone is None:
        return np.ones((len(seeds), p, m)), np.full((p, m), 1 / m)
    left = {(home, name) for home, polity in gone.polity.items() for name, _ in organisations(polity)}
    everybody = [(home, name) for home, polity in scenario.polity.items() for name, _ in organisations(polity)]
    rows = np.array([one not in left for one in everybody])
    ways = []
    weights = np.full((p, m), 1 / m)
    for seed in seeds:
        start = positions(scenario, seed)
        wanted = start.stances[rows].mean(axis=0)
        ways.append(np.where(wanted >= start.policy, 1.0, -1.0))
        weights = np.tile(start.priorities[rows].mean(axis=0), (p, 1))
    return np.array(ways), weights
