"""What each mechanism owes without it: null limits, which `test_mechanisms.py` goes through."""

from __future__ import annotations

import functools

import numpy as np
from owed import (
    RULES,
    answers,
    busy_run,
    call,
    campaign,
    close,
    events_without,
    launched,
    move,
    null_limit,
    one_issue,
    organisations_without,
    weeks_without,
    without,
)
from worlds import busy, go_on, run_world, same, switched_off, vetoing, voting

from advosim import Scenario
from advosim.mechanisms import (
    campaigns,
    citizens,
    framing,
    street,
)
from advosim.record import Record
from advosim.simulation import simulate
from advosim.world.codes import BY_TABLE, CONSULT, DENY, MARCHES, REPRESS, ROUTES, STEP, TALKS
from advosim.world.found import found
from advosim.world.state import attitude

F = np.float32


ATTITUDES = ("influence", "persuasion", "education", "anchoring")


@null_limit("attention")
def _() -> None:
    agenda = weeks_without("attention")["agenda"]
    assert agenda.nunique() == 1 and close(agenda.iloc[0], 1 / 32)
    assert not weeks_without("attention")["attention"].any()
    assert "news" not in set(events_without("attention")["event"])
    assert weeks_without()["agenda"].nunique() > 10


def scripted(*names: str) -> Record:
    """A small world with an order and a shock, without some rules."""
    order = {"week": 2, "weeks": 4, "organisation": "tenants", "tactic": "petition", "issue": "housing"}
    shock = {"week": 3, "issue": "climate", "kind": "disaster"}
    off = {f"mechanism.{name}.on": False for name in names}
    return simulate(busy().but({"weeks": 6, "campaign": [order], "shock": [shock], **off}), 1, threads=1)


@null_limit("shocks")
def _() -> None:
    assert "disaster" in set(scripted().events["event"])
    assert "disaster" not in set(scripted("shocks").events["event"])
    plain = simulate(busy().but({"weeks": 6}), 1, threads=1)
    assert scripted("shocks", "orders").recorded.weeks.tobytes() == plain.recorded.weeks.tobytes()


@null_limit("orders")
def _() -> None:
    told, free = scripted("tactic_choice"), scripted("tactic_choice", "orders")
    assert [(event, week) for event, week in zip(told.events["event"], told.events["week"], strict=True)
            if event == "campaign"] == [("campaign", 2)]  # fmt: skip
    assert "campaign" not in set(free.events["event"])


@null_limit("funds")
def _() -> None:
    flows = organisations_without("funds")
    assert not flows[["dues", "gifts", "running_cost"]].any(axis=None)
    assert not flows["closed"].any() and not weeks_without("funds")["closures"].any()
    assert organisations_without()[["dues", "gifts", "running_cost"]].any().all()
    dear = {"mechanism.funds.fixed": 5.0}
    assert simulate(busy().but(dear), 1).organisations["closed"].any()
    assert not simulate(switched_off("funds").but(dear), 1).organisations["closed"].any()


@null_limit("tactic_choice")
def _() -> None:
    flows = organisations_without("tactic_choice")
    assert not flows[["effort", "campaign_cost"]].any(axis=None) and set(flows["tactic"]) == {""}
    assert "campaign" not in set(events_without("tactic_choice")["event"])
    assert not weeks_without("tactic_choice")[["petition", "lobby_success"]].any(axis=None)
    assert "campaign" in set(events_without()["event"])


@null_limit("framing")
def _() -> None:
    world = without("framing")
    assert not world.people.circumstances["frame_gain"].any() and not world.people.circumstances["shift"].any()
    assert (world.people.circumstances["verdict"] == 1).all()
    assert close(citizens.framed(F(0.9), 4, F(0.0)), 1.0)
    assert (world.people.citizens.values == found(busy(), 1).people.citizens.values).all()
    first = {"greens_1": "justice", "tenants": "justice", "owners_1": "prosperity"}
    flows = organisations_without("framing")
    for name, frame in first.items():
        assert set(flows[(flows["organisation"] == name) & (flows["effort"] > 0)]["frame"]) <= {frame}
    assert "counter_frame" not in set(events_without("framing")["event"])
    answered = simulate(busy().but({"mechanism.framing.answer": 10.0}), 1)
    assert "counter_frame" in set(answered.events["event"])
    unanswered = simulate(busy().but({"mechanism.framing.answer": 0.0}), 1)
    assert "counter_frame" not in set(unanswered.events["event"])
    deaf = found(Scenario(title="Deaf").but({"mechanism.framing.answer": 0.0}), 1, 1).now.rules[0].framing
    assert framing.appeal(0.3, 0.5, 0.9, deaf) == 0.3
    assert without().people.circumstances["frame_gain"].all()
    assert (without().people.citizens.values != found(busy(), 1).people.citizens.values).any()


@null_limit("channels")
def _() -> None:
    world = run_world(switched_off("channels", "response", "hashtag"), 1)
    for name in ("exposure", "heard", "taught", "sign", "march"):
        assert not world.talk.reach[name].any(), name
    assert not world.teams.organisations["calls"].any()
    assert not organisations_without("channels")["social_media"].any()
    assert organisations_without("channels")["effort"].any(), "campaigns go on"
    assert not weeks_without("channels", "hashtag")["petition"].any(), "nobody is called"
    assert organisations_without()["social_media"].any() and weeks_without()["petition"].any()


@null_limit("evidence")
def _() -> None:
    assert (
        not without("evidence").arena.issues["revision"].any() and not without("evidence").arena.issues["price"].any()
    )
    usual = run_world(busy(), 1, weeks=20)  # before a change of government
    assert usual.arena.issues["revision"].any() and usual.arena.issues["price"].any()


@null_limit("backfire")
def _() -> None:
    assert not weeks_without("backfire", "violence")["grievance"].any()
    assert weeks_without("violence")["grievance"].any()


@null_limit("awareness")
def _() -> None:
    start = found(busy(), 1).people.citizens.own & 1
    assert (without("awareness").people.citizens.own & 1 == start).all()
    assert weeks_without("awareness").groupby("issue")["aware"].nunique().eq(1).all()
    assert weeks_without().groupby("issue")["aware"].nunique().gt(5).all()


@null_limit("salience")
def _() -> None:
    weeks = weeks_without("salience")
    assert not weeks[["salience", "talking", "silenced"]].any(axis=None), "without it there is no motive"
    assert weeks_without()["salience"].all() and weeks_without()["talking"].any()


@null_limit("persuasion")
def _() -> None:
    others = tuple(name for name in ATTITUDES if name != "persuasion")
    assert (attitude(without(*ATTITUDES)) == attitude(found(busy(), 1))).all()
    assert (attitude(without(*others)) != attitude(found(busy(), 1))).any()


@null_limit("education")
def _() -> None:
    people = without("education").people.citizens
    assert (people.anchor == people.upbringing).all()
    assert (without().people.citizens.anchor != without().people.citizens.upbringing).any()


@null_limit("influence")
def _() -> None:
    others = tuple(name for name in ATTITUDES if name != "influence")
    assert (attitude(without(*others)) != attitude(found(busy(), 1))).any()
    assert weeks_without(*ATTITUDES).groupby("issue")["attitude_sd"].nunique().eq(1).all()


@null_limit("anchoring")
def _() -> None:
    """Without it nothing relaxes: what one message moved stays moved."""
    quiet = {"mechanism.influence.on": False, "mechanism.education.on": False, "mechanism.persuasion.on": False}
    loose = run_world(switched_off("anchoring").but(quiet), 1, weeks=1)
    assert (attitude(loose) == attitude(found(busy(), 1))).all()
    moved = found(busy().but(quiet), 1)
    moved.citizens.anchor[:] = 0.9
    start = attitude(moved).copy()
    go_on(moved, busy().but(quiet), 5)
    assert (np.abs(attitude(moved) - 0.9) <= np.abs(start - 0.9)).all() and (attitude(moved) != start).any()
    stays = found(switched_off("anchoring").but(quiet), 1)
    stays.citizens.anchor[:] = 0.9
    go_on(stays, switched_off("anchoring").but(quiet), 5)
    assert (attitude(stays) == start).all()


@null_limit("motive")
def _() -> None:
    weeks = weeks_without("motive")
    assert not weeks[["talking", "silenced"]].any(axis=None)
    assert weeks_without()["talking"].any()


@null_limit("expression")
def _() -> None:
    weeks = weeks_without("expression")
    assert not weeks["talking"].any()
    assert not weeks["silenced"].any(), "where nobody would talk, nobody is silenced"
    assert not (without("expression").people.citizens.word & TALKS).any()
    assert weeks_without()["talking"].any() and weeks_without()["silenced"].any()


@null_limit("participation")
def _() -> None:
    weeks = weeks_without("participation")
    assert not weeks[["petition", "protest", "boycott", "violent", "coverage"]].any(axis=None)
    assert set(weeks["response"]) == {"none"}
    people = without("participation").people.citizens
    assert not (people.word & MARCHES).any() and not people.fatigue.any() and not people.memory.any()
    assert weeks_without()[["petition", "protest"]].any().all()


@null_limit("membership")
def _() -> None:
    lasting = organisations_without("membership", "funds")
    assert lasting.groupby("organisation")["members"].nunique().eq(1).all()
    assert (without("membership", "funds").people.citizens.member == found(busy(), 1).people.citizens.member).all()
    assert organisations_without("funds").groupby("organisation")["members"].nunique().gt(1).any()


@null_limit("violence")
def _() -> None:
    assert not weeks_without("violence")["violent"].any()
    assert weeks_without()["violent"].any()


@null_limit("response")
def _() -> None:
    weeks = weeks_without("response")
    assert set(weeks["response"]) == {"none"} and not weeks["consulting"].any() and not weeks["grievance"].any()
    assert not without("response").arena.issues["denied"].any()
    assert len(set(weeks_without()["response"])) > 2


@null_limit("coverage")
def _() -> None:
    weeks = weeks_without("coverage")
    assert not weeks["coverage"].any() and "covered" not in set(events_without("coverage")["event"])
    assert not without("coverage").arena.outlets["habit"].any()
    assert weeks_without()["coverage"].any()


@null_limit("lobbying")
def _() -> None:
    assert not weeks_without("lobbying")["lobby_success"].any()
    assert set(organisations_without("lobbying")["tactic"]) >= {"lobbying"}, "they try"
    assert weeks_without()["lobby_success"].any()


@null_limit("elections")
def _() -> None:
    """Whoever governs stays, its ideals with it, as in a polity without parties."""
    world, start = without("elections"), found(busy(), 1)
    assert not world.arena.parties["seats"].any() and (world.people.citizens.voted == -1).all()
    assert (world.arena.issues["ideal"] == start.arena.issues["ideal"]).all()
    assert (world.arena.parties["position"] == start.arena.parties["position"]).all()
    assert not {"election", "government"} & set(events_without("elections")["event"])
    lonely = switched_off().model_dump()
    lonely["polity"]["home"]["party"] = {}
    alone = simulate(Scenario.model_validate(lonely), 1, threads=1)
    own = alone.weeks.query("week > 0")
    assert own.equals(weeks_without("elections")) and alone.events.equals(events_without("elections"))
    assert {"election", "government"} <= set(events_without()["event"])
    assert (without().arena.issues["ideal"] != start.arena.issues["ideal"]).all()


@null_limit("intimidation")
def _() -> None:
    assert not without("intimidation").arena.issues["dread"].any()
    harsh = run_world(busy().but({"mechanism.response.repress": 10.0}), 1)
    assert harsh.arena.issues["force"].any() and harsh.arena.issues["dread"].any()


@null_limit("loyalty")
def _() -> None:
    assert not without("loyalty").arena.issues["defection"].any()
    harsh = {"mechanism.response.repress": 10.0, "mechanism.violence.on": False}
    assert run_world(busy().but(harsh), 1).arena.issues["defection"].any()


@null_limit("field")
def _() -> None:
    assert (without("field").arena.polities["field"] == 1).all()
    assert (without().arena.polities["field"] != 1).any()


@null_limit("accountability")
def _() -> None:
    assert (without("accountability").arena.polities["answerable"] == 1).all()
    assert (without().arena.polities["answerable"] != 1).any()


@null_limit("accommodation")
def _() -> None:
    off = without("accommodation").arena.issues
    assert (off["eased"] == 1).all() and not off["granted"].any()
    assert (without().arena.issues["eased"] < 1).any()


@null_limit("pressure")
def _() -> None:
    weeks, events = (
        weeks_without("pressure", "stakeholder_table", "elections", "accommodation"),
        events_without("pressure", "stakeholder_table", "elections", "accommodation"),
    )
    assert not weeks["pressure"].any() and "step" not in set(events["event"])
    assert weeks_without()["pressure"].all() and "step" in set(events_without()["event"])
    assert weeks.groupby("issue")["policy"].agg(np.ptp).max() < 0.05, "it only drifts"


@null_limit("friction")
def _() -> None:
    """Policy follows pressure every week in proportion, up to what the pushing side wants; what presses counts once,
    and weekly moves take no issue off people's minds.
    """
    world = one_issue(**{"mechanism.friction.on": False})
    issue = world.arena.issues[0, 0]
    issue["pressure"], issue["attention"], issue["side_mean"][:] = 0.4, 1.0, [0.9, -0.9]
    before = float(issue["policy"])
    move(world)
    assert issue["attention"] == 1.0 and issue["pressure"] == 0.0 and issue["policy"] > before
    issue["submitted"][BY_TABLE], issue["target"][BY_TABLE], issue["pressure"] = True, 0.5, 0.3
    call("decision", world)
    assert issue["policy"] == 0.5 and issue["attention"] == 1.0 and issue["pressure"] == 0.3, "an agreement takes none"
    assert world.record.events["event"][0] == STEP
    weeks = weeks_without("friction", "stakeholder_table", "elections")
    assert "step" not in set(events_without("friction", "stakeholder_table", "elections")["event"])
    for _, issue in weeks.groupby("issue"):
        moved, pressure = np.diff(issue["policy"]), issue["pressure"].to_numpy()[1:]
        assert (np.sign(moved) == np.sign(pressure))[moved != 0].all() and (moved != 0).mean() > 0.8
        free = 0.25 * np.abs(pressure) / busy().mechanism.friction.level
        assert (np.abs(moved) <= free + 1e-12).all() and np.isclose(np.abs(moved), free).mean() > 0.5


@null_limit("decision")
def _() -> None:
    """What is submitted on a frozen route does not happen; the rest of it does, and with all frozen policy drifts."""
    frozen = busy().but({"mechanism.friction.drift": 0.0, "mechanism.decision.on": False})
    happened = set()
    for seed in range(1, 11):
        still = simulate(frozen, seed, threads=1)
        assert still.weeks.groupby("issue")["policy"].nunique().max() == 1
        happened |= set(still.events["event"])
    assert "step" not in happened and happened >= {"agreement", "election"}
    world = one_issue()
    issue = world.arena.issues[0, 0]
    for number, route in enumerate(ROUTES):
        for opened in (False, True):
            world.now.rules["decision"][route] = opened
            before = float(issue["policy"])
            issue["submitted"][number], issue["target"][number], issue["drift"] = True, before / 2 - 0.3, 0.0
            call("decision", world)
            assert (issue["policy"] != before) == opened and not issue["submitted"].any()


@null_limit("evaluation")
def _() -> None:
    weeks = weeks_without("evaluation")
    for name, value in (("efficacy_for", 0.3), ("efficacy_against", 0.3), ("legitimacy", 0.5)):
        assert (weeks[name] == value).all(), name
        assert weeks_without()[name].nunique() > 5, name


@null_limit("learning")
def _() -> None:
    assert (without("learning").teams.learned == busy().mechanism.learning.start).all()
    skills = []
    for on in (True, False):
        teaching = one_issue(**{"mechanism.learning.on": on})
        campaign(teaching, 0, "capacity_building")
        before = teaching.teams.organisations["skills"][0].copy()
        call("learning", teaching)
        skills.append((teaching.teams.organisations["skills"][0] - before).tolist())
    assert all(gained > 0 for gained in skills[0]) and not any(skills[1])
    assert not without("learning").teams.tried.any() and without().teams.tried.any()
    assert (without().teams.learned != busy().mechanism.learning.start).any()


@functools.cache
def votes(without: str, seed: int) -> Record:
    return simulate(switched_off(without, scenario=voting()) if without else voting(), seed, threads=1)


@null_limit("initiative")
def _() -> None:
    runs = [votes("initiative", seed) for seed in (1, 2, 3)]
    assert launched("initiative", *runs) == 0 < launched("initiative", *(votes("", seed) for seed in (1, 2, 3)))
    for run in runs:
        assert "deterrence" not in set(run.events["event"]) and "initiative" not in set(run.organisations["tactic"])
    assert any("deterrence" in set(votes("", seed).events["event"]) for seed in (1, 2, 3))


@null_limit("referendum")
def _() -> None:
    runs = [votes("referendum", seed) for seed in range(1, 7)]
    with_it = [simulate(vetoing(), seed, threads=1) for seed in range(1, 7)]
    assert launched("referendum", *runs) == 0 < launched("referendum", *with_it)
    assert all("referendum" not in set(run.organisations["tactic"]) for run in runs)


@null_limit("recall")
def _() -> None:
    runs = [votes("recall", seed) for seed in (1, 2, 3)]
    assert launched("recall", *runs) == 0 < launched("recall", *(votes("", seed) for seed in (1, 2, 3)))
    assert all("recall" not in set(run.organisations["tactic"]) for run in runs)
    assert not run_world(switched_off("recall", scenario=voting()), weeks=8).arena.polities["danger"].any()
    assert run_world(voting(), weeks=8).arena.polities["danger"].all()


@null_limit("anticipation")
def _() -> None:
    rule = RULES.anticipation.copy()
    assert street.anticipation(1.0, 0.0, rule) > 0
    rule["on"] = False
    assert street.anticipation(1.0, 0.0, rule) == 0
    strong = busy().but({"mechanism.anticipation.by_exposure": 10.0})
    repressed = [
        [answers(REPRESS)(simulate(scenario, seed, threads=1)) for seed in (1, 2, 3, 4, 5, 6)]
        for scenario in (strong, switched_off("anticipation", scenario=strong))
    ]
    assert repressed[0] != repressed[1]


@null_limit("grants")
def _() -> None:
    assert not organisations_without("grants")["grants"].any()
    assert "grant" not in set(events_without("grants")["event"])
    assert (without("grants", "boycott", "lobbying").teams.stances == found(busy(), 1).teams.stances).all(), (
        "nobody drifts"
    )
    assert (
        organisations_without()["grants"].any()
        and (without("boycott").teams.stances != found(busy(), 1).teams.stances).any()
    )


@null_limit("institutionalisation")
def _() -> None:
    def delays(*names: str) -> list[int]:
        flows = organisations_without(*names).set_index(["organisation", "week"])["effort"]
        begun = events_without(*names).query("event == 'campaign' and week < 20")
        return [0 if flows[row.organisation, row.week] > 0 else 1 for row in begun.itertuples()]

    # Roles of a joint plan start one after another.
    alone = ("joint_plan",)
    assert not any(delays("institutionalisation", *alone)) and any(delays(*alone))


@null_limit("message")
def _() -> None:
    off = found(switched_off("message"), 1).now.rules[0]["message"]
    assert campaigns.message(0.6, 0.9, True, off) == 0.6
    world = without("message")
    for c in np.flatnonzero(world.teams.campaigns["spent"]):
        assert set(world.talk.speech[c]) == {world.teams.campaigns["frame"][c]}, "nobody tailors"


@null_limit("digital_divide")
def _() -> None:
    def apart(scenario: Scenario) -> float:
        return float(np.ptp(found(scenario.but({"polity.home.citizens": 5000}), 1).arena.publics["online"]))

    assert apart(switched_off("digital_divide")) < 0.03 < 0.3 < apart(busy())


@null_limit("digital_coordination")
def _() -> None:
    off = found(switched_off("digital_coordination"), 1).now.rules[0]["digital_coordination"]
    assert [campaigns.digital_coordination(online, off) for online in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]
    saving = {"mechanism.digital_coordination.saving": 0.0}
    assert same(simulate(busy().but(saving), 1), simulate(switched_off("digital_coordination"), 1))


@null_limit("platform_control")
def _() -> None:
    off = found(switched_off("platform_control"), 1).now.rules[0]["platform_control"]
    assert campaigns.platform_control(1.0, True, 1.0, off) == 0
    shut = {"polity.home.governance.shutdown": True, "polity.home.governance.surveillance": 1.0}
    assert same(simulate(switched_off("platform_control").but(shut), 1), simulate(switched_off("platform_control"), 1))
    risk = without("platform_control").people.circumstances["sanction_signing"]
    assert (risk[..., 0] == risk[..., 1]).all()
    assert (
        without().people.circumstances["sanction_signing"][..., 0]
        < without().people.circumstances["sanction_signing"][..., 1]
    ).all()


@null_limit("petition")
def _() -> None:
    off = found(switched_off("petition"), 1).now.rules[0]["petition"]
    assert [campaigns.petition(age, 3.0, off) for age in (0, 1, 9)] == [1.0, 1.0, 1.0]
    quiet = {"mechanism.response.consult": -10.0, "mechanism.response.deny": -10.0}
    quiet |= {"mechanism.response.by_setting": 0.0}

    def replies(*names: str) -> int:
        rows = [simulate(switched_off(*names).but(quiet), seed).recorded.weeks["answers"] for seed in range(1, 6)]
        return sum(int((answers & (CONSULT | DENY) > 0).sum()) for answers in rows)

    assert replies("petition") == 0 < replies()


@null_limit("hashtag")
def _() -> None:
    weeks = weeks_without("hashtag")
    assert not weeks[["hashtag_for", "hashtag_against"]].any(axis=None)
    assert "hashtag" not in set(events_without("hashtag")["event"])
    assert weeks_without()["hashtag_for"].any()


@null_limit("backlash")
def _() -> None:
    none = {f"mechanism.backlash.{name}": 0.0 for name in ("chance", "members", "salience", "insider_risk")}
    assert same(simulate(switched_off("backlash"), 1), simulate(busy().but(none), 1))
    assert not same(simulate(switched_off("backlash"), 1), simulate(busy(), 1))


@null_limit("boycott")
def _() -> None:
    assert not weeks_without("boycott")["boycott"].any()
    assert "concession" not in set(events_without("boycott")["event"])
    assert not without("boycott").teams.organisations["conceded"].any()
    reputation = organisations_without("boycott", "evidence").groupby("organisation")["reputation"]
    assert reputation.nunique().eq(1).all()
    assert weeks_without()["boycott"].any() and "concession" in set(events_without()["event"])


@null_limit("protest_signal")
def _() -> None:
    assert (without("protest_signal").arena.issues["signal"] == 1).all()
    assert not without("protest_signal").arena.issues["expected"].any()
    assert without().arena.issues["expected"].any()


@null_limit("stakeholder_table")
def _() -> None:
    weeks = weeks_without("stakeholder_table")
    assert not weeks[["buy_in", "taken_up"]].any(axis=None)
    assert "agreement" not in set(events_without("stakeholder_table")["event"])
    agreed = [run for run in map(busy_run, range(1, 11)) if "agreement" in set(run.events["event"])]
    assert agreed and all(run.weeks[["buy_in", "taken_up"]].any().all() for run in agreed)


@null_limit("municipalities")
def _() -> None:
    world = without("municipalities")
    assert "local_step" not in set(events_without("municipalities")["event"])
    assert (world.arena.districts["policy"] == found(busy(), 1).arena.districts["policy"]).all()
    lived = world.people.circumstances["policy"]
    assert (lived == lived[0]).all(), "all live under the same policy"
    assert "local_step" in set(events_without()["event"])
    assert (without().people.circumstances["policy"] != without().people.circumstances["policy"][0]).any()


@null_limit("credibility")
def _() -> None:
    names = ["credibility_officials", "credibility_media", "credibility_public"]
    still = organisations_without("credibility", "framing").groupby("organisation")[names].nunique()
    assert still.eq(1).all(axis=None)
    assert organisations_without("framing").groupby("organisation")[names].nunique().gt(1).any(axis=None)
