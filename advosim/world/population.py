"""Citizens at the founding: where they live, what they think and value, whom they know, where they are members."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.declare import catalogue
from advosim.scenario.groups import everybody
from advosim.scenario.load import Scenario
from advosim.scenario.schema import FaceToFaceNetwork, Organisation, OrganisationKind, Polity
from advosim.world import edge_lists, networks
from advosim.world.chance import (
    F,
    U,
    beta22,
    draw,
    draw64,
    exp,
    exp32,
    key,
    name_key,
    normal,
    normal_of,
    pair,
    stream,
)
from advosim.world.codes import ATTITUDE_BITS, AWARE, BLOCK, CHANNELS
from advosim.world.compile import compiled
from advosim.world.rows import BLOCKS, DISTRICT, PUBLIC_GROUP
from advosim.world.state import Citizens, World

_ATTITUDE = stream("founding.attitude")
_INTEREST = stream("founding.interest")
_AWARENESS = stream("founding.awareness")
_RISK = stream("founding.risk")
_TALKING = stream("founding.talking")
_ACTING = stream("founding.acting")
_VALUES = stream("founding.values")
_MEMBERS = stream("founding.members")
_VALUES_WITHIN = 0.4
"""Sd of the log weight of frames among members of a public (convention)."""


# ---------------------------------------------------------------- where citizens live


def public_values(scenario: Scenario) -> NDArray[np.float64]:
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


def settlement(scenario: Scenario) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
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
    values = public_values(scenario)
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


class Membership(NamedTuple):
    """What the members of one public have in common."""

    means: NDArray[np.float64]
    """(issues,): mean attitudes."""
    stake: NDArray[np.float64]
    """(issues,)"""
    values: NDArray[np.float64]
    """(frames,): weights, with sum 1."""


class Spread(NamedTuple):
    """How citizens differ, wherever they live."""

    local: NDArray[np.float64]
    """(districts, issues): how far a district's mean attitude lies from the polity's."""
    within: NDArray[np.float64]
    """(issues,): sd of attitudes."""
    sd: NDArray[np.float64]
    """(3,): of the logs of interest and of the thresholds to talk and to act."""
    medians: NDArray[np.float64]
    """(2,): of the thresholds to talk and to act."""
    aware: float
    """Share of citizens who are aware of an issue."""


def citizens_of(scenario: Scenario, seed: int, n: int, blocks: NDArray[Any], threads: int) -> Citizens:
    m, f = len(scenario.issue), len(scenario.frame)
    columns = Citizens(
        word=np.zeros((2, m, n), np.uint32),
        own=np.zeros((m, n), np.uint8),
        anchor=np.zeros((m, n), F),
        upbringing=np.zeros((m, n), F),
        salience=np.zeros((m, n), F),
        interest=np.zeros((m, n), F),
        memory=np.zeros((m, n), F),
        grievance=np.zeros(n, F),
        fatigue=np.zeros(n, F),
        risk=np.zeros(n, F),
        talk_threshold=np.zeros(n, F),
        act_threshold=np.zeros(n, F),
        values=np.zeros((f, n), F),
        member=np.full(n, -1, np.int16),
        voted=np.full(n, -1, np.int16),
        start=np.zeros(1, np.int64),
        neighbour=np.zeros(0, np.uint32),
        circle=np.zeros(n, np.int32),
    )
    _people(scenario, seed, columns, blocks, threads)
    start, neighbour = _ties(scenario, seed, columns, blocks, threads)
    return columns._replace(start=start, neighbour=neighbour)


def _people(scenario: Scenario, seed: int, columns: Citizens, blocks: NDArray[Any], threads: int) -> None:
    rule = scenario.mechanism
    sd = [rule.salience.interest_within, rule.expression.threshold_within, rule.participation.threshold_within]
    spread = Spread(
        _local_attitudes(scenario, seed),
        np.array([issue.attitude_within for issue in scenario.issue.values()]),
        np.array(sd),
        np.array([rule.expression.threshold, rule.participation.threshold]),
        rule.awareness.start,
    )
    issue_keys = np.array([name_key(name) for name in scenario.issue], np.uint64)
    values = public_values(scenario)
    q = 0
    for home, polity in scenario.polity.items():
        means = np.array(
            [issue.attitude + leaning(scenario, seed, home, name) for name, issue in scenario.issue.items()]
        )
        for public in polity.public.values():
            shift = np.array([public.attitude.get(name, 0.0) for name in scenario.issue])
            stake = np.array([public.stake.get(name, 0.0) for name in scenario.issue])
            public_of = Membership(means + shift, stake, values[q])
            fill = partial(people, seed, name_key(home), issue_keys, public=public_of, spread=spread, citizens=columns)
            networks.at_once(fill, np.array_split(blocks[blocks["public"] == q], threads), threads)
            q += 1


def leaning(scenario: Scenario, seed: int, home: str, issue: str) -> float:
    """How far a polity's mean attitude at the start lies from the one that is declared."""
    between = scenario.issue[issue].attitude_between
    return between * normal_of(seed, "founding.mean_attitude", name_key(home), name_key(issue))


def _local_attitudes(scenario: Scenario, seed: int) -> NDArray[np.float64]:
    """(districts, issues): how far districts' mean attitudes lie from their polity's."""
    rows = [
        [
            issue.attitude_local * normal_of(seed, "founding.local_attitude", name_key(home), name_key(name), U(number))
            for name, issue in scenario.issue.items()
        ]
        for home, polity in scenario.polity.items()
        for number in range(polity.districts)
    ]
    return np.array(rows)


@compiled
def people(seed, home, issue_keys, blocks, public, spread, citizens):
    """Fill the columns of all members of one public, by their founding numbers."""
    values, frames = public.values, public.values.size
    attitudes, interests = pair(key(seed, 0, _ATTITUDE), home), pair(key(seed, 0, _INTEREST), home)
    awares, risks = pair(key(seed, 0, _AWARENESS), home), pair(key(seed, 0, _RISK), home)
    talking, acting = pair(key(seed, 0, _TALKING), home), pair(key(seed, 0, _ACTING), home)
    weights = pair(key(seed, 0, _VALUES), home)
    for b in range(blocks.size):
        for i in range(blocks[b].first, blocks[b].last):
            number = i - blocks[b].offset
            for m in range(issue_keys.size):
                mean = public.means[m] + spread.local[blocks[b].district, m]
                x = mean + spread.within[m] * normal(draw64(pair(attitudes, issue_keys[m]), number))
                word = np.uint32(F(min(max(x, -1.0), 1.0)).view(np.uint32) & ATTITUDE_BITS)
                citizens.word[0, m, i] = word
                citizens.anchor[m, i] = word.view(np.float32)
                citizens.upbringing[m, i] = word.view(np.float32)
                u = spread.sd[0] * normal(draw64(pair(interests, issue_keys[m]), number))
                citizens.interest[m, i] = exp32(F(u + public.stake[m]))
                if draw64(pair(awares, issue_keys[m]), number) < spread.aware:
                    citizens.own[m, i] = AWARE
            citizens.risk[i] = beta22(
                draw(pair(risks, 1), number), draw(pair(risks, 2), number), draw(pair(risks, 3), number)
            )
            citizens.talk_threshold[i] = F(spread.medians[0]) * exp32(F(spread.sd[1] * normal(draw64(talking, number))))
            citizens.act_threshold[i] = F(spread.medians[1]) * exp32(F(spread.sd[2] * normal(draw64(acting, number))))
            total = 0.0
            for f in range(frames):
                total += values[f] * exp(_VALUES_WITHIN * normal(draw64(pair(weights, f), number)))
            for f in range(frames):
                share = values[f] * exp(_VALUES_WITHIN * normal(draw64(pair(weights, f), number)))
                citizens.values[f, i] = F(share / total)


def _ties(scenario: Scenario, seed: int, columns: Citizens, blocks: NDArray[Any], threads: int) -> networks.Network:
    parts = []
    offset = 0
    public = np.repeat(blocks["public"], blocks["last"] - blocks["first"])
    for home, polity in scenario.polity.items():
        mine = slice(offset, offset + polity.citizens)
        draws = [
            partial(_drawn, layer, public[mine], columns.anchor[0, mine], seed, stream(f"network.{name}.{home}"))
            for name, layer in (("face_to_face", polity.network.face_to_face), ("social", polity.network.social))
        ]
        parts.append(networks.layers(polity.citizens, draws, threads))
        offset += polity.citizens
    return networks.joined(parts, [polity.citizens for polity in scenario.polity.values()])


def _drawn(
    given: FaceToFaceNetwork, public: NDArray[Any], trait: NDArray[Any], seed: int, own: np.uint64
) -> networks.Pairs:
    n = len(trait)
    if given.kind == "small_world":
        return networks.small_world(n, given.degree, given.rewiring, seed, own)
    if given.kind == "preferential_attachment":
        return networks.preferential_attachment(n, given.degree, seed, own)
    if given.kind == "blocks":
        return networks.blocks(public, given.degree, given.homophily, seed, own)
    if given.kind == "spatial":
        return networks.spatial(n, given.degree, given.homophily, trait, seed, own)
    return edge_lists.pairs(given, n)


def settle(world: World, scenario: Scenario, seed: int) -> None:
    """Members find their organisations among citizens of their side on its first issue."""
    given = [one.given for one in everybody(scenario)]
    offsets = np.concatenate([[0], np.cumsum(world.arena.polities["citizens"])])
    for row, organisation in enumerate(world.teams.organisations):
        m = int(np.argmax(world.teams.priorities[row]))
        policy = world.arena.issues["policy"][organisation.polity, m]
        home = slice(int(offsets[organisation.polity]), int(offsets[organisation.polity + 1]))
        own = U(pair(U(key(seed, 0, _MEMBERS)), organisation.key))
        side = bool(world.teams.stances[row, m] > policy)
        people_there = world.people.citizens.anchor[m, home], world.people.citizens.member[home]
        organisation.members = enrol(own, row, _members(given[row]), side, policy, *people_there)


def _members(given: Organisation) -> float:
    usual: float = catalogue("kinds", OrganisationKind)[given.kind].members
    return usual if given.members is None else given.members


@compiled
def enrol(k, row, share, reformers, policy, anchor, member):
    """Enrol `share` of a polity's citizens, drawn among the free on the organisation's side; gives up if they are rare.

    anchor, member: (citizens of the polity,).
    """
    n = member.size
    wanted = int(share * n + 0.5)
    enrolled = 0
    for attempt in range(20 * wanted):
        if enrolled == wanted:
            break
        i = min(int(draw64(k, attempt) * n), n - 1)
        if member[i] < 0 and (anchor[i] > policy) == reformers:
            member[i] = row
            enrolled += 1
    return enrolled
