"""Scenario + seed -> World. Every founding draw is keyed by the name or number of what it founds."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.declare import catalogue
from advosim.scenario.groups import everybody, home_of, newcomers, organisations
from advosim.scenario.load import Scenario
from advosim.scenario.schema import MOST_SEATS, Organisation, OrganisationKind, Polity, Relation
from advosim.world.chance import U, draw64, exp, key, name_key, normal_of, pair, stream, wrapping
from advosim.world.codes import (
    AUDIENCES,
    CALLS,
    CHANNELS,
    CULTURE,
    EXPERTISE,
    KINDS,
    MOST_ROLES,
    POPULAR,
    PRESSURES,
    QUARTER,
    SHOCKS,
    SIDES,
    SLOTS,
    STRATEGIES,
    VENUES,
)
from advosim.world.enact import enact
from advosim.world.founding import write_down
from advosim.world.names import Names as Names
from advosim.world.names import names as names
from advosim.world.population import citizens_of, leaning, settle, settlement
from advosim.world.positions import Positions as Positions
from advosim.world.recorded import (
    ALLIANCE_LIFE,
    ALLIANCE_WEEK,
    BODY_WEEK,
    BOND,
    CAMPAIGN_WEEK,
    CONSENT,
    ENDED,
    EVENT,
    ORGANISATION_WEEK,
    PARTY_WEEK,
    WEEK,
    Founding,
    Recorded,
)
from advosim.world.relations import most_alliances, relate
from advosim.world.rows import (
    ALLIANCE,
    BALLOT_ROW,
    BODY,
    CAMPAIGN,
    CIRCUMSTANCE,
    CLOCK,
    ISSUE,
    MANDATE,
    ORDER,
    ORGANISATION,
    OUTLETS,
    PARTY,
    POLITY,
    REACH,
    RELATION,
    RIGHT,
    RULES,
    SEAT,
    SHOCK,
    STANDING,
    TACTIC,
    TACTIC_NUMBERS,
    TALLY,
    VIEW,
)
from advosim.world.settled import Settled as Settled
from advosim.world.state import Abroad, Allied, Arena, Now, People, Script, Talk, Teams, World

_key_of = functools.cache(name_key)
"""The same few names are asked for by every organisation of every run."""


def found(
    scenario: Scenario,
    seed: int | None = None,
    weeks: int | None = None,
    threads: int = 1,
    settled: Settled | None = None,
) -> World:
    """A World at week 0, with room to record `weeks` weeks. Raises InputError where an edge list is wrong."""
    seed = scenario.seed if seed is None else seed
    weeks = scenario.weeks if weeks is None else weeks
    with wrapping():
        world = settled.world(scenario, seed, weeks) if settled is not None else None
        if world is None:
            world = _settled(scenario, seed, weeks, names(scenario), threads)
            if settled is not None:
                settled.keep(world, seed, weeks)
        _lay_down(world, scenario, seed)
    return world


def _lay_down(world: World, scenario: Scenario, seed: int) -> None:
    """Rules, governance, what depends on them, and the record of week 0."""
    enact(world, scenario)
    relate(world, scenario, seed)
    rule = scenario.mechanism.friction
    for polity, row in zip(scenario.polity.values(), world.arena.polities, strict=True):
        _individuals(world, polity, row)
    world.arena.issues["friction"] = (
        rule.level * (1 + rule.by_veto_player * (world.arena.polities["veto_players"] - 1))
    )[:, None]
    write_down(world)


def _settled(scenario: Scenario, seed: int, weeks: int, known: Names, threads: int) -> World:
    p, m, o = len(known.polities), len(known.issues), len(known.organisations)
    q, i = len(known.publics), len(known.bodies)
    rows = [most_alliances(polity) for polity in scenario.polity.values()]
    a = sum(rows)
    t = o + MOST_ROLES * a
    # Whoever founds or joins takes a seat, and every pair meets once a quarter.
    consents = sum(min(o * (o - 1) // 2, MOST_SEATS * own) for own in rows)
    blocks, districts, publics = settlement(scenario)
    b, n = len(blocks), sum(polity.citizens for polity in scenario.polity.values())
    clock = np.zeros(1, CLOCK)
    clock["seed"] = seed
    world = World(
        Now(
            clock=clock,
            rules=np.zeros(1, RULES),
        ),
        _arena(scenario, seed, known, publics, districts),
        _teams(scenario, known, t),
        Allied(
            alliances=np.zeros(a, ALLIANCE),
            seats=np.zeros((a, MOST_SEATS), SEAT),
            tied=np.zeros((o, o), np.uint8),
            trust=np.zeros((o, o)),
        ),
        Talk(
            speech=np.full((t, q), -1, np.int64),
            foothold=np.ones((t, q)),
            circulation=np.zeros((q, m, SIDES)),
            circulating=np.full((q, m, SIDES), -1, np.int64),
            reach=np.zeros((q, 2, m), REACH),
        ),
        Abroad(
            relations=_relations(scenario),
            bodies=np.zeros(i, BODY),
            standing=np.zeros((i, m), STANDING),
            mandates=np.zeros((i, p), MANDATE),
            docket=np.zeros((i, p, m, SIDES)),
            carried=np.zeros((p, p, m, SIDES)),
        ),
        People(
            blocks=blocks,
            circumstances=np.zeros((b, m), CIRCUMSTANCE),
            tally=np.zeros((b, m), TALLY),
            enrolled=np.zeros((b, o), np.int64),
            citizens=citizens_of(scenario, seed, n, blocks, threads),
            letters=np.empty(0, np.uint64),
        ),
        scripted(scenario),
        _record(scenario, weeks, known, len(districts), consents),
    )
    world.allied.alliances["polity"] = np.repeat(np.arange(p), rows)
    _organisations(world, scenario, seed, known)
    _bodies(world, scenario)
    settle(world, scenario, seed)
    return world


def _teams(scenario: Scenario, known: Names, t: int) -> Teams:
    """Organisations and, behind them, the roles of joint plans: t in all."""
    p, m, q = len(known.polities), len(known.issues), len(known.publics)
    o, k, f = len(known.organisations), len(known.tactics), len(known.frames)
    return Teams(
        organisations=np.zeros(o, ORGANISATION),
        stances=np.zeros((o, m)),
        priorities=np.zeros((o, m)),
        repertoire=np.zeros((t, f)),
        represents=np.zeros((o, q)),
        learned=np.full((o, k), scenario.mechanism.learning.start),
        uses=np.zeros((o, k)),
        campaigns=np.zeros(t, CAMPAIGN),
        tactics=_tactics(scenario),
        allowed=np.ones((p, k)),
        tried=np.zeros((o, k)),
    )


def _arena(scenario: Scenario, seed: int, known: Names, publics: NDArray[Any], districts: NDArray[Any]) -> Arena:
    p, m, q = len(known.polities), len(known.issues), len(known.publics)
    return Arena(
        polities=_polities(scenario),
        issues=_issues(scenario, seed),
        rights=np.zeros((p, len(POPULAR)), RIGHT),
        ballots=np.zeros((p, m, len(SLOTS)), BALLOT_ROW),
        outlets=np.zeros((p, m), OUTLETS),
        publics=publics,
        districts=districts,
        parties=_parties(scenario, seed),
        views=np.zeros((q, m), VIEW),
        local_views=np.zeros((len(districts), m), VIEW),
    )


def _record(scenario: Scenario, weeks: int, known: Names, districts: int, consents: int) -> Recorded:
    """A record with room for all that can happen; consents: founders and newcomers who may be asked in a quarter."""
    p, m, o, i = len(known.polities), len(known.issues), len(known.organisations), len(known.bodies)
    f, q = len(known.frames), len(known.publics)
    a = sum(most_alliances(polity) for polity in scenario.polity.values())
    t = o + MOST_ROLES * a
    return Recorded(
        weeks=np.zeros((weeks, p, m), WEEK),
        organisations=np.zeros((weeks, o), ORGANISATION_WEEK),
        events=np.zeros(
            weeks * (p * (m * 36 + 2) + 8 * o + 3 * t + districts * m + 8 * a)
            + 2 * MOST_SEATS * a
            + 64 * len(scenario.reform)
            + lines_of_script(scenario)
            + o * f
            + 1,  # scrap paper for what comes when the log is full
            EVENT,
        ),
        publics=np.zeros((weeks, q, m), VIEW),
        parties=np.zeros((weeks, len(known.parties)), PARTY_WEEK),
        alliance_weeks=np.zeros((weeks, a), ALLIANCE_WEEK),
        alliances=np.zeros((weeks // 13 + 2) * a, ALLIANCE_LIFE),
        bodies=np.zeros((weeks, i, m), BODY_WEEK),
        bonds=np.zeros((-(-weeks // QUARTER), o, o), BOND),
        ballots=np.zeros(p * m * (weeks + len(SLOTS)), ENDED),
        campaigns=np.zeros((weeks, t), CAMPAIGN_WEEK),
        consents=np.zeros((weeks // 13) * consents, CONSENT),
        founding=Founding(
            weeks=np.zeros((p, m), WEEK),
            organisations=np.zeros(o, ORGANISATION_WEEK),
            publics=np.zeros((q, m), VIEW),
        ),
    )


# ---------------------------------------------------------------- scripts


def scripted(scenario: Scenario) -> Script:
    """Shocks and orders of a scenario as tables, in its order."""
    known = names(scenario)
    shocks, orders = np.zeros(len(scenario.shock), SHOCK), np.zeros(len(scenario.campaign), ORDER)
    for row, shock in zip(shocks, scenario.shock, strict=True):
        home = known.polities[0] if shock.polity is None else shock.polity
        row.week, row.kind, row.weight = shock.week, SHOCKS.index(shock.kind), shock.size
        row.polity, row.issue = known.polities.index(home), known.issues.index(shock.issue)
        row.organisation = -1 if shock.organisation is None else known.organisations.index((home, shock.organisation))
    towns = [home for home, polity in scenario.polity.items() for _ in range(polity.districts)]
    for row, campaign in zip(orders, scenario.campaign, strict=True):
        home = home_of(scenario, campaign)
        row.first, row.last = campaign.week, campaign.week + campaign.weeks - 1
        row.organisation = known.organisations.index((home, campaign.organisation))
        row.issue, row.tactic = known.issues.index(campaign.issue), known.tactics.index(campaign.tactic)
        row.firm = -1 if campaign.target is None else known.organisations.index((home, campaign.target))
        row.district = -1 if campaign.district is None else towns.index(home) + campaign.district - 1
    return Script(shocks, orders)


def lines_of_script(scenario: Scenario) -> int:
    """Rows that the log may need for shocks and orders, which every week may end what ran, and begin or say why not."""
    return 2 * len(scenario.shock) + sum(2 * campaign.weeks for campaign in scenario.campaign)


# ---------------------------------------------------------------- the few


def _polities(scenario: Scenario) -> NDArray[Any]:
    rows = np.zeros(len(scenario.polity), POLITY)
    for row, (name, polity) in zip(rows, scenario.polity.items(), strict=True):
        row.key = name_key(name)
        row.citizens = polity.citizens
        row.legitimacy = polity.legitimacy
        row.field = row.answerable = 1.0
        row.parties = len(polity.party)
        row.newcomers = len(newcomers(polity))
    rows["first_party"] = np.cumsum(rows["parties"]) - rows["parties"]
    return rows


def _parties(scenario: Scenario, seed: int) -> NDArray[Any]:
    given = [
        (p, home, *row) for p, (home, polity) in enumerate(scenario.polity.items()) for row in polity.party.items()
    ]
    rows = np.zeros(len(given), PARTY)
    for row, (p, home, name, party) in zip(rows, given, strict=True):
        row.key, row.polity = U(pair(name_key(home), name_key(name))), p
        row.strategy, row.incumbent = STRATEGIES.index(party.strategy), party.incumbent
        for m, issue in enumerate(scenario.issue):
            drawn = party.position + party.position_within * normal_of(
                seed, "founding.party_position", row.key, _key_of(issue)
            )
            row.position[m] = party.positions.get(issue, _within(drawn, -1))
        row.emphasis[: len(scenario.issue)] = _weights(scenario, party.priorities)
    return rows


def _issues(scenario: Scenario, seed: int) -> NDArray[Any]:
    rows = np.zeros((len(scenario.polity), len(scenario.issue)), ISSUE)
    for p, (home, polity) in enumerate(scenario.polity.items()):
        for m, (name, issue) in enumerate(scenario.issue.items()):
            row = rows[p, m]
            row.key = U(pair(_key_of(home), _key_of(name)))
            answered = issue.policy_answers * polity.governance.contestation * leaning(scenario, seed, home, name)
            drawn = issue.policy + answered + issue.policy_between * normal_of(seed, "founding.policy", row.key)
            row.policy = polity.policy.get(name, _within(drawn, -1))
            ideal = row.policy + issue.ideal_between * normal_of(seed, "founding.ideal", row.key)
            row.ideal = _within(ideal, -1)
            row.efficacy[:] = scenario.mechanism.evaluation.efficacy_start
            row.side_mean[:] = row.policy
            row.eased[:] = 1.0
            row.agenda = 1 / (scenario.mechanism.attention.rest_of_life + len(scenario.issue))
    return rows


def _tactics(scenario: Scenario) -> NDArray[Any]:
    rows, given = np.zeros(len(scenario.tactic), TACTIC), list(scenario.tactic.values())
    rows["key"] = [_key_of(name) for name in scenario.tactic]
    for field in TACTIC_NUMBERS:
        if field not in ("skills", "channels", "call", "pressure", "venue"):
            rows[field] = [getattr(tactic, field) for tactic in given]
    for k, tactic in enumerate(given):
        need = np.array([tactic.skills.get(name, 0.0) for name in EXPERTISE])  # type: ignore[call-overload]
        rows["skills"][k] = need / need.sum() if need.sum() > 0 else need
        rows["channels"][k] = [tactic.channels.get(name, 0.0) for name in CHANNELS]  # type: ignore[call-overload]
    rows["call"] = [CALLS.index(tactic.call) for tactic in given]
    rows["pressure"] = [PRESSURES.index(tactic.pressure) for tactic in given]
    rows["venue"] = [VENUES.index(tactic.venue) for tactic in given]
    return rows


def _between(scenario: Scenario) -> dict[tuple[int, int], Relation]:
    """By rows of two polities, the relation that a scenario names between them."""
    rows = {name: row for row, name in enumerate(scenario.polity)}
    found: dict[tuple[int, int], Relation] = {}
    for relation in scenario.relation.values():
        one, other = (rows[name] for name in relation.between)
        found[one, other] = found[other, one] = relation
    return found


def _relations(scenario: Scenario) -> NDArray[Any]:
    polities, named = list(scenario.polity.values()), _between(scenario)
    usual, foreign = Relation(between=("one", "other")), scenario.mechanism.ties.language
    rows = np.zeros((len(polities), len(polities)), RELATION)
    for one, other in np.ndindex(rows.shape):
        row, relation = rows[one, other], named.get((one, other), usual)
        understood = 1.0 if polities[one].language == polities[other].language else foreign
        row.distance, row.leverage = relation.distance, relation.leverage
        row.language = understood if relation.language is None else relation.language
        row.closeness = (1 - row.distance) * row.language
        row.ties = -1.0 if relation.ties is None else relation.ties
    return rows


def _bodies(world: World, scenario: Scenario) -> None:
    for row, (name, body) in enumerate(scenario.body.items()):
        record = world.abroad.bodies[row]
        record.key, record.level = name_key(name), VENUES.index(body.level)
        record.gatekeeping, record.capacity = body.gatekeeping, body.capacity
        for m, issue in enumerate(scenario.issue):
            own = world.abroad.standing[row, m]
            own.policy = own.usual_policy = body.policy.get(issue, body.position)
            own.agenda = own.usual_agenda = body.agenda.get(issue, 0.0)
        for p, polity in enumerate(scenario.polity):
            world.abroad.mandates[row, p].member = not body.members or polity in body.members
            world.abroad.mandates[row, p].leverage = body.leverages.get(polity, body.leverage)


def _organisations(world: World, scenario: Scenario, seed: int, known: Names) -> None:
    usual = catalogue("kinds", OrganisationKind)
    for row, one in enumerate(everybody(scenario)):
        p, organisation = known.polities.index(one.home), one.given
        own = U(pair(world.arena.polities["key"][p], name_key(one.name)))
        _organisation(world, scenario, seed, row, own, organisation, usual[organisation.kind])
        world.teams.organisations["polity"][row] = p
        world.teams.organisations["kind"][row] = KINDS.index(organisation.kind)
        if organisation.kind == "municipality":
            _govern(world, p, row, organisation)
        if one.newcomer:
            _await(world, row, organisation)
    row = len(known.organisations)
    world.teams.campaigns["organisation"][:row] = world.teams.campaigns["credited"][:row] = np.arange(row)
    world.teams.campaigns["alliance"] = -1
    world.teams.campaigns["alliance"][row:] = np.arange(len(world.teams.campaigns) - row) // MOST_ROLES
    world.teams.campaigns["amplified"] = 1.0
    world.allied.alliances["number"] = -1
    world.allied.seats["organisation"] = -1


def _await(world: World, row: int, given: Organisation) -> None:
    """A newcomer is closed until it is founded; what it will be for, its founders decide."""
    record = world.teams.organisations[row]
    record.closed, record.founded = True, -1
    record.capital, record.funds = given.funds, 0.0
    world.teams.priorities[row] = 0.0


def _govern(world: World, p: int, row: int, given: Organisation) -> None:
    """A municipality's local policies are its positions at the start."""
    number = np.flatnonzero(world.arena.districts["polity"] == p)[given.district - 1]
    world.teams.organisations["district"][row] = number
    world.arena.districts["governed"][number] = True
    world.arena.districts["policy"][number, : world.teams.stances.shape[1]] = world.teams.stances[row]


def _organisation(
    world: World, scenario: Scenario, seed: int, row: int, own: np.uint64, given: Organisation, kind: OrganisationKind
) -> None:
    record, skills = world.teams.organisations[row], given.skills or kind.skills
    spread = exp(given.funds_within * normal_of(seed, "founding.funds", own))
    record.key, record.ended = own, -1
    record.funds = given.funds * spread
    # Income grows less than means, as fixed assets do not pay (convention).
    record.income = given.income * np.sqrt(spread)
    record.skills[:] = [getattr(skills, name) for name in EXPERTISE]
    record.credibility[:] = [getattr(given.credibility, name) for name in AUDIENCES]
    record.usual_credibility[:] = record.credibility
    record.activity = given.activity
    own_rules = given.institutionalisation
    record.institutionalisation = kind.institutionalisation if own_rules is None else own_rules
    record.gives = kind.gives if given.gives is None else given.gives
    record.foreign, record.slots = given.foreign, given.slots
    if given.kind == "firm":
        record.market_share, record.reputation = given.market_share, given.reputation
        record.lobby_budget = given.lobby_budget if given.kind == "firm" else 0.0
        record.usual_reputation = given.reputation
    record.spoke[:] = -1
    record.district = -1
    world.teams.stances[row] = [_stance(seed, own, given, issue) for issue in scenario.issue]
    record.practice[: len(scenario.issue)] = world.teams.stances[row]
    world.teams.priorities[row] = _weights(scenario, given.priorities)
    culture = given.culture or kind.culture
    record.culture[:] = [
        _within(
            getattr(culture, trait) + given.culture_within * normal_of(seed, "founding.culture", own, _key_of(trait))
        )
        for trait in CULTURE
    ]
    record.reliability = given.reliability
    record.place = draw64(U(key(seed, 0, stream("founding.place"))), own)
    world.teams.repertoire[row] = [not given.frames or frame in given.frames for frame in scenario.frame]
    usual = given.tactics or kind.tactics
    world.teams.uses[row] = [not usual or tactic in usual for tactic in scenario.tactic]


def _stance(seed: int, own: np.uint64, given: Organisation, issue: str) -> float:
    drawn = given.stance + given.stance_within * normal_of(seed, "founding.stance", own, _key_of(issue))
    return float(given.stances.get(issue, _within(drawn, -1)))


def _within(value: float, low: float = 0.0) -> float:
    """The nearest number from `low` to 1."""
    return min(max(value, low), 1.0)


def _weights(scenario: Scenario, given: dict[str, float]) -> NDArray[np.float64]:
    """Weights of the issues with sum 1; all alike where none is given."""
    weights = np.array([given.get(issue, 0.0) if given else 1.0 for issue in scenario.issue])
    return weights / max(weights.sum(), 1e-12)


def positions(scenario: Scenario, seed: int) -> Positions:
    """The positions that `found` draws, without a world around them."""
    given = everybody(scenario)
    with wrapping():
        stances = [
            [_stance(seed, U(pair(name_key(home), name_key(name))), row, issue) for issue in scenario.issue]
            for home, name, row, _ in given
        ]
        issues = _issues(scenario, seed)
    priorities = [_weights(scenario, one.given.priorities) * (not one.newcomer) for one in given]
    shape = (len(given), len(scenario.issue))
    sides = np.reshape(stances, shape), np.reshape(priorities, shape)
    return Positions(issues["policy"].copy(), issues["ideal"].copy(), *sides)


def _individuals(world: World, polity: Polity, home: Any) -> None:
    """People with posts lend organisations their followers, and their credibility where it is higher."""
    if not polity.individual:
        return
    rows = [
        row
        for row, each in enumerate(world.teams.organisations)
        if world.arena.polities["key"][each.polity] == home.key
    ]
    # Newcomers come last, and nobody has a post with them.
    known = {name: world.teams.organisations[row] for row, (name, _) in zip(rows, organisations(polity), strict=False)}
    for person in polity.individual.values():
        for post in person.posts:
            record = known[post]
            record.following += person.reach
            record.credibility[:] = np.maximum(record.credibility, person.credibility)
            record.usual_credibility[:] = record.credibility
