"""What a government's answers do, and what calls for them: the claims that hold over whole runs."""

from __future__ import annotations

import functools

import numpy as np

from advosim import Scenario
from advosim.simulation import simulate

HOME = "polity.home.governance."
LIVELY = {"polity.home.citizens": 1000, "mechanism.participation.threshold": 0.2}
"""Readier citizens than usual: of protest there must be some."""
ONSET = 0.0005


@functools.cache
def answers() -> np.ndarray:
    """(weeks with a protest, 3) over a mixed set of polities: whether it was violent, repressed, accommodated."""
    rows = []
    for repression in (0.1, 0.3, 0.5, 0.7, 0.9):
        scenario = Scenario.load("baseline").but({**LIVELY, HOME + "repression": repression})
        for seed in range(1, 9):
            weeks = simulate(scenario, seed, weeks=104, threads=1).weeks
            weeks = weeks[weeks["protest_for"] + weeks["protest_against"] >= ONSET]
            told = [weeks["response"].str.contains(answer) for answer in ("repress", "accommodate")]
            rows.append(np.column_stack([weeks["violent"] > 0, *told]))
    return np.concatenate(rows).astype(bool)


def odds_ratio(answer: int) -> float:
    violent = answers()[:, 0]
    odds = [share / (1 - share) for share in (answers()[one, answer].mean() for one in (violent, ~violent))]
    return float(odds[0] / odds[1])


def test_violent_protest_is_repressed_far_more_often() -> None:
    """P7, Mass Mobilization: 85% if protesters are violent, 25% if not."""
    violent = answers()[:, 0]
    assert violent.sum() > 200 and (~violent).sum() > 200
    assert odds_ratio(1) > 5
    assert answers()[~violent, 1].mean() < 0.4 < 0.7 < answers()[violent, 1].mean()


def test_accommodation_hardly_differs_by_violence() -> None:
    assert 0.6 < odds_ratio(2) < 1.4


def test_repression_lowers_protest_where_media_are_closed() -> None:
    """Paired seeds; that later protest is higher where an act of it is told of stands in test_abroad.py."""
    closed = Scenario.load("baseline").but({**LIVELY, HOME + "media_freedom": 0.05, HOME + "internet_access": 0.1})

    def protest(repression: float, seed: int) -> float:
        taken = simulate(closed.but({HOME + "repression": repression}), seed, weeks=104, threads=1).recorded.weeks
        return float((taken["protest_for"] + taken["protest_against"]).mean())

    change = np.array([protest(0.8, seed) - protest(0.1, seed) for seed in range(1, 21)])
    assert change.mean() + 1.96 * change.std(ddof=1) / np.sqrt(change.size) < 0
