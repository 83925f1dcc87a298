"""What a run says of tactics, of success and of costs, and the contexts in which governance is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim import Scenario, simulate
from advosim.experiment import effects
from advosim.scenario.groups import everybody

HOME = "polity.home.governance."
FOUR_YEARS = 208
MOVED = 0.05
"""A change of policy that counts (Baumgartner et al. 2009, on this scale)."""
ONSET = 0.0005
INSIDE = ("lobbying", "multi_stakeholder_table", "research_report")
STREET = ("demonstration", "symbolic_performance", "disruptive_action")
MIXED = {
    "repression": 0.4, "openness": 0.3, "access": 0.3, "accommodation": 0.4, "contestation": 0.4, "media_freedom": 0.4,
    "entry_cost": 0.5, "assembly_cost": 0.4, "veto_players": 2,
}  # fmt: skip


GROWING = " and growing"
"""Of a context in which organisations may be founded: that of `new_organisations`."""


def context(name: str, citizens: int) -> Scenario:
    """`open`, `mixed` or `closed`: the baseline's people and organisations under three kinds of governance, with
    `GROWING` behind it room for newcomers; else a shipped scenario.
    """
    kind = name.removesuffix(GROWING)
    shipped = {"open": "baseline", "mixed": "closed_regime", "closed": "closed_regime"}.get(kind, kind)
    scenario = Scenario.load(shipped)
    changes: dict[str, Any] = {f"polity.{home}.citizens": citizens for home in scenario.polity}
    changes |= {HOME + setting: value for setting, value in MIXED.items()} if kind == "mixed" else {}
    if name.endswith(GROWING):
        room = Scenario.load("new_organisations").polity["home"].newcomer
        changes["polity.home.newcomer"] = {group: row.model_dump(exclude_unset=True) for group, row in room.items()}
    return scenario.but(changes)


def observe(scenario: Scenario, seed: int) -> dict[str, float]:
    """The measures of one run of at most four years, in its first polity."""
    record = simulate(scenario, seed, threads=1, weeks=min(scenario.weeks, FOUR_YEARS))
    weeks, start = record.recorded.weeks[:, 0, :], record.start
    before, stances, weights = start.policy[0], start.stances, start.priorities
    change = weeks["policy"][-1] - before
    moved, apart = np.abs(change) >= MOVED, np.abs(weeks["policy"][-1] - weeks["attitude"][-1])
    majority = np.sign(2 * weeks["support"][0] - 1)
    # Of newcomers the weights are 0: they are none of the sides at the start.
    means = np.array([one.given.income for one in everybody(scenario)])
    richer = np.sign((np.sign(stances - before) * weights * means[:, None]).sum(axis=0))
    protest = np.stack([weeks["protest_for"], weeks["protest_against"]])
    begun = record.events[record.events["event"] == "campaign"]["tactic"]
    campaigns = max(len(begun), 1)
    closed = float((record.events["event"] == "closure").sum())
    return {
        "unchanged": float(1 - moved.mean()),
        "toward the majority": float((change * majority).mean()),
        "toward the richer": float((change * richer).mean()),
        "majority's moves": float((change * majority > 0)[moved].sum()),
        "moves": float(moved.sum()),
        "inside": float(begun.isin(INSIDE).sum() / campaigns),
        "street": float(begun.isin(STREET).sum() / campaigns),
        "online": float(begun.isin(("petition", "hashtag_campaign")).sum() / campaigns),
        "ballots": float(begun.isin(("initiative", "referendum", "recall")).sum() / campaigns),
        "abroad": float(begun.str.startswith(("appeal", "shaming")).sum() / campaigns),
        "protest": float(protest.sum()),
        "peak": float(protest.max()),
        "weeks of protest": float((protest.sum(axis=0) >= ONSET - 1e-9).sum() / 4),
        "median week": float(np.median(protest.sum(axis=(0, 2)))),
        "distance": float(apart.mean()),
        "closures": closed,
        "founded": float(record.events["event"].isin(["founded", "split", "formalised"]).sum()),
        "organisations": float((~record.recorded.organisations["closed"][-1]).sum()),
        "closures a year open": closed / max(float((~record.recorded.organisations["closed"]).sum()) / 52, 1e-9),
        "first month": float(np.abs(weeks["policy"][:5] - before).max()),
        "first quarter": float(np.abs(weeks["policy"][:13] - before).max()),
        "largest step": float(np.abs(np.diff(weeks["policy"], axis=0)).max()),
        **{f"policy {m}": float(weeks["policy"][-1, m]) for m in range(len(change))},
        **{f"attitude {m}": float(weeks["attitude"][-1, m]) for m in range(len(change))},
        **{f"distance, {issue}": float(apart[m]) for m, issue in enumerate(scenario.issue)},
        **{f"change, {issue}": float(change[m]) for m, issue in enumerate(scenario.issue)},
    }


def _observed(job: tuple[Scenario, int]) -> dict[str, float]:
    return observe(*job)


def runs(jobs: Sequence[tuple[Scenario, Sequence[int]]], workers: int) -> list[list[dict[str, float]]]:
    """The measures of scenarios under seeds, in their order."""
    flat = [(scenario, seed) for scenario, seeds in jobs for seed in seeds]
    with ProcessPoolExecutor(workers) as pool:
        found = iter(list(pool.map(_observed, flat, chunksize=4)))
    return [[next(found) for _ in seeds] for _, seeds in jobs]


def column(rows: Sequence[Mapping[str, float]], name: str) -> NDArray[np.float64]:
    return np.array([row[name] for row in rows])


def paired(low: Sequence[Mapping[str, float]], high: Sequence[Mapping[str, float]], name: str) -> dict[str, float]:
    """The mean of paired differences, its 95% interval, and the mean in sd of these differences."""
    found = effects.paired(column(low, name), column(high, name))
    return {"effect": found.effect, "low": found.low, "high": found.high, "in sd": found.d_z}
