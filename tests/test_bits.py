"""The same seed gives the same bits: on any number of threads, with other rules of the same kind, compiled or not,
after a copy or a restart, and whatever else is added to the world.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import worlds
from worlds import (
    busy,
    digest,
    digest_of_world,
    go_on,
    neighbours,
    run_world,
    same,
    scenarios_of_all_kinds,
    small,
    with_neighbour,
)

from advosim import Scenario, simulation, week
from advosim.mechanisms import citizens as rules_of_citizens
from advosim.record import Record
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.world import population
from advosim.world.chance import draw, draw64, exp, exponential, key, stream
from advosim.world.found import found
from advosim.world.state import copy, restore, save

PINNED = "a3116d60d73a02b5eab46327a8e4ef1ce3b02c334adeb867c9228189db69f3ce"
"""What a run of the busy world records, on all Pythons, numpys and numbas. A change of the model's bits changes it: say
so in CHANGELOG.md.
"""


@functools.cache
def plain_run() -> Record:
    return simulate(busy(), 1, threads=1)


def whole_run(scenario: Scenario | None = None, **how: Any) -> Record:
    return simulate(scenario or busy(), 1, **{"threads": 1, **how})


# ---------------------------------------------------------------- the same run


def test_the_busy_world_is_busy() -> None:
    """Else equal bits would mean little."""
    events = set(plain_run().events["event"])
    assert events >= {"news", "campaign", "end", "covered", "repress", "accommodate", "consult", "deny", "step"}
    # Marching is cheap in company only, so that crowds come in waves: some weeks of them, not most.
    assert (plain_run().weeks["protest"] > 0).sum() > 5
    assert plain_run().organisations.groupby("organisation")["members"].nunique().max() > 3


def test_a_run_is_what_it_was_pinned_to() -> None:
    assert digest(plain_run()) == PINNED


def test_a_run_again_gives_the_same_and_another_seed_another() -> None:
    assert same(plain_run(), whole_run())
    assert not same(plain_run(), simulate(busy(), 2, threads=1))


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int) -> None:
    one, several = run_world(busy(), 1), run_world(busy(), 1, threads=threads)
    assert digest_of_world(one) == digest_of_world(several)
    assert same(plain_run(), whole_run(threads=threads))


def test_weeks_one_by_one_or_at_once_change_no_bit() -> None:
    world = found(busy(), 1)
    for number in range(1, busy().weeks + 1):
        go_on(world, busy(), number)
    assert digest_of_world(world) == digest_of_world(run_world(busy(), 1))


def test_a_shorter_run_is_the_start_of_a_longer_one() -> None:
    short, long = whole_run(weeks=11), plain_run()
    assert short.recorded.weeks.tobytes() == long.recorded.weeks[:11].tobytes()
    assert short.recorded.events.tobytes() == long.recorded.events[: len(short.recorded.events)].tobytes()


# ---------------------------------------------------------------- without compilation


def interpreted(code: str) -> dict[str, str]:
    """What a program prints as JSON when nothing is compiled."""
    there = [str(Path(worlds.__file__).parent), str(Path(population.__file__).parents[2])]
    path = os.pathsep.join([*there, os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


SHOWN = """
import json
from advosim.simulation import simulate
from worlds import digest, digest_of_world, run_world, scenarios_of_all_kinds
runs = {}
for name, scenario in scenarios_of_all_kinds().items():
    runs[name] = digest_of_world(run_world(scenario, 1))
print(json.dumps(runs))
"""


def test_compilation_changes_no_bit() -> None:
    bare = interpreted(SHOWN)
    for name, scenario in scenarios_of_all_kinds().items():
        compiled = digest_of_world(run_world(scenario, 1))
        differ = [column for column in compiled if compiled[column] != bare[name][column]]
        assert not differ, name


# ---------------------------------------------------------------- copies and restarts


def test_a_copy_goes_on_to_the_same_bits_and_leaves_the_original() -> None:
    world = found(busy(), 1)
    go_on(world, busy(), 11)
    before = digest_of_world(world)
    twin = copy(world)
    go_on(twin, busy(), busy().weeks)
    assert digest_of_world(world) == before
    go_on(world, busy(), busy().weeks)
    assert digest_of_world(twin) == digest_of_world(world) == digest_of_world(run_world(busy(), 1))


def test_a_restored_world_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    world = found(busy(), 1)
    go_on(world, busy(), 11)
    save(world, tmp_path / "state.npz")
    again = found(busy(), 1)
    restore(again, tmp_path / "state.npz")
    assert digest_of_world(again) == digest_of_world(world)
    go_on(again, busy(), busy().weeks)
    assert digest_of_world(again) == digest_of_world(run_world(busy(), 1))


def test_a_restart_carries_on_with_reforms(tmp_path: Path) -> None:
    reform = {"week": 10, "set": {"polity.home.governance.repression": 0.9, "mechanism.influence.rate": 0.5}}
    scenario = Scenario.model_validate({**busy().model_dump(), "reform": [reform]})
    whole = digest_of_world(run_world(scenario, 1))
    for stop in (8, 9, 10, 15):
        world = found(scenario, 1)
        go_on(world, scenario, stop)
        save(world, tmp_path / "state.npz")
        again = found(scenario, 1)
        restore(again, tmp_path / "state.npz")
        go_on(again, scenario, scenario.weeks)
        assert digest_of_world(again) == whole, stop


def test_a_save_of_another_scenario_is_refused(tmp_path: Path) -> None:
    save(found(small(), 1), tmp_path / "state.npz")
    with pytest.raises(ValueError, match="another scenario or version"):
        restore(found(small().but({"polity.home.citizens": 310}), 1), tmp_path / "state.npz")


def test_the_size_of_blocks_changes_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = plain_run().recorded.weeks
    monkeypatch.setattr(population, "BLOCK", 16)
    world = run_world(busy(), 1)
    assert len(world.people.blocks) > 2 * len(world.arena.districts) * len(world.arena.publics)
    for name in usual.dtype.names or ():
        if usual[name].dtype.kind in "ib" or name in ("support", "aware", "talking", "expressed", "silenced"):
            np.testing.assert_array_equal(world.record.weeks[name], usual[name], name)
        else:
            # Sums of blocks are added up in another order.
            np.testing.assert_allclose(world.record.weeks[name], usual[name], rtol=1e-9, atol=1e-9, err_msg=name)


# ---------------------------------------------------------------- replaced rules

_NEWS, _SIZE = stream("attention"), stream("attention.size")


def attention_in_words(now, arena, events):
    """The rule of attention written anew, in plain Python over the same rows."""
    clock, rules = now
    rule = rules[0]["attention"]
    seed, week = clock[0]["seed"], clock[0]["week"]
    for polity in arena.issues:
        for issue in polity:
            shock = 0.0
            if draw(np.uint64(key(seed, week, _NEWS)), issue["key"]) < rule["news_chance"]:
                shock = rule["news_size"] * exponential(draw64(np.uint64(key(seed, week, _SIZE)), issue["key"]))
                row = events[clock[0]["events"]]
                row["week"], row["polity"], row["issue"], row["size"] = week, 0, list(polity).index(issue), shock
                for name in ("organisation", "tactic", "route", "side", "alliance", "partner", "reason"):
                    row[name] = -1
                clock["events"] += 1
            issue["attention"] = min(rule["cap"], rule["keep"] * issue["attention"] + shock + issue["bump"])
        total = rule["rest_of_life"]
        for issue in polity:
            total += exp(issue["attention"])
        for issue in polity:
            issue["agenda"] = exp(issue["attention"]) / total


@numba.njit
def evaluate(rule, polities, issues):
    """The rule of evaluation written anew, and compiled by its user."""
    for p in range(len(polities)):
        gap = 0.0
        for m in range(issues.shape[1]):
            felt = rule.by_pressure * issues[p, m].felt / issues[p, m].friction
            for side, push in enumerate((felt, -felt)):
                aim = min(1.0, max(0.0, rule.efficacy_rest + push))
                issues[p, m].efficacy[side] += rule.efficacy_rate * (aim - issues[p, m].efficacy[side])
            gap += issues[p, m].gap / issues.shape[1]
        polities[p].legitimacy += rule.legitimacy_rate * (1.0 - gap - polities[p].legitimacy)


@numba.njit
def evaluation_compiled(now, arena):
    evaluate(now.rules[0].evaluation, arena.polities, arena.issues)


def motive_anew(gap, noticed, alarm, rule):
    """The motive of citizens written anew; compiled into the kernel."""
    felt = gap * noticed
    return felt * alarm


@pytest.mark.parametrize(
    "own",
    [
        {"attention": attention_in_words},
        {"evaluation": evaluation_compiled},
        {"attention": attention_in_words, "evaluation": evaluation_compiled},
    ],
    ids=["plain", "compiled", "both"],
)
def test_a_replacement_by_the_same_rule_changes_no_bit(own: dict[str, Any]) -> None:
    assert same(plain_run(), whole_run(mechanisms=own))


def no_alarm(gap, noticed, alarm, rule):
    """Nobody is alarmed by losing."""
    return gap * noticed


def quiet_news(now, arena, events):
    """Nothing is ever in the news."""


@pytest.mark.parametrize("own", [{"motive": no_alarm}, {"attention": quiet_news}], ids=["citizen's", "table's"])
def test_a_replacement_by_another_rule_changes_the_run(own: dict[str, Any]) -> None:
    assert not same(plain_run(), whole_run(mechanisms=own))


def evaluation_of_tables(rules, issues, polities):
    """A rule that names tables, as rules did once, in an order of its own."""
    evaluate(rules[0].evaluation, polities, issues)


def test_a_rule_that_names_tables_is_handed_those_and_told_once() -> None:
    with pytest.warns(DeprecationWarning, match=r"name bundles instead: \(now, arena\)") as told:
        assert same(plain_run(), whole_run(mechanisms={"evaluation": evaluation_of_tables}))
    assert len(told) == 1


def test_a_table_of_world_is_found_by_its_name_alone_and_its_place_told() -> None:
    world = found(busy(), 1, 1)
    with pytest.warns(DeprecationWarning, match=r"world.issues is world.arena.issues now"):
        assert world.issues is world.arena.issues
    with pytest.raises(AttributeError, match="no 'attitudes'"):
        _ = world.attitudes


def test_every_table_mechanism_can_be_plain_python() -> None:
    called = []

    def handed_on(name: str) -> Any:
        rule = getattr(week, name)

        @functools.wraps(rule.py_func)
        def plain(*tables: Any) -> None:
            called.append(name)
            rule(*tables)

        return plain

    assert same(plain_run(), whole_run(mechanisms={name: handed_on(name) for name in week.TABLE_MECHANISMS}))
    assert called == list(week.TABLE_MECHANISMS) * busy().weeks


@pytest.mark.slow
def test_every_mechanism_of_citizens_can_be_replaced_beside_others() -> None:
    own = {name: getattr(rules_of_citizens, name).py_func for name in week.CITIZEN_MECHANISMS}
    own |= {"motive": motive_anew, "attention": attention_in_words}
    assert same(plain_run(), whole_run(mechanisms=own, threads=2))


def test_a_replaced_rule_does_not_stay_for_later_runs() -> None:
    whole_run(mechanisms={"attention": quiet_news}, weeks=3)
    assert same(plain_run(), whole_run())


def test_only_mechanisms_can_be_replaced() -> None:
    assert set(week.TABLE_MECHANISMS).isdisjoint({"weeks", "turn", "record_week", "record_abroad", "citizens", "count"})
    for name in ("weeks", "turn", "record_week", "citizens", "count", "influense"):
        with pytest.raises(InputError, match="no such mechanism"):
            whole_run(mechanisms={name: quiet_news}, weeks=1)


def test_a_lambda_or_a_rule_of_other_arguments_is_refused() -> None:
    with pytest.raises(InputError, match="lambda"):
        whole_run(mechanisms={"motive": lambda gap, noticed, alarm, rule: gap}, weeks=1)
    with pytest.raises(InputError, match="does not take the arguments"):
        whole_run(mechanisms={"motive": quiet_news}, weeks=1)
    with pytest.raises(InputError, match="does not take the arguments"):
        whole_run(mechanisms={"motive": 3}, weeks=1)  # type: ignore[dict-item]


# ---------------------------------------------------------------- what is added changes nobody's luck


def added(scenario: Scenario, name: str, first: bool, **organisation: Any) -> Scenario:
    """The scenario with one more organisation, before all others or behind them."""
    table = scenario.model_dump()
    others = table["polity"]["home"]["organisation"]
    one = {name: organisation}
    table["polity"]["home"]["organisation"] = one | others if first else others | one
    return Scenario.model_validate(table)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["ngo", "agency"])
def test_an_organisation_that_never_acts_changes_no_other_number(first: bool, kind: str) -> None:
    """But for grants, which an organisation that is not of the state shares in though it never acts, and for ties."""
    base = busy().but({"mechanism.ties.on": False})
    base = base.but({"mechanism.grants.on": False}) if kind == "ngo" else base
    usual = whole_run(base)
    idle = whole_run(added(base, "sleepers", first, kind=kind, activity=0.0, members=0.0))
    others = idle.organisations[idle.organisations["organisation"] != "sleepers"].reset_index(drop=True)
    assert others.equals(usual.organisations)
    alone = idle.organisations[idle.organisations["organisation"] == "sleepers"]
    assert not alone["effort"].any()
    events = idle.events[idle.events["organisation"] != "sleepers"].reset_index(drop=True)
    assert events.equals(usual.events)
    own = ["funds", "closures"]
    assert idle.weeks.drop(columns=own).equals(usual.weeks.drop(columns=own))


APART = {"mechanism.spillover.on": False, "mechanism.third_states.on": False, "mechanism.ties.abroad": 0.0}
"""Nothing crosses a border."""


def test_a_second_polity_changes_nothing_in_the_first_if_nothing_crosses_the_border() -> None:
    both = whole_run(with_neighbour(busy()).but(APART))
    for name in ("weeks", "organisations", "events"):
        table = getattr(both, name)
        home = table[table["polity"] == "home"].reset_index(drop=True)
        shown = [column for column in home if not column.startswith("presence")]  # told where anybody is abroad
        assert home[shown].equals(getattr(plain_run(), name)[shown]), name
        assert (table["polity"] == "abroad").any(), name


def test_a_body_or_a_third_polity_shifts_nobody_elses_luck() -> None:
    """What a body without leverage adopts moves no policy; a polity behind closed borders moves nothing at all."""
    quiet = {"mechanism.boomerang.on": False}
    table = neighbours().but(quiet).model_dump()
    table["body"] = {}
    usual = whole_run(Scenario.model_validate(table))
    other = whole_run(neighbours().but(quiet))
    far = neighbours().but({**quiet, **APART}).model_dump()
    alone = whole_run(Scenario.model_validate(far))
    far["polity"] = {"isle": {"citizens": 60, "organisation": {"islanders": {}}}, **far["polity"]}
    three = whole_run(Scenario.model_validate(far))
    for name in ("weeks", "organisations", "events"):
        assert getattr(usual, name).equals(getattr(other, name)), name
        table = getattr(three, name)
        assert table[table["polity"] != "isle"].reset_index(drop=True).equals(getattr(alone, name)), name


def test_a_world_of_neighbours_is_the_same_on_threads_and_after_a_restart(tmp_path: Path) -> None:
    one, several = run_world(neighbours(), 1), run_world(neighbours(), 1, threads=2)
    assert digest_of_world(one) == digest_of_world(several)
    world = found(neighbours(), 1)
    go_on(world, neighbours(), 13)
    save(world, tmp_path / "state.npz")
    again = found(neighbours(), 1)
    restore(again, tmp_path / "state.npz")
    go_on(again, neighbours(), neighbours().weeks)
    assert digest_of_world(again) == digest_of_world(one)


def test_the_order_of_polities_changes_nothing() -> None:
    table = with_neighbour(busy()).model_dump()
    table["polity"] = dict(reversed(table["polity"].items()))
    turned, usual = whole_run(Scenario.model_validate(table)), whole_run(with_neighbour(busy()))
    for name in ("weeks", "organisations", "events"):
        for polity in ("home", "abroad"):
            one, other = (t[t["polity"] == polity].reset_index(drop=True) for t in map_tables(name, turned, usual))
            assert one.equals(other), (name, polity)


def map_tables(name: str, *records: Record) -> list[Any]:
    return [getattr(record, name) for record in records]


def test_a_public_of_no_weight_changes_nothing() -> None:
    nobody = busy().but({"polity.home.public": {"nobody": {"share": 0.0, "attitude": {"climate": 0.9}}}})
    assert len(nobody.polity["home"].public) == 3
    run = whole_run(nobody)
    for name in ("weeks", "organisations", "events"):
        assert getattr(run, name).equals(getattr(plain_run(), name)), name


def test_organisations_in_another_order_have_the_same_luck() -> None:
    """Sums over many organisations depend on their order in the last bit; with one on either side nothing does."""
    table = busy().model_dump()
    pair = {name: {**table["polity"]["home"]["organisation"][name], "count": 1} for name in ("greens", "owners")}
    table["polity"]["home"] |= {"organisation": pair, "alliance": {}}
    one = whole_run(Scenario.model_validate(table))
    table["polity"]["home"]["organisation"] = dict(reversed(pair.items()))
    other = whole_run(Scenario.model_validate(table))
    assert one.weeks.equals(other.weeks)
    for name in pair:
        mine, theirs = (
            t[t["organisation"] == name].reset_index(drop=True) for t in map_tables("organisations", one, other)
        )
        assert mine.equals(theirs), name
    columns = ["week", "event", "size"]
    assert one.events.groupby(columns).size().equals(other.events.groupby(columns).size())


def test_organisations_in_another_order_are_founded_alike() -> None:
    table = small().model_dump()
    table["polity"]["home"]["organisation"] = dict(reversed(table["polity"]["home"]["organisation"].items()))
    turned = found(Scenario.model_validate(table), 1)
    usual = found(small(), 1)
    for name in ("funds", "income", "skills", "credibility", "activity"):
        one, other = ({k: v.tolist() for k, v in by_key(world, name)} for world in (usual, turned))
        assert one == other, name


def by_key(world: Any, name: str) -> Any:
    return zip(world.teams.organisations["key"].tolist(), world.teams.organisations[name], strict=True)


def test_families_that_are_compiled_together_hold_all_rules() -> None:
    told = sorted(name for family in week.families() for name in family)
    assert told == sorted(call.__name__ for call in week.stages())


def test_processes_that_compile_take_the_package_from_where_this_one_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user may stand in a clone beside which the package is installed: what another copy compiles is of no use."""
    other = tmp_path / "advosim"
    other.mkdir()
    (other / "__init__.py").write_text("raise SystemExit('the wrong package')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # they need not compile to say where they are
    told = [process.communicate("turn friction\npower\n")[0] for process in simulation._compilers(2)]
    assert told == ["turn\nfriction\n\npower\n\n"] * 2


def test_the_same_sources_are_compiled_once_wherever_their_copies_lie(tmp_path: Path, root: Path) -> None:
    """Else a second installation would compile anew, and tell nothing of it, since the week stands on disk already."""
    simulation.compile_all(lambda stage, done, total: None)
    shutil.copytree(root / "advosim", tmp_path / "advosim", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import advosim.simulation as s, advosim.week as w; assert s.is_compiled(); s.whole_weeks(s._smallest(), 1); "
        "print(s.__file__, sum(w.weeks.stats.cache_hits.values()), sum(w.weeks.stats.cache_misses.values()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-P", "-c", program]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert told.split() == [str(tmp_path / "advosim" / "simulation.py"), "1", "0"]


NAMES = """
import pkgutil, sys
import advosim, advosim.week
from advosim.world.compile import cache_of
names = [each.name for each in pkgutil.walk_packages(advosim.__path__, "advosim.")]
for name in names:
    if name.startswith(("advosim.world.", "advosim.mechanisms.")) or name == "advosim.week":
        print(name.removeprefix("advosim."), cache_of(name).name)
"""


def folders(copy: Path) -> dict[str, str]:
    """By module, the folder of its compiled code in a copy of the package."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-P", "-c", NAMES]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in told.splitlines())


def test_an_edit_compiles_a_module_and_its_callers_anew_and_nothing_else(tmp_path: Path, root: Path) -> None:
    shutil.copytree(root / "advosim", tmp_path / "advosim", ignore=shutil.ignore_patterns("__pycache__"))
    before = folders(tmp_path)

    def anew(file: str, old: str, new: str) -> set[str]:
        nonlocal before
        place = tmp_path / "advosim" / file
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new, 1))
        was, before = before, folders(tmp_path)
        return {name for name in before if before[name] != was[name]}

    with (tmp_path / "advosim" / "scenario" / "problems.py").open("a") as heard_of_by_no_rule:
        heard_of_by_no_rule.write("# nothing of it gets into compiled code\n")
    edited = anew("mechanisms/seats.py", "total += votes[k]", "total = total + votes[k]")
    assert edited == {"mechanisms.seats", "mechanisms.elections", "week"}
    renumbered = anew("scenario/schema.py", '"grassroots", "movement"', '"movement", "grassroots"')
    assert "mechanisms.borders" in renumbered and "mechanisms.seats" not in renumbered, "a constant does"


def test_an_edit_of_what_a_compiled_function_calls_is_seen(tmp_path: Path, root: Path) -> None:
    shutil.copytree(root / "advosim", tmp_path / "advosim", ignore=shutil.ignore_patterns("__pycache__"))
    called = tmp_path / "advosim" / "mechanisms" / "institutions.py"
    program = """
import numpy as np
from advosim.mechanisms import parties
rule = np.zeros(1, [("turnout", "f8"), ("by_interest", "f8"), ("half_interest", "f8")]).view(np.recarray)
rule["by_interest"], rule["half_interest"] = 2.0, 0.1
print(round(float(parties.turnout(0.1, rule[0])), 6))
"""
    command = [sys.executable, "-P", "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    told = [subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout]
    text = called.read_text()
    called.write_text(text.replace("return amount / (amount + half)", "return 0.0 * amount"))
    told.append(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
    assert [float(each) for each in told] == [0.731059, 0.5]
