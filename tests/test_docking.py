"""Exact results and published models, through functions that call production code."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advosim import docking

# ---------------------------------------------------------------- seats

VOTES = [100_000, 80_000, 30_000, 20_000]
COUNTS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=12).filter(any)
METHODS = st.sampled_from(sorted(docking.METHODS))


def test_seats_by_dhondt_and_their_disproportionality_are_exact() -> None:
    won = docking.seats(VOTES, 8, "dhondt", 0.0)
    assert won == [4, 3, 1, 0]
    assert docking.gallagher_index(VOTES, won) == pytest.approx(7.932, abs=5e-4)


def test_seats_by_sainte_lague_spare_the_small() -> None:
    # Averages over 1, 3, 5: 100 80 33.3 30 26.7 20 20 16; of the two 20s the one of the list with more votes first.
    assert docking.seats(VOTES, 8, "sainte-lague", 0.0) == [3, 3, 1, 1]
    assert docking.seats(VOTES, 6, "sainte-lague", 0.0) == [3, 2, 1, 0]
    assert docking.seats(VOTES, 7, "sainte-lague", 0.0) == [3, 2, 1, 1]


def test_equal_averages_go_to_the_list_with_more_votes_then_to_the_earlier() -> None:
    assert docking.seats([50, 100], 2) == [0, 2]  # 100/2 = 50/1
    assert docking.seats([100, 100], 1) == [1, 0]
    assert docking.seats([100, 100, 100], 5) == [2, 2, 1]


def test_a_threshold_is_a_share_of_all_votes_and_reaching_it_is_enough() -> None:
    assert docking.seats([60, 33, 7], 14, threshold=0.07) == [9, 4, 1]  # 60/9 > 33/5 > 60/10
    assert docking.seats([60, 33, 7], 14, threshold=0.0701) == [9, 5, 0]


def test_a_threshold_that_no_list_reaches_does_not_hold() -> None:
    assert docking.seats([60, 33, 7], 14, threshold=0.9) == docking.seats([60, 33, 7], 14) == [9, 4, 1]
    # 8.7% of all 230,000 votes: the last list is out at 9%
    assert docking.seats(VOTES, 20, "sainte-lague", 0.09)[3] == 0
    assert docking.seats(VOTES, 20, "sainte-lague", 0.08)[3] == 2


@given(COUNTS, st.integers(0, 200), METHODS)
def test_all_seats_are_filled_by_lists_that_have_votes(votes: list[int], number: int, method: str) -> None:
    won = docking.seats(votes, number, method)
    assert sum(won) == number
    assert all(seats == 0 for seats, count in zip(won, votes, strict=True) if count == 0)


@given(COUNTS, st.integers(1, 100), METHODS)
def test_more_votes_never_mean_fewer_seats(votes: list[int], number: int, method: str) -> None:
    won = docking.seats(votes, number, method)
    for mine, seats in zip(votes, won, strict=True):
        for other, others in zip(votes, won, strict=True):
            assert mine <= other or seats >= others


@given(COUNTS, st.integers(1, 100), METHODS)
def test_a_larger_house_takes_no_seat_away(votes: list[int], number: int, method: str) -> None:
    smaller, larger = docking.seats(votes, number, method), docking.seats(votes, number + 1, method)
    assert all(a <= b for a, b in zip(smaller, larger, strict=True))


@given(COUNTS, st.integers(1, 100))
def test_dhondt_gives_nobody_less_than_the_share_rounded_down(votes: list[int], number: int) -> None:
    won = docking.seats(votes, number, "dhondt")
    assert all(seats >= number * count // sum(votes) for seats, count in zip(won, votes, strict=True))


@given(COUNTS, st.integers(1, 60), METHODS, st.floats(0, 1))
def test_a_threshold_only_takes_lists_out(votes: list[int], number: int, method: str, threshold: float) -> None:
    inside = [count if count / sum(votes) >= threshold else 0 for count in votes]
    assume(any(inside))
    assert docking.seats(votes, number, method, threshold) == docking.seats(inside, number, method)


@given(COUNTS, st.integers(1, 9))
def test_seats_in_proportion_are_not_disproportional(votes: list[int], times: int) -> None:
    assert docking.gallagher_index(votes, [count * times for count in votes]) == pytest.approx(0, abs=1e-9)


def test_the_index_is_the_root_of_half_the_squares() -> None:
    # 60:40 votes, all seats to the first: sqrt((40^2 + 40^2) / 2) = 40
    assert docking.gallagher_index([60, 40], [1, 0]) == pytest.approx(40)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"votes": []}, "at least one"),
        ({"votes": [10, -1]}, "not negative"),
        ({"votes": [10, math.nan]}, "finite"),
        ({"votes": [10, math.inf]}, "finite"),
        ({"votes": ["many"]}, "list of numbers"),
        ({"votes": 5}, "list of numbers"),
        ({"votes": [0, 0]}, "nobody voted"),
        ({"votes": [2.0**52, 1]}, "too many"),
        ({"n": -1}, "whole number"),
        ({"n": 2.5}, "whole number"),
        ({"n": True}, "whole number"),
        ({"method": "hare"}, "dhondt, sainte-lague"),
        ({"threshold": 1.1}, "0 to 1"),
        ({"threshold": -0.1}, "0 to 1"),
        ({"threshold": math.nan}, "0 to 1"),
        ({"threshold": "five"}, "should be a number"),
    ],
)
def test_arguments_that_cannot_be_are_refused(changed: dict[str, Any], said: str) -> None:
    given_ = {"votes": VOTES, "n": 8, "method": "dhondt", "threshold": 0.0} | changed
    with pytest.raises(ValueError, match=said):
        docking.seats(**given_)


def test_an_index_needs_votes_and_seats_of_the_same_lists() -> None:
    for votes, seats, said in (([1, 2], [1], "both"), ([0], [1], "no votes"), ([1], [0], "no seats")):
        with pytest.raises(ValueError, match=said):
            docking.gallagher_index(votes, seats)


# ---------------------------------------------------------------- the threat of an initiative

POINTS = st.floats(-1, 1).map(lambda x: round(x, 2))
COSTS = st.floats(0, 2).map(lambda x: round(x, 2))


@pytest.mark.parametrize(
    ("group", "cost", "law"),
    [(0.5, 0.1, 0.6), (0.0, 0.1, 0.55), (0.0, 0.3, 0.65), (0.0, 0.0, 0.5), (0.5, 0.0, 0.5), (0.0, 0.8, 0.9),
     (0.0, 1.5, 0.9), (0.5, 0.8, 0.9)],
)  # fmt: skip
def test_an_initiative_that_nobody_launches_sets_the_published_law(group: float, cost: float, law: float) -> None:
    assert docking.gerber(0.9, 0.5, group, cost) == pytest.approx(law, abs=1e-12)
    assert docking.gerber(-0.9, -0.5, -group, cost) == pytest.approx(-law, abs=1e-12)


def best_by_trial(legislature: float, median: float, group: float, cost: float) -> float:
    """Gerber's game on a grid: the group answers every law, the median votes, and the legislature foresees it."""
    laws = [k / 200 for k in range(-400, 401)]
    best, liked = math.nan, math.inf
    for law in laws:
        reach = abs(law - median)
        nearest = min(max(group, median - reach), median + reach)
        gain = abs(law - group) - abs(nearest - group)
        if gain <= cost + 1e-9 and abs(law - legislature) < liked:
            best, liked = law, abs(law - legislature)
    return best


@settings(max_examples=60)
@given(POINTS, POINTS, POINTS, COSTS)
def test_the_law_is_the_best_for_the_legislature_that_nobody_challenges(
    legislature: float, median: float, group: float, cost: float
) -> None:
    law = docking.gerber(legislature, median, group, cost)
    assert abs(law - legislature) == pytest.approx(
        abs(best_by_trial(legislature, median, group, cost) - legislature), abs=0.0051
    )
    assert docking.gerber(-legislature, -median, -group, cost) == pytest.approx(-law, abs=1e-12)


@given(POINTS, POINTS, st.lists(POINTS, min_size=1, max_size=4), COSTS, COSTS)
def test_dearer_initiatives_leave_the_legislature_more_and_more_groups_less(
    legislature: float, median: float, groups: list[float], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    cheap, dear = (docking.gerber(legislature, median, groups, cost) for cost in (low, high))
    assert abs(dear - legislature) <= abs(cheap - legislature) + 1e-12
    assert abs(cheap - median) <= abs(dear - median) + 1e-12
    fewer = docking.gerber(legislature, median, groups[1:], low)
    assert abs(fewer - legislature) <= abs(cheap - legislature) + 1e-12
    assert docking.gerber(legislature, median, groups[::-1], low) == pytest.approx(cheap, abs=1e-12)


@pytest.mark.parametrize("wrong", [{"c": -0.1}, {"L": math.nan}, {"v": "middle"}, {"g": [0.1, math.inf]}])
def test_gerber_refuses_what_is_no_position_or_cost(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        docking.gerber(**{"L": 0.9, "v": 0.5, "g": 0.0, "c": 0.1, **wrong})


# ---------------------------------------------------------------- lobbying


@pytest.mark.parametrize("n", [2, 3, 5, 20])
@pytest.mark.parametrize("prize", [0.3, 1.0, 40.0])
def test_equal_lobbyists_spend_what_tullock_says(n: int, prize: float) -> None:
    assert docking.lobbying_contest(n, prize) == pytest.approx((n - 1) * prize / n**2, rel=0, abs=1e-12 * prize)


def test_a_less_decisive_contest_or_a_narrower_door_is_worth_less() -> None:
    # m (n - 1)/n^2 of what success is worth
    assert docking.lobbying_contest(4, 1.0, exponent=0.5) == pytest.approx(0.5 * 3 / 16, abs=1e-12)
    assert docking.lobbying_contest(4, 1.0, openness=0.5, conflict=0.2) == pytest.approx(0.4 * 3 / 16, abs=1e-12)
    # Others who answer nobody: with n = 2, V = 1, Q = 1/4: x solves (x + Q)/(2x + Q)^2 = 1
    x = docking.lobbying_contest(2, 1.0, others=0.25)
    assert (x + 0.25) / (2 * x + 0.25) ** 2 == pytest.approx(1, rel=1e-12)
    assert docking.lobbying_contest(2, 1.0, others=1.0) == 0.0


def test_who_is_alone_need_not_lobby_but_against_others() -> None:
    assert docking.lobbying_contest(1, 5.0) == 0.0
    # x/(x + Q) is worth most where Q/(x + Q)^2 = 1
    assert docking.lobbying_contest(1, 1.0, others=0.25) == pytest.approx(0.25, abs=1e-12)


def test_a_contest_that_is_too_decisive_has_no_equal_effort() -> None:
    with pytest.raises(ValueError, match="decisive"):
        docking.lobbying_contest(4, 1.0, exponent=3.0)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"prize": 0.0}, {"exponent": -1.0}, {"openness": 1.2}, {"others": -0.1}])
def test_lobbying_contests_refuse_other_arguments(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        docking.lobbying_contest(**{"n": 3, "prize": 1.0, **wrong})
