"""What a government's answers do, and what calls for them: the claims that hold over whole runs."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from advosim import Scenario
from advosim.simulation import simulate

HOME = "polity.home.governance."
LIVELY = {"polity.home.citizens": 1000, "mechanism.participation.threshold": 0.2}
"""Readier citizens than usual: of protest there must be some."""
ONSET = 0.0005


@functools.cache
def answers(seeds: int = 3) -> np.ndarray:
    """(protests, 3) over a mixed set of polities: whether each was violent, repressed, accommodated.

    A protest is that of one side in a week; where both sides marched it is not told which was violent.
    """
    rows = []
    for repression in (0.1, 0.3, 0.5, 0.7, 0.9):
        for seed in range(1, seeds + 1):
            setting = {
                HOME + "repression": repression,
                HOME + "accommodation": (0.2, 0.5, 0.8)[seed % 3],
                HOME + "media_freedom": (0.2, 0.5, 0.9)[seed // 3 % 3],
            }
            record = simulate(Scenario.load("baseline").but({**LIVELY, **setting}), seed, weeks=104, threads=1)
            events = record.events[record.events["event"].isin(["repress", "accommodate"])]
            answered = set(zip(events["week"], events["issue"], events["side"], events["event"], strict=True))
            for week in record.weeks.itertuples():
                marched = [side for side in ("for", "against") if getattr(week, f"protest_{side}") >= ONSET]
                if len(marched) == 1:
                    own = (week.week, week.issue, marched[0])
                    told = [(*own, answer) in answered for answer in ("repress", "accommodate")]
                    rows.append([week.violent, *told])
    return np.array(rows, bool)


def odds_ratio(answer: int, seeds: int = 3) -> tuple[float, float, float]:
    """Of an answer by violence, with its 95% interval. Woolf 1955."""
    told = answers(seeds)
    violent = told[:, 0]
    cells = [int((told[one, answer] == given).sum()) for one in (violent, ~violent) for given in (True, False)]
    ratio, spread = math.log(cells[0] * cells[3] / (cells[1] * cells[2])), math.sqrt(sum(1 / cell for cell in cells))
    low, middle, high = (math.exp(ratio + z * spread) for z in (-1.96, 0.0, 1.96))
    return middle, low, high


def test_violent_protest_is_repressed_far_more_often() -> None:
    """Mass Mobilization: 85% if protesters are violent, 25% if not."""
    violent = answers()[:, 0]
    assert violent.sum() > 50 and (~violent).sum() > 50
    assert odds_ratio(1)[1] > 5
    assert answers()[~violent, 1].mean() < 0.4 < 0.7 < answers()[violent, 1].mean()


@pytest.mark.slow
def test_accommodation_hardly_differs_by_violence() -> None:
    """An odds ratio of .7 to 1.4. Its interval, 1.05 to 1.77 as measured, reaches beyond that and leaves 1 out."""
    middle, low, high = odds_ratio(2, 36)
    assert 0.7 < middle < 1.4, (low, middle, high)
    assert low > 0.7 and high < 2 < odds_ratio(1, 36)[1] / 4, "by far less than repression"


def test_repression_lowers_protest_where_media_are_closed() -> None:
    """Paired seeds; that later protest is higher where an act of it is told of stands in test_abroad.py."""
    closed = Scenario.load("baseline").but({**LIVELY, HOME + "media_freedom": 0.05, HOME + "internet_access": 0.1})

    def protest(repression: float, seed: int) -> float:
        taken = simulate(closed.but({HOME + "repression": repression}), seed, weeks=104, threads=1).recorded.weeks
        return float((taken["protest_for"] + taken["protest_against"]).mean())

    change = np.array([protest(0.8, seed) - protest(0.1, seed) for seed in range(1, 21)])
    assert change.mean() + 1.96 * change.std(ddof=1) / np.sqrt(change.size) < 0
