"""Who knows, trusts and is allied with whom at the start, and how an alliance comes to be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.groups import allies_of, everybody, newcomers, organisations
from advosim.scenario.load import Scenario
from advosim.scenario.schema import Alliance, Polity
from advosim.world.chance import U, draw64, exp, key, name_key, pair, stream
from advosim.world.codes import AGAINST, FOR, SHARES
from advosim.world.compile import compiled
from advosim.world.state import World

_TIES = stream("ties")


def most_alliances(polity: Polity) -> int:
    """Alliances that can live at a time: one for every two organisations, two more, and those at the start."""
    known = len(organisations(polity)) + len(newcomers(polity))
    return known // 2 + 2 + len(polity.alliance) if known > 1 else 0


def relate(world: World, scenario: Scenario, seed: int) -> None:
    """Give organisations their publics, ties, trust and the alliances that stand at the start."""
    _represent(world, scenario)
    rule = scenario.mechanism.ties
    if rule.on:
        tie(
            seed,
            world.teams.organisations,
            world.abroad.relations,
            _shared_leaders(scenario),
            world.now.rules,
            world.allied.tied,
        )
    start = scenario.mechanism.trust.start
    world.allied.trust[:] = np.minimum(start + rule.trust * world.allied.tied, 1.0)
    np.fill_diagonal(world.allied.trust, 0.0)
    awaited = world.teams.organisations["founded"] < 0
    world.allied.trust[awaited, :] = world.allied.trust[:, awaited] = 0.0
    world.teams.organisations["ties"] = world.allied.tied.sum(axis=1)
    for home, polity in enumerate(scenario.polity.values()):
        for name, alliance in polity.alliance.items():
            _ally(world, scenario, home, name, alliance)


def _represent(world: World, scenario: Scenario) -> None:
    publics = [(home, public) for home, polity in scenario.polity.items() for public in polity.public]
    for row, one in enumerate(everybody(scenario)):
        for q, (home, public) in enumerate(publics):
            world.teams.represents[row, q] = home == one.home and public in one.given.represents


def _shared_leaders(scenario: Scenario) -> NDArray[np.uint8]:
    """(o, o): 1 for organisations in which one person has posts."""
    names = [(one.home, one.name) for one in everybody(scenario)]
    row = {name: number for number, name in enumerate(names)}
    shared = np.zeros((len(names), len(names)), np.uint8)
    for home, polity in scenario.polity.items():
        for person in polity.individual.values():
            posts = [row[home, post] for post in person.posts]
            shared[np.ix_(posts, posts)] = 1
    return shared


@compiled
def tie_chance(distance, language, same_polity, shared_leader, rule):
    """.2 e^(-distance / reach) x factors of language and border, three times that by a shared leader. Murdie 2014.

    language: 0..1, what is understood.
    """
    chance = rule.chance * exp(-distance / rule.reach) * language
    chance *= 1.0 if same_polity else rule.abroad
    return min(1.0, chance * (rule.shared_leader if shared_leader else 1.0))


@compiled
def between(a, b):
    """The id of an unordered pair of ids."""
    return pair(min(a, b), max(a, b))


@compiled
def tie(seed, organisations, relations, shared, rules, tied):
    """Draw the first ties; between polities by their relation, which may give the chance itself."""
    k = key(seed, 0, _TIES)
    for i in range(organisations.size):
        for j in range(i + 1, organisations.size):
            a, b = organisations[i], organisations[j]
            if a.closed or b.closed:
                continue
            known = relations[a.polity, b.polity]
            apart = abs(a.place - b.place)
            apart = min(apart, 1.0 - apart) if a.polity == b.polity else known.distance
            language = 1.0 if a.polity == b.polity else known.language
            chance = tie_chance(apart, language, a.polity == b.polity, shared[i, j] > 0, rules[0].ties)
            if a.polity != b.polity and known.ties >= 0.0:
                chance = known.ties
            if draw64(k, between(a.key, b.key)) < chance:
                tied[i, j] = tied[j, i] = 1


@compiled
def free_row(alliances, polity):
    """A polity's row for a new alliance, -1 where there is none."""
    for a in range(alliances.size):
        if not alliances[a].alive and alliances[a].polity == polity:
            return a
    return -1


@compiled
def take_seat(alliance, seats, o, week, satisfaction):
    """Seat an organisation; False where all seats are taken."""
    for s in range(seats.size):
        if seats[s].organisation < 0:
            seats[s].organisation = o
            seats[s].since = week
            seats[s].say = 0.0
            seats[s].satisfaction = satisfaction
            seats[s].delivered = 1.0
            seats[s].contributed = 0.0
            seats[s].benefit = 0.0
            seats[s].inequity = 0.0
            seats[s].clash = -1
            seats[s].clashed = 0
            alliance.members += 1
            return True
    return False


@compiled
def establish(clock, alliance, seats, lives, issue, side, pair_of, own):
    """A new alliance in a free row, with a line in the list of lives. pair_of: founder and partner; own: its id."""
    founder, partner = pair_of
    number = clock[0].alliances
    clock[0].alliances += 1
    alliance.number = number
    alliance.key = own
    alliance.alive = True
    alliance.issue, alliance.side = issue, side
    alliance.founded = clock[0].week
    alliance.members = 0
    alliance.abroad = 0
    alliance.remote = 0.0
    alliance.lead = founder
    alliance.formal = False
    alliance.platform = False
    alliance.followers = 0.0
    alliance.cohesion = 0.5
    # Whoever allies wants to act.
    alliance.summoned = True
    alliance.pooled = 0.0
    alliance.results = 0.5
    alliance.survey = 0.5
    alliance.psi = -1.0
    alliance.sharing = -1
    alliance.aim = -1
    alliance.aimed = 0.0
    alliance.believed_support = 0.0
    alliance.believed_salience = 0.0
    alliance.believed_ideal = 0.0
    alliance.ending = -1
    for s in range(seats.size):
        seats[s].organisation = -1
    life = lives[number]
    life.polity, life.issue, life.side = alliance.polity, issue, side
    life.founder, life.partner = founder, partner
    life.week_formed = clock[0].week
    life.week_ended = -1
    life.lead = founder
    life.ending = -1


def _ally(world: World, scenario: Scenario, home: int, name: str, given: Alliance) -> None:
    """An alliance that the scenario puts at the start, on the side of its first member."""
    polity = list(scenario.polity)[home]
    known = [(place, one) for place, each in scenario.polity.items() for one, _ in organisations(each)]
    allies = allies_of(scenario, polity, given)
    rows = [known.index(ally) for ally in allies]
    m = list(scenario.issue).index(given.issue)
    side = FOR if world.teams.stances[rows[0], m] > world.arena.issues["policy"][home, m] else AGAINST
    a = int(free_row(world.allied.alliances, home))
    own = U(pair(U(pair(world.arena.polities["key"][home], name_key(given.issue))), name_key(name)))
    alliance, seats = world.allied.alliances[a], world.allied.seats[a]
    establish(world.now.clock, alliance, seats, world.record.alliances, m, side, (rows[0], rows[1]), own)
    for row in rows:
        take_seat(alliance, seats, row, 0, scenario.mechanism.alliance_exit.satisfaction_rest)
        world.teams.organisations["seats"][row] += 1
    alliance.abroad = sum(place != polity for place, _ in allies)
    alliance.formal, alliance.platform = given.memorandum, given.platform
    if given.psi is not None:
        alliance.psi = given.psi
    if given.sharing is not None:
        alliance.sharing = SHARES.index(given.sharing)
    life: Any = world.record.alliances[alliance.number]
    life.formal, life.most_members = given.memorandum, len(rows)
    if given.trust is not None:
        for one in rows:
            for other in rows:
                world.allied.trust[one, other] = given.trust if one != other else 0.0
