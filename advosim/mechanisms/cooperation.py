"""What allies do together: pool means, speak with one voice, share the credit, help and learn from each other.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active, pooled_share, power
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.ties import allied_before, are_allied, first_trust, seat_of
from advosim.world.chance import draw64, exp, key, log, normal, pair, stream
from advosim.world.codes import DIGITAL_SKILL, ENDORSED, MONTH, MOST_ROLES, PLATFORM, QUARTER, SUPPORT
from advosim.world.compile import compiled

_PLATFORM = stream("collaborative_platform")
_CREDITED = stream("benefit_sharing")
_SURVEY = stream("joint_plan.survey")
_LEAST_SKILL = np.float64(0.01)
"""Skills below it count as much: a product of powers would be 0 for one that lacks a single one (convention)."""
_MIDDLE = 0.5
"""Of results and of half-saturated salience, 0..1: where they neither add nor take (convention)."""
_QUESTIONS = 3.0
"""The survey asks for satisfaction, trust and cohesion."""
_BY_CONTRIBUTION, _EQUAL, _BY_FUNDS = 0, 1, 2


# ---------------------------------------------------------------- strength


@compiled
def mean_trust(seats, s, trust):
    """A member's mean trust in the others: 0..1."""
    total, others = 0.0, 0
    for r in range(seats.size):
        if r != s and seats[r].organisation >= 0:
            total += trust[seats[s].organisation, seats[r].organisation]
            others += 1
    return total / others if others > 0 else 0.0


@compiled
def unlocked(seats, organisations, trust, union, tactic, rule):
    """Expertise that trust unlocks: mean over members of prod_e (own_e + T (union_e - own_e)) ^ need_e. Junk 2019.

    union: (skills,), the best among members. Off: each as good as alone.
    """
    total, members = 0.0, 0
    for s in range(seats.size):
        if seats[s].organisation < 0:
            continue
        own = organisations[seats[s].organisation].skills
        shared = mean_trust(seats, s, trust) if rule.on else 0.0
        worth = 0.0
        for e in range(union.size):
            worth += tactic.skills[e] * log(max(own[e] + shared * (union[e] - own[e]), _LEAST_SKILL))
        total += exp(worth)
        members += 1
    return total / members if members > 0 else 0.0


@compiled
def coordination(members, trust, spared, rule):
    """What coordinating leaves of strength: max(.3, 1 - .06 (n - 1)(1.5 - T)); a platform spares half the loss."""
    return max(rule.least, 1.0 - rule.coordination * (members - 1.0) * (rule.spared - trust) * (1.0 - spared))


@compiled
def diversity(diverse, salience, rule):
    """1 + .6 diversity (z / (z + .1) - .5): diversity pays where people care, else it costs. Junk 2019."""
    return 1.0 + rule.diversity * diverse * (salience / (salience + rule.half_salience) - _MIDDLE)


@compiled
def alliance_strength(alliance, salience, rules):
    """The factor of effort by working together, beside the expertise that trust unlocks; 1 when off.

    Budgets add as (sum R^r)^(1/r), r = 1. Competence of a joint campaign = mean over members of the product over skills
    of (own + T (best among members - own))^need. Effort x max(.3, 1 - .06 (members - 1)(1.5 - T)) x (1 + .6 diversity
    (z/(z + .1) - .5)), T the mean over pairs, diversity the chance that two members are of different kinds. A seat
    costs .02 of income a week. Junk 2019; Klüver 2011; Heaney & Lorenz 2013.
    """
    rule = rules[0].alliance_strength
    if not rule.on:
        return 1.0
    spared = rules[0].collaborative_platform.saving if rules[0].collaborative_platform.on and alliance.platform else 0.0
    members = alliance.members + rules[0].across_borders.coordination * alliance.remote
    worth = coordination(members, alliance.trust, spared, rule)
    return worth * diversity(alliance.diversity, salience, rule)


# ---------------------------------------------------------------- common means


@compiled
def _running(campaigns, a, alliances):
    """How many roles of an alliance are at work this week."""
    number = 0
    first = campaigns.size - MOST_ROLES * (alliances.size - a)
    for c in range(first, first + MOST_ROLES):
        number += 1 if active(campaigns[c]) else 0
    return number


@compiled
def delivery(reliability, trusted, rule):
    """The share of a promise that is kept: reliability x (1 - .3 (1 - trust)); all of it where trust plays no role."""
    return reliability * (1.0 - rule.slope * (1.0 - trusted)) if rule.on else reliability


@compiled
def _share_premises(seats, organisations, spared):
    """Of several alliances the one that spares a member most counts. seats: (MOST_SEATS,) of an alliance."""
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            member = organisations[seats[s].organisation]
            member.premises = max(member.premises, spared)


@compiled
def _common_means(rules, alliance, seats, organisations, trust, crosses):
    """Members give. Returns what they gave, and what it is worth together. crosses: the share that passes a border."""
    total = powers = 0.0
    exponent = rules[0].alliance_strength.addition if rules[0].alliance_strength.on else 1.0
    for s in range(seats.size):
        seat = seats[s]
        if seat.organisation < 0:
            continue
        member = organisations[seat.organisation]
        # Nobody pools more of his campaign means than all, also in several alliances; at a border some is kept out.
        passes = 1.0 if member.polity == alliance.polity else crosses
        share = min(pooled_share(alliance, rules[0].pooling) * passes, 1.0 - member.pooled)
        seat.delivered = delivery(member.reliability, mean_trust(seats, s, trust), rules[0].trust)
        given = share * rules[0].tactic_choice.spend * member.funds * seat.delivered
        member.pooled += share
        member.funds -= given
        member.campaign_cost += given
        seat.contributed += given
        total += given
        powers += power(given, exponent)
    return total, power(powers, 1.0 / exponent) if powers > 0.0 else 0.0


@compiled
def pooling(now, arena, teams, allied):
    """A share of campaign means and contacts is common while a joint plan runs.

    Each member gives .3 (.45 under a memorandum) of what campaigns may spend that week x what it delivers, together
    never more than all; the roles at work share the sum. Delivers: reliability x (1 - .3 (1 - mean T)). An ally's
    members hear a joint call with the chance of that share. All research serves to read the situation (`joint_plan`).
    Of the fixed cost a member is spared that share x .5 x (1 - 1/members): rooms that n share cost each 1/n. Hula 1999.
    """
    rules = now.rules
    issues = arena.issues
    organisations, campaigns = teams.organisations, teams.campaigns
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    rule = rules[0].pooling
    for o in range(organisations.size):
        organisations[o].pooled = 0.0
        organisations[o].premises = 0.0
    if not rule.on:
        _pay_alone(rules, issues, organisations, alliances, seats, campaigns)
        return
    for a in range(alliances.size):
        alliance = alliances[a]
        alliance.pooled = 0.0
        if not alliance.alive:
            continue
        _share_premises(seats[a], organisations, shared_premises(alliance, rule))
        roles = _running(campaigns, a, alliances)
        if roles == 0:
            continue
        crosses = 1.0 - arena.polities[alliance.polity].entry_cost
        total, means = _common_means(rules, alliance, seats[a], organisations, trust, crosses)
        alliance.pooled = total
        if rules[0].internal_communication.on:
            means *= 1.0 - rules[0].internal_communication.share
        if rules[0].collaborative_platform.on and alliance.platform:
            means *= 1.0 - rules[0].collaborative_platform.cost
        issue = issues[alliance.polity, alliance.issue]
        amplified = alliance_strength(alliance, issue.salience, rules)
        first = campaigns.size - MOST_ROLES * (alliances.size - a)
        for c in range(first, first + MOST_ROLES):
            campaigns[c].budget = means / roles
            campaigns[c].paid = total / roles if active(campaigns[c]) else 0.0
            campaigns[c].amplified = amplified


@compiled
def shared_premises(alliance, rule):
    """The share of fixed cost that a member is spared: what is pooled costs each of n members 1/n; half of it can be.

    0 where nothing is pooled.
    """
    return pooled_share(alliance, rule) * rule.premises * (1.0 - 1.0 / alliance.members)


@compiled
def _pay_alone(rules, issues, organisations, alliances, seats, campaigns):
    """Without pooling an organisation divides its campaign means among its roles and what it does by itself."""
    spend = rules[0].tactic_choice.spend
    tasks = np.zeros(organisations.size, np.int64)
    for c in range(campaigns.size):
        if active(campaigns[c]):
            tasks[campaigns[c].organisation] += 1
    means = np.zeros(organisations.size)
    for o in range(organisations.size):
        means[o] = spend * organisations[o].funds / max(1, tasks[o])
    for a in range(alliances.size):
        alliance = alliances[a]
        alliance.pooled = 0.0
        if not alliance.alive:
            continue
        amplified = alliance_strength(alliance, issues[alliance.polity, alliance.issue].salience, rules)
        first = campaigns.size - MOST_ROLES * (alliances.size - a)
        for c in range(first, first + MOST_ROLES):
            campaigns[c].budget = 0.0
            campaigns[c].amplified = amplified
            o = campaigns[c].organisation
            s = seat_of(seats[a], o)
            if not active(campaigns[c]) or s < 0:
                continue
            campaigns[c].budget = campaigns[c].paid = means[o]
            organisations[o].funds -= means[o]
            organisations[o].campaign_cost += means[o]
            organisations[o].pooled += 1.0 / tasks[o]
            seats[a, s].contributed += means[o]


@compiled
def inclusion(now, arena, teams, allied):
    """Whoever speaks with those affected is believed, and reaches them.

    What is usual of members' credibility with officials, media and public + .2 x share of all stakes in the issue, by
    people, that members `represent` (of several alliances the largest; `credibility`); joint campaigns' reach in such a
    public x (1 + .2 x its stake). Backing after repression (`solidarity`) counts at once, with the public. Suchman
    1995; Young 2000.
    """
    rules = now.rules
    issues, publics = arena.issues, arena.publics
    represents, campaigns = teams.represents, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        p, m = alliance.polity, alliance.issue
        alliance.represented = _represented(publics, represents, seats[a], p, m)
        alliance.esteem = rules[0].inclusion.legitimacy * alliance.represented if rules[0].inclusion.on else 0.0
        if rules[0].credibility.on:
            alliance.esteem += rules[0].credibility.unity * alliance.cohesion
        standing = 0.0
        if rules[0].solidarity.on and issues[p, m].wronged[alliance.side]:
            standing += rules[0].solidarity.backing
        first = campaigns.size - MOST_ROLES * (alliances.size - a)
        for c in range(first, first + MOST_ROLES):
            campaigns[c].standing = standing


@compiled
def _represented(publics, represents, seats, p, m):
    """The share of all stakes in an issue, by people, that members of an alliance speak for: 0..1."""
    total = spoken = 0.0
    for q in range(publics.size):
        if publics[q].polity != p:
            continue
        stake = publics[q].share * publics[q].stake[m]
        total += stake
        for s in range(seats.size):
            if seats[s].organisation >= 0 and represents[seats[s].organisation, q] > 0.0:
                spoken += stake
                break
    return spoken / total if total > 0.0 else 0.0


# ---------------------------------------------------------------- help and learning


@compiled
def solidarity(now, teams, allied, events):
    """An ally in trouble is helped, and one that suffers injustice is backed.

    Every four weeks a member with funds below four weeks of running cost gets .05 x T x funds of each ally that has
    more, once from each. While its cause suffers an injustice by repression, an alliance's campaigns have .1 more
    public credibility. Diani 1995.
    """
    clock = now.clock
    organisations = teams.organisations
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    rule = now.rules[0].solidarity
    if not rule.on or clock[0].week % MONTH != 0:
        return
    for a in range(alliances.size):
        if not alliances[a].alive:
            continue
        for s in range(seats.shape[1]):
            poor = seats[a, s].organisation
            if poor < 0 or organisations[poor].closed or not _in_trouble(organisations[poor], rule):
                continue
            received = 0.0
            for r in range(seats.shape[1]):
                rich = seats[a, r].organisation
                if rich < 0 or rich == poor or organisations[rich].closed or _in_trouble(organisations[rich], rule):
                    continue
                # Who shares several alliances helps once.
                if allied_before(poor, rich, a, alliances, seats):
                    continue
                gift = rule.share * trust[rich, poor] * organisations[rich].funds
                if organisations[rich].polity != organisations[poor].polity:
                    gift *= 1.0 - organisations[poor].barred
                organisations[rich].funds -= gift
                organisations[rich].support -= gift
                received += gift
            if received > 0.0:
                organisations[poor].funds += received
                organisations[poor].support += received
                p, m, side = alliances[a].polity, alliances[a].issue, alliances[a].side
                note(clock, events, SUPPORT, p, m, poor, side, received).alliance = alliances[a].number


@compiled
def _in_trouble(organisation, rule):
    return organisation.funds < rule.trouble * organisation.running_cost


@compiled
def peer_learning(now, teams, allied):
    """At quarterly meetings allies take over each other's experience.

    Every 13 weeks of an alliance the value of each tactic V_i += sum over allies of .1 T_ij (V_j - V_i), the weights
    scaled down where they exceed 1 together. Experiments are more frequent by the diversity of one's most diverse
    alliance. What is heard so is weighed with the campaigns that a team remembers (`tactic_choice`): who never tried a
    tactic makes nothing of it. Strang & Soule 1998.
    """
    clock, rules = now.clock, now.rules
    learned = teams.learned
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    rule = rules[0].peer_learning
    for a in range(alliances.size):
        age = clock[0].week - alliances[a].founded
        if not rule.on or not alliances[a].alive or age == 0 or age % QUARTER != 0:
            continue
        platform = rules[0].collaborative_platform
        faster = 1.0 + platform.spreading if platform.on and alliances[a].platform else 1.0
        before = learned.copy()
        for s in range(seats.shape[1]):
            if seats[a, s].organisation >= 0:
                _learn_from_allies(seats[a], s, rule.rate * faster, trust, before, learned)


@compiled
def _learn_from_allies(seats, s, rate, trust, before, learned):
    """before: (organisations, tactics), values before the meeting."""
    i = seats[s].organisation
    steps = 0.0
    for r in range(seats.size):
        if r != s and seats[r].organisation >= 0:
            steps += rate * trust[i, seats[r].organisation]
    # Many allies who are trusted would draw a value beyond all of theirs.
    slower = 1.0 / max(1.0, steps)
    for r in range(seats.size):
        j = seats[r].organisation
        if r != s and j >= 0:
            for k in range(learned.shape[1]):
                learned[i, k] += rate * trust[i, j] * slower * (before[j, k] - before[i, k])


@compiled
def collaborative_platform(now, teams, allied, events):
    """Alliances with digital skill build platforms now and then; people online whom they reach follow them.

    Every 13 weeks of an alliance it builds one with chance .05 x the best digital skill among members. It takes .05 of
    the common means, spares half of the cost of coordination, doubles peer learning, and lets joint calls reach all
    members' members. Followers = .98 followers + .05 x share reached x (1 - followers); posts carry further by 1 + 2 x
    followers. Bennett & Segerberg 2012.
    """
    clock = now.clock
    organisations, campaigns = teams.organisations, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].collaborative_platform
    if not rule.on:
        return
    k = key(clock[0].seed, clock[0].week, _PLATFORM)
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        age = clock[0].week - alliance.founded
        if not alliance.platform and age > 0 and age % QUARTER == 0:
            if draw64(k, alliance.key) < rule.chance * _digital(seats[a], organisations):
                alliance.platform = True
                p, m, side = alliance.polity, alliance.issue, alliance.side
                note(clock, events, PLATFORM, p, m, alliance.lead, side, 0.0).alliance = alliance.number
        if alliance.platform:
            reached = 0.0
            first = campaigns.size - MOST_ROLES * (alliances.size - a)
            for c in range(first, first + MOST_ROLES):
                if active(campaigns[c]):
                    reached = max(reached, campaigns[c].reached)
            alliance.followers = rule.keep * alliance.followers
            alliance.followers += rule.join * reached * (1.0 - alliance.followers)


@compiled
def _digital(seats, organisations):
    """The best digital skill among members."""
    best = 0.0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            best = max(best, organisations[seats[s].organisation].skills[DIGITAL_SKILL])
    return best


# ---------------------------------------------------------------- what it brought


@compiled
def benefit_sharing(now, teams, allied):
    """Allies share the credit.

    What a joint campaign brought counts as success and visibility of all members (`grants`) by their shares: by
    `contribution` remembered at .95 a week, `equal`, or by `funds`; a declared alliance may have its own `sharing`.
    Whoever joins an organisation because of a joint campaign joins one member, drawn each week by these shares. What
    one gave as a share of all beyond one's share of the credit is inequity, and lost of satisfaction. Adams 1965.
    """
    organisations, campaigns = teams.organisations, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].benefit_sharing
    k = key(now.clock[0].seed, now.clock[0].week, _CREDITED)
    for a in range(alliances.size):
        if not alliances[a].alive:
            continue
        by = alliances[a].sharing if alliances[a].sharing >= 0 else rule.by
        given = funds = 0.0
        for s in range(seats.shape[1]):
            if seats[a, s].organisation >= 0:
                given += seats[a, s].contributed
                funds += organisations[seats[a, s].organisation].funds
        for s in range(seats.shape[1]):
            seat = seats[a, s]
            if seat.organisation < 0:
                continue
            contributed = seat.contributed / given if given > 0.0 else 1.0 / alliances[a].members
            seat.benefit = contributed
            if rule.on and by == _EQUAL:
                seat.benefit = 1.0 / alliances[a].members
            elif rule.on and by == _BY_FUNDS and funds > 0.0:
                seat.benefit = organisations[seat.organisation].funds / funds
            seat.inequity = max(0.0, contributed - seat.benefit) if rule.on else 0.0
            seat.contributed *= rule.keep
        first = campaigns.size - MOST_ROLES * (alliances.size - a)
        for c in range(first, first + MOST_ROLES):
            campaigns[c].credited = campaigns[c].organisation
            if rule.on and active(campaigns[c]):
                luck = draw64(pair(k, alliances[a].key), c - first)
                credited = _member_by_share(alliances[a], seats[a], organisations, luck)
                campaigns[c].credited = credited if credited >= 0 else campaigns[c].organisation


@compiled
def _member_by_share(alliance, seats, organisations, u):
    """The member at home that a uniform u picks by the shares of the credit, which add up to 1 over all members."""
    left, last = u, -1
    if alliance.abroad > 0:
        at_home = 0.0
        for s in range(seats.size):
            if seats[s].organisation >= 0 and organisations[seats[s].organisation].polity == alliance.polity:
                at_home += seats[s].benefit
        left *= at_home
    for s in range(seats.size):
        here = seats[s].organisation >= 0 and organisations[seats[s].organisation].polity == alliance.polity
        if here and seats[s].benefit > 0.0:
            last = seats[s].organisation
            left -= seats[s].benefit
            if left < 0.0:
                break
    return last


@compiled
def satisfaction(now, teams, allied):
    """Satisfaction moves to .6 + results - distance to the common line - inequity; members answer a self-survey.

    The survey, with errors, is the mean of satisfaction, trust and cohesion, and can end a plan (`joint_plan`).
    """
    clock, rules = now.clock, now.rules
    organisations, stances = teams.organisations, teams.stances
    alliances, seats = allied.alliances, allied.seats
    rule, plan = rules[0].alliance_exit, rules[0].joint_plan
    k = key(clock[0].seed, clock[0].week, _SURVEY)
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        answers = 0.0
        for s in range(seats.shape[1]):
            seat = seats[a, s]
            if seat.organisation < 0:
                continue
            apart = abs(stances[seat.organisation, alliance.issue] - alliance.line)
            aim = rule.satisfaction_rest + rule.by_results * (alliance.results - _MIDDLE)
            aim -= rules[0].power.by_distance * apart if rules[0].power.on else 0.0
            aim -= rules[0].benefit_sharing.by_inequity * seat.inequity
            aim = min(max(aim, 0.0), 1.0)
            seat.satisfaction += rule.satisfaction_rate * (aim - seat.satisfaction)
            error = plan.survey_noise * normal(draw64(pair(k, alliance.key), organisations[seat.organisation].key))
            answers += (seat.satisfaction + alliance.trust + alliance.cohesion) / _QUESTIONS + error
        if (clock[0].week - alliance.founded) % MONTH == 0:
            alliance.survey = min(max(answers / alliance.members, 0.0), 1.0)


@compiled
def trust(now, teams, allied, events):
    """Trust in partners moves to what they delivered to the joint plan.

    Every four weeks of an alliance whose plan runs T_ij += .2 (delivered_j - T_ij). An endorsement on the issue earns
    .05 of each ally's trust as it begins. Conflict costs trust (`culture_clash` and others), of which mediation spares
    .5. Without a common alliance T moves by .05 a quarter to what it was at first: .5, tied .7. Heaney & Leifeld 2018.
    """
    clock, rules = now.clock, now.rules
    organisations = teams.organisations
    trust, tied, alliances, seats = allied.trust, allied.tied, allied.alliances, allied.seats
    rule = rules[0].trust
    if not rule.on:
        return
    _endorse(clock, rule, teams, allied, events)
    for a in range(alliances.size):
        worked = alliances[a].alive and alliances[a].pooled > 0.0
        if not worked or (clock[0].week - alliances[a].founded) % MONTH != 0:
            continue
        for s in range(seats.shape[1]):
            for r in range(seats.shape[1]):
                i, j = seats[a, s].organisation, seats[a, r].organisation
                if i >= 0 and j >= 0 and i != j:
                    trust[i, j] += rule.rate * (seats[a, r].delivered - trust[i, j])
    if clock[0].week % QUARTER == 0:
        _fade(rules, trust, tied, organisations, alliances, seats)


@compiled
def _fade(rules, trust, tied, organisations, alliances, seats):
    for i in range(organisations.size):
        for j in range(organisations.size):
            if i != j and not are_allied(i, j, alliances, seats):
                trust[i, j] += rules[0].trust.fading * (first_trust(rules, tied[i, j]) - trust[i, j])


@compiled
def _endorse(clock, rule, teams, allied, events):
    """A campaign that vouches for allies on its issue earns their trust in the week in which it begins."""
    tactics, campaigns, organisations = teams.tactics, teams.campaigns, teams.organisations
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign) or campaign.age != 0 or not tactics[campaign.tactic].endorses:
            continue
        o = campaign.organisation
        thanked = np.zeros(organisations.size, np.uint8)
        first = -1
        for a in range(alliances.size):
            mine = alliances[a].alive and alliances[a].issue == campaign.issue and seat_of(seats[a], o) >= 0
            if not mine:
                continue
            first = a if first < 0 else first
            for s in range(seats.shape[1]):
                ally = seats[a, s].organisation
                if ally >= 0 and ally != o and not thanked[ally]:
                    thanked[ally] = 1
                    trust[ally, o] = min(1.0, trust[ally, o] + rule.endorsement)
        if first >= 0:
            m, side = campaign.issue, campaign.side
            told = note(clock, events, ENDORSED, campaign.polity, m, o, side, rule.endorsement)
            told.tactic, told.alliance = campaign.tactic, alliances[first].number
