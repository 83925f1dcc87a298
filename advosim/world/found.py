"""Scenario + seed -> World. Every founding draw is keyed by the name or number of what it founds."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.declare import Mechanism, catalogue
from advosim.scenario.groups import organisations
from advosim.scenario.rules import Mechanisms
from advosim.scenario.schema import (
    MOST_SEATS,
    FaceToFaceNetwork,
    Governance,
    Initiative,
    Organisation,
    OrganisationKind,
    Polity,
    Recall,
    Referendum,
    Relation,
    Scenario,
    Tactic,
)
from advosim.world import networks
from advosim.world.chance import F, U, beta22, draw, draw64, exp, exp32, key, name_key, normal, pair, stream, wrapping
from advosim.world.compile import compiled
from advosim.world.relations import most_alliances, relate
from advosim.world.state import (
    ALLIANCE,
    ALLIANCE_LIFE,
    ALLIANCE_WEEK,
    ATTITUDE_BITS,
    AUDIENCES,
    AWARE,
    BALLOT_ROW,
    BLOCK,
    BLOCKS,
    BODY,
    BODY_WEEK,
    BOND,
    CALLS,
    CAMPAIGN,
    CHANNELS,
    CIRCUMSTANCE,
    CLOCK,
    CODED,
    CULTURE,
    DISTRICT,
    ENDED,
    EVENT,
    EXPERTISE,
    ISSUE,
    KINDS,
    MANDATE,
    MOST_ROLES,
    ONLINE,
    ORGANISATION,
    ORGANISATION_WEEK,
    OUTLETS,
    PARTY,
    PARTY_WEEK,
    POLITY,
    POPULAR,
    PRESSURES,
    PUBLIC_GROUP,
    QUARTER,
    REACH,
    RELATION,
    RIGHT,
    RULES,
    SEAT,
    SIDES,
    SLOTS,
    STANDING,
    STRATEGIES,
    TACTIC,
    TACTIC_NUMBERS,
    TALLY,
    VENUES,
    VIEW,
    WEEK,
    Citizens,
    Recorded,
    World,
)

_ATTITUDE = stream("founding.attitude")
_INTEREST = stream("founding.interest")
_AWARENESS = stream("founding.awareness")
_RISK = stream("founding.risk")
_TALKING = stream("founding.talking")
_ACTING = stream("founding.acting")
_VALUES = stream("founding.values")
_ONLINE = stream("founding.online")
_MEMBERS = stream("founding.members")
_VALUES_WITHIN = 0.4
"""Sd of the log weight of frames among members of a public (prototype)."""


class Names(NamedTuple):
    """What the rows of World are called, in their order."""

    polities: tuple[str, ...]
    issues: tuple[str, ...]
    frames: tuple[str, ...]
    tactics: tuple[str, ...]
    kinds: tuple[str, ...]
    publics: tuple[tuple[str, str], ...]
    """(polity, public)"""
    organisations: tuple[tuple[str, str], ...]
    """(polity, organisation)"""
    parties: tuple[tuple[str, str], ...]
    """(polity, party)"""
    bodies: tuple[str, ...]


def names(scenario: Scenario) -> Names:
    """The names of a scenario's rows; of `count` alike organisations each gets a number."""
    return Names(
        tuple(scenario.polity),
        tuple(scenario.issue),
        tuple(scenario.frame),
        tuple(scenario.tactic),
        KINDS,
        tuple((home, public) for home, polity in scenario.polity.items() for public in polity.public),
        tuple((home, name) for home, polity in scenario.polity.items() for name, _ in organisations(polity)),
        tuple((home, party) for home, polity in scenario.polity.items() for party in polity.party),
        tuple(scenario.body),
    )


def found(scenario: Scenario, seed: int | None = None, weeks: int | None = None) -> World:
    """A World at week 0, with room to record `weeks` weeks. Raises InputError where an edge list is wrong."""
    seed = scenario.seed if seed is None else seed
    weeks = scenario.weeks if weeks is None else weeks
    with wrapping():
        return _found(scenario, seed, weeks, names(scenario))


def _found(scenario: Scenario, seed: int, weeks: int, known: Names) -> World:
    p, m, o = len(known.polities), len(known.issues), len(known.organisations)
    k, f, q, i = len(known.tactics), len(known.frames), len(known.publics), len(known.bodies)
    rows = [most_alliances(polity) for polity in scenario.polity.values()]
    a = sum(rows)
    t = o + MOST_ROLES * a
    blocks, districts, publics = _settlement(scenario)
    b, n = len(blocks), sum(polity.citizens for polity in scenario.polity.values())
    clock = np.zeros(1, CLOCK)
    clock["seed"] = seed
    world = World(
        clock=clock,
        rules=np.zeros(1, RULES),
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
        organisations=np.zeros(o, ORGANISATION),
        stances=np.zeros((o, m)),
        priorities=np.zeros((o, m)),
        repertoire=np.zeros((t, f)),
        represents=np.zeros((o, q)),
        tied=np.zeros((o, o), np.uint8),
        trust=np.zeros((o, o)),
        alliances=np.zeros(a, ALLIANCE),
        seats=np.zeros((a, MOST_SEATS), SEAT),
        learned=np.full((o, k), scenario.mechanism.learning.start),
        uses=np.zeros((o, k)),
        tactics=_tactics(scenario),
        allowed=np.ones((p, k)),
        tried=np.zeros((p, k), np.int64),
        campaigns=np.zeros(t, CAMPAIGN),
        speech=np.full((t, q), -1, np.int64),
        foothold=np.ones((t, q)),
        circulation=np.zeros((q, m, SIDES)),
        circulating=np.full((q, m, SIDES), -1, np.int64),
        reach=np.zeros((q, 2, m), REACH),
        relations=_relations(scenario),
        bodies=np.zeros(i, BODY),
        standing=np.zeros((i, m), STANDING),
        mandates=np.zeros((i, p), MANDATE),
        docket=np.zeros((i, p, m, SIDES)),
        blocks=blocks,
        circumstances=np.zeros((b, m), CIRCUMSTANCE),
        tally=np.zeros((b, m), TALLY),
        enrolled=np.zeros((b, o), np.int64),
        citizens=_citizens(scenario, seed, n, blocks),
        record=Recorded(
            np.zeros((weeks, p, m), WEEK),
            np.zeros((weeks, o), ORGANISATION_WEEK),
            np.zeros(
                weeks * (p * (m * 36 + 2) + 8 * o + 3 * t + len(districts) * m + 8 * a)
                + 2 * MOST_SEATS * a
                + 64 * len(scenario.reform)
                + o * f
                + 1,  # scrap paper for what comes when the log is full
                EVENT,
            ),
            np.zeros((weeks, q, m), VIEW),
            np.zeros((weeks, len(known.parties)), PARTY_WEEK),
            np.zeros((weeks, a), ALLIANCE_WEEK),
            np.zeros((weeks // 13 + 2) * a, ALLIANCE_LIFE),
            np.zeros((weeks, i, m), BODY_WEEK),
            np.zeros((-(-weeks // QUARTER), o, o), BOND),
            np.zeros(p * m * (weeks + len(SLOTS)), ENDED),
        ),
    )
    world.alliances["polity"] = np.repeat(np.arange(p), rows)
    _organisations(world, scenario, seed, known)
    _bodies(world, scenario)
    _settle(world, scenario, seed)
    enact(world, scenario)
    relate(world, scenario, seed)
    rule = scenario.mechanism.friction
    for polity, row in zip(scenario.polity.values(), world.polities, strict=True):
        _individuals(world, polity, row)
    world.issues["friction"] = (rule.level * (1 + rule.by_veto_player * (world.polities["veto_players"] - 1)))[:, None]
    return world


# ---------------------------------------------------------------- what a reform can change


def enact(world: World, scenario: Scenario, before: Scenario | None = None) -> None:
    """Write rules and governance of `scenario` into the world: all at founding, at reforms what differs from `before`.

    So settings that somebody has written into the world by hand outlive a reform that does not speak of them.
    """
    for name in Mechanisms.model_fields:
        rule: Mechanism = getattr(scenario.mechanism, name)
        old = getattr(before.mechanism, name) if before else None
        for field in type(rule).model_fields:
            if old is None or getattr(rule, field) != getattr(old, field):
                kind = type(rule).model_fields[field].annotation
                world.rules[name][field] = _number(kind, getattr(rule, field))
    for row, (home, polity) in enumerate(scenario.polity.items()):
        was = before.polity[home].governance if before else None
        for field in Governance.model_fields:
            now = getattr(polity.governance, field)
            if field in (POLITY.names or ()) and (was is None or now != getattr(was, field)):
                world.polities[field][row] = CODED[field].index(now) if field in CODED else now
        for right, name in zip(world.rights[row], POPULAR, strict=True):
            _grant(right, getattr(polity.governance, name), getattr(was, name) if was else None)
        governed = any(each.kind == "municipality" for each in polity.organisation.values())
        for column, tactic in enumerate(scenario.tactic.values()):
            room = _allowed(tactic, polity.governance, scenario.mechanism)
            missing = (tactic.pressure == "local" and not governed) or _out_of_reach(tactic, row, world, scenario)
            world.allowed[row, column] = 0.0 if missing else room
    _connect(world, scenario)


def _number(annotation: Any, value: Any) -> Any:
    """A choice among words as the place of the word."""
    return get_args(annotation).index(value) if isinstance(value, str) else value


def _grant(right: Any, given: Initiative | Referendum | Recall, was: Initiative | Referendum | Recall | None) -> None:
    """Write down what citizens may collect signatures for; what has no `quorum` needs none, and all else is binding."""
    for field, usual in (("allowed", 0), ("signature_share", 0), ("window", 0), ("quorum", 0.0), ("binding", True)):
        now = getattr(given, field, usual)
        if was is None or now != getattr(was, field, usual):
            right[field] = now


def _connect(world: World, scenario: Scenario) -> None:
    """Put citizens online by their founding draws, publics around the polity's mean."""
    divide = scenario.mechanism.digital_divide
    weight = divide.scale if divide.on else 0.0
    world.polities["online"] = 0.0
    with wrapping():
        for row, public in enumerate(world.publics):
            home = world.polities[public.polity]
            share = _online_share(home.internet_access, weight * public.digital)
            share = 0.0 if home.shutdown and scenario.mechanism.platform_control.on else share
            mine = world.blocks[world.blocks["public"] == row]
            online = connect(
                world.clock["seed"][0], world.polities["key"][public.polity], mine, share, world.citizens.word
            )
            world.publics["online"][row] = online / max(public.citizens, 1)
            home.online += online / home.citizens


def _out_of_reach(tactic: Tactic, polity: int, world: World, scenario: Scenario) -> bool:
    """Whether a tactic appeals to a body or to third states that are not there."""
    if tactic.pressure != "abroad":
        return False
    if tactic.venue == "third_states":
        here = len(world.polities) > 1 and scenario.mechanism.third_states.on
    else:
        here = bool(world.mandates["member"][world.bodies["level"] == VENUES.index(tactic.venue), polity].any())
    return not (here and scenario.mechanism.boomerang.on)


def _allowed(tactic: Tactic, governance: Governance, rule: Mechanisms) -> float:
    if tactic.awaits:
        return 0.0
    if tactic.pressure in POPULAR:
        right, runs = getattr(governance, tactic.pressure), getattr(rule, tactic.pressure).on
        return 1.0 if right.allowed and runs else 0.0
    room = 1.0
    for name, weight in tactic.needs.items():
        # Without social media nothing can be done on them.
        cut = name == "internet_access" and governance.shutdown and rule.platform_control.on
        setting = 0.0 if cut else getattr(governance, name)
        room *= 1 - weight * (1 - setting) if weight > 0 else 1 + weight * setting
    return room


def _online_share(access: float, digital: float) -> float:
    if access <= 0.0 or access >= 1.0:
        return float(access >= 1.0)
    odds = access / (1.0 - access) * exp(digital)
    return float(odds / (1.0 + odds))


@compiled
def connect(seed, polity_key, blocks, share, word):
    """Mark who is online: those whose founding draw is below `share`. Returns their number."""
    k = pair(key(seed, 0, _ONLINE), polity_key)
    online = 0
    for b in range(blocks.size):
        for i in range(blocks[b].first, blocks[b].last):
            on = np.float64(draw(k, i - blocks[b].offset)) < share
            online += 1 if on else 0
            for m in range(word.shape[2]):
                for now in range(2):
                    kept = np.uint32(word[now, i, m] & np.uint32(~ONLINE))
                    word[now, i, m] = np.uint32(kept | ONLINE) if on else kept
    return online


# ---------------------------------------------------------------- the few


def _normal(seed: int, what: str, *keys: np.uint64) -> float:
    k = U(key(seed, 0, stream(what)))
    for each in keys[:-1]:
        k = U(pair(k, each))
    return float(normal(draw64(k, keys[-1])))


def _polities(scenario: Scenario) -> NDArray[Any]:
    rows = np.zeros(len(scenario.polity), POLITY)
    for row, (name, polity) in zip(rows, scenario.polity.items(), strict=True):
        row.key = name_key(name)
        row.citizens = polity.citizens
        row.legitimacy = polity.legitimacy
        row.parties = len(polity.party)
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
            drawn = party.position + party.position_within * _normal(
                seed, "founding.party_position", row.key, name_key(issue)
            )
            row.position[m] = party.positions.get(issue, np.clip(drawn, -1, 1))
        row.emphasis[: len(scenario.issue)] = _weights(scenario, party.priorities)
    return rows


def _issues(scenario: Scenario, seed: int) -> NDArray[Any]:
    rows = np.zeros((len(scenario.polity), len(scenario.issue)), ISSUE)
    for p, (home, polity) in enumerate(scenario.polity.items()):
        for m, (name, issue) in enumerate(scenario.issue.items()):
            row = rows[p, m]
            row.key = U(pair(name_key(home), name_key(name)))
            drawn = issue.policy + issue.policy_between * _normal(seed, "founding.policy", row.key)
            row.policy = polity.policy.get(name, np.clip(drawn, -1, 1))
            ideal = row.policy + issue.ideal_between * _normal(seed, "founding.ideal", row.key)
            row.ideal = np.clip(ideal, -1, 1)
            row.efficacy[:] = scenario.mechanism.evaluation.efficacy_start
            row.side_mean[:] = row.policy
            row.agenda = 1 / (scenario.mechanism.attention.rest_of_life + len(scenario.issue))
    return rows


def _tactics(scenario: Scenario) -> NDArray[Any]:
    rows = np.zeros(len(scenario.tactic), TACTIC)
    for row, (name, tactic) in zip(rows, scenario.tactic.items(), strict=True):
        row.key = name_key(name)
        for field in TACTIC_NUMBERS:
            if field not in ("skills", "channels", "call", "pressure", "venue"):
                row[field] = getattr(tactic, field)
        need = np.array([tactic.skills.get(name, 0.0) for name in EXPERTISE])  # type: ignore[call-overload]
        row.skills[:] = need / need.sum() if need.sum() > 0 else need
        row.channels[:] = [tactic.channels.get(name, 0.0) for name in CHANNELS]  # type: ignore[call-overload]
        row.call = CALLS.index(tactic.call)
        row.pressure = PRESSURES.index(tactic.pressure)
        row.venue = VENUES.index(tactic.venue)
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
        record = world.bodies[row]
        record.key, record.level = name_key(name), VENUES.index(body.level)
        record.gatekeeping, record.capacity = body.gatekeeping, body.capacity
        for m, issue in enumerate(scenario.issue):
            own = world.standing[row, m]
            own.policy = own.usual_policy = body.policy.get(issue, body.position)
            own.agenda = own.usual_agenda = body.agenda.get(issue, 0.0)
        for p, polity in enumerate(scenario.polity):
            world.mandates[row, p].member = not body.members or polity in body.members
            world.mandates[row, p].leverage = body.leverages.get(polity, body.leverage)


def _public_values(scenario: Scenario) -> NDArray[np.float64]:
    frames = list(scenario.frame)
    rows = []
    for polity in scenario.polity.values():
        for public in polity.public.values():
            given = sum(public.values.values())
            missing = len(frames) - len(public.values)
            rest = max(1.0 - given, 0.0) / missing if missing else 0.0
            weights = np.array([public.values.get(frame, rest) for frame in frames])
            rows.append(weights / weights.sum() if weights.sum() > 0 else np.full(len(frames), 1 / len(frames)))
    return np.array(rows)


def _organisations(world: World, scenario: Scenario, seed: int, known: Names) -> None:
    usual = catalogue("kinds", OrganisationKind)
    row = 0
    for p, polity in enumerate(scenario.polity.values()):
        for name, organisation in organisations(polity):
            own = U(pair(world.polities["key"][p], name_key(name)))
            _organisation(world, scenario, seed, row, own, organisation, usual[organisation.kind])
            world.organisations["polity"][row] = p
            world.organisations["kind"][row] = KINDS.index(organisation.kind)
            if organisation.kind == "municipality":
                _govern(world, p, row, organisation)
            row += 1
    world.campaigns["organisation"][:row] = np.arange(row)
    world.campaigns["alliance"] = -1
    world.campaigns["alliance"][row:] = np.arange(len(world.campaigns) - row) // MOST_ROLES
    world.campaigns["amplified"] = 1.0
    world.alliances["number"] = -1
    world.seats["organisation"] = -1


def _govern(world: World, p: int, row: int, given: Organisation) -> None:
    """A municipality's local policies are its positions at the start."""
    number = np.flatnonzero(world.districts["polity"] == p)[given.district - 1]
    world.organisations["district"][row] = number
    world.districts["governed"][number] = True
    world.districts["policy"][number, : world.stances.shape[1]] = world.stances[row]


def _organisation(
    world: World, scenario: Scenario, seed: int, row: int, own: np.uint64, given: Organisation, kind: OrganisationKind
) -> None:
    record, skills = world.organisations[row], given.skills or kind.skills
    spread = exp(given.funds_within * _normal(seed, "founding.funds", own))
    record.key = own
    record.funds = given.funds * spread
    # Income grows less than means, as fixed assets do not pay (prototype).
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
        record.usual_reputation = given.reputation
    record.spoke[:] = -1
    record.district = -1
    for m, issue in enumerate(scenario.issue):
        world.stances[row, m] = _stance(seed, own, given, issue)
    record.practice[: len(scenario.issue)] = world.stances[row]
    world.priorities[row] = _weights(scenario, given.priorities)
    culture = given.culture or kind.culture
    for c, trait in enumerate(CULTURE):
        luck = given.culture_within * _normal(seed, "founding.culture", own, name_key(trait))
        record.culture[c] = np.clip(getattr(culture, trait) + luck, 0, 1)
    record.reliability = given.reliability
    record.place = draw64(U(key(seed, 0, stream("founding.place"))), own)
    for f, frame in enumerate(scenario.frame):
        world.repertoire[row, f] = not given.frames or frame in given.frames
    usual = given.tactics or kind.tactics
    for k, tactic in enumerate(scenario.tactic):
        world.uses[row, k] = not usual or tactic in usual


def _stance(seed: int, own: np.uint64, given: Organisation, issue: str) -> float:
    drawn = given.stance + given.stance_within * _normal(seed, "founding.stance", own, name_key(issue))
    return float(given.stances.get(issue, np.clip(drawn, -1, 1)))


def _weights(scenario: Scenario, given: dict[str, float]) -> NDArray[np.float64]:
    """Weights of the issues with sum 1; all alike where none is given."""
    weights = np.array([given.get(issue, 0.0) if given else 1.0 for issue in scenario.issue])
    return weights / max(weights.sum(), 1e-12)


class Positions(NamedTuple):
    """Where everybody stands at the start; p polities, m issues, o organisations in the order of `names`."""

    policy: NDArray[np.float64]
    """(p, m): -1..1, in force."""
    stances: NDArray[np.float64]
    """(o, m): -1..1."""
    priorities: NDArray[np.float64]
    """(o, m): 0..1, sum 1 where any is above 0."""


def positions(scenario: Scenario, seed: int) -> Positions:
    """The positions that `found` draws, without a world around them."""
    given = [(home, name, row) for home, polity in scenario.polity.items() for name, row in organisations(polity)]
    with wrapping():
        stances = [
            [_stance(seed, U(pair(name_key(home), name_key(name))), row, issue) for issue in scenario.issue]
            for home, name, row in given
        ]
        policy = _issues(scenario, seed)["policy"]
    priorities = [_weights(scenario, row.priorities) for _, _, row in given]
    shape = (len(given), len(scenario.issue))
    return Positions(policy.copy(), np.reshape(stances, shape), np.reshape(priorities, shape))


def _individuals(world: World, polity: Polity, home: Any) -> None:
    """People with posts lend organisations their followers, and their credibility where it is higher."""
    rows = [row for row, each in enumerate(world.organisations) if world.polities["key"][each.polity] == home.key]
    known = {name: world.organisations[row] for row, (name, _) in zip(rows, organisations(polity), strict=True)}
    for person in polity.individual.values():
        for post in person.posts:
            record = known[post]
            record.following += person.reach
            record.credibility[:] = np.maximum(record.credibility, person.credibility)
            record.usual_credibility[:] = record.credibility


# ---------------------------------------------------------------- where citizens live


def _settlement(scenario: Scenario) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Blocks, districts and publics: citizens stand in the order of polity, district, public."""
    blocks: list[tuple[int, ...]] = []
    districts: list[tuple[int, int]] = []
    publics = np.zeros(sum(len(polity.public) for polity in scenario.polity.values()), PUBLIC_GROUP)
    offset = q0 = 0
    for p, (home, polity) in enumerate(scenario.polity.items()):
        sizes = _community_sizes(polity)
        first = offset
        for local in sizes:
            for q, size in enumerate(local):
                for start in range(first, first + size, BLOCK):
                    blocks.append((p, len(districts), q0 + q, start, min(start + BLOCK, first + size), offset))
                first += size
            districts.append((p, int(local.sum())))
        for q, (name, public) in enumerate(polity.public.items()):
            row = publics[q0 + q]
            row.key, row.polity = pair(name_key(home), name_key(name)), p
            row.citizens, row.share = sizes[:, q].sum(), sizes[:, q].sum() / polity.citizens
            row.digital = public.digital
            row.stake[: len(scenario.issue)] = [public.stake.get(issue, 0.0) for issue in scenario.issue]
            row.diet[:] = [getattr(public.diet, channel) for channel in CHANNELS]
        offset, q0 = offset + polity.citizens, q0 + len(polity.public)
    values = _public_values(scenario)
    publics["values"][:, : values.shape[1]] = values
    publics["frames"] = values.shape[1]
    rows = np.zeros(len(districts), DISTRICT)
    rows["polity"], rows["citizens"] = np.array(districts).T
    return np.array(blocks, BLOCKS), rows, publics


def _community_sizes(polity: Polity) -> NDArray[np.int64]:
    """(districts, publics) numbers of citizens: largest remainders, where what is owed goes on to the next district."""
    shares = np.array([public.share for public in polity.public.values()])
    shares /= shares.sum()
    sizes = np.zeros((polity.districts, len(shares)), np.int64)
    owed = np.zeros(len(shares))
    for d in range(polity.districts):
        size = polity.citizens // polity.districts + (d < polity.citizens % polity.districts)
        owed += shares * size
        sizes[d] = np.floor(np.maximum(owed, 0))
        while sizes[d].sum() > size:
            # Of publics that have somebody here: one that is owed less than nobody gives nobody up.
            sizes[d, np.argmax(np.where(sizes[d] > 0, sizes[d] - owed, -np.inf))] -= 1
        while sizes[d].sum() < size:
            sizes[d, np.argmax(owed - sizes[d])] += 1
        owed -= sizes[d]
    return sizes


# ---------------------------------------------------------------- citizens


def _citizens(scenario: Scenario, seed: int, n: int, blocks: NDArray[Any]) -> Citizens:
    m, f = len(scenario.issue), len(scenario.frame)
    columns = Citizens(
        word=np.zeros((2, n, m), np.uint32),
        own=np.zeros((n, m), np.uint8),
        anchor=np.zeros((n, m), F),
        upbringing=np.zeros((n, m), F),
        salience=np.zeros((n, m), F),
        interest=np.zeros((n, m), F),
        memory=np.zeros((n, m), F),
        grievance=np.zeros(n, F),
        fatigue=np.zeros(n, F),
        risk=np.zeros(n, F),
        talk_threshold=np.zeros(n, F),
        act_threshold=np.zeros(n, F),
        values=np.zeros((n, f), F),
        member=np.full(n, -1, np.int16),
        voted=np.full(n, -1, np.int16),
        start=np.zeros(1, np.int64),
        neighbour=np.zeros(0, np.uint32),
    )
    _people(scenario, seed, columns, blocks)
    start, neighbour = _ties(scenario, seed, columns, blocks)
    if start[-1] <= np.iinfo(np.uint32).max:
        start = start.astype(np.uint32)
    return columns._replace(start=start, neighbour=neighbour)


def _people(scenario: Scenario, seed: int, columns: Citizens, blocks: NDArray[Any]) -> None:
    rule = scenario.mechanism
    spreads = np.array(
        [rule.salience.interest_within, rule.expression.threshold_within, rule.participation.threshold_within]
    )
    medians = np.array([rule.expression.threshold, rule.participation.threshold])
    within = np.array([issue.attitude_within for issue in scenario.issue.values()])
    issue_keys = np.array([name_key(name) for name in scenario.issue], np.uint64)
    values = _public_values(scenario)
    local = _local_attitudes(scenario, seed)
    q = 0
    for home, polity in scenario.polity.items():
        means = np.array(
            [
                issue.attitude
                + issue.attitude_between * _normal(seed, "founding.mean_attitude", name_key(home), name_key(name))
                for name, issue in scenario.issue.items()
            ]
        )
        for public in polity.public.values():
            shift = np.array([public.attitude.get(name, 0.0) for name in scenario.issue])
            stake = np.array([public.stake.get(name, 0.0) for name in scenario.issue])
            people(
                seed, name_key(home), issue_keys, blocks[blocks["public"] == q], means + shift, local, within, stake,
                spreads, medians, rule.awareness.start, values[q], columns,
            )  # fmt: skip
            q += 1


def _local_attitudes(scenario: Scenario, seed: int) -> NDArray[np.float64]:
    """(districts, issues): how far districts' mean attitudes lie from their polity's."""
    rows = [
        [
            issue.attitude_local * _normal(seed, "founding.local_attitude", name_key(home), name_key(name), U(number))
            for name, issue in scenario.issue.items()
        ]
        for home, polity in scenario.polity.items()
        for number in range(polity.districts)
    ]
    return np.array(rows)


@compiled
def people(seed, home, issue_keys, blocks, means, local, within, stake, spreads, medians, aware, values, citizens):
    """Fill the columns of all members of one public, by their founding numbers."""
    frames = values.size
    attitudes, interests = pair(key(seed, 0, _ATTITUDE), home), pair(key(seed, 0, _INTEREST), home)
    awares, risks = pair(key(seed, 0, _AWARENESS), home), pair(key(seed, 0, _RISK), home)
    talking, acting = pair(key(seed, 0, _TALKING), home), pair(key(seed, 0, _ACTING), home)
    weights = pair(key(seed, 0, _VALUES), home)
    for b in range(blocks.size):
        for i in range(blocks[b].first, blocks[b].last):
            number = i - blocks[b].offset
            for m in range(issue_keys.size):
                mean = means[m] + local[blocks[b].district, m]
                x = mean + within[m] * normal(draw64(pair(attitudes, issue_keys[m]), number))
                word = np.uint32(F(min(max(x, -1.0), 1.0)).view(np.uint32) & ATTITUDE_BITS)
                citizens.word[0, i, m] = word
                citizens.anchor[i, m] = word.view(np.float32)
                citizens.upbringing[i, m] = word.view(np.float32)
                u = spreads[0] * normal(draw64(pair(interests, issue_keys[m]), number))
                citizens.interest[i, m] = exp32(F(u + stake[m]))
                if draw64(pair(awares, issue_keys[m]), number) < aware:
                    citizens.own[i, m] = AWARE
            citizens.risk[i] = beta22(
                draw(pair(risks, 1), number), draw(pair(risks, 2), number), draw(pair(risks, 3), number)
            )
            citizens.talk_threshold[i] = F(medians[0]) * exp32(F(spreads[1] * normal(draw64(talking, number))))
            citizens.act_threshold[i] = F(medians[1]) * exp32(F(spreads[2] * normal(draw64(acting, number))))
            total = 0.0
            for f in range(frames):
                total += values[f] * exp(_VALUES_WITHIN * normal(draw64(pair(weights, f), number)))
            for f in range(frames):
                share = values[f] * exp(_VALUES_WITHIN * normal(draw64(pair(weights, f), number)))
                citizens.values[i, f] = F(share / total)


def _ties(
    scenario: Scenario, seed: int, columns: Citizens, blocks: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    parts = []
    offset = 0
    public = np.zeros(len(columns.member), np.int64)
    for block in blocks:
        public[block.first : block.last] = block.public
    for home, polity in scenario.polity.items():
        mine = slice(offset, offset + polity.citizens)
        trait = np.ascontiguousarray(columns.anchor[mine, 0])
        layers = [
            _network(layer, polity.citizens, public[mine], trait, seed, stream(f"network.{name}.{home}"))
            for name, layer in (("face_to_face", polity.network.face_to_face), ("social", polity.network.social))
        ]
        parts.append(networks.layers(*layers))
        offset += polity.citizens
    return networks.joined(parts, [polity.citizens for polity in scenario.polity.values()])


def _network(
    given: FaceToFaceNetwork, n: int, public: NDArray[Any], trait: NDArray[Any], seed: int, own: np.uint64
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    if given.kind == "small_world":
        return networks.small_world(n, given.degree, given.rewiring, seed, own)
    if given.kind == "preferential_attachment":
        return networks.preferential_attachment(n, given.degree, seed, own)
    if given.kind == "blocks":
        return networks.blocks(public, given.degree, given.homophily, seed, own)
    if given.kind == "spatial":
        return networks.spatial(n, given.degree, given.homophily, trait, seed, own)
    return networks.edge_list(given.file, n)


def _settle(world: World, scenario: Scenario, seed: int) -> None:
    """Members find their organisations among citizens of their side on its first issue."""
    given = [row for polity in scenario.polity.values() for _, row in organisations(polity)]
    offsets = np.concatenate([[0], np.cumsum(world.polities["citizens"])])
    for row, organisation in enumerate(world.organisations):
        m = int(np.argmax(world.priorities[row]))
        policy = world.issues["policy"][organisation.polity, m]
        organisation.members = enrol(
            U(pair(U(key(seed, 0, _MEMBERS)), organisation.key)), row, int(offsets[organisation.polity]),
            int(world.polities["citizens"][organisation.polity]), _members(given[row]),
            bool(world.stances[row, m] > policy), policy, np.ascontiguousarray(world.citizens.anchor[:, m]),
            world.citizens.member,
        )  # fmt: skip


def _members(given: Organisation) -> float:
    usual: float = catalogue("kinds", OrganisationKind)[given.kind].members
    return usual if given.members is None else given.members


@compiled
def enrol(k, row, first, n, share, reformers, policy, anchor, member):
    """Enrol `share` of n citizens, drawn among the free ones on the organisation's side; gives up if they are rare."""
    wanted = int(share * n + 0.5)
    enrolled = 0
    for attempt in range(20 * wanted):
        if enrolled == wanted:
            break
        i = first + min(int(draw64(k, attempt) * n), n - 1)
        if member[i] < 0 and (anchor[i] > policy) == reformers:
            member[i] = row
            enrolled += 1
    return enrolled
