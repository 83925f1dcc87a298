"""The world as a Mesa model: the same run to the bit, agents that are windows on rows, and nothing kept alive."""

from __future__ import annotations

import gc
import inspect
import weakref
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from worlds import busy, digest, same, small, with_neighbour

from advosim import Scenario
from advosim import model as models
from advosim.model import NGO, AdvocacyModel, GrassrootsGroup, Movement, Public
from advosim.reading.tables import lived
from advosim.scenario.problems import InputError
from advosim.scenario.schema import Kind
from advosim.simulation import simulate
from advosim.world import state

REPRESSION = "polity.home.governance.repression"


def ran(scenario: Scenario | None = None, rng: int = 1, **how: Any) -> AdvocacyModel:
    model = AdvocacyModel(scenario or busy(), rng=rng, **how)
    model.run_model()
    return model


def one(model: AdvocacyModel, name: str) -> Any:
    (found,) = model.agents.select(lambda agent: agent.name == name)
    return found


def test_parties_are_agents_whose_fields_are_those_of_the_world() -> None:
    model = ran()
    parties = model.agents_by_type[models.Party]
    assert [party.name for party in parties] == ["reds", "blues", "whites", "locals"]
    table = model.record.elections
    last = table[table["week"] == 26].set_index("party")
    for party in parties:
        row = last.loc[party.name]
        assert (party.votes, party.seats, party.in_government) == (row["votes"], row["seats"], row["in_government"])
    one(model, "reds").position[0] = 0.5
    assert model.world.arena.parties["position"][0, 0] == 0.5


# ---------------------------------------------------------------- the same run


def test_steps_are_the_weeks_of_a_plain_run_to_the_bit() -> None:
    for scenario in (busy(), with_neighbour(busy())):
        model = ran(scenario)
        assert same(model.record, simulate(scenario, 1, threads=1))
        assert model.record.weeks.equals(simulate(scenario, 1).weeks)


def test_threads_and_replaced_rules_go_through() -> None:
    def attention(now: Any, arena: Any, events: Any) -> None:
        pass

    assert same(ran(threads=2).record, simulate(busy(), 1, threads=1))
    quiet = ran(mechanisms={"attention": attention}).record
    assert same(quiet, simulate(busy(), 1, mechanisms={"attention": attention}))
    assert not same(quiet, simulate(busy(), 1))


def test_a_model_can_be_made_from_plain_arguments_as_browsers_do() -> None:
    model = AdvocacyModel(home="baseline", rng=1)
    assert model.home.title == "Baseline"
    assert not model.week and model.running
    assert AdvocacyModel("baseline", seed=7).founding_seed == 7
    assert len({AdvocacyModel(small()).founding_seed for _ in range(5)}) == 5, "without a seed, luck of its own"


def test_a_model_reads_a_scenario_file(tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text('title = "Tiny"\nweeks = 2\nseed = 5\n[polity.home]\ncitizens = 20\n', encoding="utf-8")
    model = AdvocacyModel(file)
    assert (model.home.title, model.home.seed) == ("Tiny", 5)


def test_wrong_input_is_told_as_elsewhere() -> None:
    for rng in ("x", 1.5, -1, 2**63, True, np.random.default_rng(1)):
        with pytest.raises(InputError, match="seed"):
            AdvocacyModel(busy(), rng=rng)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="twice"):
        AdvocacyModel(busy(), rng=1, seed=1)
    with pytest.raises(InputError):
        AdvocacyModel("no_such_scenario")
    with pytest.raises(InputError, match="no such mechanism"):
        AdvocacyModel(busy(), mechanisms={"attraction": print})


def test_running_ends_with_the_last_week_and_further_steps_do_nothing() -> None:
    model = AdvocacyModel(busy().but({"weeks": 3}), rng=1)
    seen = []
    for _ in range(5):
        model.step()
        seen.append((model.week, model.running))
    assert seen == [(1, True), (2, True), (3, False), (3, False), (3, False)]
    assert len(model.datacollector.get_model_vars_dataframe()) == 3


def test_the_record_can_be_read_in_mid_run() -> None:
    model = AdvocacyModel(busy(), rng=1)
    assert model.record.weeks["week"].unique().tolist() == [0] and model.record.events.empty
    model.step()
    model.step()
    assert model.record.weeks["week"].unique().tolist() == [0, 1, 2]
    assert same(model.record, simulate(busy(), 1, weeks=2, threads=1))


# ---------------------------------------------------------------- agents


def test_agents_stand_for_all_rows() -> None:
    model = AdvocacyModel(with_neighbour(small()), rng=1)
    kinds = {cls.__name__: len(group) for cls, group in model.agents_by_type.items()}
    assert kinds == {
        "Government": 2,
        "Media": 2,
        "Public": 3,
        "Movement": 3,
        "GrassrootsGroup": 1,
        "BusinessAssociation": 3,
        "NGO": 4,
        "ResearchInstitute": 1,
        "Firm": 1,
        "Foundation": 1,
        "MediaOutlet": 1,
        "Municipality": 1,
        "Party": 4,
    }
    assert {agent.polity for agent in model.agents} == {"home", "abroad"}
    assert [type(agent) for agent in (one(model, "greens_1"), one(model, "tenants"))] == [Movement, GrassrootsGroup]


def test_there_is_a_class_of_agents_for_every_kind_of_organisation() -> None:
    assert set(models.KINDS) == set(Kind.__args__)  # type: ignore[attr-defined]


def test_every_field_of_every_agent_is_read_from_the_world() -> None:
    model = ran()
    for agent in model.agents:
        columns = {name for cls in type(agent).__mro__ for name, c in vars(cls).items() if isinstance(c, models.Column)}
        assert columns
        for name in columns:
            descriptor = next(vars(cls)[name] for cls in type(agent).__mro__ if name in vars(cls))
            stands = state.table(model.world, descriptor.table)[descriptor.field][agent.row]
            np.testing.assert_array_equal(getattr(agent, name), stands, err_msg=name)


def test_agents_show_what_the_record_shows() -> None:
    model = ran()
    last = model.record.weeks[model.record.weeks["week"] == busy().weeks]
    assert one(model, "government").policy.tolist() == last["policy"].tolist()
    assert one(model, "media").agenda.tolist() == last["agenda"].tolist()
    town, country = one(model, "town"), one(model, "country")
    together = town.share * town.support + country.share * country.support
    assert together.tolist() == pytest.approx(last["support"].tolist())
    organisations = model.record.organisations
    greens = organisations[(organisations["organisation"] == "greens_1") & (organisations["week"] == busy().weeks)]
    assert one(model, "greens_1").funds == greens["funds"].item()
    assert one(model, "greens_1").members == greens["members"].item()


def test_what_agents_write_changes_the_run() -> None:
    model = AdvocacyModel(busy(), rng=1)
    one(model, "owners_1").funds = 1000.0
    one(model, "tenants").priorities[:] = [1.0, 0.0]
    one(model, "government").repression = 0.75
    one(model, "media").habit[0] = 3.0
    assert model.world.teams.organisations["funds"].max() == 1000.0
    assert model.world.arena.polities["repression"][0] == 0.75
    assert model.world.arena.outlets["habit"][0, 0] == 3.0
    model.run_model()
    weeks, organisations = lived(model.record.weeks), lived(model.record.organisations)
    assert (weeks["repression"] == 0.75).all()
    assert organisations[organisations["organisation"] == "owners_1"]["funds"].iloc[0] > 900
    tenants = organisations[organisations["organisation"] == "tenants"]
    assert set(tenants["issue"]) <= {"climate", ""} and "climate" in set(tenants["issue"])


def test_sets_of_agents_select_and_act() -> None:
    model = AdvocacyModel(busy(), rng=1)
    poor = model.agents_by_type[Movement].select(lambda agent: agent.funds < 1e9)
    assert len(poor) == 3
    before = poor.get("funds")
    poor.do(lambda agent: setattr(agent, "funds", 2 * agent.funds))
    assert poor.get("funds") == [2 * funds for funds in before]
    assert sum(model.agents_by_type[Public].get("citizens")) == 300


def test_an_agent_says_who_it_is() -> None:
    assert repr(one(AdvocacyModel(small(), rng=1), "greens_1")) == "<Movement greens_1 of home>"
    assert not issubclass(Movement, NGO)


class Observer(mesa.Agent):
    """An agent of a user."""

    seen = 0

    def look(self) -> None:
        self.seen = self.model.week


def test_a_users_own_agents_live_beside_with_ids_of_their_own() -> None:
    model = AdvocacyModel(busy(), rng=1)
    observers = [Observer(model), Observer(model)]
    model.step()
    model.agents_by_type[Observer].do("look")
    assert [observer.seen for observer in observers] == [1, 1]
    ids = model.agents.get("unique_id")
    assert sorted(ids) == list(range(1, len(ids) + 1))
    table = model.datacollector.get_agent_vars_dataframe()
    assert len(table) == len(model.agents) and table.index.is_unique
    assert same(model.record, simulate(busy(), 1, weeks=1, threads=1))


# ---------------------------------------------------------------- data


def test_the_collected_data_are_frames() -> None:
    model = ran(model_reporters={"closures": lambda m: int(m.world.arena.polities["closures"].sum())})
    table = model.datacollector.get_model_vars_dataframe()
    assert isinstance(table, pd.DataFrame)
    assert table["week"].tolist() == list(range(1, busy().weeks + 1))
    climate = lived(model.record.weeks).query("issue == 'climate'")
    assert table["policy.home.climate"].tolist() == climate["policy"].tolist()
    assert all(pd.api.types.is_numeric_dtype(table[column]) for column in table)
    protest = lived(model.record.weeks).groupby("week")["protest"].sum()
    np.testing.assert_allclose(table["protest"], protest, rtol=1e-12)
    closures = lived(model.record.weeks).groupby("week")["closures"].first()
    assert table["closures"].tolist() == closures.tolist()


def test_mesas_batch_run_gives_each_iteration_its_own_luck() -> None:
    home = busy().but({"weeks": 8})
    how = {"max_steps": 8, "display_progress": False}
    of_mesa = "rng" in inspect.signature(mesa.batch_run).parameters  # from 3.5 on, where iterations are told to go
    three, twice_each = (
        ({"rng": [None] * 3}, {"rng": [1, 2, 1, 2]}) if of_mesa else ({"iterations": 3}, {"iterations": 2})
    )
    fresh = pd.DataFrame(mesa.batch_run(AdvocacyModel, {"home": [home]}, **three, **how))
    assert fresh.groupby("RunId")["policy.home.climate"].last().nunique() == 3
    given = {"home": [home]} if of_mesa else {"home": [home], "seed": [1, 2]}
    seeded = pd.DataFrame(mesa.batch_run(AdvocacyModel, given, **twice_each, **how))
    ends = seeded.groupby(["seed", "RunId"])["policy.home.climate"].last()
    assert ends.groupby("seed").nunique().tolist() == [1, 1] and ends.nunique() == 2
    last = lived(simulate(home, 2, threads=1).weeks).query("week == 8 and issue == 'climate'")
    assert ends.loc[2].iloc[0] == last["policy"].item()


def test_the_collected_data_of_agents_are_those_of_the_record() -> None:
    model = ran(agent_reporters={"members": lambda agent: getattr(agent, "members", None)})
    table = model.datacollector.get_agent_vars_dataframe().reset_index()
    mine = table[table["name"] == "greens_1"]
    recorded = lived(model.record.organisations).query("organisation == 'greens_1'")
    assert mine["funds"].tolist() == recorded["funds"].tolist()
    assert mine["members"].tolist() == recorded["members"].tolist()
    assert set(mine["kind"]) == {"Movement"}


# ---------------------------------------------------------------- changes in mid-run


def test_a_change_holds_from_the_next_week_and_is_logged() -> None:
    model = AdvocacyModel(busy(), rng=1)
    for _ in range(5):
        model.step()
    model.change({REPRESSION: 0.85})
    model.run_model()
    in_force = lived(model.record.weeks).groupby("week")["repression"].first()
    assert in_force.tolist() == [0.1] * 5 + [0.85] * (busy().weeks - 5)
    (event,) = model.record.events.query("event == 'reform'").itertuples()
    assert (event.week, event.polity, event.detail) == (6, "home", f"{REPRESSION} = 0.85")
    before = simulate(busy(), 1, threads=1).recorded.weeks
    assert model.record.recorded.weeks[:5].tobytes() == before[:5].tobytes()


def test_the_scenario_of_a_changed_model_gives_its_run_again() -> None:
    model = AdvocacyModel(busy(), rng=1)
    for week in range(busy().weeks):
        if week in (4, 9):
            model.change({REPRESSION: 0.05 * week})
            model.change({"polity.home.governance.openness": 0.2, "mechanism.influence.epsilon": 0.3})
        model.step()
    assert same(model.record, simulate(model.home, 1, threads=1))
    assert len(model.record.events.query("event == 'reform'")) == 2


def test_a_change_overrides_an_earlier_reform_and_gives_way_to_a_later_one() -> None:
    reforms = [{"week": week, "set": {REPRESSION: value}} for week, value in ((3, 0.9), (12, 0.4))]
    model = AdvocacyModel(Scenario.model_validate({**busy().model_dump(), "reform": reforms}), rng=1)
    for _ in range(6):
        model.step()
    model.change({REPRESSION: 0.2})
    model.run_model()
    in_force = lived(model.record.weeks).groupby("week")["repression"].first().tolist()
    assert in_force[:2] == [0.1] * 2 and in_force[2:6] == [0.9] * 4
    assert in_force[6:11] == [0.2] * 5 and in_force[11:] == [0.4] * (busy().weeks - 11)


def test_only_what_may_change_in_mid_run_can_be_changed() -> None:
    model = AdvocacyModel(busy(), rng=1)
    for change in ({"polity.home.citizens": 20}, {REPRESSION: 7.0}, {"polity.nowhere.governance.openness": 0.1}, {}):
        with pytest.raises(InputError):
            model.change(change)
    assert model.home == busy()


# ---------------------------------------------------------------- memory


@pytest.mark.parametrize("threads", [1, 2])
def test_discarded_models_are_freed(threads: int) -> None:
    model = AdvocacyModel(busy(), rng=1, threads=threads)
    model.step()
    gone = weakref.ref(model)
    world = weakref.ref(model.world.people.citizens.word)
    expected = digest(model.record)
    assert expected
    del model
    gc.collect()
    assert gone() is None and world() is None


def test_a_model_with_agents_of_a_user_is_freed() -> None:
    gone = []
    for rng in range(1, 4):
        model = AdvocacyModel(busy().but({"weeks": 2}), rng=rng)
        Observer(model)
        model.run_model()
        Observer(model)
        gone.append(weakref.ref(model))
        del model
    gc.collect()
    assert [ref() for ref in gone] == [None] * 3


def test_the_view_of_mesa_takes_the_model_as_the_docs_say(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("solara", reason="Mesa's view needs solara")
    text = (root / "docs" / "how_to" / "mesa.md").read_text(encoding="utf-8")
    code = text[text.index("## SolaraViz") :].split("```python")[1].split("```")[0]
    space: dict[str, Any] = {}
    monkeypatch.setattr("advosim.AdvocacyModel", lambda home, rng: AdvocacyModel(small(), rng=rng), raising=False)
    exec(code, space)
    assert space["page"] is not None and isinstance(space["model"], AdvocacyModel)
