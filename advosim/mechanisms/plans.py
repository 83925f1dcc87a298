"""Phase 4: teams that are free decide whether to campaign, on what, how, and in which frame."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.abroad import weigh_appeals
from advosim.mechanisms.alliances import quality, seat_of
from advosim.mechanisms.ballots import alarm, ballot_room
from advosim.mechanisms.campaigns import right_of
from advosim.mechanisms.chronicle import break_off, latest, note
from advosim.mechanisms.cooperation import unlocked
from advosim.mechanisms.evaluation import conclude
from advosim.world.chance import draw64, exp, key, log, normal, pair, stream
from advosim.world.codes import (
    ABROAD,
    AGAINST,
    AIMS,
    BOYCOTT,
    CAMPAIGN_BEGINS,
    COUNTER_FRAME,
    FACE_TO_FACE,
    FIRM,
    FOR,
    FROM_INSIDE,
    INSIDE,
    LOCAL,
    MASS_MEDIA,
    MEDIA,
    MOBILISE,
    MOST_ROLES,
    PERSUADE,
    PLANNED,
    PUBLIC,
    REFERENDUM,
    SOCIAL_MEDIA,
    TABLE,
)
from advosim.world.compile import compiled

_LAUNCH = stream("tactic_choice.launch")
_ISSUE = stream("tactic_choice.issue")
_TACTIC = stream("tactic_choice")
_POLL = stream("framing")
_PLAN = stream("joint_plan")
_SITUATION = stream("joint_plan.situation")
_TARGET = stream("tactic_choice.target")
_OUTREACH = stream("petition")
_EXPERIMENT = stream("tactic_choice.experiment")
_ABROAD = stream("boomerang")
_LEAST_SKILL = np.float64(0.01)
_LEAST_GAP = np.float64(0.1)


@compiled
def competence(skills, tactic):
    """How well skills meet what a tactic needs, 0..1: the product of skill ^ need, needs summing to 1."""
    total = 0.0
    for e in range(skills.size):
        total += tactic.skills[e] * log(max(skills[e], _LEAST_SKILL))
    return exp(total)


@compiled
def total_of(weights):
    """The sum in the order of the weights; numpy's own sum may add in another order."""
    total = 0.0
    for w in weights:
        total += w
    return total


@compiled
def picked(weights, u):
    """The index that a uniform u picks by weight, -1 where all weights are 0."""
    total = total_of(weights)
    if total <= 0.0:
        return -1
    left = u * total
    last = -1
    for i in range(weights.size):
        if weights[i] > 0.0:
            last = i
            left -= weights[i]
            if left < 0.0:
                break
    return last


@compiled
def tactic_weights(allowed, uses, learned, skills, tactics, caution, rule):
    """By tactic: allowed x (1 - caution x disruption) x exp((learned value / largest + .5 competence) / temperature).

    The mask stands outside the exponential, and values are scaled, or the choice would be blind. caution: how far the
    team is institutionalised (0..1). Kitschelt 1986; Tarrow 2011.
    """
    weights = np.zeros(tactics.size)
    largest = 1e-12
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            largest = max(largest, abs(learned[k]))
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            drive = learned[k] / largest + rule.match * competence(skills, tactics[k])
            room = allowed[k] * uses[k] * (1.0 - caution * tactics[k].disruption)
            weights[k] = room * exp(drive / rule.temperature)
    return weights


@compiled
def _larger(one, other):
    """Whether a firm is larger than another; of equal ones the id decides, so that their order does not."""
    return one.market_share > other.market_share or (one.market_share == other.market_share and one.key < other.key)


@compiled
def target_of(issue, side, stances, priorities, organisations, m, polity, producer):
    """The firm that a boycott is aimed at: the largest on the other side that is in this business and has not given in;
    -2 for a branch of them, -1 where there is none.
    """
    best = -1
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind != FIRM or a.closed or a.polity != polity or a.conceded[m] or priorities[o, m] == 0.0:
            continue
        other_side = (stances[o, m] > issue.policy) != (side == FOR)
        if other_side and (best < 0 or _larger(a, organisations[best])):
            best = o
    return -2 if producer and best >= 0 else best


@compiled
def district_of(districts, polity, u):
    """A district with a municipal government, by a uniform u; -1 where there is none."""
    governed = 0
    for d in range(districts.size):
        governed += 1 if districts[d].governed and districts[d].polity == polity else 0
    chosen = min(int(u * governed), governed - 1)
    for d in range(districts.size):
        if districts[d].governed and districts[d].polity == polity:
            if chosen == 0:
                return d
            chosen -= 1
    return -1


@compiled
def due(rule, tried, week):
    """Whether a tactic has waited long enough for somebody to begin it at all. tried: the week of the last time."""
    return rule.experiment > 0.0 and tried == 0 and week >= rule.untried


@compiled
def _longest_unused(weights, tried):
    """Of the tactics with some weight, the one that was begun longest ago, and of those never begun the likeliest."""
    best = -1
    for k in range(weights.size):
        if weights[k] > 0.0:
            older = best < 0 or tried[k] < tried[best]
            if older or (tried[k] == tried[best] and weights[k] > weights[best]):
                best = k
    return best


@compiled
def room_for(clock, rules, polities, rights, issues, ballots, allowed, tactics, p, m, side, ideal, own):
    """By tactic: how far governance leaves room for it and a team dares, and a ballot on the issue makes sense.

    Daring: e^(-risk x exposure x repression / temperature), a cost beside learned value. own: the team's key.
    """
    rule = rules[0].tactic_choice
    room = np.zeros(tactics.size)
    for k in range(tactics.size):
        if allowed[p, k] > 0.0:
            room[k] = allowed[p, k] * ballot_room(
                clock, rules, rights, ballots, polities[p], issues[p, m], tactics[k], p, m, side, ideal, own
            )
            room[k] *= exp(-rule.risk * tactics[k].exposure * polities[p].repression / rule.temperature)
    return room


@compiled
def without_target(weights, issue, side, p, m, stances, priorities, organisations, tactics):
    """Rule out the tactics that have nobody to be aimed at."""
    for k in range(tactics.size):
        if weights[k] > 0.0 and tactics[k].pressure == BOYCOTT:
            if target_of(issue, side, stances, priorities, organisations, m, p, False) < 0:
                weights[k] = 0.0


@compiled
def begin(
    clock, rules, issues, districts, organisations, stances, priorities, tactics, campaign, m, side, t, own, chance,
    events,
):  # fmt: skip
    """Fill a campaign's row for tactic t of a team and log it. own: the team's id; chance: that it begins."""
    seed, week = clock[0].seed, clock[0].week
    a, p = organisations[campaign.organisation], organisations[campaign.organisation].polity
    formal = rules[0].institutionalisation
    campaign.firm = -1
    campaign.district = -1
    if tactics[t].pressure == BOYCOTT:
        campaign.firm = target_of(issues[p, m], side, stances, priorities, organisations, m, p, tactics[t].producer)
    elif tactics[t].pressure == LOCAL:
        campaign.district = district_of(districts, p, draw64(key(seed, week, _TARGET), own))
    campaign.polity = p
    campaign.issue = m
    campaign.side = side
    campaign.tactic = t
    campaign.weeks_left = tactics[t].weeks
    # A veto cannot wait: its window runs, and its opponents were organised when the law was made.
    waits = formal.on and right_of(tactics[t]) != REFERENDUM
    campaign.age = -int(formal.lag * a.institutionalisation + 0.5) if waits else 0
    campaign.fresh = True
    campaign.publicity = 0
    spread = rules[0].petition.spread
    campaign.outreach = exp(spread * normal(draw64(key(seed, week, _OUTREACH), own)) - spread * spread / 2.0)
    campaign.competence = competence(a.skills, tactics[t])
    campaign.spent = 0.0
    campaign.gain = 0.0
    note(clock, events, CAMPAIGN_BEGINS, p, m, campaign.organisation, t, -1, side, chance)


@compiled
def _ask(alliances, seats, campaigns, o, p, m, side, weights):
    """Ask an idle alliance on that side of the issue for a joint plan: True. Else rule out what allies do already."""
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive or alliance.polity != p or alliance.issue != m or alliance.side != side:
            continue
        if seat_of(seats[a], o) < 0:
            continue
        busy = False
        for c in roles_of(a, campaigns, alliances):
            if campaigns[c].weeks_left > 0:
                busy = True
                weights[campaigns[c].tactic] = 0.0
        if not busy:
            alliance.summoned = True
            return True
    return False


@compiled
def tactic_choice(
    clock, rules, polities, rights, issues, ballots, districts, organisations, stances, priorities, learned, uses,
    tactics, allowed, tried, alliances, seats, campaigns, events,
):  # fmt: skip
    """A free team starts a campaign by chance, more so when its issue is on the agenda, and picks a tactic.

    Members ask their alliance first. Some campaigns are experiments with what nobody has begun for longest, more so
    among diverse allies; what nobody has begun at all is tried after a quarter. What governance forbids ends at once.
    """
    rule = rules[0].tactic_choice
    seed, week = clock[0].seed, clock[0].week
    launches, subjects, choices = key(seed, week, _LAUNCH), key(seed, week, _ISSUE), key(seed, week, _TACTIC)
    experiments, abroad = key(seed, week, _EXPERIMENT), key(seed, week, _ABROAD)
    formal, together = rules[0].institutionalisation, rules[0].joint_plan.on
    # What others begin in the same week nobody knows yet.
    known = tried.copy()
    for c in range(campaigns.size):
        campaign = campaigns[c]
        campaign.effort = 0.0
        campaign.fresh = False
        if campaign.weeks_left > 0 and allowed[campaign.polity, campaign.tactic] == 0.0:
            break_off(clock, campaign, events)
        if campaign.weeks_left > 0:
            campaign.age += 1
            continue
        if campaign.alliance >= 0:
            continue
        o = campaign.organisation
        a = organisations[o]
        if not rule.on or a.closed:
            continue
        m = picked(priorities[o], draw64(subjects, a.key))
        issue = issues[a.polity, m]
        side = FOR if stances[o, m] > issue.policy else AGAINST
        urge = alarm(clock, rules, rights, ballots, issue, tactics, uses[o], a.polity, m, side, stances[o, m], a.key)
        chance = a.activity * (rule.launch + rule.launch_by_agenda * issue.agenda + urge)
        if m < 0 or draw64(launches, a.key) >= chance or stances[o, m] == issue.policy:
            continue
        caution = a.institutionalisation if formal.on else 0.0
        room = room_for(clock, rules, polities, rights, issues, ballots, allowed, tactics, a.polity, m, side,
                        stances[o, m], a.key)  # fmt: skip
        weights = tactic_weights(room, uses[o], learned[o], a.skills, tactics, caution, rule)
        if together and _ask(alliances, seats, campaigns, o, a.polity, m, side, weights):
            continue
        without_target(weights, issue, side, a.polity, m, stances, priorities, organisations, tactics)
        _without_allies(weights, tactics, a.seats)
        weigh_appeals(weights, a, tactics, draw64(abroad, a.key), rules[0].boomerang)
        t = picked(weights, draw64(choices, a.key))
        if t < 0:
            continue
        oldest = _longest_unused(weights, known[a.polity])
        eager = rule.experiment * eagerness(alliances, seats, o, rules[0].peer_learning)
        experiment = draw64(experiments, a.key) < eager or due(rule, known[a.polity, oldest], week)
        if experiment:
            t = oldest
        tried[a.polity, t] = week
        begin(clock, rules, issues, districts, organisations, stances, priorities, tactics, campaign, m, side, t, a.key,
              chance, events)  # fmt: skip
        why = latest(clock, events)
        why.value = learned[o, t]
        why.match = campaign.competence
        why.odds = weights[t] / total_of(weights)
        why.experiment = 1 if experiment else 0


@compiled
def _without_allies(weights, tactics, allies):
    """Nobody to vouch for without allies."""
    for k in range(tactics.size):
        if tactics[k].endorses and allies == 0:
            weights[k] = 0.0


@compiled
def eagerness(alliances, seats, o, rule):
    """The factor of experiments: 1 + the diversity of one's most diverse alliance."""
    most = 0.0
    if rule.on:
        for a in range(alliances.size):
            if alliances[a].alive and alliances[a].diversity > most and seat_of(seats[a], o) >= 0:
                most = alliances[a].diversity
    return 1.0 + rule.by_diversity * most


@compiled
def roles_of(a, campaigns, alliances):
    """The rows of an alliance's joint campaigns."""
    first = campaigns.size - MOST_ROLES * (alliances.size - a)
    return range(first, first + MOST_ROLES)


@compiled
def _situation(alliance, seats, organisations, learned, uses, tactics, communication, rule, k):
    """What an alliance makes of its experience: the members' values of each tactic by their say, misread by some noise.

    Good communication spares the noise. Returns (values, uses): (tactics,), and union skills and trust for each.
    """
    values, common = np.zeros(tactics.size), np.zeros(tactics.size)
    for t in range(tactics.size):
        scale = 0.0
        for s in range(seats.size):
            o = seats[s].organisation
            if o >= 0:
                values[t] += seats[s].say * learned[o, t]
                common[t] = max(common[t], uses[o, t])
                scale += seats[s].say * abs(learned[o, t])
        error = rule.noise * (1.0 - communication) * normal(draw64(k, tactics[t].key))
        values[t] += scale * error
    return values, common


@compiled
def read_situation(alliance, issue, publics, views, polled, research, communication, rule, k):
    """What an alliance believes of each public's support and salience and of the government's ideal, with errors that
    communication and research (0..1) spare: sd .2 (1 - communication)(1 - research). Seed 2.

    views: (publics, issues), what people think, unless nobody was `polled` yet; salience errs by a factor.
    """
    sd = rule.poll_noise * (1.0 - communication) * (1.0 - research)
    support = salience = 0.0
    for q in range(publics.size):
        if publics[q].polity == alliance.polity:
            view, luck = views[q, alliance.issue], pair(k, publics[q].key)
            backers, mind = 0.5, rule.half_salience
            if polled:
                backers = view.support if alliance.side == FOR else 1.0 - view.support
                mind = view.salience
            support += publics[q].share * min(max(backers + sd * normal(draw64(luck, 0)), 0.0), 1.0)
            salience += publics[q].share * mind * exp(sd * normal(draw64(luck, 1)))
    alliance.believed_support = support
    alliance.believed_salience = min(salience, 1.0)
    ideal = issue.ideal + issue.revision + sd * normal(draw64(k, 0))
    alliance.believed_ideal = min(max(ideal, -1.0), 1.0)


@compiled
def prospects(alliance, policy, rule):
    """By aim, how well the situation suits it, 0..1 and 1/2 in usual ones. Persuading: those yet to be won; mobilising:
    2 x supporters x z/(z + .025); from inside: how far on the way to its line the government wants to go.
    """
    found = np.zeros(len(AIMS))
    found[PERSUADE] = 1.0 - alliance.believed_support
    salience = alliance.believed_salience
    found[MOBILISE] = min(1.0, 2.0 * alliance.believed_support * salience / (salience + rule.half_salience))
    direction = 1.0 if alliance.side == FOR else -1.0
    willing = direction * (alliance.believed_ideal - policy) / max(abs(alliance.line - policy), _LEAST_GAP)
    found[FROM_INSIDE] = (1.0 + min(max(willing, -1.0), 1.0)) / 2.0
    return found


@compiled
def aim_of(tactic):
    """The aim that a tactic serves, -1 for none."""
    if tactic.pressure == INSIDE or tactic.pressure == TABLE:
        return FROM_INSIDE
    if tactic.call > 0:
        return MOBILISE
    return PERSUADE if max(tactic.persuasion, max(tactic.education, tactic.evidence)) > 0.0 else -1


@compiled
def _set_aim(alliance, policy, weights, tactics, rule):
    """Take up the most promising aim of those that some tactic at hand serves; favour tactics by what they serve."""
    found = prospects(alliance, policy, rule)
    alliance.aim = -1
    alliance.aimed = alliance.line
    for t in range(tactics.size):
        aim = aim_of(tactics[t])
        if weights[t] > 0.0 and aim >= 0:
            if alliance.aim < 0 or found[aim] > found[alliance.aim]:
                alliance.aim = aim
            weights[t] *= exp(rule.by_situation * (found[aim] - 0.5))


@compiled
def _union(seats, organisations):
    """The best skills among members: (skills,)."""
    union = np.zeros(organisations[0].skills.size)
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            for e in range(union.size):
                union[e] = max(union[e], organisations[seats[s].organisation].skills[e])
    return union


@compiled
def _holder(seats, organisations, uses, tactic, t, taken):
    """Who is best at a tactic among members that use it and have no role yet; -1 for nobody. taken: (seats,)."""
    best, chosen = -1.0, -1
    for s in range(seats.size):
        o = seats[s].organisation
        if o >= 0 and not taken[s] and uses[o, t] > 0.0:
            good = competence(organisations[o].skills, tactic)
            if good > best:
                best, chosen = good, s
    return chosen


@compiled
def joint_plan(
    clock, rules, polities, rights, issues, ballots, districts, publics, organisations, stances, priorities, learned,
    uses, tactics, allowed, tried, repertoire, represents, trust, views, alliances, seats, campaigns, foothold, events,
):  # fmt: skip
    """An alliance that a member asks plans anew: it reads its situation, sets an aim, picks two or three tactics and
    gives each to the member who is best at it, with dates. A plan that disappoints is dropped. Seed 2.
    """
    rule = rules[0].joint_plan
    week = clock[0].week
    plans, known = key(clock[0].seed, week, _PLAN), tried.copy()
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        busy = _carry_on(clock, rules, alliance, seats[a], a, alliances, organisations, tactics, learned, campaigns,
                         events)  # fmt: skip
        if not rule.on or not rules[0].tactic_choice.on or not alliance.summoned or busy:
            continue
        alliance.summoned = False
        k = pair(plans, alliance.key)
        p, m = alliance.polity, alliance.issue
        values, common = _situation(alliance, seats[a], organisations, learned, uses, tactics,
                                    quality(rules[0].internal_communication), rule, k)  # fmt: skip
        caution = 0.0
        for s in range(seats.shape[1]):
            if seats[a, s].organisation >= 0 and rules[0].institutionalisation.on:
                caution += seats[a, s].say * organisations[seats[a, s].organisation].institutionalisation
        union = _union(seats[a], organisations)
        pool = rules[0].pooling
        research = organisations[alliance.lead].skills[0]
        research += pool.research * (union[0] - research) if pool.on else 0.0
        read_situation(alliance, issues[p, m], publics, views, week > 1, research,
                       quality(rules[0].internal_communication), rule,
                       pair(key(clock[0].seed, week, _SITUATION), alliance.key))  # fmt: skip
        room = room_for(clock, rules, polities, rights, issues, ballots, allowed, tactics, p, m, alliance.side,
                        stances[alliance.lead, m], organisations[alliance.lead].key)  # fmt: skip
        weights = tactic_weights(room, common, values, union, tactics, caution, rules[0].tactic_choice)
        without_target(weights, issues[p, m], alliance.side, p, m, stances, priorities, organisations, tactics)
        weigh_appeals(weights, organisations[alliance.lead], tactics, draw64(pair(k, _ABROAD), 0), rules[0].boomerang)
        _set_aim(alliance, issues[p, m].policy, weights, tactics, rule)
        taken = np.zeros(seats.shape[1], np.uint8)
        first = campaigns.size - MOST_ROLES * (alliances.size - a)
        number = 0
        for look in range(tactics.size):
            if number >= min(rule.roles, alliance.members):
                break
            total = total_of(weights)
            t = picked(weights, draw64(k, look))
            if t < 0:
                break
            oldest = _longest_unused(weights, known[p])
            experiment = number == 0 and due(rules[0].tactic_choice, known[p, oldest], week)
            t = oldest if experiment else t
            s = _holder(seats[a], organisations, uses, tactics[t], t, taken)
            o = seats[a, max(s, 0)].organisation
            if s < 0 or ballot_room(clock, rules, rights, ballots, polities[p], issues[p, m], tactics[t], p, m,
                                    alliance.side, stances[o, m], organisations[o].key) == 0.0:  # fmt: skip
                weights[t] = 0.0
                continue
            taken[s] = 1
            c = first + number
            campaign = campaigns[c]
            campaign.organisation = campaign.credited = seats[a, s].organisation
            tried[p, t] = week
            begin(clock, rules, issues, districts, organisations, stances, priorities, tactics, campaign, m,
                  alliance.side, t, pair(alliance.key, number), 1.0, events)  # fmt: skip
            campaign.weeks_left = rule.weeks
            if number > 0:
                campaign.age = min(campaign.age, campaigns[c - 1].age - rule.stagger)
            campaign.competence = unlocked(
                seats[a], organisations, trust, union, tactics[t], rules[0].alliance_strength
            )
            why = latest(clock, events)
            why.value = values[t]
            why.match = campaign.competence
            why.odds = weights[t] / total
            why.experiment = 1 if experiment else 0
            why.alliance = alliance.number
            for f in range(repertoire.shape[1]):
                repertoire[c, f] = 0.0
                for r in range(seats.shape[1]):
                    if seats[a, r].organisation >= 0:
                        repertoire[c, f] = max(repertoire[c, f], repertoire[seats[a, r].organisation, f])
            _find_footholds(rules[0].inclusion, publics, represents, seats[a], m, foothold[c])
            weights[t] = 0.0
            number += 1
        if number > 0:
            note(clock, events, PLANNED, p, m, alliance.lead, -1, alliance.aim, alliance.side, float(number))
            latest(clock, events).alliance = alliance.number
            latest(clock, events).value = alliance.aimed


@compiled
def _find_footholds(rule, publics, represents, seats, m, foothold):
    """1 + .2 x stake in publics that a member represents."""
    for q in range(publics.size):
        foothold[q] = 1.0
        for s in range(seats.size):
            if rule.on and seats[s].organisation >= 0 and represents[seats[s].organisation, q] > 0.0:
                foothold[q] = 1.0 + rule.reach * publics[q].stake[m]


@compiled
def _carry_on(clock, rules, alliance, seats, a, alliances, organisations, tactics, learned, campaigns, events):
    """Whether a joint plan runs on; roles of those who left end, and so does a plan that disappoints half-way, which
    teaches as one that ends, unless a gatekeeper abroad has still to decide on it.
    """
    rule = rules[0].joint_plan
    busy = False
    half = pending = False
    for c in roles_of(a, campaigns, alliances):
        campaign = campaigns[c]
        if campaign.weeks_left > 0 and seat_of(seats, campaign.organisation) < 0:
            break_off(clock, campaign, events)
        half = half or (campaign.weeks_left > 0 and campaign.weeks_left == rule.weeks // 2)
        busy = busy or campaign.weeks_left > 0
        pending = pending or (campaign.weeks_left > 0 and tactics[campaign.tactic].pressure == ABROAD)
    disappointed = min(alliance.results, alliance.survey) < rule.patience
    if busy and half and disappointed and not pending:
        for c in roles_of(a, campaigns, alliances):
            if campaigns[c].weeks_left > 0:
                o = campaigns[c].organisation
                conclude(rules[0].learning, campaigns[c], tactics[campaigns[c].tactic], organisations[o], learned[o])
                break_off(clock, campaigns[c], events)
        alliance.summoned = True
        alliance.results = 0.5
        return False
    return busy


@compiled
def _best_frame(repertoire, values, luck, noise):
    """The frame of a repertoire that a poll with errors finds strongest; luck: key and id of its errors."""
    best, chosen = -1e300, -1
    for f in range(repertoire.size):
        if repertoire[f] > 0.0:
            poll = values[f] + noise * normal(draw64(pair(luck, f), 0))
            if poll > best:
                best, chosen = poll, f
    return chosen


@compiled
def threat(circulation, circulating, side):
    """The strength of the other side's frame that circulates in a public, 0..1; 0 for a denial, which has no frame."""
    return min(1.0, circulation[1 - side]) if circulating[1 - side] >= 0 else 0.0


@compiled
def appeal(weight, theirs, threat, rule):
    """What a frame promises: weight + 1 x threat x (weight - theirs), by its weight in the audience's values and that
    of the other side's frame.

    Of competing frames the weaker is wasted, so that where they are heard a team looks for one that is at least as
    strong, be it theirs. Chong & Druckman 2007; Sniderman & Theriault 2004; Jerit 2008.
    """
    return weight + rule.answer * threat * (weight - theirs)


@compiled
def _appeals(public, m, side, circulation, circulating, rule, found):
    """Put the appeal of all frames to a public into `found`. Returns the threat that they answer."""
    danger = threat(circulation[m], circulating[m], side) if rule.answer > 0.0 else 0.0
    theirs = public.values[circulating[m, 1 - side]] if danger > 0.0 else 0.0
    for f in range(found.size):
        found[f] = appeal(public.values[f], theirs, danger, rule)
    return danger


@compiled
def _promise(public, channels, appeal):
    """What a campaign promises with a public: contact over the tactic's channels x appeal of its best frame."""
    contact = channels[FACE_TO_FACE] * public.diet[FACE_TO_FACE] + channels[MASS_MEDIA] * public.diet[MASS_MEDIA]
    return (contact + channels[SOCIAL_MEDIA] * public.diet[SOCIAL_MEDIA] * public.online) * max(0.0, appeal)


@compiled
def framing(
    clock, rules, publics, organisations, tactics, represents, repertoire, circulation, circulating, campaigns, speech,
    events,
):  # fmt: skip
    """A new campaign takes the frame of its repertoire that a noisy poll of its audience finds strongest, most of all
    where the other side's frame circulates (`appeal`).

    A team with media skill of 1/2 and more tailors: it polls every public by itself (`message`). It aims at the public
    of most promise, by access and appeal, and whoever speaks for some at one of these. Whoever changes its
    frame on an issue loses credibility. Snow & Benford 1988; Chong & Druckman 2007.
    """
    rule = rules[0].framing
    k = key(clock[0].seed, clock[0].week, _POLL)
    frames = repertoire.shape[1]
    mean, unanswered, own = np.zeros(frames), np.zeros(frames), np.zeros(frames)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not campaign.fresh:
            continue
        o, m = campaign.organisation, campaign.issue
        a = organisations[o]
        mean[:] = 0.0
        unanswered[:] = 0.0
        danger = 0.0
        for q in range(publics.size):
            public = publics[q]
            if public.polity == campaign.polity and rule.on:
                danger += public.share * _appeals(public, m, campaign.side, circulation[q], circulating[q], rule, own)
                for f in range(frames):
                    mean[f] += public.share * own[f]
                    unanswered[f] += public.share * public.values[f]
        noise = rule.poll_noise if rule.on else 0.0
        luck = pair(k, a.key)
        campaign.frame = _best_frame(repertoire[c], mean, luck, noise)
        shared = campaign.alliance >= 0 and campaigns[c - 1].alliance == campaign.alliance
        if shared and campaigns[c - 1].weeks_left > 0:
            # The roles of a joint plan have one key message.
            campaign.frame = campaigns[c - 1].frame
        elif danger > 0.0 and campaign.frame != _best_frame(repertoire[c], unanswered, luck, noise):
            note(clock, events, COUNTER_FRAME, campaign.polity, m, o, campaign.tactic, campaign.frame, campaign.side,
                 danger)  # fmt: skip
        campaign.tailored = rule.on and rules[0].message.on and a.skills[2] >= 0.5
        campaign.audience = -1
        most, spoken_for = 0.0, False
        for q in range(publics.size):
            speech[c, q] = campaign.frame
            elsewhere = publics[q].polity != campaign.polity or publics[q].citizens == 0
            if elsewhere or not (rule.on and rules[0].message.on):
                continue
            _appeals(publics[q], m, campaign.side, circulation[q], circulating[q], rule, own)
            own_luck = pair(luck, publics[q].key)
            if campaign.tailored:
                speech[c, q] = _best_frame(repertoire[c], own, own_luck, noise)
            polled = own[speech[c, q]] + noise * normal(draw64(pair(own_luck, frames), 0))
            promise = _promise(publics[q], tactics[campaign.tactic].channels, polled)
            theirs = represents[o, q] > 0.0
            if (theirs and not spoken_for) or (theirs == spoken_for and promise > most):
                most, campaign.audience = promise, q
                spoken_for = spoken_for or theirs
        if shared and campaigns[c - 1].weeks_left > 0:
            campaign.audience = campaigns[c - 1].audience
        hops = a.spoke[m] >= 0 and a.spoke[m] != campaign.frame
        if rule.on and hops:
            for audience in (MEDIA, PUBLIC):
                a.credibility[audience] = max(0.0, a.credibility[audience] - rule.hop_cost)
        a.spoke[m] = campaign.frame
