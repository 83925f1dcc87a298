"""What must hold of information, media, tactics and money: paired over seeds, with 95% intervals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats
from worlds import digest_of, realistic, run_again

from advosim import Scenario
from advosim.mechanisms import citizens, digital, markets, plans
from advosim.record import Record
from advosim.week import line
from advosim.world.chance import wrapping
from advosim.world.codes import EVENTS, FIRM, POPULAR, SOCIAL_MEDIA
from advosim.world.found import found
from advosim.world.recorded import EVENT
from advosim.world.state import World, attitude

HOME = "polity.home.governance."
AGREED = {"attitude_between": 0.0, "policy": 0.0, "policy_between": 0.0, "ideal_between": 0.0}
"""An issue that is the same for all seeds."""
ALWAYS = {"launch": 1.0}
"""Teams campaign without pause."""
TEAM = {
    "stance": 0.7, "stance_within": 0.0, "funds": 100.0, "income": 5.0, "funds_within": 0.0, "members": 0.0,
    "institutionalisation": 0.0,
}  # fmt: skip
"""A team of means that are the same for all seeds, ready to start at once."""


class Interval(NamedTuple):
    """A mean difference between twins and its 95% interval."""

    mean: float
    low: float
    high: float


def interval(differences: Iterable[float]) -> Interval:
    given = np.array(list(differences), float)
    mean, error = given.mean(), given.std(ddof=1) / np.sqrt(given.size)
    reach = float(stats.t.ppf(0.975, given.size - 1)) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))


def world_of(teams: Mapping[str, Mapping[str, Any]], **more: Any) -> Scenario:
    """One issue, 1,000 citizens of one public unless told otherwise, and some teams."""
    home = {
        "citizens": 1000,
        "districts": 1,
        "organisation": {name: {**TEAM, **team} for name, team in teams.items()},
        **more.pop("home", {}),
    }
    table = {
        "title": "Few teams",
        "weeks": 52,
        "issue": {"reform": AGREED},
        "polity": {"home": home},
        "mechanism": {"tactic_choice": ALWAYS, "attention": {"news_chance": 0.0}},
    }
    return Scenario.model_validate(table | more)


def runs(scenario: Scenario, seeds: int, **how: Any) -> list[Record]:
    return [run_again(scenario, seed, **how) for seed in range(1, seeds + 1)]


def of_week(record: Record, column: str, week: int = -1) -> float:
    return float(record.recorded.weeks[column][week, 0, 0])


# ---------------------------------------------------------------- frames

FITTING = {"everyone": {"values": {"justice": 0.6, "security": 0.15, "prosperity": 0.05, "identity": 0.2}}}
SPEAKS = {"tactics": ["public_relations"]}
STRONG = {**SPEAKS, "frames": ["justice"]}
WEAK = {**SPEAKS, "frames": ["prosperity"], "stance": -0.7}


@functools.cache
def attitudes(strong: int, weak: int, fits: bool) -> np.ndarray:
    """Mean attitudes after half a year over 12 seeds, by number of teams that speak in each frame."""
    # `count` teams alike have other luck than one; each side has names of its own.
    teams = {f"strong_{i}": STRONG for i in range(strong)} | {
        f"weak_{i}": {**WEAK, "frames": ["prosperity" if fits else "justice"]} for i in range(weak)
    }
    scenario = world_of(teams, home={"public": FITTING}, weeks=26)
    return np.array([of_week(record, "attitude") for record in runs(scenario, 12)])


def test_a_strong_frame_beats_a_weak_one_that_is_repeated_three_times_as_often() -> None:
    assert interval(attitudes(1, 3, True) - attitudes(0, 0, True)).low > 0
    as_strong = interval(attitudes(1, 3, False) - attitudes(0, 0, False))
    assert as_strong.high < 0, "of two frames as strong, the louder one wins"


def test_a_weak_frame_against_a_strong_one_does_not_help_its_side() -> None:
    alone = interval(attitudes(0, 0, True) - attitudes(0, 3, True))
    beside = interval(attitudes(1, 0, True) - attitudes(1, 3, True))
    assert alone.low > 0, "alone it does help its side"
    assert beside.high < alone.low / 4
    assert beside.mean < 0.002


def test_a_frame_counts_less_the_stronger_the_other_one_is() -> None:
    rule = found(Scenario(title="Defaults"), 1, 1).now.rules[0]["framing"]
    counts = [citizens.contested(0.6, other, rule) for other in (0.0, 0.6, 0.7, 0.8, 0.9, 2.0)]
    assert counts[0] == counts[1] == 1.0
    assert counts == sorted(counts, reverse=True) and counts[3] < 0.5
    assert counts[4] == counts[5] == -rule["backfire"]


MIXED = {"everyone": {"values": {"justice": 0.33, "security": 0.31, "prosperity": 0.21, "identity": 0.15}}}


@functools.cache
def answers(frames: tuple[str, ...], opposed: bool, answer: float) -> np.ndarray:
    """By seed: the audience's mean weight of the frames in which a team campaigns, beside opponents or none."""
    team = {**SPEAKS, "frames": list(frames), "skills": {"media": 0.3}}
    loud = {"opponent": {**WEAK, "frames": ["justice"]}} if opposed else {}
    scenario = world_of({"team": team, **loud}, home={"public": MIXED, "citizens": 300})
    found_frames = []
    for record in runs(scenario.but({"mechanism.framing.answer": answer}), 12):
        rows = record.organisations.query("organisation == 'team' and effort > 0")
        found_frames.append(rows["frame"].map(MIXED["everyone"]["values"]).astype(float).mean())
    return np.array(found_frames)


@pytest.mark.parametrize("frames", [("justice", "prosperity", "identity"), ("security", "prosperity", "identity")])
def test_beside_a_strong_frame_teams_answer_in_it_or_in_one_that_competes_with_it(frames: tuple[str, ...]) -> None:
    assert interval(answers(frames, True, 3.0) - answers(frames, True, 0.0)).low > 0.005
    assert (answers(frames, False, 3.0) == answers(frames, False, 0.0)).all(), "nobody to answer"


# ---------------------------------------------------------------- persuasion and education


def moved_by(tactic: str, attitude_of: Callable[[World], float]) -> np.ndarray:
    """(seeds, 2): what a single week of a tactic moved by that week's end and eight weeks later."""
    one_week = {"meaning": "a week", "channels": {"face_to_face": 1.0}, "reach": 1.0, tactic: 1.0, "weeks": 1}
    changes = []
    for seed in range(1, 16):
        taken = []
        for strength in (1.0, 0.0):
            scenario = world_of({"speaker": {"tactics": ["a_week"]}}, tactic={"a_week": {**one_week, tactic: strength}})
            world, run = found(scenario, seed, 10), line()
            with wrapping():
                run(world, 1)
                first = attitude_of(world)
                world.now.rules["tactic_choice"]["on"] = False
                run(world, 8)
            taken.append((first, attitude_of(world)))
        changes.append(np.subtract(*taken))
    return np.array(changes)


def mean_attitude(world: World) -> float:
    return float(attitude(world).mean(dtype=float))


def mean_anchor(world: World) -> float:
    return float(world.people.citizens.anchor.mean(dtype=float))


def test_persuasion_decays_to_under_a_quarter_in_eight_weeks_and_education_does_not() -> None:
    told = moved_by("persuasion", mean_attitude)
    assert interval(told[:, 0]).low > 0, "the message moves people in its week"
    assert interval(told[:, 1] - 0.25 * told[:, 0]).high < 0
    taught = moved_by("education", mean_anchor)
    assert interval(taught[:, 1] - 0.8 * taught[:, 0]).low > 0
    lived = moved_by("education", mean_attitude)
    assert interval(lived[:, 1] - lived[:, 0]).low > 0, "attitudes follow their anchors"


# ---------------------------------------------------------------- evidence


def test_evidence_moves_officials_only_where_there_is_openness_and_raises_a_price_where_there_is_not() -> None:
    for openness in (0.0, 0.7):
        scenario = world_of({"institute": {"tactics": ["research_report"], "kind": "research_institute"}})
        scenario = scenario.but({HOME + "openness": openness})
        world = found(scenario, 1, 26)
        with wrapping():
            line()(world, 26)
        issue = world.arena.issues[0, 0]
        assert (issue["revision"] > 0.01) == (openness > 0) and (issue["revision"] == 0) == (openness == 0)
        assert issue["price"][1] > 0.01 and issue["price"][0] == 0, "the price of moving against what it says"


@pytest.mark.parametrize("direction", [1, -1])
def test_where_government_is_closed_evidence_makes_it_dearer_to_move_against_it(direction: int) -> None:
    """Opponents press as hard as would do without the price, but not with it; pressure for the reform goes through."""
    steps = []
    for quality in (0.8, 0.0):
        institute = {"tactics": ["research_report"], "kind": "research_institute"}
        scenario = world_of({"institute": institute}, tactic=reports(quality)).but({HOME + "openness": 0.0})
        world, run = found(scenario, 1, 27), line()
        with wrapping():
            run(world, 26)
            issue, rule = world.arena.issues[0, 0], world.now.rules[0]["friction"]
            usual = rule["level"] * (1 + rule["by_veto_player"])
            # A little more than policy withstands without the price.
            issue["ideal"], issue["revision"] = issue["policy"], 0.0
            issue["pressure"] = -direction * (usual + 0.02) / 0.95
            run(world, 1)
        steps.append(abs(world.arena.issues["step"][0, 0]))
    if direction == 1:
        assert steps[0] == 0 < steps[1]
    else:
        assert min(steps) > 0


def reports(quality: float) -> dict[str, Any]:
    report = Scenario(title="Defaults").tactic["research_report"].model_dump()
    return {"research_report": {**report, "evidence": quality}}


# ---------------------------------------------------------------- channels

APART = {
    "connected": {"share": 0.4, "digital": 3.0, "diet": {"face_to_face": 0.3, "mass_media": 0.3, "social_media": 0.9}},
    "audience": {"share": 0.3, "digital": -1.0, "diet": {"face_to_face": 0.3, "mass_media": 0.9, "social_media": 0.3}},
    "villages": {"share": 0.3, "digital": -4.0, "diet": {"face_to_face": 0.9, "mass_media": 0.3, "social_media": 0.2}},
}
"""Publics that differ in access."""


@functools.cache
def reached(channels: tuple[str, ...], tailoring: float = 1.0) -> np.ndarray:
    """(seeds, publics): who became aware in eight weeks of a campaign over some channels, of equal cost."""
    words = {"meaning": "words", "reach": 0.1, "channels": {channel: 1 / len(channels) for channel in channels}}
    scenario = world_of(
        {"speaker": {"tactics": ["words"], "funds": 20.0, "income": 1.0}}, tactic={"words": words}, weeks=8,
        home={"public": APART, "citizens": 2000},
    ).but(
        {
            "mechanism.channels.synergy": 0.0, "mechanism.channels.tailoring": tailoring,
            "mechanism.awareness.start": 0.0, "mechanism.awareness.by_agenda": 0.0,
        }
    )  # fmt: skip
    return np.array([record.recorded.publics["aware"][-1, :, 0] for record in runs(scenario, 12)])


SINGLE = ("face_to_face", "mass_media", "social_media")
SHARES = np.array([public["share"] for public in APART.values()])


@pytest.mark.parametrize("channel", SINGLE)
@pytest.mark.parametrize("tailoring", [0.0, 1.0])
def test_at_equal_cost_and_without_synergy_a_mix_reaches_more_than_one_channel(channel: str, tailoring: float) -> None:
    mixed, single = reached(SINGLE, tailoring), reached((channel,), tailoring)
    assert interval((mixed - single) @ SHARES).low > 0
    assert interval(mixed.min(axis=1) - single.min(axis=1)).low > 0, "and those who are left out gain most"


# ---------------------------------------------------------------- hashtags and platforms


def hashtags(capacity: float) -> list[np.ndarray]:
    skills = {"digital": capacity, "media": capacity}
    team = {"tactics": ["hashtag_campaign"], "skills": skills, "institutionalisation": capacity}
    scenario = world_of({"network": team}, weeks=26).but({"mechanism.hashtag.spontaneous": 0.0})
    return [record.recorded.weeks["hashtag_for"][:, 0, 0] for record in runs(scenario, 5)]


def test_a_hashtag_of_a_weak_team_rises_faster_and_ends_sooner() -> None:
    rise, last = [], []
    for weak, strong in zip(hashtags(0.1), hashtags(0.9), strict=True):
        begin = [int(np.flatnonzero(course)[0]) for course in (weak, strong)]
        rise.append(weak[begin[0]] - strong[begin[1]])
        spells = [int(np.argmin(course[start:] > 0)) for course, start in zip((weak, strong), begin, strict=True)]
        last.append(spells[0] - spells[1])
    assert min(rise) > 0 and max(last) < 0


def test_day_by_day_a_weak_hashtag_is_ahead_at_first_and_behind_later() -> None:
    rule = found(Scenario(title="Defaults"), 1, 1).now.rules[0]["hashtag"]
    courses = []
    for capacity in (0.1, 0.9):
        carried, course = 0.01, []
        for day in range(60):
            carried = digital.hashtag_day(carried, float(day), capacity, rule)
            course.append(carried)
        courses.append(course)
    weak, strong = courses
    assert all(w > s for w, s in zip(weak[:7], strong[:7], strict=True))
    assert int(np.argmax(weak)) < int(np.argmax(strong)) and weak[30] < strong[30]


NETWORK = {
    "tactics": ["demonstration", "disruptive_action", "public_relations"], "funds": 40.0, "income": 3.0,
    "institutionalisation": 0.1,
}  # fmt: skip


@functools.cache
def policed(regulation: float, calls: float, criticism: float, seeds: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """By seed: turnout and posts removed in a year, where platforms remove calls to act or criticism."""
    scenario = world_of(
        {f"movement_{i}": NETWORK for i in range(4)}, home={"citizens": 1500},
    ).but(
        {
            HOME + "platform_regulation": regulation, HOME + "internet_access": 0.95,
            "mechanism.platform_control.removed": 0.0, "mechanism.platform_control.calls": calls,
            "mechanism.platform_control.criticism": criticism, "mechanism.participation.threshold": 0.12,
            "mechanism.awareness.start": 0.6, "mechanism.salience.rest_of_life": 8.0, "issue.reform.attitude": 0.4,
        }
    )  # fmt: skip
    turnout, removed = [], []
    for seed in range(1, seeds + 1):
        world, run = found(scenario, seed, 52), line()
        posts = 0.0
        with wrapping():
            for _ in range(52):
                run(world, 1)
                for campaign in world.teams.campaigns[world.teams.campaigns["effort"] > 0]:
                    attack = world.teams.tactics["criticism"][campaign["tactic"]]
                    share = min(1.0, calls * float(campaign["calling"]) + criticism * attack)
                    posts += regulation * share * campaign["effort"] * campaign["mix"][SOCIAL_MEDIA]
        rows = world.record.weeks
        turnout.append(float((rows["protest_for"] + rows["protest_against"]).sum()))
        removed.append(posts)
    return np.array(turnout), np.array(removed)


def test_removing_calls_to_act_costs_more_turnout_per_post_than_removing_criticism() -> None:
    free, _ = policed(0.0, 1.0, 1.0)
    lost = []
    for calls, criticism in ((1.0, 0.0), (0.0, 1.0)):
        turnout, removed = policed(1.0, calls, criticism)
        assert removed.mean() > 1
        lost.append((free - turnout) / removed.mean())
    assert interval(lost[0]).low > 0
    assert interval(lost[0] - lost[1]).low > 0


# ---------------------------------------------------------------- money

LIVING = {"tactics": ["public_relations"], "funds": 20.0, "income": 1.0, "members": 0.02, "stance_within": 0.1}


def moved_to(donor: float, **changes: Any) -> np.ndarray:
    """By seed: how far two recipients came nearer to a position within two years."""
    giver = {"kind": "foundation", "stance": donor, "gives": 2.0, "tactics": ["research_report"], "activity": 0.0}
    scenario = world_of({"one": LIVING, "two": {**LIVING, "stance": 0.4}, "giver": giver}, weeks=104).but(changes)
    nearer = []
    for record in runs(scenario, 10):
        stance = record.recorded.organisations["stance"]
        before, after = (np.abs(stance[week, :2] - stance[week, 2]).mean() for week in (0, -1))
        nearer.append(before - after)
    return np.array(nearer)


@pytest.mark.parametrize("donor", [0.1, 0.9])
def test_grants_move_recipients_toward_donors_and_dues_do_not(donor: float) -> None:
    gives = "polity.home.organisation.giver.gives"
    assert interval(moved_to(donor)).low > 0.02
    assert (moved_to(donor, **{gives: 0.0, "mechanism.funds.fee": 60.0}) == 0).all()
    assert interval(moved_to(donor) - moved_to(donor, **{gives: 0.5})).low > 0, "more money moves further"


@pytest.mark.parametrize("foreign", [True, False])
def test_entry_cost_keeps_foreign_grants_out_and_no_others(foreign: bool) -> None:
    giver = {"kind": "foundation", "gives": 2.0, "foreign": foreign, "activity": 0.0}
    scenario = world_of({"one": LIVING, "giver": giver})
    taken = []
    for entry_cost in (0.0, 0.5, 1.0):
        records = runs(scenario.but({HOME + "entry_cost": entry_cost}), 5)
        taken.append([float(record.recorded.organisations["grants"].sum()) for record in records])
    if foreign:
        assert all(a > b > c == 0 for a, b, c in zip(*taken, strict=True))
    else:
        assert taken[0] == taken[1] == taken[2] and min(taken[0]) > 0


# ---------------------------------------------------------------- which tactics are used


@functools.cache
def of_all_kinds() -> Scenario:
    """The baseline's organisations with firms to be boycotted and a city to be moved, for a year."""
    base = realistic()
    table = base.model_dump()
    table["weeks"] = 52
    table["polity"]["home"]["organisation"] |= {
        "oil": {"kind": "firm", "stance": -0.6, "priorities": {"climate": 1.0}},
        "owners": {"kind": "firm", "stance": -0.6, "priorities": {"housing": 1.0}},
        "city": {"kind": "municipality", "stance": 0.2},
    }
    return Scenario.model_validate(table)


def begun(record: Record) -> set[int]:
    events = record.recorded.events
    return set(events["tactic"][events["event"] == EVENTS.index("campaign")].tolist())


def used_in(record: Record) -> set[int]:
    rows = record.recorded.campaigns
    return set(rows["tactic"][rows["effort"] > 0].tolist())


FORBIDDING = {
    "hashtag_campaign": (HOME + "internet_access", 0.0),
    "vigil": (HOME + "media_freedom", 0.0),
    "leaflets": (HOME + "repression", 1.0),
}
NEEDY = {
    "vigil": {"needs": {"media_freedom": 1.0}, "call": "show_up", "pressure": "street", "cost": 0.1},
    "leaflets": {"needs": {"repression": -1.0}, "reach": 0.1, "channels": {"face_to_face": 1.0}, "cost": 0.1},
}
"""Cheap tactics of a scenario, which governance can forbid."""


@pytest.mark.parametrize("tactic", FORBIDDING)
def test_a_tactic_that_governance_forbids_is_never_used(tactic: str) -> None:
    table = of_all_kinds().model_dump()
    table["tactic"] |= NEEDY
    allowed = Scenario.model_validate(table)
    number = list(allowed.tactic).index(tactic)
    path, value = FORBIDDING[tactic]
    used = [number in used_in(record) for record in runs(allowed, 5)]
    assert any(used), "where it is allowed, somebody uses it"
    for record in runs(allowed.but({path: value}), 10):
        assert number not in used_in(record) | begun(record)


@pytest.mark.parametrize("tactic", FORBIDDING)
def test_a_reform_that_forbids_a_tactic_ends_it_in_its_week(tactic: str) -> None:
    table = of_all_kinds().model_dump()
    table["tactic"] |= NEEDY
    path, value = FORBIDDING[tactic]
    table["reform"] = [{"week": 27, "set": {path: value}}]
    scenario = Scenario.model_validate(table)
    number = list(scenario.tactic).index(tactic)
    before = 0
    for record in runs(scenario, 10):
        rows = record.recorded.organisations["tactic"] == number
        before += int(rows[:26].sum())
        assert not rows[26:].any()
    assert before > 0


def test_a_shutdown_forbids_what_needs_the_net() -> None:
    scenario = of_all_kinds().but({HOME + "shutdown": True})
    number = list(scenario.tactic).index("hashtag_campaign")
    assert not any(number in begun(record) for record in runs(scenario, 10))


BEYOND = ("abroad", *POPULAR)


def test_a_tactic_whose_needs_are_met_is_tried_by_someone_within_a_year() -> None:
    """In most worlds: no rule has teams take turns, and what is risky is tried by fewer."""
    scenario = of_all_kinds()
    # Appeals need a body, and ballots a right, that these citizens lack.
    waiting = {number for number, tactic in enumerate(scenario.tactic.values()) if tactic.pressure in BEYOND}
    ready = set(range(len(scenario.tactic))) - waiting
    seeds = 20
    tried = [begun(record) for record in runs(scenario, seeds)]
    assert all(not each & waiting for each in tried)
    for number in ready:
        assert sum(number in each for each in tried) > seeds / 3, list(scenario.tactic)[number]
    sure = runs(scenario.but({"mechanism.tactic_choice.doubt": 0.0}), seeds)
    assert interval(len(each) - len(begun(other)) for each, other in zip(tried, sure, strict=True)).low > 0


def test_who_draws_takes_the_largest_and_expects_nothing_of_what_is_out_of_the_question() -> None:
    weights = np.array([1.0, 5.0, 0.0, 2.0, 5.0])
    assert plans.largest(weights) == 1 and plans.largest(np.zeros(5)) == -1
    why, expected = np.zeros(1, EVENT).view(np.recarray)[0], np.array([1.0, 2.0, 9.0, 1.0, 4.0])
    for chosen, odds, experiment in ((4, 4 / 8, 0), (1, 2 / 8, 1)):
        plans.explain(why, chosen, expected, weights)
        assert (why.odds, why.experiment) == (odds, experiment), "what is out of the question promises nothing"
    plans.explain(why, 1, expected, np.zeros(5))
    assert why.odds == 0


# ---------------------------------------------------------------- reforms

WEEK = 12
REFORMS = {
    HOME + "platform_regulation": 1.0,
    HOME + "shutdown": True,
    HOME + "entry_cost": 1.0,
    HOME + "openness": 0.0,
    HOME + "internet_access": 0.1,
    "mechanism.framing.gain": 1.0,
    "mechanism.framing.on": False,
    "mechanism.channels.full": 0.1,
    "mechanism.message.on": False,
    "mechanism.hashtag.hears": 0.0,
    "mechanism.grants.on": False,
    "mechanism.tactic_choice.on": False,
    "mechanism.boycott.on": False,
}


@functools.cache
def lively() -> Scenario:
    """Teams of all kinds that never rest, foreign money among them."""
    table = of_all_kinds().model_dump()
    table["weeks"] = WEEK
    giver = {"kind": "foundation", "gives": 3.0, "foreign": True, "stance": 0.2}
    table["polity"]["home"]["organisation"]["abroad"] = giver
    table["mechanism"]["tactic_choice"]["launch"] = 1.0
    table["mechanism"]["participation"]["threshold"] = 0.1
    table["mechanism"]["hashtag"]["spontaneous"] = 0.5
    return Scenario.model_validate(table)


@pytest.mark.parametrize("path", REFORMS)
def test_a_reform_takes_effect_in_its_week_and_changes_nothing_before_it(path: str) -> None:
    reformed = Scenario.model_validate(
        {**lively().model_dump(), "reform": [{"week": WEEK, "set": {path: REFORMS[path]}}]}
    )
    differ = 0
    for seed in (1, 2, 3):
        usual, changed = (run_again(each, seed) for each in (lively(), reformed))
        for table in ("weeks", "organisations", "publics"):
            one, other = getattr(usual.recorded, table), getattr(changed.recorded, table)
            assert digest_of(one[: WEEK - 1]) == digest_of(other[: WEEK - 1])
            differ += digest_of(one[WEEK - 1 :]) != digest_of(other[WEEK - 1 :])
        before = [run.recorded.events[run.recorded.events["week"] < WEEK] for run in (usual, changed)]
        assert digest_of(before[0]) == digest_of(before[1])
    assert differ > 0, "it takes effect in its week"


# ---------------------------------------------------------------- boycotts


@functools.cache
def boycotted(fallen: float, media_freedom: float, seeds: int) -> np.ndarray:
    """(seeds, firms) of what happened to firms under a boycott: 1 gave in, 0 held out, NaN where media did not come."""
    scenario = Scenario.load("producer_boycott").but(
        {
            "polity.home.citizens": 2000,
            HOME + "media_freedom": media_freedom,
            "mechanism.evidence.on": False,
            "mechanism.participation.threshold": 0.25,  # readier than usual, so that media come to half of the boycotts
        }
    )
    m = list(scenario.issue).index("packaging")
    won = []
    for seed in range(1, seeds + 1):
        world, run = found(scenario, seed, 26), line()
        firms = np.flatnonzero(world.teams.organisations["kind"] == FIRM)
        world.teams.organisations["reputation"][firms] = np.maximum(
            world.teams.organisations["usual_reputation"][firms] - fallen, 0
        )
        caller = next(c for c in world.teams.campaigns if "consumer_league" in _name(scenario, c["organisation"]))
        covered = False
        with wrapping():
            for _ in range(26):
                run(world, 1)
                covered = covered or caller["publicity"] > 0
                if caller["spent"] > 0 and caller["weeks_left"] == 0:
                    break
        gave_in = (world.teams.organisations["conceded"][firms, m] > 0).astype(float)
        targeted = caller["firm"] == -2 or np.isin(firms, caller["firm"])
        happened = np.where(targeted, gave_in, np.nan)
        won.append(happened if covered == (media_freedom > 0) else np.full(firms.size, np.nan))
    return np.array(won)


def _name(scenario: Scenario, row: int) -> str:
    from advosim.world.found import names

    return names(scenario).organisations[row][1]


def test_a_quarter_of_covered_boycotts_win() -> None:
    won = boycotted(0.0, 0.9, 40)
    outcomes = won[~np.isnan(won)]
    assert outcomes.size > 60
    assert 0.15 < outcomes.mean() < 0.35


@pytest.mark.slow
def test_coverage_wins_boycotts_where_reputation_was_falling() -> None:
    """The difference that a fallen reputation makes, where media come and where they cannot: coverage x decline > 0."""
    parts = [boycotted(fallen, freedom, 70) for fallen in (0.3, 0.0) for freedom in (0.9, 0.0)]
    means = [float(np.nanmean(part)) for part in parts]
    errors = [float(np.nanvar(part) / np.sum(~np.isnan(part))) for part in parts]
    effect = (means[0] - means[2]) - (means[1] - means[3])
    assert effect - 1.96 * np.sqrt(sum(errors)) > 0


def test_a_firm_concedes_more_likely_the_more_it_loses() -> None:
    rule = found(Scenario(title="Defaults"), 1, 1).now.rules[0]["boycott"]
    base = markets.concede_chance(0.0, 0.0, 0.0, rule)
    assert markets.concede_chance(0.0, 0.3, 0.0, rule) == base, "nobody knows of a decline that is not shown"
    assert base < markets.concede_chance(1.0, 0.0, 0.0, rule) < markets.concede_chance(1.0, 0.3, 0.0, rule)
    assert base < markets.concede_chance(0.0, 0.0, 0.05, rule)


def test_firms_that_gave_in_press_policy_for_a_while_only() -> None:
    scenario = Scenario.load("producer_boycott").but({"polity.home.citizens": 1000})
    world, run = found(scenario, 1, 300), line()
    firms = world.teams.organisations["kind"] == FIRM
    m = list(scenario.issue).index("packaging")
    world.teams.organisations["conceded"][firms, m], world.teams.organisations["example"][firms, m] = 1, 1.0
    pushed = []
    with wrapping():
        for _ in range(300):
            run(world, 1)
            pushed.append(
                float((world.teams.organisations["market_share"] * world.teams.organisations["example"][:, m]).sum())
            )
    assert pushed[0] > 0.9 and pushed[52] < 0.1 and pushed[299] < 1e-5


# ---------------------------------------------------------------- the shipped scenarios show what they are about


@functools.cache
def shipped(name: str, citizens: int = 2000, seeds: int = 5) -> list[Record]:
    return runs(Scenario.load(name).but({"polity.home.citizens": citizens}), seeds)


def column(record: Record, name: str, issue: str) -> np.ndarray:
    return record.recorded.weeks[name][:, 0, record.names.issues.index(issue)]


def test_hashtag_without_organisation_shows_short_hashtags_beside_long_ones() -> None:
    for record in shipped("hashtag_without_organisation", 1000):
        alive = {}
        for issue in ("fares", "schooling"):
            live = column(record, "hashtag_for", issue) > 0.0
            starts = int((live & ~np.concatenate([[False], live[:-1]])).sum())
            alive[issue] = live.sum() / starts
        assert alive["fares"] < 0.8 * alive["schooling"]


def test_producer_boycott_shows_firms_that_give_in_and_others_that_do_not() -> None:
    gave_in = []
    for record in shipped("producer_boycott"):
        events = record.recorded.events
        gave_in.append(int((events["event"] == EVENTS.index("concession")).sum()))
        assert column(record, "boycott_for", "packaging").max() > 0
    assert sum(gave_in) > 0


def test_donor_drift_shows_demands_that_near_the_donor_until_the_money_is_kept_out() -> None:
    for record in shipped("donor_drift", 1000):
        rows = record.recorded.organisations
        known = [name for _, name in record.names.organisations]
        donor = known.index("foundation_abroad")
        those = [i for i, name in enumerate(known) if name.startswith("climate_ngo")]
        apart = np.abs(rows["stance"][:, those] - rows["stance"][:, [donor]]).mean(axis=1)
        assert apart[103] < 0.8 * apart[0]
        assert apart[103] - apart[207] < (apart[0] - apart[103]) / 3
        assert rows["grants"][104:].sum() < 0.2 * rows["grants"][:104].sum()


def test_digital_divide_shows_who_is_left_out_and_that_access_brings_some_of_them_in() -> None:
    """Petitions are few and some very large, so that signatures are summed over worlds before they are compared."""
    signed = []
    for record in shipped("digital_divide", 1500, 40):
        names = [name for _, name in record.names.publics]
        rows = record.recorded.publics["signed"].sum(axis=2)
        publics = (names.index("urban_connected"), names.index("rural_offline"))
        signed.append([[rows[weeks, q].sum() for q in publics] for weeks in (slice(0, 104), slice(104, 208))])
    (town, country), (town_later, country_later) = np.sum(signed, axis=0)
    assert country / town < 0.5
    assert country_later / town_later > country / town


def test_framing_contest_shows_that_loud_and_weak_loses_and_loud_and_strong_wins() -> None:
    for record in shipped("framing_contest"):
        moved = {issue: np.diff(column(record, "attitude", issue)[[0, 103]])[0] for issue in ("zoning", "policing")}
        assert moved["zoning"] > 0.01 > -0.005 > moved["policing"]


def test_platform_crackdown_shows_fewer_calls_heard() -> None:
    """Fewer sign; marches go by other channels too, and show no such loss."""
    usual = Scenario.load("platform_crackdown").but({"polity.home.citizens": 1000})
    free = usual.model_copy(update={"reform": ()})
    signed = [
        [sum(record.recorded.weeks[f"petition_{side}"][104:].sum() for side in SIDES) for record in pair]
        for pair in zip(shipped("platform_crackdown", 1000, 24), runs(free, 24), strict=True)
    ]
    assert interval(left - crushed for crushed, left in signed).low > 0


SIDES = ("for", "against")
