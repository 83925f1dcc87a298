"""Direct democracy: signatures are counted, citizens vote, and what may come to a vote moves laws before."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from worlds import digest, digest_of_world, go_on, run_world, vetoing, voting

from advosim import Scenario
from advosim.mechanisms import ballots
from advosim.record import Record
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.world.chance import wrapping
from advosim.world.codes import (
    AGAINST,
    BACKED,
    BALLOT,
    COLLECTING,
    FATES,
    FOR,
    INITIATIVE,
    REFERENDUM,
    ROUTES,
    VETO_SLOT,
)
from advosim.world.found import found
from advosim.world.state import World, attitude, copy, restore, save

HOME = "polity.home.governance."
SEEDS = 24
TABLE = ROUTES.index("table")


@functools.cache
def run(seed: int, changes: tuple[tuple[str, Any], ...] = ()) -> Record:
    return simulate(voting().but(dict(changes)), seed, threads=1)


def runs(**changes: Any) -> list[Record]:
    given = tuple((HOME + path.replace("__", "."), value) for path, value in changes.items())
    return [run(seed, given) for seed in range(1, SEEDS + 1)]


def count(event: str, kind: str, records: list[Record]) -> int:
    tables = [each.events for each in records]
    return sum(int(((table["event"] == event) & (table["detail"] == kind)).sum()) for table in tables)


def mean_interval(values: Any) -> tuple[float, float, float]:
    """Mean, and the ends of its 95% interval."""
    taken = np.array(values, float)
    half = 1.96 * taken.std(ddof=1) / math.sqrt(len(taken))
    return float(taken.mean()), float(taken.mean() - half), float(taken.mean() + half)


# ---------------------------------------------------------------- from signatures to the vote


def test_the_busy_world_has_every_kind_of_ballot_and_end() -> None:
    records = runs() + runs(initiative__allowed=False)
    for kind in ("initiative", "referendum", "recall"):
        assert count("ballot_launched", kind, records) > 2, kind
        assert count("ballot_qualified", kind, records) > 0, kind
    assert count("ballot_failed", "initiative", records) > 0 < count("ballot_failed", "recall", records)
    ends = {(row.kind, row.fate) for each in records for row in each.ballots.itertuples()}
    for end in (
        ("initiative", "rejected"),
        ("initiative", "accepted"),
        ("recall", "accepted"),
        ("referendum", "accepted"),
    ):
        assert end in ends, (end, ends)
    told = {event for each in records for event in each.events["event"]}
    assert told >= {"vote", "veto", "recall", "deterrence"}


def test_a_ballot_is_told_from_launch_to_end() -> None:
    for each in runs() + runs(initiative__allowed=False):
        events = each.events
        for row in each.ballots.itertuples():
            here = events[(events["polity"] == row.polity) & (events["issue"] == row.issue)]
            begun = here.query("event == 'ballot_launched' and detail == @row.kind and side == @row.side")
            assert row.launched in set(begun["week"]) and row.launched <= row.week
            if row.voted:
                (vote,) = here[(here["event"] == "vote") & (here["week"] == row.week) & (here["side"] == row.side)
                               & (here["detail"] == f"{row.kind} {row.fate}")].itertuples()  # fmt: skip
                assert (vote.size, vote.value) == (row.yes, row.turnout)
                assert row.signatures >= row.needed and 0 < row.turnout <= 1 and 0 <= row.yes <= 1
                assert row.accepted == (row.yes > 0.5 and row.quorum_met)
            else:
                assert row.fate in ("failed", "withdrawn") and row.yes == row.turnout == 0
                assert row.after == row.before


def test_signatures_are_those_of_citizens_who_signed() -> None:
    """Every signature counted is a mark of a citizen, who can give one; marks go when the collection is over."""
    scenario = voting().but({HOME + "initiative.signature_share": 0.9, HOME + "initiative.window": 20})
    scenario = scenario.but({"mechanism.initiative.signature_price": 0.0})
    seen = 0
    for seed in range(1, 4):
        world = found(scenario, seed, 12)
        for week in range(1, 13):
            go_on(world, scenario, week)
            for m in range(2):
                for side in range(2):
                    row = world.arena.ballots[0, m, side]
                    marks = int((world.people.citizens.own[m] & BACKED[INITIATIVE, side] != 0).sum())
                    if row.phase:
                        assert row.signatures == pytest.approx(marks / 300)
                        seen += marks > 0
                    elif row.closed < week:
                        assert marks == 0
    assert seen > 5


def test_a_quorum_that_is_missed_leaves_the_law() -> None:
    records = runs(initiative__quorum=1.0, referendum__quorum=1.0)
    held = [row for each in records for row in each.ballots.itertuples() if row.voted and row.kind != "recall"]
    assert held and all(row.fate == "quorum missed" and not row.quorum_met and not row.accepted for row in held)
    assert all(row.after == row.before for row in held)


def test_an_accepted_draft_is_law_where_it_binds_and_weighs_where_it_does_not() -> None:
    def won(records: list[Record]) -> list[tuple[Record, Any]]:
        rows = [(each, row) for each in records for row in each.ballots.itertuples()]
        return [(each, row) for each, row in rows if row.kind == "initiative" and row.accepted]

    binding, advising = won(runs()), won(runs(initiative__binding=False))
    assert binding and advising
    for each, row in binding:
        policy = each.weeks.query("week == @row.week and issue == @row.issue")["policy"].item()
        assert policy == row.after == row.draft
    for each, row in advising:
        weeks = each.weeks.query("issue == @row.issue").set_index("week")
        moved = abs(weeks["policy"][row.week] - row.before)
        assert row.after == row.before and moved != pytest.approx(abs(row.draft - row.before), abs=1e-6)
        if row.week < voting().weeks:
            assert weeks["consulting"][row.week] > 0, "and the government has to talk"


def test_a_veto_restores_the_old_law_by_the_route_of_ballots() -> None:
    vetoes = [
        (each, row)
        for each in runs(initiative__allowed=False)
        for row in each.ballots.itertuples()
        if row.kind == "referendum" and row.accepted
    ]
    assert vetoes
    for each, row in vetoes:
        week = each.weeks.query("week == @row.week and issue == @row.issue").iloc[0]
        assert week["policy"] == pytest.approx(row.draft)
        (step,) = each.events.query("event == 'step' and week == @row.week and issue == @row.issue").itertuples()
        assert step.detail == "ballot"
        assert (row.side == "against") == (row.before > row.draft)


def test_a_recall_calls_an_election_where_there_are_parties() -> None:
    restless = {f"mechanism.initiative.{name}": 0.0 for name in ("status_quo", "unaware")}
    restless |= {HOME + "recall.signature_share": 0.005, "mechanism.recall.by_legitimacy": 0.0}
    called, easy = 0, voting().but({**restless, "mechanism.initiative.voter_noise": 1.0})
    for each in (simulate(easy, seed, threads=1) for seed in range(1, 11)):
        for row in each.ballots.itertuples():
            if row.kind == "recall" and row.accepted:
                (election,) = each.events.query("event == 'election' and week == @row.week").itertuples()
                assert election.polity == "home" and row.week % 26
                called += 1
    assert called


def test_a_recall_brings_a_government_near_the_median_where_there_are_none() -> None:
    easy = (("mechanism.elections.on", False), (HOME + "recall.signature_share", 0.005))
    partyless = voting().but(dict(easy))
    moved = []
    for seed in range(1, SEEDS + 1):
        week = min(
            (row.week for row in run(seed, easy).ballots.itertuples() if row.kind == "recall" and row.accepted),
            default=0,
        )
        if week:
            before, after = (run_world(partyless, seed, weeks=w) for w in (week - 1, week))
            far, near = (np.abs(w.arena.issues["ideal"] - after.arena.issues["median"]).mean() for w in (before, after))
            moved.append(far - near)
            assert (after.arena.issues["ideal"] != before.arena.issues["ideal"]).all()
    assert moved and np.mean(moved) > 0


def test_the_median_is_that_of_the_citizens() -> None:
    world = run_world(voting(), weeks=1)
    assert world.arena.issues["polled"].tolist() == [[1, 1]]
    np.testing.assert_allclose(world.arena.issues["median"][0], np.median(attitude(world), axis=0), atol=0.01)


def test_without_rights_nothing_of_it_happens() -> None:
    none = [
        simulate(voting().but({f"{HOME}{right}.allowed": False for right in ("initiative", "referendum", "recall")}), 1)
    ]
    assert not len(none[0].ballots)
    assert not set(none[0].events["event"]) & {
        "ballot_launched",
        "vote",
        "deterrence",
        "veto",
        "recall",
    }


# ---------------------------------------------------------------- bits


def test_threads_copies_saves_and_shorter_runs_change_no_bit(tmp_path: Any) -> None:
    scenario = voting()
    whole = run_world(scenario)
    assert digest_of_world(run_world(scenario, threads=3)) == digest_of_world(whole)
    half = run_world(scenario, weeks=13)
    start = found(scenario, 1, scenario.weeks)
    go_on(start, scenario, 13)
    assert half.now.clock["ballots"][0] == start.now.clock["ballots"][0]
    twin = copy(start)
    save(start, tmp_path / "half.npz")
    go_on(twin, scenario, scenario.weeks)
    assert digest_of_world(twin) == digest_of_world(whole)
    again = found(scenario, 1, scenario.weeks)
    restore(again, tmp_path / "half.npz")
    go_on(again, scenario, scenario.weeks)
    assert digest_of_world(again) == digest_of_world(whole)


def test_an_organisation_that_never_acts_changes_no_law() -> None:
    """But for the alliances that it may join, the grants that it may get, and what those who know it learn from it."""
    alone = voting().but({f"mechanism.{name}.on": False for name in ("alliance_formation", "grants", "ties")})
    table = alone.model_dump()
    table["polity"]["home"]["organisation"]["idle"] = {"kind": "agency", "members": 0.0, "activity": 0.0}
    with_it = simulate(Scenario.model_validate(table), 1, threads=1)
    without_it = simulate(alone, 1, threads=1)
    assert with_it.ballots.equals(without_it.ballots) and len(without_it.ballots)
    assert (with_it.weeks["policy"] == without_it.weeks["policy"]).all()


# ---------------------------------------------------------------- what may come to a vote


def nobody(now, arena, teams, events):  # type: ignore[no-untyped-def]
    """No ballot is ever launched: what is left is the threat."""


@functools.cache
def threatened(share: float, seeds: int = 5) -> Any:
    """How far policy lies from citizens where initiatives are possible but never held: (seeds, 3).

    From the mean citizen over a run and at its end, and from the median at its end.
    """
    right = {"allowed": share > 0, "signature_share": share}
    scenario = Scenario.load("initiative_threat").but({"polity.home.citizens": 500, HOME + "initiative": right})
    rows = []
    for seed in range(1, seeds + 1):
        world = run_world(scenario, seed, mechanisms={"launches": nobody})
        assert not world.now.clock["ballots"][0]
        weeks = world.record.weeks
        apart = np.abs(weeks["policy"] - weeks["attitude"])
        from_median = np.abs(world.arena.issues["policy"][0] - np.median(attitude(world), axis=0))
        rows.append([apart.mean(), apart[-1].mean(), from_median.mean()])
    return np.array(rows)


SHIPPED = 0.03


def test_the_threat_of_an_initiative_moves_policy_to_the_median() -> None:
    """No ballot is held in any of these runs."""
    assert Scenario.load("initiative_threat").polity["home"].governance.initiative.signature_share == SHIPPED
    for change in (threatened(SHIPPED) - threatened(0.0)).T:
        assert mean_interval(change)[2] < 0
    assert (threatened(0.2, 2) == threatened(0.0)[:2]).all(), "signatures that nobody can pay for threaten nobody"


@pytest.mark.slow
def test_the_threat_moves_policy_less_as_signatures_cost_more() -> None:
    """With 1% also at the end; not so with 5%."""
    change = {share: threatened(share) - threatened(0.0) for share in (0.01, 0.05)}
    for share in (0.01, 0.05):
        assert mean_interval(change[share][:, 0])[2] < 0, share
    assert mean_interval(change[0.01][:, 1])[2] < 0 and mean_interval(change[0.01][:, 2])[2] < 0
    assert mean_interval(change[0.05][:, 0] - change[0.01][:, 0])[1] > 0


def call_referendum(world: World) -> None:
    from advosim.week import stages

    (stage,) = (each for each in stages() if each.__name__ == "referendum")
    with wrapping():
        stage(world)


def after_a_law(step: float, by_vote: bool = False, world: World | None = None) -> World:
    """The week after policy on the first issue moved by a step, of which the route was that of ballots."""
    world = world or found(vetoing(), 1)
    world.now.clock["week"] += 1
    issue = world.arena.issues[0, 0]
    issue["policy"] += step
    issue["step"], issue["changed_by"], issue["by_vote"] = step, BALLOT, by_vote
    call_referendum(world)
    return world


def test_laws_that_did_not_come_out_of_a_vote_can_be_vetoed_whatever_made_them() -> None:
    old = float(found(vetoing(), 1).arena.issues["policy"][0, 0])
    row = after_a_law(0.3).arena.ballots[0, 0, VETO_SLOT]
    assert row["phase"] == COLLECTING and row["side"] == AGAINST and row["draft"] == pytest.approx(old)
    assert row["weeks_left"] == vetoing().polity["home"].governance.referendum.window
    assert after_a_law(0.3, by_vote=True).arena.ballots[0, 0, VETO_SLOT]["phase"] == 0, "the people have spoken"


def test_a_second_law_takes_the_place_of_one_against_which_nobody_collects() -> None:
    world = after_a_law(0.3)
    middle = float(world.arena.issues["policy"][0, 0])
    row = after_a_law(0.1, world=world).arena.ballots[0, 0, VETO_SLOT]
    assert row["draft"] == pytest.approx(middle) and row["launched"] == 2
    row["organisation"] = 0
    after_a_law(0.1, world=world)
    assert row["draft"] == pytest.approx(middle) and row["launched"] == 2, "what is collected for stays"
    after_a_law(-0.5, world=world)
    assert row["side"] == FOR and row["organisation"] == -1, "a law that goes back further is a new one"


def test_the_legislatures_error_is_drawn_once_wanders_and_shrinks_with_votes() -> None:
    from advosim.mechanisms.direct_democracy import _read_median, legislature

    errors = {0.0: [], 1.0: []}
    for learnt, seen in errors.items():
        for seed in range(1, 21):
            world = found(voting(), seed)
            issue, rule = world.arena.issues[0, 0], world.now.rules[0]["initiative"]
            issue["median"] = 0.1
            for week in range(1, 105):
                world.now.clock["week"] = week
                issue["learnt"] = learnt
                with wrapping():
                    _read_median(world.now.clock, issue, rule)
                seen.append(float(legislature(issue)) - 0.1)
    steps = np.diff(np.reshape(errors[0.0], (20, 104)), axis=1)
    sd = float(rule["poll_error"])
    assert 0.5 < np.std(errors[0.0]) / sd < 1.5 and np.abs(steps).max() < sd, "no jump at any week"
    last = np.abs(np.reshape(errors[1.0], (20, 104)))[:, -1]
    assert last.mean() < 0.8 * np.abs(errors[0.0]).mean(), "votes shrink it"


@pytest.mark.parametrize("at_rest", [0, 13])
def test_laws_stand_unasked_for_a_quarter_and_then_move_in_steps(at_rest: int) -> None:
    moved, largest = [], 0.0
    given = {"polity.home.citizens": 300, "mechanism.initiative.at_rest": at_rest}
    for seed in range(1, 9):
        run = simulate(Scenario.load("initiative_threat").but(given), seed, weeks=26, threads=1)
        moved += run.events.query("event == 'deterrence'")["week"].to_list()
        largest = max(largest, float(np.abs(np.diff(run.recorded.weeks["policy"][:, 0], axis=0)).max()))
    assert at_rest < min(moved) <= at_rest + 6, "soon, but not before"
    assert largest < 0.25, "to the safe law it would be .45 at once"


def one_step(target: float, on: bool = True, week: int = 1, **changes: Any) -> float:
    """What a government makes of a step of a table from 0 to a target, where the median and opponents are at -.6."""
    from advosim.mechanisms.direct_democracy import _spare

    exact = {"mechanism.initiative.poll_error": 0.0, "mechanism.referendum.misjudged": 0.0}
    world = found(vetoing().but({**exact, HOME + "referendum.allowed": on, **changes}), 1)
    world.now.clock["week"] = week
    issue = world.arena.issues[0, 0]
    issue["policy"], issue["median"], issue["polled"] = 0.0, -0.6, 1
    world.teams.stances[:, 0] = -0.6
    issue["submitted"][TABLE], issue["target"][TABLE] = True, target
    right = world.arena.rights[0, REFERENDUM]
    if right["allowed"]:
        with wrapping():
            _spare(world.now, issue, 0, 0, right["signature_share"], world.teams)
    return float(issue["target"][TABLE])


def test_a_government_cuts_a_step_that_would_be_vetoed_to_what_opponents_bear() -> None:
    rule = found(vetoing(), 1).now.rules[0]
    cost = float(ballots.veto_cost(0.004, rule["initiative"], rule["referendum"]))
    assert cost == pytest.approx(0.02 + 2.0 * 0.004)
    assert one_step(0.3) == pytest.approx(cost), "cut to what nobody would challenge"
    assert one_step(0.3, on=False) == 0.3, "uncut where nobody can veto it"
    assert one_step(-0.3) == -0.3, "nobody would restore a law that was further from the median"
    assert one_step(cost / 2) == cost / 2, "nobody would bother"
    dear = {HOME + "referendum.signature_share": 0.5}
    assert one_step(0.3, **dear) == 0.3, "signatures that nobody can pay for spare nothing"
    errs = {"mechanism.referendum.misjudged": 0.05, "mechanism.referendum.campaign_cost": 0.1}
    cuts = [one_step(0.3, week=week, **errs) for week in range(1, 31)]
    assert min(cuts) < 0.1 + 2.0 * 0.004 < max(cuts), "it errs about what they bear, anew each time"
    assert np.mean(cuts) == pytest.approx(0.108, abs=0.03) and np.std(cuts) == pytest.approx(0.05, abs=0.02)


@functools.cache
def steps_taken(allowed: bool, seeds: int = 40) -> list[float]:
    """The sum of all steps of policy, by run, in a world without initiatives where laws are easy; none is vetoed."""
    given = {"polity.home.citizens": 1000, HOME + "initiative.allowed": False, HOME + "veto_players": 1}
    scenario = Scenario.load("swiss_style").but({**given, HOME + "referendum.allowed": allowed})
    taken = [simulate(scenario, seed, threads=1, mechanisms={"launches": nobody}) for seed in range(1, seeds + 1)]
    assert not any(len(each.ballots) for each in taken)
    return [float(each.events.query("event == 'step'")["size"].abs().sum()) for each in taken]


@pytest.mark.slow
def test_the_threat_of_a_veto_makes_steps_smaller_though_none_is_held() -> None:
    assert mean_interval(np.subtract(steps_taken(True), steps_taken(False)))[2] < 0


def test_without_errors_and_delays_the_law_is_gerbers_and_nobody_launches() -> None:
    at_once = {"at_rest": 0, "pace": 1.0, "part": 1.0, "urgent": 0.001, "means": 0.0, "anybody": 1.0}
    changes = {f"mechanism.initiative.{name}": value for name, value in at_once.items()} | {
        "mechanism.friction.by_veto_player": 0.0,
        "mechanism.initiative.poll_error": 0.0,
        HOME + "initiative.window": 26,
        "polity.home.citizens": 1000,
        "weeks": 104,
    }
    scenario = Scenario.load("initiative_threat").but(changes)
    record = simulate(scenario, 1, threads=1)
    assert "ballot_launched" not in set(record.events["event"])
    world = run_world(scenario, 1, weeks=1)
    right, rule = scenario.polity["home"].governance.initiative, world.now.rules[0]["initiative"]
    cost = ballots.challenge_cost(right.signature_share, right.window, rule)
    start = found(scenario, 1, 1)
    for m in range(3):
        law = float(start.arena.issues["policy"][0, m])
        for o, organisation in enumerate(start.teams.organisations):
            if start.teams.priorities[o, m] > 0 and organisation.activity > 0:
                law = ballots.deterrence(
                    law, float(world.arena.issues["median"][0, m]), float(start.teams.stances[o, m]), cost
                )
        assert abs(law - start.arena.issues["policy"][0, m]) > 0.1
        assert world.arena.issues["policy"][0, m] == pytest.approx(law, abs=1e-12)


def test_counter_proposals_beat_drafts_in_the_eyes_of_the_legislature() -> None:
    world = found(voting().but({"mechanism.initiative.poll_error": 0.0}), 1)
    from advosim.mechanisms import direct_democracy

    issue, row = world.arena.issues[0, 0], world.arena.ballots[0, 0, 0]
    issue["policy"], issue["ideal"], row["draft"] = -0.4, -0.4, 0.5
    direct_democracy._counter_proposal(issue, row, 0.2, world.now.rules[0]["initiative"])
    assert row["countered"] and row["counter"] == pytest.approx(-0.1), "as far from .2 as .5, and nearer to -.4"
    direct_democracy._counter_proposal(issue, row, -0.3, world.now.rules[0]["initiative"])
    assert not row["countered"], "a draft that loses needs no answer"


def cast(
    world: World, draft: float, counter: float, countered: bool, kind: int = INITIATIVE, lead: float = 0.0
) -> tuple[float, float, float, float]:
    with wrapping():
        asked = (draft, counter, countered)
        result = ballots.vote(world.now, world.arena, world.people, (0, 0, kind), asked, lead)
    return tuple(map(float, result))  # type: ignore[return-value]


def test_citizens_vote_by_what_they_gain_and_may_say_yes_to_both() -> None:
    world = run_world(voting(), weeks=4)
    x, policy = attitude(world)[:, 0], float(world.arena.issues["policy"][0, 0])
    quiet = world.now.rules[0]["initiative"]
    quiet["voter_noise"] = quiet["status_quo"] = quiet["unaware"] = 0.0
    quiet["turnout"] = 1.0
    draft, counter = policy + 0.5, policy + 0.2
    turnout, yes, to_counter, rather = cast(world, draft, counter, True)
    assert turnout == 1
    assert yes == pytest.approx((x > policy + 0.25).mean(), abs=0.01)
    assert to_counter == pytest.approx((x > policy + 0.1).mean(), abs=0.01)
    assert rather == pytest.approx((x > policy + 0.35).mean(), abs=0.01)
    quiet["status_quo"] = 0.2
    assert cast(world, draft, counter, True)[1] < yes
    quiet["turnout"], quiet["turnout_by_salience"] = 0.3, 0.0
    assert cast(world, draft, counter, False)[0] == pytest.approx(0.3, abs=0.08)


def test_a_government_that_defends_its_law_is_followed() -> None:
    world = run_world(voting(), weeks=4)
    x, policy = attitude(world)[:, 0], float(world.arena.issues["policy"][0, 0])
    quiet = world.now.rules[0]["initiative"]
    quiet["voter_noise"] = quiet["status_quo"] = quiet["unaware"] = 0.0
    quiet["turnout"] = 1.0
    old = policy - 0.4
    for lead in (0.0, 0.2):
        removed = cast(world, old, old, False, REFERENDUM, lead)[1]
        assert removed == pytest.approx((x < policy - 0.2 - lead / 2).mean(), abs=0.01)


@functools.cache
def swiss(seeds: int = 40) -> list[Record]:
    scenario = Scenario.load("swiss_style").but({"polity.home.citizens": 300})
    return [simulate(scenario, seed, threads=1) for seed in range(1, seeds + 1)]


def held_in_swiss_style(kind: str) -> list[Any]:
    return [row for each in swiss() for row in each.ballots.itertuples() if row.kind == kind and row.voted]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share."""
    z = 1.96
    middle, width = (successes + z * z / 2) / (trials + z * z), z / (trials + z * z)
    half = width * math.sqrt(successes * (trials - successes) / trials + z * z / 4)
    return middle - half, middle + half


def test_in_swiss_style_most_initiatives_fail() -> None:
    """Swiss votes: 26 of 238 accepted, mean yes share 35.4%, turnout 47%; to pass, 3 to 20% and 25 to 45%."""
    held = held_in_swiss_style("initiative")
    assert len(held) > 80
    low, high = wilson(sum(row.accepted for row in held), len(held))
    share = sum(row.accepted for row in held) / len(held)
    assert 0.03 <= share <= 0.20 and low > 0.02 and high < 0.25, (share, low, high)
    _, low, high = mean_interval([row.yes for row in held])
    assert low > 0.25 and high < 0.45
    assert 0.4 < np.mean([row.turnout for row in held]) < 0.55
    votes_a_year = len(held) / (len(swiss()) * 8 * 3)
    assert 0.1 < votes_a_year < 1, "an issue comes to the vote every few years"


def test_in_swiss_style_new_laws_are_put_to_the_vote_and_some_fall() -> None:
    """No count is wired in: signatures are those of citizens, against laws that nobody voted on."""
    held = held_in_swiss_style("referendum")
    runs_with_one = sum(bool(((r.ballots["kind"] == "referendum") & r.ballots["voted"]).any()) for r in swiss())
    assert wilson(runs_with_one, len(swiss()))[0] > 0.25, "in eight years"
    assert sum(row.accepted for row in held) > 5 and len(held) < len(held_in_swiss_style("initiative"))
    early = [row for row in held if row.week <= 208]
    assert len(early) > 5, "in the first four years as well"
    begun = count("ballot_launched", "referendum", swiss())
    assert len(held) < 0.9 * begun, "many a collection fails"


@functools.cache
def recalled(share: float, seeds: int = 120) -> list[float]:
    """Distance of policy from the mean citizen where hardly anybody votes for a removal; nan where one happened."""
    loyal = {"mechanism.recall.by_legitimacy": 5.0, "polity.home.citizens": 1000}
    right = {"allowed": share > 0, "signature_share": share}
    scenario = Scenario.load("recall").but({**loyal, HOME + "recall": right})
    taken = [simulate(scenario, seed, threads=1) for seed in range(1, seeds + 1)]
    removed = ["recall" in set(r.events["event"]) for r in taken]
    assert sum(removed) <= 0.1 * seeds, "hardly a government falls"
    apart = [float(np.abs(r.recorded.weeks["policy"] - r.recorded.weeks["attitude"]).mean()) for r in taken]
    return [math.nan if gone else far for gone, far in zip(removed, apart, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.03])
def test_a_recall_makes_governments_listen_also_where_none_is_removed(share: float) -> None:
    """3% is shipped; at 5% it did not show (docs/decisions/0007). Pairs with a removal are left out."""
    change = np.subtract(recalled(share), recalled(0.0))
    assert mean_interval(change[~np.isnan(change)])[2] < 0


# ---------------------------------------------------------------- bad input


def test_impossible_rights_are_named_all_at_once_with_their_lines(tmp_path: Any) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        """title = "Wrong"
extends = "baseline"
[polity.home.governance.initiative]
allowed = "yes"
window = 0
quorum = 1.2
[polity.home.governance.referendum]
signature_share = -0.1
windows = 10
[polity.home.governance.recall]
quorum = 0.5
[mechanism.initiative]
poll_error = 2
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        Scenario.load(file)
    said = str(caught.value)
    for line, what in (
        (4, "true or false"),
        (5, "window = 0 is out of range"),
        (6, "quorum = 1.2 is out of range"),
        (8, "signature_share = -0.1 is out of range"),
        (9, "unknown key 'windows'"),
        (11, "unknown key 'quorum'"),
        (13, "poll_error = 2"),
    ):
        assert any(f":{line}:" in each and what in each for each in said.splitlines()), (line, what, said)


def test_the_record_of_ballots_has_one_tidy_row_each() -> None:
    table = run(1).ballots
    assert {
        "week",
        "kind",
        "organisation",
        "signatures",
        "yes",
        "turnout",
        "quorum_met",
        "accepted",
        "draft",
        "before",
        "after",
    } <= set(table)
    assert set(table["fate"]) <= set(FATES) and not table.isna().any(axis=None)
    assert digest(run(1)) == digest(simulate(voting(), 1, threads=1))
