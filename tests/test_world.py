"""Worlds as they are founded: who lives where, what depends on what, and what a citizen takes of memory."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import busy, digest_of_world, run_world, small, with_neighbour

from advosim import Scenario
from advosim.mechanisms import plans
from advosim.scenario.problems import InputError
from advosim.scenario.rules import Mechanisms
from advosim.scenario.tree import bounds
from advosim.world import recorded, rows, state
from advosim.world.codes import MARCHES, ONLINE, TALKS
from advosim.world.found import Settled, found, names
from advosim.world.state import World, attitude

HOME = "polity.home."


def world_of(seed: int = 1, weeks: int = 1, **home: Any) -> World:
    return found(scenario_of(**home), seed, weeks)


def scenario_of(**home: Any) -> Scenario:
    return Scenario.model_validate({"title": "World", "polity": {"home": home}})


def same_people(one: World, other: World, n: int) -> None:
    """Whether the first n citizens are the same in two worlds, whatever else is in them."""
    for name in state.Citizens._fields:
        if name in ("start", "neighbour", "circle", "member"):
            continue
        mine, theirs = (getattr(world.people.citizens, name) for world in (one, other))
        mine, theirs = (column[..., :n] for column in (mine, theirs))
        np.testing.assert_array_equal(mine, theirs, name)


# ---------------------------------------------------------------- where citizens live

weights = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), min_size=1, max_size=5).filter(any)


@settings(max_examples=60)
@given(st.integers(10, 400), st.integers(1, 60), weights)
def test_publics_follow_their_weights_and_districts_are_alike_in_size(
    n: int, districts: int, shares: list[float]
) -> None:
    districts = min(n, districts)
    publics = {f"public_{number}": {"share": share} for number, share in enumerate(shares)}
    world = world_of(citizens=n, districts=districts, public=publics)
    wanted = n * np.array(shares) / sum(shares)
    assert world.arena.publics["citizens"].sum() == n
    assert (np.abs(world.arena.publics["citizens"] - wanted) <= len(shares)).all()
    assert not world.arena.publics["citizens"][np.array(shares) == 0].any()
    np.testing.assert_allclose(world.arena.publics["share"], world.arena.publics["citizens"] / n)
    sizes = world.arena.districts["citizens"]
    assert len(sizes) == districts and sizes.sum() == n and sizes.max() - sizes.min() <= 1 and sizes.min() >= 1
    blocks = world.people.blocks
    assert (blocks["last"] > blocks["first"]).all()
    assert blocks["first"][0] == 0 and blocks["last"][-1] == n and (blocks["first"][1:] == blocks["last"][:-1]).all()
    people = blocks["last"] - blocks["first"]
    np.testing.assert_array_equal(np.bincount(blocks["district"], people, districts), sizes)
    np.testing.assert_array_equal(np.bincount(blocks["public"], people, len(shares)), world.arena.publics["citizens"])


def test_publics_live_in_all_districts_alike() -> None:
    world = world_of(citizens=1000, districts=10, public={"a": {"share": 0.25}, "b": {"share": 0.75}})
    for district in range(10):
        mine = world.people.blocks[(world.people.blocks["district"] == district) & (world.people.blocks["public"] == 0)]
        assert abs((mine["last"] - mine["first"]).sum() - 25) <= 1


def test_large_publics_are_cut_into_blocks() -> None:
    world = world_of(citizens=10_000, districts=1)
    assert (world.people.blocks["last"] - world.people.blocks["first"]).tolist() == [4096, 4096, 1808]


# ---------------------------------------------------------------- who citizens are


def test_attitudes_are_drawn_around_the_issue_and_the_public() -> None:
    table = scenario_of(
        citizens=20_000, public={"all": {"share": 3.0}, "keen": {"share": 1.0, "attitude": {"reform": 0.4}}}
    ).but({"issue.reform.attitude_between": 0.0})
    world = found(table, 1, 1)
    x = attitude(world)[:, 0]
    public = np.repeat(world.people.blocks["public"], world.people.blocks["last"] - world.people.blocks["first"])
    assert x[public == 0].mean() == pytest.approx(0.1, abs=0.02)
    assert x[public == 1].mean() == pytest.approx(0.46, abs=0.04), "but for what the end of the scale cuts off"
    assert x[public == 0].std() == pytest.approx(0.44, abs=0.015)
    assert (world.people.citizens.anchor[0] == x).all() and (
        world.people.citizens.upbringing == world.people.citizens.anchor
    ).all()


def test_means_vary_between_seeds_as_declared() -> None:
    means, policies = [], []
    for seed in range(1, 201):
        world = world_of(seed, citizens=200)
        means.append(attitude(world).mean())
        policies.append(world.arena.issues["policy"][0, 0])
    assert np.std(means) == pytest.approx(0.15, rel=0.2)
    assert np.mean(policies) == pytest.approx(-0.15, abs=0.04)
    assert np.std(policies) == pytest.approx(0.2, rel=0.15)


def test_traits_have_the_spread_that_they_are_declared_with() -> None:
    people = world_of(citizens=20_000).people.citizens
    assert people.risk.mean() == pytest.approx(0.5, abs=0.01) and people.risk.var() == pytest.approx(0.05, abs=0.003)
    for column, median in ((people.talk_threshold, 0.35), (people.act_threshold, 0.4)):
        assert np.median(column) == pytest.approx(median, rel=0.03)
        assert np.log(column).std() == pytest.approx(0.5, rel=0.03)
    assert np.log(people.interest).std() == pytest.approx(0.7, rel=0.03)
    assert (people.own & 1).mean() == pytest.approx(0.15, abs=0.01)
    np.testing.assert_allclose(people.values.mean(axis=1), 0.25, atol=0.01)


def test_a_stake_and_values_are_those_of_the_public() -> None:
    world = world_of(
        citizens=4000, public={"all": {"stake": {"reform": 1.0}, "values": {"justice": 0.7}, "digital": 0.0}}
    )
    assert np.median(world.people.citizens.interest) == pytest.approx(np.e, rel=0.05)
    assert world.people.citizens.values.mean(axis=1) == pytest.approx([0.68, 0.107, 0.107, 0.107], abs=0.015)
    np.testing.assert_allclose(world.arena.publics["values"][0][:4], [0.7, 0.1, 0.1, 0.1])


@pytest.mark.parametrize(("access", "low", "high"), [(0.0, 0, 0), (0.3, 0.2, 0.4), (0.7, 0.6, 0.8), (1.0, 1, 1)])
def test_internet_access_is_the_share_online(access: float, low: float, high: float) -> None:
    world = world_of(citizens=2000, governance={"internet_access": access})
    online = (world.people.citizens.word[0, 0] & ONLINE != 0).mean()
    assert low <= online <= high and online == pytest.approx(world.arena.publics["online"][0])


def test_access_differs_between_publics_and_grows_by_the_same_people() -> None:
    publics = {"wired": {"digital": 2.0}, "cut_off": {"digital": -2.0}}
    less = world_of(citizens=2000, public=publics, governance={"internet_access": 0.3})
    more = world_of(citizens=2000, public=publics, governance={"internet_access": 0.6})
    assert less.arena.publics["online"][0] > 0.6 and less.arena.publics["online"][1] < 0.12
    was, now = (world.people.citizens.word[0, 0] & ONLINE != 0 for world in (less, more))
    assert (now | ~was).all() and now.sum() > was.sum()


def test_nobody_talks_or_marches_before_the_first_week() -> None:
    assert not (found(small(), 1).people.citizens.word & (TALKS | MARCHES)).any()


# ---------------------------------------------------------------- what depends on what


def test_citizens_are_the_same_whatever_else_is_in_the_world() -> None:
    base = found(small(), 1)
    same_people(base, found(with_neighbour(small()), 1), 300)
    one_more = {"polity.home.organisation": {"newcomers": {"members": 0.5}}}
    same_people(base, found(small().but(one_more), 1), 300)
    network = {HOME + "network.face_to_face.kind": "preferential_attachment", HOME + "network.social.degree": 3.0}
    same_people(base, found(small().but(network), 1), 300)
    same_people(base, found(small().but({"polity.home.governance.repression": 0.9}), 1), 300)
    table = small().model_dump()
    table["polity"]["home"]["public"]["nobody"] = {"share": 0.0}
    same_people(base, found(Scenario.model_validate(table), 1), 300)


def test_another_issue_behind_changes_nothing_on_the_first() -> None:
    base = found(small(), 1)
    more = found(small().but({"issue": {"transport": {}}}), 1)
    for name in ("anchor", "interest"):
        np.testing.assert_array_equal(
            getattr(more.people.citizens, name)[:2], getattr(base.people.citizens, name), name
        )
    np.testing.assert_array_equal(more.people.citizens.neighbour, base.people.citizens.neighbour)
    for name in ("policy", "ideal"):
        np.testing.assert_array_equal(more.arena.issues[name][:, :2], base.arena.issues[name], name)


def test_another_seed_is_another_world() -> None:
    one, other = found(small(), 1), found(small(), 2)
    for name in ("anchor", "interest", "risk", "talk_threshold", "act_threshold", "values"):
        assert (getattr(one.people.citizens, name) != getattr(other.people.citizens, name)).mean() > 0.9, name
    assert (one.people.citizens.member != other.people.citizens.member).any()
    assert one.people.citizens.neighbour.tolist() != other.people.citizens.neighbour.tolist()
    assert (one.arena.issues["policy"] != other.arena.issues["policy"]).all()
    assert (one.teams.organisations["funds"] != other.teams.organisations["funds"]).all()


# ---------------------------------------------------------------- organisations


def test_organisations_are_as_declared() -> None:
    given = {
        "funds": 8.0, "funds_within": 0.0, "income": 0.5, "stances": {"climate": -0.25}, "stance": 0.4,
        "stance_within": 0.0, "priorities": {"climate": 0.2, "housing": 0.6}, "frames": ["identity"],
        "tactics": ["lobbying"], "skills": {"law": 0.9}, "credibility": {"public": 0.2}, "activity": 2.0,
    }  # fmt: skip
    scenario = small().but({"polity.home.organisation": {"newcomers": given}})
    world, known = found(scenario, 1), names(scenario)
    row = known.organisations.index(("home", "newcomers"))
    mine = world.teams.organisations[row]
    assert (mine["funds"], mine["income"], mine["activity"]) == (8.0, 0.5, 2.0)
    assert world.teams.stances[row].tolist() == [-0.25, 0.4]
    assert world.teams.priorities[row].tolist() == pytest.approx([0.25, 0.75])
    assert [known.frames[f] for f in np.flatnonzero(world.teams.repertoire[row])] == ["identity"]
    assert [known.tactics[k] for k in np.flatnonzero(world.teams.uses[row])] == ["lobbying"]
    assert mine["skills"][1] == 0.9 and mine["credibility"].tolist() == [0.5, 0.5, 0.2]


def test_members_stand_on_the_side_of_their_organisation() -> None:
    scenario = small()
    world = found(scenario, 1)
    member = world.people.citizens.member
    for row, (_, name) in enumerate(names(scenario).organisations):
        m = int(np.argmax(world.teams.priorities[row]))
        mine = world.people.citizens.anchor[m, member == row] > world.arena.issues["policy"][0, m]
        assert world.teams.organisations["members"][row] == len(mine)
        assert (mine == (world.teams.stances[row, m] > world.arena.issues["policy"][0, m])).all(), name
    wanted = {"greens_1": 9, "tenants": 9, "owners_2": 2, "lobby": 2, "giver": 0}
    for name, number in wanted.items():
        assert world.teams.organisations["members"][names(scenario).organisations.index(("home", name))] == number, name


def test_organisations_that_want_everybody_share_who_there_is() -> None:
    world = world_of(citizens=100, organisation={"all": {"count": 5, "members": 1.0}})
    member = world.people.citizens.member
    assert world.teams.organisations["members"].sum() == (member >= 0).sum() <= 100


def test_five_hundred_organisations_run() -> None:
    scenario = scenario_of(citizens=100, organisation={"many": {"count": 500, "members": 0.01}})
    world = run_world(scenario.but({"weeks": 5}))
    assert world.record.organisations.shape == (5, 500)


def test_twenty_polities_run() -> None:
    table = {"title": "Many", "weeks": 3, "polity": {f"polity_{n}": {"citizens": 10 + n} for n in range(20)}}
    world = run_world(Scenario.model_validate(table))
    assert world.record.weeks.shape == (3, 20, 1) and len(world.people.citizens.member) == sum(range(10, 30))


# ---------------------------------------------------------------- networks through a scenario


def ends(world: World, citizen: int, layer: int) -> list[int]:
    start = world.people.citizens.start
    return world.people.citizens.neighbour[start[2 * citizen + layer] : start[2 * citizen + layer + 1]].tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["small_world", "preferential_attachment", "blocks", "spatial"])
def test_every_kind_of_network_comes_from_a_scenario(kind: str) -> None:
    network = {"face_to_face": {"kind": kind, "degree": 5.0}, "social": {"kind": kind, "degree": 9.0}}
    scenario = scenario_of(
        citizens=600, public={"a": {}, "b": {}}, network=network, organisation={"greens": {"count": 3}}
    ).but({"weeks": 4, "mechanism.awareness.start": 0.8, "mechanism.expression.threshold": 0.05})
    world = run_world(scenario)
    ties = np.diff(world.people.citizens.start)
    assert ties[::2].mean() == pytest.approx(5, rel=0.1) and ties[1::2].mean() == pytest.approx(9, rel=0.1)
    assert world.record.weeks["talking"].any()
    for citizen in range(0, 600, 37):
        for layer in (0, 1):
            assert all(citizen in ends(world, other, layer) for other in ends(world, citizen, layer))


def test_an_edge_list_is_the_network(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("0,1\n1,2\n9,0\n", encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        'title = "Own ties"\nweeks = 2\n[polity.home]\ncitizens = 10\ndistricts = 2\n'
        '[polity.home.network.face_to_face]\nkind = "edge_list"\nfile = "ties.csv"\n'
        "[polity.home.network.social]\ndegree = 0.0\n",
        encoding="utf-8",
    )
    world = run_world(Scenario.load(tmp_path / "own.toml"))
    assert [ends(world, citizen, 0) for citizen in (0, 1, 2, 3, 9)] == [[1, 9], [0, 2], [1], [], [0]]
    assert not any(ends(world, citizen, 1) for citizen in range(10))


def test_an_edge_list_with_citizens_who_do_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ties.csv"
    file.write_text("0,1\n3,10\n", encoding="utf-8")
    network = {"face_to_face": {"kind": "edge_list", "file": str(file)}}
    with pytest.raises(InputError, match="10"):
        world_of(citizens=10, districts=1, network=network)


def test_ties_stay_within_the_polity() -> None:
    world = found(with_neighbour(small()), 1)
    start, neighbour = world.people.citizens.start, world.people.citizens.neighbour
    assert neighbour[: start[600]].max() < 300 <= neighbour[start[600] :].min()


def test_social_ties_count_only_between_people_online() -> None:
    """Offline, a citizen with online friends alone hears of nothing by talk."""
    talk = {
        HOME + "network.face_to_face.degree": 0.0,
        "mechanism.awareness.start": 0.5,
        "mechanism.awareness.by_agenda": 0.0,
        "mechanism.awareness.missed_online": 0.0,
        "mechanism.awareness.half_life": 520.0,
        "mechanism.expression.threshold": 0.001,
        "mechanism.tactic_choice.on": False,
    }
    world = run_world(busy().but(talk), 1, weeks=4)
    start = found(busy().but(talk), 1)
    offline = start.people.citizens.word[0, 0] & ONLINE == 0
    learned = (world.people.citizens.own & 1) & ~(start.people.citizens.own & 1)
    assert not learned[:, offline].any() and learned[:, ~offline].any()


# ---------------------------------------------------------------- memory


def test_a_citizen_takes_at_most_84_bytes_an_issue_beside_the_ties() -> None:
    """With one issue, which has all that is kept per citizen to carry; and fewer for each further issue. Letters are no
    state: their room is lent to a week.
    """
    n = 1000
    sizes = []
    for issues in (1, 2):
        table = {
            "title": "Size",
            "issue": {f"issue_{m}": {} for m in range(issues)},
            "polity": {"home": {"citizens": n}},
        }
        world = run_world(Scenario.model_validate(table), 1, 1)
        people = world.people.citizens
        sizes.append(sum(column.nbytes for name, column in people._asdict().items() if name != "neighbour") / n)
        assert world.people.letters.size == 0
    assert sizes[0] <= 84
    assert sizes[1] - sizes[0] <= 30


def test_ties_take_four_bytes_an_end() -> None:
    people = found(small(), 1).people.citizens
    assert people.neighbour.itemsize == 4 and people.neighbour.nbytes == 4 * people.start[-1]


TABLES = {
    name: module
    for module in (rows, recorded)
    for name, value in vars(module).items()
    if isinstance(value, np.dtype) and name != "RULES"
}


@pytest.mark.parametrize("table", TABLES)
def test_no_field_is_hidden_by_what_numpy_calls_so(table: str) -> None:
    """Else compiled code reads the field, and plain Python an attribute of the record; `size` is written only."""
    fields = set(vars(TABLES[table])[table].names)
    assert fields & set(dir(np.record)) <= {"size"}
    source = "".join(file.read_text(encoding="utf-8") for file in Path(plans.__file__).parent.glob("*.py"))
    assert set(re.findall(r"^.*\b(?:row|event|why)\.size\b(.*)$", source, re.MULTILINE)) <= {" = size"}


def test_no_parameter_of_a_rule_is_hidden_by_what_numpy_calls_so() -> None:
    for name in rows.RULES.names:
        assert not set(rows.RULES[name].names) & set(dir(np.record)), name


@pytest.mark.parametrize("table", [name for name, module in TABLES.items() if module is rows])
def test_every_field_of_every_table_says_what_it_is(table: str) -> None:
    """Those of the record are held by the tests of the codebook."""
    source = Path(TABLES[table].__file__).read_text(encoding="utf-8")
    (declared,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == table
    )
    names = [ast.literal_eval(row.elts[0]) for row in declared.value.args]
    assert names == list(vars(TABLES[table])[table].names)
    for row in declared.value.args:
        meaning = ast.literal_eval(row.elts[-1])
        assert len(meaning) > 2 or ast.literal_eval(row.elts[0]) == "closed", row


# ---------------------------------------------------------------- saved worlds


class _Unwritable:
    """A column that cannot be written."""


def test_a_world_that_cannot_be_saved_leaves_the_former_one(tmp_path: Path) -> None:
    world = found(small(), 1)
    state.save(world, tmp_path / "state.npz")
    before = (tmp_path / "state.npz").read_bytes()
    with pytest.raises(AttributeError):
        state.save(world._replace(now=world.now._replace(clock=_Unwritable())), tmp_path / "state.npz")  # type: ignore[arg-type]
    assert (tmp_path / "state.npz").read_bytes() == before


# ---------------------------------------------------------------- founded from what is kept


def _numbers_of_rules() -> dict[str, dict[str, Any]]:
    """By rule, each of its numbers changed a little."""
    rules: dict[str, dict[str, Any]] = {}
    for name, kind in Mechanisms.model_fields.items():
        changed = rules[name] = {}
        for field, declared in kind.annotation.model_fields.items():  # type: ignore[union-attr]
            value = declared.default
            if isinstance(value, bool):
                changed[f"mechanism.{name}.{field}"] = not value
            elif isinstance(value, (int, float)):
                low, high = bounds(declared)
                nearer = [each for each in (value * 0.9, value + 0.1) if (low or 0) <= each <= (high or np.inf)]
                changed[f"mechanism.{name}.{field}"] = type(value)(nearer[0] if isinstance(value, float) else value + 1)
    return rules


def test_a_world_founded_from_one_that_is_kept_is_the_same_whatever_rules_and_governance_are() -> None:
    home = "polity.home.governance"
    others = {f"{home}.repression": 0.9, f"{home}.internet_access": 0.1, f"{home}.veto_players": 4.0}
    others[f"{home}.contestation"] = 0.2
    kept = Settled()
    for changes in ({}, *_numbers_of_rules().values(), others, {"polity.home.citizens": 120}):
        scenario = with_what_fits({"polity.home.citizens": 100}, changes)
        one, other = found(scenario, 1, 2, settled=kept), found(scenario, 1, 2)
        assert digest_of_world(one) == digest_of_world(other), changes


def with_what_fits(changes: dict[str, Any], more: dict[str, Any]) -> Scenario:
    """The small world with all of the changes that go together."""
    with contextlib.suppress(InputError):
        return small().but({**changes, **more})
    for path, value in more.items():
        with contextlib.suppress(InputError):
            small().but({**changes, path: value})
            changes = {**changes, path: value}
    return small().but(changes)


def test_what_is_kept_of_worlds_has_its_room() -> None:
    kept = Settled(room=200_000)
    worlds = [found(small(), seed, 2, settled=kept) for seed in (1, 2, 3, 1)]
    assert digest_of_world(worlds[0]) == digest_of_world(worlds[3])
    assert 0 < len(kept._worlds) < 3


def test_a_world_takes_the_room_of_the_last_one_once_nobody_holds_a_table_of_it() -> None:
    kept = Settled()
    found(small(), 1, 2, settled=kept)
    first = found(small(), 1, 2, settled=kept)
    held = first.record.weeks[:1]
    first.now.clock["events"], first.people.citizens.word[:], first.record.events["size"] = 3, 1, 1.0
    del first
    second = found(small(), 1, 2, settled=kept)
    assert not np.shares_memory(held, second.record.weeks)
    second.now.clock["events"], second.people.citizens.word[:], second.record.weeks["policy"] = 3, 1, 1.0
    second.record.events[:3]["size"] = 1.0
    place = second.record.weeks.ctypes.data
    del second
    third = found(small(), 1, 2, settled=kept)
    assert third.record.weeks.ctypes.data == place
    assert digest_of_world(third) == digest_of_world(found(small(), 1, 2))
