"""Phase 9: citizens vote, votes become seats, seats a government; between elections it hears whom it needs."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.chronicle import note
from advosim.mechanisms.crowd import attitude_of
from advosim.mechanisms.parties import appeal, desertion, interest_of, move, poll, turnout, weight_on
from advosim.mechanisms.seats import coalition, gallagher, highest_averages, passing, plurality
from advosim.world.chance import draw64, exp, key, log, pair, stream
from advosim.world.codes import BY_ELECTION, ELECTION, GOVERNMENT, MAJORITY, PROPORTIONAL
from advosim.world.compile import compiled

_TURNOUT = stream("elections.turnout")
_VOTE = stream("elections.vote")
_MANDATE = stream("elections.mandate")


@compiled
def plurality_seats(system, magnitude):
    """How many of a district's seats go to the list with most votes: all, none, or half and the odd one."""
    if system == MAJORITY:
        return magnitude
    return 0 if system == PROPORTIONAL else (magnitude + 1) // 2


@compiled
def pivotal(margin, rule):
    """The weight of a district's citizens by the government's margin there, e^(-abs margin / .1).

    Dixit & Londregan 1996; Persson & Tabellini 1999.
    """
    return exp(-abs(margin) / rule.marginality)


@compiled
def constituencies(now, arena):
    """Whom an elected government hears: pivotal districts under plurality, those who voted for it under lists."""
    polities, issues, districts = arena.polities, arena.issues, arena.districts
    parties, local_views = arena.parties, arena.local_views
    rule = now.rules[0].elections
    if not rule.on:
        return
    for p in range(polities.size):
        home = polities[p]
        if not home.seated:
            continue
        by_plurality = plurality_seats(home.electoral_system, home.district_magnitude) / home.district_magnitude
        weights, total = np.zeros(districts.size), 0.0
        for d in range(districts.size):
            if districts[d].polity == p:
                weights[d] = districts[d].citizens * pivotal(_margin(home, districts[d], parties), rule)
                total += weights[d]
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            support = salience = 0.0
            for d in range(districts.size):
                if weights[d] > 0.0:
                    support += weights[d] * local_views[d, m].support / total
                    salience += weights[d] * local_views[d, m].salience / total
            issue.heard_support = by_plurality * support + (1.0 - by_plurality) * issue.list_support
            issue.heard_salience = by_plurality * salience + (1.0 - by_plurality) * issue.list_salience


@compiled
def _margin(home, district, parties):
    """Lead of the government's best list over the best other one, as a share of the district's votes."""
    mine = other = cast = 0
    for k in range(home.parties):
        votes = district.votes[k]
        cast += votes
        if parties[home.first_party + k].in_government:
            mine = max(mine, votes)
        else:
            other = max(other, votes)
    return (mine - other) / cast if cast > 0 else 0.0


@compiled
def elections(now, arena, people, events):
    """Citizens vote, votes become seats, and seats a government; parties read polls and move.

    In the first week, which finds the parliament, and every `election_interval` weeks. A citizen votes with chance
    s(-.2 + 2 Z/(Z + .1)), Z = share of mind of all issues, for the party with the highest -4 x squared distance, issues
    weighted by (z + .01)/(Z + .01 issues), + 2 (legitimacy - .75) if it governs, - ln((c + .01)/(share + .01)) where
    its share of the district's last votes was below c, that of the list that comes after as many as there are seats to
    win, + luck (Gumbel).

    A district sends `district_magnitude` seats: all to the list with most votes (`majority`), by `list_method` among
    lists with at least `electoral_threshold` of the polity's votes (`proportional`), or the larger half so and the rest
    so (`mixed`). The party with most of the seats governs, else the coalition with fewest seats that has most of them
    and is connected on the parties' mean position, issues weighted as parties stress them. Its ideals are its parties'
    positions, weighted by seats x `priorities`; a change of government resets what evidence had added. With chance .7
    (one party) or .5 (coalition) x its emphasis on an issue it submits half of the way to its ideal.

    Every 13 weeks 1,000 citizens are polled: hunters go on by .02 where the last step did not lose votes, else
    somewhere in the half of all directions that leads back; aggregators go to the mean of their voters, by .02 an issue
    at most; stickers stay. Downs 1957; Laver 2005; Cox 1997; Axelrod 1970; Laver & Shepsle 1996; Lijphart 2012.
    """
    clock = now.clock
    polities, issues, districts, parties = arena.polities, arena.issues, arena.districts, arena.parties
    blocks = people.blocks
    rule = now.rules[0].elections
    for p in range(polities.size):
        home = polities[p]
        home.elected = False
        if not rule.on or home.parties == 0:
            continue
        first_citizen = 0
        for b in range(blocks.size):
            if blocks[b].polity == p:
                first_citizen = blocks[b].offset
                break
        founding = not home.seated
        if founding or home.early or clock[0].week % home.election_interval == 0:
            home.elected = True
            home.early = False
            vote(clock, rule, p, home, districts, parties, blocks, people.citizens)
            seat(p, home, districts, parties)
            govern(clock, rule, p, home, issues, parties, founding, events)
            home.seated = True
        moves = clock[0].week % rule.move_every == 0
        if moves or home.elected:
            followers = poll(clock, rule, p, home, issues, parties, first_citizen, people.citizens)
            if moves:
                for k in range(home.parties):
                    move(clock, rule, parties[home.first_party + k], followers[k], issues.shape[1])


@compiled
def vote(clock, rule, p, home, districts, parties, blocks, people):
    """Who turns out votes for the list with most appeal, less what is lost on lists without a chance, plus luck.

    Luck is Gumbel, so that chances are a logit's: Adams, Merrill & Grofman 2005. Votes are counted by district.
    """
    first, lists, many = home.first_party, home.parties, people.salience.shape[0]
    word, on_mind, voted = people.word[clock[0].week % 2], people.salience, people.voted
    turning_out = pair(key(clock[0].seed, clock[0].week, _TURNOUT), home.key)
    keys, places = np.zeros(lists, np.uint64), np.zeros((lists, many))
    for k in range(lists):
        keys[k] = pair(key(clock[0].seed, clock[0].week, _VOTE), parties[first + k].key)
        for m in range(many):
            places[k, m] = parties[first + k].position[m]
    chances = home.district_magnitude - plurality_seats(home.electoral_system, home.district_magnitude)
    lost, extra, weight, here = np.zeros(lists), np.zeros(lists), np.zeros(many), -1
    for b in range(blocks.size):
        if blocks[b].polity != p:
            continue
        if blocks[b].district != here:
            here = blocks[b].district
            lost = desertion(districts[here].votes, lists, max(chances, 1), rule)
            for k in range(lists):
                extra[k] = appeal(0.0, parties[first + k].in_government, home.legitimacy, rule) - lost[k]
                districts[here].votes[k] = 0
        for i in range(blocks[b].first, blocks[b].last):
            number = i - blocks[b].offset
            voted[i] = -1
            interest = interest_of(on_mind, i)
            if draw64(turning_out, number) >= turnout(interest, rule):
                continue
            for m in range(many):
                weight[m] = weight_on(np.float64(on_mind[m, i]), interest, many, rule)
            best, chosen = -np.inf, -1
            for k in range(lists):
                distance = 0.0
                for m in range(many):
                    distance += weight[m] * (np.float64(attitude_of(word[m, i])) - places[k, m]) ** 2
                liking = extra[k] - rule.proximity * distance - log(-log(draw64(keys[k], number)))
                if chosen < 0 or liking > best:
                    best, chosen = liking, k
            voted[i] = first + chosen
            districts[here].votes[chosen] += 1


@compiled
def seat(p, home, districts, parties):
    """Votes become seats, district by district."""
    first, lists = home.first_party, home.parties
    national, won, local = np.zeros(lists), np.zeros(lists), np.zeros(lists)
    for d in range(districts.size):
        if districts[d].polity == p:
            for k in range(lists):
                national[k] += districts[d].votes[k]
    kept = passing(national, home.electoral_threshold)
    direct = plurality_seats(home.electoral_system, home.district_magnitude)
    for d in range(districts.size):
        if districts[d].polity != p:
            continue
        for k in range(lists):
            local[k] = districts[d].votes[k]
        winner = plurality(local, national)
        if winner >= 0:
            won[winner] += direct
        for k in range(lists):
            local[k] = local[k] if kept[k] > 0.0 else 0.0
        seats = highest_averages(local, home.district_magnitude - direct, home.list_method)
        for k in range(lists):
            won[k] += seats[k]
    home.gallagher = gallagher(national, won)
    for k in range(lists):
        parties[first + k].votes = np.int64(national[k])
        parties[first + k].seats = np.int64(won[k])


@compiled
def govern(clock, rule, p, home, issues, parties, founding, events):
    """The parliament makes a government; its ideals are its parties' positions by seats and emphasis.

    A party that cares more about an issue weighs more on it, as portfolios go to whom they matter: Laver & Shepsle
    1996. What evidence had taught the officials of another government goes with them.
    """
    first, lists = home.first_party, home.parties
    members = _members(home, parties, issues.shape[1], founding)
    changed, largest, filled, cast, backing, who, together = False, 0, 0, 0, 0, 0, 0
    for k in range(lists):
        party = parties[first + k]
        changed = changed or (members[k] == 1) != party.in_government
        party.in_government = members[k] == 1
        filled += party.seats
        cast += party.votes
        if party.seats > parties[first + largest].seats:
            largest = k
        if party.in_government:
            backing += party.votes
            who += 1 << k
            together += 1
    home.backing = backing / cast if cast > 0 else 0.0
    if not founding and filled > 0:
        share = parties[first + largest].seats / filled
        note(clock, events, ELECTION, p, -1, -1, -1, share).route = first + largest
    if changed:
        note(clock, events, GOVERNMENT, p, -1, -1, -1, home.backing).route = who
    for m in range(issues.shape[1]):
        issue = issues[p, m]
        issue.ideal, cares = _programme(home, parties, m, issue.ideal)
        if changed:
            issue.revision = 0.0
        if not founding:
            mandate(clock, rule, issue, cares, together)


@compiled
def _members(home, parties, many, founding):
    """Who governs: the incumbents of the start, else the majority party or the smallest connected coalition.

    What orders parties is their mean position, issues weighted as parties stress them, by votes. Budge & Farlie 1983.
    """
    first, lists = home.first_party, home.parties
    members, seats, places = np.zeros(lists, np.uint8), np.zeros(lists, np.int64), np.zeros(lists)
    declared = False
    for k in range(lists):
        seats[k] = parties[first + k].seats
        if founding and parties[first + k].incumbent:
            members[k], declared = 1, True
    for m in range(many):
        stress = 0.0
        for k in range(lists):
            stress += parties[first + k].votes * parties[first + k].emphasis[m]
        for k in range(lists):
            places[k] += stress * parties[first + k].position[m]
    return members if declared else coalition(seats, places)


@compiled
def _programme(home, parties, m, before):
    """A government's position on an issue, and how much it cares: means over its parties by seats x emphasis.

    By seats alone where none of them cares, alike where none has seats; as before where nobody governs.
    """
    position = cares = weighted = by_seats = seats = alike = 0.0
    members = 0
    for k in range(home.parties):
        party = parties[home.first_party + k]
        if party.in_government:
            weighted += party.seats * party.emphasis[m]
            position += party.seats * party.emphasis[m] * party.position[m]
            seats += party.seats
            by_seats += party.seats * party.position[m]
            members += 1
            alike += party.position[m]
            cares += party.emphasis[m]
    if members == 0:
        return before, 0.0
    if seats == 0.0:
        return alike / members, cares / members
    if weighted == 0.0:
        return by_seats / seats, 0.0
    return position / weighted, weighted / seats


@compiled
def mandate(clock, rule, issue, cares, together):
    """After an election a government acts on its programme with chance .7 alone, .5 in coalition, x emphasis.

    It submits half of the way to its ideal, by the route `election`. Also who is confirmed in office has a new mandate,
    as governments are counted by elections. Naurin, Royed & Thomson 2019; Budge & Farlie 1983.
    """
    chance = (rule.pledges if together == 1 else rule.pledges_shared) * cares
    if draw64(key(clock[0].seed, clock[0].week, _MANDATE), issue.key) < chance:
        issue.submitted[BY_ELECTION] = True
        issue.target[BY_ELECTION] = issue.policy + rule.uptake * (issue.ideal - issue.policy)
