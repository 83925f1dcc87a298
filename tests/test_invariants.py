"""What holds in every world: over random scenarios that the schema allows, whatever happens in them."""

from __future__ import annotations

import sys
from typing import Any, get_args

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo
from worlds import run_world

from advosim import Scenario
from advosim.reading.measuring import costs
from advosim.record import Record, recorded
from advosim.scenario.schema import (
    Alliance,
    Credibility,
    Diet,
    Governance,
    Issue,
    Mechanisms,
    Organisation,
    Part,
    Public,
    Skills,
    Tactic,
    catalogue,
)
from advosim.scenario.tree import bounds
from advosim.world.codes import SIDES
from advosim.world.state import World, attitude

NETWORKS = ("small_world", "preferential_attachment", "blocks", "spatial")
FRAMES = ("justice", "security", "prosperity", "identity")
LEFT_AT_DEFAULT = 0.6
"""Share of settings that a random scenario leaves alone: else nearly all worlds are mad, and the mad ones are alike."""


# ---------------------------------------------------------------- random scenarios


def value_of(field: FieldInfo, draw: Any) -> Any:
    """Any value that a declaration allows; often an end of its range."""
    low, high = bounds(field)
    assert low is not None and high is not None
    whole = field.annotation is int
    if draw(st.integers(0, 3)) == 0:
        end = draw(st.sampled_from([low, high]))
        return int(end) if whole else float(end)
    if whole:
        return draw(st.integers(int(low), int(high)))
    return draw(st.floats(low, high, allow_subnormal=False))


def some_of(part: type[Part], draw: Any, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """A table that sets some of the numbers and switches of a part."""
    table: dict[str, Any] = {}
    for name, field in part.model_fields.items():
        plain = field.annotation in (int, float, bool)
        if name in but or not plain or draw(st.floats(0, 1)) < LEFT_AT_DEFAULT:
            continue
        table[name] = draw(st.booleans()) if field.annotation is bool else value_of(field, draw)
    return table


@st.composite
def networks(draw: Any) -> dict[str, Any]:
    return {
        layer: {
            "kind": draw(st.sampled_from(NETWORKS)),
            "degree": draw(st.sampled_from([0.0, 1.0, 3.5, 8.0])),
            "rewiring": draw(st.floats(0, 1)),
            "homophily": draw(st.floats(0, 1)),
        }
        for layer in ("face_to_face", "social")
    }


@st.composite
def publics(draw: Any, issues: list[str]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name in ("urban", "rural", "marginal")[: draw(st.integers(1, 3))]:
        rows[name] = some_of(Public, draw, but=("share",)) | {
            "share": draw(st.sampled_from([0.0, 0.01, 1.0, 2.0])),
            "diet": some_of(Diet, draw),
            "values": draw(st.dictionaries(st.sampled_from(FRAMES), st.floats(0, 1), max_size=4)),
            "attitude": draw(st.dictionaries(st.sampled_from(issues), st.floats(-1, 1), max_size=2)),
            "stake": draw(st.dictionaries(st.sampled_from(issues), st.floats(0, 1), max_size=2)),
        }
    if sum(row["share"] for row in rows.values()) == 0:
        rows["urban"]["share"] = 1.0
    return rows


@st.composite
def organisations(draw: Any, issues: list[str]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(get_args(Organisation.model_fields["kind"].annotation)))
        if kind == "municipality" and any(row["kind"] == kind for row in rows.values()):
            kind = "agency"  # two would need districts of their own
        row = some_of(Organisation, draw, but=("count", "district")) | {
            "kind": kind,
            "stances": draw(st.dictionaries(st.sampled_from(issues), st.sampled_from([-1.0, 0.0, 0.7]), max_size=2)),
            "credibility": some_of(Credibility, draw),
            "frames": draw(st.lists(st.sampled_from(FRAMES), max_size=2, unique=True)),
            "tactics": draw(st.lists(st.sampled_from(sorted(catalogue("tactics", Tactic))), max_size=3, unique=True)),
        }
        if draw(st.booleans()):
            row["priorities"] = {draw(st.sampled_from(issues)): 1.0}
        if draw(st.booleans()):
            row["skills"] = some_of(Skills, draw)
        rows[f"organisation_{number}"] = row
    return rows


@st.composite
def alliances(draw: Any, issues: list[str], known: list[str]) -> dict[str, Any]:
    if len(known) < 2:
        return {}
    return {
        f"alliance_{number}": some_of(Alliance, draw)
        | {
            "issue": draw(st.sampled_from(issues)),
            "members": draw(st.lists(st.sampled_from(known), min_size=2, max_size=6, unique=True)),
        }
        for number in range(draw(st.integers(0, 2)))
    }


@st.composite
def scenarios(draw: Any) -> Scenario:
    """Any scenario that the schema allows, with few citizens and weeks."""
    issues = [f"issue_{number}" for number in range(draw(st.integers(1, 5)))]
    polities = {}
    for name in ("home", "abroad")[: draw(st.integers(1, 2))]:
        citizens = draw(st.integers(10, 300))
        members = draw(organisations(issues))
        polities[name] = {
            "citizens": citizens,
            "districts": draw(st.integers(1, min(citizens, 12))),
            "legitimacy": draw(st.floats(0, 1)),
            "governance": some_of(Governance, draw),
            "public": draw(publics(issues)),
            "organisation": members,
            "alliance": draw(alliances(issues, sorted(members))),
            "network": draw(networks()),
        }
    mechanism = {
        name: some_of(field.annotation, draw)  # type: ignore[arg-type]
        for name, field in Mechanisms.model_fields.items()
    }
    if draw(st.booleans()):
        mechanism["tactic_choice"]["launch"] = 1.0
    return Scenario.model_validate(
        {
            "title": "Random",
            "weeks": draw(st.integers(1, 16)),
            "seed": draw(st.integers(0, 2**63 - 1)),
            "issue": {name: some_of(Issue, draw) for name in issues},
            "polity": polities,
            "mechanism": mechanism,
        }
    )


def random_scenarios(number: int) -> Any:
    """Runs a test over random scenarios."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    held = settings(max_examples=number, suppress_health_check=quiet)

    def around(test: Any) -> Any:
        return held(given(scenarios())(test))

    return around


# ---------------------------------------------------------------- what must hold


def within(values: Any, low: float, high: float, what: str, slack: float = 0.0) -> None:
    values = np.asarray(values)
    assert np.isfinite(values).all(), what
    assert (values >= low - slack).all() and (values <= high + slack).all(), f"{what}: {values.min()}, {values.max()}"


SHARES = (
    "support", "salience", "aware", "talking", "expressed", "silenced", "petition_for", "petition_against",
    "protest_for", "protest_against", "boycott_for", "boycott_against", "hashtag_for", "hashtag_against", "buy_in",
    "agenda", "efficacy_for", "efficacy_against", "legitimacy", "repression",
)  # fmt: skip
PERSONS = ("support", "aware", "talking", "expressed", "silenced", "petition_for", "petition_against", "protest_for",
           "protest_against", "boycott_for", "boycott_against")  # fmt: skip


def check_record(world: World, scenario: Scenario) -> None:
    record = Record(scenario, scenario.seed, recorded(world))
    for name in ("weeks", "organisations", "alliances", "events"):
        table: pd.DataFrame = getattr(record, name)
        assert not table.isna().to_numpy().any(), name
        numbers = table.select_dtypes("number").to_numpy(float)
        assert np.isfinite(numbers).all(), name
    events = record.events
    assert events["week"].between(1, scenario.weeks).all()
    assert events["week"].is_monotonic_increasing
    rows = record.recorded.weeks
    for name in SHARES:
        within(rows[name], 0, 1, name)
    within(rows["policy"], -1, 1, "policy")
    within(rows["attitude"], -1, 1, "attitude")
    within(rows["agenda"].sum(axis=-1), 0, 1, "agenda", 1e-12)
    within(rows["salience"].sum(axis=-1), 0, 1, "salience", 1e-6)
    within(rows["lobby_success"], -1, 1, "lobby_success")
    within(rows["attention"], 0, 5, "attention")
    within(rows["coverage"], 0, 6, "coverage")
    within(rows["consulting"], 0, 2, "consulting")
    for p, polity in enumerate(scenario.polity.values()):
        for name in PERSONS:
            persons = rows[name][:, p] * polity.citizens
            within(np.abs(persons - np.rint(persons)), 0, 1e-9 * polity.citizens, f"{name}: whole persons")
    assert (rows["expressed"] <= rows["support"]).all(), "who shows support holds it"
    assert (rows["talking"] <= rows["aware"]).all(), "only the aware talk"
    check_funds(world, rows, record.recorded.organisations, scenario)


def check_funds(world: World, weeks: Any, rows: Any, scenario: Scenario) -> None:
    flows = rows["dues"] + rows["gifts"] + rows["grants"] - rows["running_cost"] - rows["campaign_cost"]
    flows = flows + rows["support"]
    given = np.where(rows["support"] < 0, -rows["support"], 0.0)
    for name in ("dues", "gifts", "grants", "running_cost", "campaign_cost", "funds", "effort"):
        assert (rows[name] >= 0).all(), name
    change = np.diff(rows["funds"], axis=0)
    turnover = 1.0 + np.abs(rows["funds"][:-1]) + rows["dues"][1:] + rows["gifts"][1:] + rows["grants"][1:]
    turnover += np.abs(rows["support"][1:])
    received = rows["support"].sum(axis=1)
    within(received / (1.0 + given.sum(axis=1)), 0, 0, "help is neither made nor lost", 1e-9)
    within(np.abs(change - flows[1:]) / turnover, 0, 1e-9, "funds are conserved up to recorded flows")
    assert (rows["social_media"] <= 1.0 + 1e-12).all() and (rows["social_media"] >= 0).all()
    assert (np.diff(rows["closed"].astype(int), axis=0) >= 0).all(), "who closed stays closed"
    closed = rows["closed"]
    assert not rows["effort"][closed].any() and not rows["members"][closed].any(), "who closed has no members or acts"
    home = world.teams.organisations["polity"]
    for p in range(weeks.shape[1]):
        open_ = np.where(closed[:, home == p], 0.0, rows["funds"][:, home == p]).sum(axis=1)
        np.testing.assert_allclose(weeks["funds"][:, p, 0], open_, rtol=1e-12)
        closures = np.diff(closed[:, home == p].sum(axis=1), prepend=0)
        np.testing.assert_array_equal(weeks["closures"][:, p, 0], closures)


def check_citizens(world: World) -> None:
    within(world.teams.organisations["success"], 0, 1, "success")
    people, polities = world.people.citizens, world.arena.polities
    x = attitude(world)
    for what, values in (("attitude", x), ("anchor", people.anchor), ("upbringing", people.upbringing)):
        within(values, -1, 1, what)
    within(people.salience, 0, 1, "salience")
    within(people.salience.sum(axis=0, dtype=float), 0, 1, "salience over issues", 1e-6)
    within(people.values.sum(axis=0, dtype=float), 1, 1, "weights of frames", 1e-5)
    for name in ("grievance", "fatigue", "memory", "interest", "talk_threshold", "act_threshold"):
        within(getattr(people, name), 0, np.inf, name)
    within(people.risk, 0, 1, "risk aversion")
    within(people.member, -1, len(world.teams.organisations) - 1, "member")
    offsets = np.concatenate([[0], np.cumsum(polities["citizens"])])
    for p in range(len(polities)):
        mine = people.member[offsets[p] : offsets[p + 1]]
        assert set(world.teams.organisations["polity"][mine[mine >= 0]]) <= {p}, (
            "members live where the organisation is"
        )


def check_counts(world: World) -> None:
    people, polities, issues = world.people.citizens, world.arena.polities, world.arena.issues
    x = attitude(world).astype(float)
    start = 0
    for p, n in enumerate(polities["citizens"]):
        mine = slice(start, start + n)
        np.testing.assert_allclose(issues["attitude"][p], x[mine].mean(axis=0), atol=1e-9)
        np.testing.assert_allclose(issues["attitude_sd"][p], x[mine].std(axis=0), atol=1e-6)
        np.testing.assert_array_equal(issues["aware"][p], (people.own[:, mine] & 1 > 0).sum(axis=1) / n)
        np.testing.assert_allclose(issues["salience"][p], people.salience[:, mine].mean(axis=1, dtype=float), rtol=1e-9)
        for views, groups in (
            (world.arena.views, world.arena.publics),
            (world.arena.local_views, world.arena.districts),
        ):
            here = groups["polity"] == p
            assert groups["citizens"][here].sum() == n
            sizes = groups["citizens"][here][:, None] / n
            for name in ("support", "aware", "salience"):
                np.testing.assert_allclose((views[name][here] * sizes).sum(axis=0), issues[name][p], atol=1e-12)
            for name in ("signed", "marched", "boycotted"):
                total = issues[name][p].sum(axis=-1)
                np.testing.assert_allclose((views[name][here] * sizes).sum(axis=0), total, atol=1e-12)
                within(views[name][here], 0, 1, name, 1e-12)
        start += n
    members = np.bincount(people.member[people.member >= 0], minlength=len(world.teams.organisations))
    np.testing.assert_array_equal(world.teams.organisations["members"], members)
    assert world.teams.organisations["members"].sum() == (people.member >= 0).sum()


def check_ranges(world: World) -> None:
    """What stands in the tables beside the record keeps to what the tables' declarations say."""
    issues, people = world.arena.issues, world.people.circumstances
    for name in ("agenda", "called", "lobby_success", "support", "gap"):
        within(issues[name], 0, 1, name, 1e-12)
    for name in ("effort", "price", "contribution", "injustice", "attitude_sd"):
        within(issues[name], 0, np.inf, name)
    for name in ("ideal", "target"):
        within(issues[name], -1, 1, name)
    within(world.arena.districts["policy"], -1, 1, "policy of municipalities")
    within(world.teams.stances, -1, 1, "stances")
    within(world.teams.priorities, 0, 1, "priorities")
    for name in ("reputation", "credibility", "skills", "institutionalisation"):
        within(world.teams.organisations[name], 0, 1, name)
    for name in ("visibility", "learnedness", "following", "gives"):
        within(world.teams.organisations[name], 0, np.inf, name)
    # Credibility times fit, 1 + gain x (weight x frames - 1), which is at most the number of frames.
    within(world.talk.circulation, 0, world.teams.repertoire.shape[1], "circulation")
    for name in issues.dtype.names:
        assert np.isfinite(issues[name].astype(float)).all(), name
    for name in ("missed", "heard", "strength", "taught", "lesson", "sign", "march", "shun", "sanction"):
        within(people[name], 0, 1, name)
    within(people["efficacy"], 0, np.inf, "efficacy, and need where offices are shut")
    within(people["alarm"], 1, np.inf, "alarm")
    within(world.teams.campaigns["mix"].sum(axis=1), 0, 1, "mix", 1e-12)
    within(world.teams.campaigns["competence"], 0, 1, "competence", 1e-12)
    within(world.teams.campaigns["reached"], 0, 1, "reached", 1e-12)
    within(world.arena.polities["legitimacy"], 0, 1, "legitimacy")
    within(world.teams.learned, -np.inf, np.inf, "learned")
    within(world.teams.allowed, 0, 1, "allowed")
    for side in range(SIDES):
        within(issues["side_mean"][..., side], -1, 1, "side_mean")


def check_alliances(world: World) -> None:
    """Of living alliances: who belongs, what they decide by, who campaigns for them. Of all: how they ended."""
    everyone, lives = world.teams.organisations, world.record.alliances[: world.now.clock["alliances"][0]]
    seats = np.zeros(len(everyone), np.int64)
    for alliance, table in zip(world.allied.alliances, world.allied.seats, strict=True):
        taken = table[table["organisation"] >= 0]
        members = taken["organisation"]
        assert len(members) == alliance["members"] == len(set(members.tolist())), "each member has one seat"
        seats[members] += 1
        if not alliance["alive"]:
            assert not len(members)
            continue
        assert len(members) >= 2 and alliance["lead"] in members
        assert not everyone["closed"][members].any(), "who closed is gone"
        assert set(everyone["polity"][members]) == {alliance["polity"]}
        within(taken["say"].sum(), 1, 1, "say", 1e-9)
        within(taken["benefit"].sum(), 1, 1, "shares of the credit", 1e-9)
        for name in ("satisfaction", "delivered", "inequity", "say"):
            within(taken[name], 0, 1, name, 1e-12)
        for name in ("cohesion", "trust", "reciprocity", "diversity", "represented", "results", "survey", "followers"):
            within(alliance[name], 0, 1, name, 1e-12)
        within(alliance["evenness"], 0, 1, "evenness", 1e-12)
        within(alliance["line"], -1, 1, "line", 1e-12)
        life = lives[alliance["number"]]
        assert life["week_ended"] == life["ending"] == -1 and life["most_members"] >= len(members)
    np.testing.assert_array_equal(everyone["seats"], seats)
    joint = world.teams.campaigns[(world.teams.campaigns["alliance"] >= 0) & (world.teams.campaigns["weeks_left"] > 0)]
    for campaign in joint:
        assert world.allied.alliances["alive"][campaign["alliance"]], "who is alone has no joint campaign"
        assert campaign["organisation"] in world.allied.seats["organisation"][campaign["alliance"]]
    ended = lives[lives["week_ended"] >= 0]
    assert (ended["ending"] >= 0).all() and (ended["week_ended"] >= ended["week_formed"]).all(), "an end has its reason"
    assert len(lives) - len(ended) == world.allied.alliances["alive"].sum()
    within(world.allied.trust, 0, 1, "trust")
    within(everyone["pooled"], 0, 1, "share of means in joint plans", 1e-12)
    assert not world.allied.trust.diagonal().any() and not world.allied.tied.diagonal().any()
    np.testing.assert_array_equal(world.allied.tied, world.allied.tied.T)


def check_accounts(record: Record, world: World) -> None:
    """What two tables of a run tell of the same thing is the same."""
    weeks, events = record.weeks, record.events
    place, money = ["week", "polity"], {"rtol": 1e-9, "atol": 1e-9}
    by_place = weeks.groupby(place)
    costs_of = costs(record).query("of == 'polity'").set_index(["polity", "measure"])["value"]

    def same(told: pd.Series[float], counted: pd.Series[float]) -> None:
        np.testing.assert_allclose(told, counted.reindex(told.index).fillna(0.0), **money)

    teams = record.organisations
    if len(teams):
        paid = teams.groupby(place)["campaign_cost"].sum()
        same(paid, record.campaigns.groupby(place)["spent"].sum())
        same(costs_of.xs("campaigns", level="measure"), paid.groupby("polity").sum())
        came = teams[["dues", "gifts", "grants", "support"]].sum(axis=1)
        left = teams["funds"] - came + teams["running_cost"] + teams["campaign_cost"]
        before = teams.groupby(["polity", "organisation"])["funds"].shift()
        later = before.notna()
        np.testing.assert_allclose(left[later], before[later], **money)
        same(by_place["funds"].first(), teams[~teams["closed"]].groupby(place)["funds"].sum())
        closed = teams["closed"] & ~teams.groupby(["polity", "organisation"])["closed"].shift(fill_value=False)
        same(by_place["closures"].first(), closed.groupby([teams["week"], teams["polity"]]).sum())
    closures = events[events["event"] == "closure"].groupby(place).size()
    same(by_place["closures"].first(), closures)
    same(costs_of.xs("closures", level="measure"), closures.groupby("polity").sum())
    issues = [*place, "issue"]
    same(weeks.set_index(issues)["coverage"], events[events["event"] == "covered"].groupby(issues).size())
    publics, citizens = world.arena.publics, world.arena.polities["citizens"]
    sizes = dict(zip(record.names.publics, publics["citizens"] / citizens[publics["polity"]], strict=True))
    share = [sizes[home, public] for home, public in record.publics[["polity", "public"]].to_numpy()]
    for act in ("petition", "protest", "boycott"):
        np.testing.assert_allclose(weeks[act], weeks[f"{act}_for"] + weeks[f"{act}_against"], atol=1e-12)
        total = record.publics.assign(acts=record.publics[act] * share).groupby(issues)["acts"].sum()
        told = weeks.set_index(issues)[act]
        np.testing.assert_allclose(told, total.reindex(told.index), atol=1e-9)


def check(scenario: Scenario) -> World:
    world = run_world(scenario, scenario.seed)
    check_accounts(Record(scenario, scenario.seed, recorded(world)), world)
    check_record(world, scenario)
    check_citizens(world)
    check_counts(world)
    check_ranges(world)
    check_alliances(world)
    return world


@random_scenarios(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 16)
def test_every_world_keeps_its_accounts_and_its_ranges(scenario: Scenario) -> None:
    check(scenario)
