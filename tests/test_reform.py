"""Reforms in mid-run: nothing changes before their week, what they set holds from it on, and the log tells of them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from newcomer_checks import POOR, RALLIES, TORN
from test_schema import CROSSING, NUMBERS, values_of, world_for
from worlds import (
    BUSY,
    LOOSE,
    busy,
    digest_of,
    digest_of_world,
    go_on,
    growing,
    neighbours,
    run_world,
    same,
    small,
    vetoing,
    voting,
)

from advosim import Scenario
from advosim.mechanisms.seats import SAINTE_LAGUE
from advosim.record import Record
from advosim.scenario.problems import InputError
from advosim.scenario.reforms import founding_settings
from advosim.scenario.schema import Governance, Mechanisms
from advosim.simulation import simulate
from advosim.world.codes import MAJORITY, POPULAR, REFORM
from advosim.world.found import found
from advosim.world.rows import POLITY
from advosim.world.state import World

WEEK = 10
SOON = 9
"""Weeks after which most settings have told already."""
PATH = "polity.home.governance"
REFORMS = {
    "repression": 0.9,
    "accommodation": 0.0,
    "contestation": 0.0,
    "assembly_cost": 0.9,
    "openness": 0.0,
    "access": 0.0,
    "election_interval": 27,
    "electoral_system": "majority",
    "list_method": "sainte-lague",
    "district_magnitude": 2,
    "electoral_threshold": 0.3,
    "veto_players": 5,
    "media_freedom": 0.0,
    "internet_access": 0.1,
    "platform_regulation": 0.9,
    "shutdown": True,
    "surveillance": 1.0,
    "entry_cost": 1.0,
    "external_vulnerability": 1.0,
}
"""For every governance setting that a rule reads, a value far from its default."""


RIGHTS = {
    "initiative.allowed": False,
    "initiative.signature_share": 0.9,
    "initiative.window": 1,
    "initiative.quorum": 1.0,
    "initiative.binding": False,
    "referendum.allowed": False,
    "referendum.signature_share": 0.9,
    "referendum.window": 1,
    "referendum.quorum": 1.0,
    "recall.allowed": False,
    "recall.signature_share": 0.9,
    "recall.window": 1,
}
"""For every setting of citizens' rights, a value far from that of the voting world."""


def reformed(*reforms: tuple[int, dict[str, Any]], base: Scenario | None = None) -> Scenario:
    rows = [{"week": week, "set": changes} for week, changes in reforms]
    return Scenario.model_validate({**(base or busy()).model_dump(), "reform": rows})


@functools.lru_cache(32)
def without(abroad: bool = False, seed: int = 1) -> Record:
    return simulate(neighbours() if abroad else busy(), seed, threads=1)


@functools.lru_cache(32)
def without_reforms(scenario: Scenario, seed: int, weeks: int | None = None) -> Record:
    return simulate(scenario, seed, threads=1, weeks=weeks)


ABROAD = {"spillover", "frame_diffusion", "shelter", "third_states", "boomerang"}
"""Mechanisms that need a neighbour or a body."""


def weeks_before(record: Record, week: int) -> bytes:
    taken = record.recorded
    events = taken.events[(taken.events["week"] < week)]
    ballots = taken.ballots[taken.ballots["week"] < week]
    kept = (taken.weeks[: week - 1], taken.organisations[: week - 1], events, ballots)
    return b"".join(rows.tobytes() for rows in kept)


def beside_reforms(record: Record) -> str:
    """A hash of all that a run recorded but the reforms themselves."""
    taken = record.recorded
    rest = taken._replace(events=taken.events[taken.events["event"] != REFORM])
    return "".join(digest_of(rows) for name, rows in rest._asdict().items() if name != "founding")


# ---------------------------------------------------------------- governance


def test_every_setting_that_a_rule_reads_is_reformed_here() -> None:
    assert set(REFORMS) == set(POLITY.names or ()) & set(Governance.model_fields)
    waiting = {name for name, f in Governance.model_fields.items() if (f.json_schema_extra or {}).get("awaits")}  # type: ignore[union-attr]
    tables = {"initiative", "referendum", "recall"}
    assert set(Governance.model_fields) - waiting - tables == set(REFORMS)


def in_force(world: World, setting: str) -> Any:
    """What the tables of the week hold of a governance setting of the first polity."""
    if "." not in setting:
        return world.arena.polities[setting][0]
    right, name = setting.split(".")
    return world.arena.rights[0, POPULAR.index(right)][name]


@pytest.mark.parametrize("setting", [*REFORMS, *RIGHTS])
def test_a_reform_is_in_force_in_its_very_week_and_not_before(setting: str) -> None:
    """Before the first phase of the week runs: that is where the tables stand when the first mechanism is called."""
    value = {**REFORMS, **RIGHTS}[setting]
    named = {"majority": MAJORITY, "sainte-lague": SAINTE_LAGUE}
    expected = named.get(value, value) if isinstance(value, str) else value
    scenario = reformed((WEEK, {f"{PATH}.{setting}": value}), base=voting())
    seen: list[Any] = []
    world = found(scenario, 1, WEEK)

    def watch(now, arena, abroad):  # type: ignore[no-untyped-def]
        seen.append(in_force(world, setting))

    go_on(world, scenario, WEEK, mechanisms={"spillover": watch})
    assert len(seen) == WEEK and seen[-1] == expected
    assert all(each != expected for each in seen[:-1])


@pytest.mark.parametrize("setting", REFORMS)
def test_a_reform_changes_its_weeks_and_none_before(setting: str) -> None:
    """In each of some worlds none before, and in one of them at least those after: who wins a seat by one method may
    win it by another as well.
    """
    abroad = setting == "external_vulnerability"
    scenario = reformed((WEEK, {f"{PATH}.{setting}": REFORMS[setting]}), base=neighbours() if abroad else busy())
    for seed in range(1, 11):
        run, usual = simulate(scenario, seed, threads=1), without(abroad, seed)
        assert weeks_before(run, WEEK) == weeks_before(usual, WEEK)
        (event,) = run.events.query("event == 'reform'").itertuples()
        assert (event.week, event.polity, event.detail) == (WEEK, "home", f"{PATH}.{setting} = {REFORMS[setting]}")
        for table in ("weeks", "parties"):
            after, before = getattr(run.recorded, table)[WEEK - 1 :], getattr(usual.recorded, table)[WEEK - 1 :]
            if any((after[name] != before[name]).any() for name in after.dtype.names):
                return
    raise AssertionError("the reform does nothing in any of ten worlds")


def test_every_right_is_reformed_here() -> None:
    rights = {"initiative", "referendum", "recall"}
    declared = {f"{name}.{field}" for name in rights for field in type(getattr(Governance(), name)).model_fields}
    assert declared == set(RIGHTS)


@pytest.mark.parametrize("setting", RIGHTS)
def test_a_reform_of_a_right_changes_its_weeks_and_none_before(setting: str) -> None:
    changed = 0
    for seed in range(1, 13):
        run, usual = _rights(setting, seed), _rights(setting.split(".")[0], seed)
        assert weeks_before(run, WEEK) == weeks_before(usual, WEEK)
        changed += not (run.weeks.equals(usual.weeks) and run.ballots.equals(usual.ballots))
    assert changed, "the reform does nothing"


@functools.lru_cache(32)
def _rights(setting: str, seed: int) -> Record:
    changes = {f"{PATH}.{setting}": RIGHTS[setting]} if setting in RIGHTS else {f"{PATH}.veto_players": 2}
    easy = {"mechanism.initiative.status_quo": 0.0, "mechanism.initiative.unaware": 0.0}
    base = vetoing() if setting.startswith("referendum") else voting().but(easy)
    return simulate(reformed((WEEK, changes), base=base), seed, threads=1)


def test_a_right_that_is_granted_in_mid_run_does_nothing_before_and_something_after() -> None:
    """Bits of the weeks before are those of a world without it, and from then on laws answer to it."""
    without_it = voting().but({f"{PATH}.{right}.allowed": False for right in ("initiative", "referendum", "recall")})
    for right in ("initiative", "referendum", "recall"):
        later = reformed((WEEK, {f"{PATH}.{right}.allowed": True}), base=without_it)
        acts = 0
        for seed in range(1, 9):
            run, never = simulate(later, seed, threads=1), simulate(without_it, seed, threads=1)
            assert weeks_before(run, WEEK) == weeks_before(never, WEEK)
            assert not len(never.ballots) and "ballot_launched" not in set(never.events["event"])
            begun = run.events.query("event == 'ballot_launched'")
            assert (begun["week"] >= WEEK).all()
            acts += len(begun)
        assert acts, right


def test_a_setting_is_recorded_as_in_force_from_the_week_of_its_reform() -> None:
    run = simulate(reformed((WEEK, {f"{PATH}.repression": 0.9})), 1, threads=1)
    in_force = run.weeks.groupby("week")["repression"].unique()
    assert [float(v) for (v,) in in_force] == [0.1] * WEEK + [0.9] * (busy().weeks - WEEK + 1)


def test_a_reform_in_the_first_week_is_the_same_as_the_setting_itself() -> None:
    """But for what only founding reads, which reforms cannot reach."""
    base = busy().but({f"issue.{name}.policy_answers": 0.0 for name in busy().issue})
    reforms = {f"{PATH}.{k}": v for k, v in REFORMS.items()}
    by_reform = simulate(reformed((1, reforms), base=base), 1, threads=1)
    from_start = simulate(base.but(reforms), 1, threads=1)
    columns = [name for name in by_reform.weeks if name != "friction"]
    lived, alike = (run.weeks.query("week > 0")[columns] for run in (by_reform, from_start))
    assert lived.equals(alike)
    assert by_reform.organisations.equals(from_start.organisations)


def test_a_reform_in_the_last_week_is_carried_out() -> None:
    run = simulate(reformed((busy().weeks, {f"{PATH}.repression": 0.9})), 1, threads=1)
    assert run.weeks.groupby("week")["repression"].first().iloc[-1] == 0.9
    assert run.left_out == ()


def test_a_reform_that_is_taken_back_leaves_the_settings_as_they_were() -> None:
    run = run_world(reformed((5, {f"{PATH}.veto_players": 5}), (9, {f"{PATH}.veto_players": 2})))
    assert run.arena.polities["veto_players"][0] == 2


def test_of_two_reforms_in_a_week_both_hold_and_are_told() -> None:
    run = simulate(reformed((8, {f"{PATH}.repression": 0.9}), (8, {f"{PATH}.openness": 0.1})), 1, threads=1)
    one = simulate(reformed((8, {f"{PATH}.repression": 0.9, f"{PATH}.openness": 0.1})), 1, threads=1)
    assert run.recorded.weeks.tobytes() == one.recorded.weeks.tobytes()
    assert len(run.events.query("event == 'reform'")) == 2


def test_going_online_and_offline_again_brings_the_same_people_back() -> None:
    path = f"{PATH}.internet_access"
    cut = run_world(reformed((5, {path: 0.0})), weeks=7)
    back = run_world(reformed((5, {path: 0.0}), (8, {path: 0.7})), weeks=9)
    usual = run_world(busy(), weeks=9)
    assert cut.arena.publics["online"].tolist() == [0.0, 0.0]
    assert not (cut.people.citizens.word & 4).any()
    np.testing.assert_array_equal(back.people.citizens.word[:, 0] & 4, usual.people.citizens.word[:, 0] & 4)


def test_a_reform_of_one_polity_leaves_the_other_alone() -> None:
    table = small().but(BUSY).model_dump()
    table["polity"]["abroad"] = table["polity"]["home"]
    apart = {f"mechanism.{name}.on": False for name in ("spillover", "ties", "third_states")}
    two = Scenario.model_validate(table).but(apart)
    base = simulate(two, 1, threads=1)
    run = simulate(reformed((WEEK, {"polity.abroad.governance.repression": 1.0}), base=two), 1, threads=1)
    for name in ("weeks", "organisations"):
        mine, usual = (getattr(r, name).query("polity == 'home'") for r in (run, base))
        assert mine.equals(usual), name
    assert not run.weeks.equals(base.weeks)


# ---------------------------------------------------------------- mechanisms


SCRIPTS = {
    "shock": [{"week": WEEK + 1, "issue": "climate"}],
    "campaign": [{"week": WEEK + 1, "organisation": "tenants", "tactic": "petition", "issue": "housing"}],
}


BORN: dict[str, dict[str, Any]] = {
    "registration": {}, "founding": {}, "merger": dict([POOR]), "schism": dict(TORN), "formalisation": dict([RALLIES]),
}  # fmt: skip
"""Mechanisms of newcomers, and what makes them act within weeks."""


@pytest.mark.parametrize("name", [name for name in Mechanisms.model_fields if name != "spiral"])
def test_a_mechanism_switched_off_in_mid_run_changes_the_weeks_from_then_on(name: str) -> None:
    poor = {"relation.border.ties": 1.0, "mechanism.funds.harassment": 1.0}
    base = {"initiative": voting, "referendum": vetoing, "recall": voting}.get(name, busy)()
    base = neighbours().but(poor) if name in ABROAD else base
    base = neighbours().but(LOOSE) if name in CROSSING else base
    base = base.but({"mechanism.anticipation.by_exposure": 10.0}) if name == "anticipation" else base
    base = growing().but(BORN[name]) if name in BORN else base
    base = base.but(SCRIPTS) if name in ("shocks", "orders") else base
    scenario = reformed((WEEK, {f"mechanism.{name}.on": False}), base=base)
    for seed in range(1, 10):
        run, usual = simulate(scenario, seed, threads=1), without_reforms(base, seed)
        assert weeks_before(run, WEEK) == weeks_before(usual, WEEK)
        (event,) = run.events.query("event == 'reform'").itertuples()
        assert (event.week, event.polity, event.detail) == (WEEK, "", f"mechanism.{name}.on = False")
        if not (run.weeks.equals(usual.weeks) and run.organisations.equals(usual.organisations)):
            return
    raise AssertionError("it makes no difference in any of nine worlds")


# ---------------------------------------------------------------- what a run does not come to


def test_a_shorter_run_leaves_out_the_reforms_after_it() -> None:
    late = reformed((WEEK, {f"{PATH}.repression": 0.9}), (20, {f"{PATH}.openness": 0.1}))
    short = simulate(late, 1, weeks=12, threads=1)
    assert short.left_out == (f"week 20: {PATH}.openness",)
    assert short.events.query("event == 'reform'")["week"].tolist() == [WEEK]
    none = simulate(late, 1, weeks=WEEK - 1, threads=1)
    assert len(none.left_out) == 2
    assert same(none, simulate(busy(), 1, weeks=WEEK - 1, threads=1))


def test_a_run_on_threads_meets_reforms_alike() -> None:
    scenario = reformed((WEEK, {f"{PATH}.internet_access": 0.2, "mechanism.influence.epsilon": 1.0}))
    assert digest_of_world(run_world(scenario)) == digest_of_world(run_world(scenario, threads=2))


def test_a_reform_writes_only_what_it_sets() -> None:
    """What somebody has written into the world by hand stays."""
    scenario = reformed((5, {f"{PATH}.openness": 0.3, "mechanism.influence.epsilon": 0.2}))
    world = found(scenario, 1, 6)
    world.arena.polities["repression"], world.now.rules["influence"]["rate"] = 0.77, 0.01
    go_on(world, scenario, 6)
    assert world.arena.polities["repression"][0] == 0.77 and world.now.rules["influence"]["rate"][0] == np.float32(0.01)
    assert world.arena.polities["openness"][0] == 0.3 and world.now.rules["influence"]["epsilon"][0] == np.float32(0.2)


def test_a_reform_of_what_only_founding_reads_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "late.toml"
    file.write_text('title = "Late"\n[[reform]]\nweek = 3\nset = { "mechanism.expression.threshold" = 0.2 }\n')
    with pytest.raises(InputError) as refused:
        Scenario.load(file)
    assert "late.toml:4" in str(refused.value) and "mechanism.NAME.KEY" in str(refused.value)


def each_of_some() -> list[Any]:
    """All numbers of mechanisms; by default the first of each mechanism, and what only founding reads."""
    paths = [path for path in NUMBERS if path.startswith("mechanism.")]
    first = {path.rpartition(".")[0]: path for path in reversed(paths)}.values()
    usual = {*first, *(path for path in paths if tuple(path.split(".")) in founding_settings())}
    return [path if path in usual else pytest.param(path, marks=pytest.mark.slow) for path in paths]


@pytest.mark.parametrize("path", each_of_some())
def test_a_reform_of_any_setting_is_refused_or_acts(path: str) -> None:
    """By the schema's own word on what only founding reads. What acts is read, and matters."""
    keys = tuple(path.split("."))
    world = world_for(path)
    rows = [{"week": 2, "set": {path: value}} for value in values_of(path)]
    if keys in founding_settings():
        with pytest.raises(InputError, match="read when the world is founded"):
            world.but({"reform": [rows[0]]})
        return
    reformed = functools.cache(lambda number: world.but({"reform": [rows[number]]}))
    for weeks, seed in ((SOON, 1), *((world.weeks, seed) for seed in range(1, 25))):
        usual = beside_reforms(without_reforms(world, seed, weeks))
        for number in range(len(rows)):
            if beside_reforms(simulate(reformed(number), seed, threads=1, weeks=weeks)) != usual:
                return
    raise AssertionError(f"a reform of {path} changes nothing in the busy world")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"polity.home.citizens": 20}, "cannot change in mid-run"),
        ({"polity.home.organisation.greens.funds": 1.0}, "cannot change in mid-run"),
        ({"issue.climate.policy": 0.1}, "cannot change in mid-run"),
        ({"polity.nowhere.governance.openness": 0.1}, "there is no polity"),
        ({"mechanism.awareness.start": 0.1}, "is read when the world is founded, and cannot change in mid-run"),
        ({"mechanism.learning": {"start": 0.1}}, "is read when the world is founded"),
        ({f"{PATH}.openness": 1.1}, "out of range"),
        ({"mechanism.influence.epsilom": 0.1}, "epsilon"),
    ],
)
def test_a_reform_can_only_set_what_may_change_in_mid_run(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        busy().but({"reform": [{"week": 3, "set": changes}]})
