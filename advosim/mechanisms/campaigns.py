"""Phase 5: campaigns become messages, calls to act, evidence and insider contacts."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.institutions import unwatched
from advosim.world.chance import draw64, exp, key, log, pair, stream
from advosim.world.codes import (
    BACK_BITS,
    CALL_BUY_NOT,
    CALL_SHOW_UP,
    CALL_SIGN,
    CHANNELS,
    FACE_TO_FACE,
    FIRM,
    FIRST_POPULAR,
    INSIDE,
    MARCH_BITS,
    MASS_MEDIA,
    MEDIA_SKILL,
    OFFICIALS,
    POPULAR,
    PUBLIC,
    SHUN_BITS,
    SIDES,
    SIGN_BITS,
    SOCIAL_MEDIA,
)
from advosim.world.compile import compiled

_CHANNELS = len(CHANNELS)
_CONTACTS = stream("pooling.contacts")
_RIGHTS = len(POPULAR)
_DAYS = 7
"""Of a week."""
_EVENNESS = _CHANNELS / (_CHANNELS - 1)
"""Makes 1 - sum of squared shares 1 for an even mix."""
_MIDDLE = 0.5
"""Of credibility, 0..1: where it neither helps nor hampers (convention)."""
_LN2 = np.float64(0.6931471805599453)
"""The natural logarithm of 2: of half-lives."""


@compiled
def power(base, exponent):
    """base ^ exponent for base >= 0; exact for exponent 1."""
    if exponent == 1.0:
        return base
    return exp(exponent * log(base)) if base > 0.0 else 0.0


@compiled
def gates(media_freedom, online, gate):
    """How far each channel carries a message to people of whom a share is online: all three 0..1."""
    return 1.0, 1.0 - gate * (1.0 - media_freedom), online


@compiled
def active(campaign):
    """Whether a campaign runs this week: planned, and past its preparation."""
    return campaign.weeks_left > 0 and campaign.age >= 0


@compiled
def institutionalisation(level, rule):
    """What rules and staff do to a team of some level, 0..1.

    A campaign starts round(4 I) weeks after it is planned, I the organisation's institutionalisation; the weight of a
    tactic is x (1 - I x disruption); lobbying effort x (1 + .3 (I - .7)); I enters the weight with foundations. Returns
    (caution that shuns disruption, weeks that it starts later, factor of lobbying, logit with donors); 0, 0, 1 and 0
    where they make no difference. Tarrow 2011.
    """
    if not rule.on:
        return 0.0, 0, 1.0, 0.0
    return level, round_half_up(rule.lag * level), 1.0 + rule.access * (level - rule.usual), rule.grants * level


@compiled
def round_half_up(x):
    """The whole number next to x >= 0; halves go up."""
    return int(x + 0.5)


@compiled
def right_of(tactic):
    """Which of POPULAR a tactic collects signatures for, -1 for none."""
    kind = tactic.pressure - FIRST_POPULAR
    return kind if 0 <= kind < _RIGHTS else -1


@compiled
def message(strength, media_skill, tailored, rule):
    """How strong a message is: clear and tailored ones are stronger.

    Strength = credibility x (1 + .2 x clarity), at most 1; clarity is the media skill, and half of it where the frame
    is not that public's own. Teams of media skill 1/2 and more poll every public and speak to each in its frame. A
    campaign aims at the public of most promise, contact over its channels x appeal of its frame there as polled, and
    teams that speak for publics at one of these: .3 of its effort goes to that audience alone. Hillygus & Shields 2008.
    """
    clarity = media_skill * (1.0 if tailored else rule.untailored)
    return min(1.0, strength * (1.0 + rule.gain * clarity)) if rule.on else strength


@compiled
def aimed(audience, q, share, rule):
    """The factor of contact with public q: of all effort a part goes to the audience alone, the rest to everybody."""
    if not rule.on or audience < 0:
        return 1.0
    return 1.0 - rule.focus + (rule.focus / share if q == audience else 0.0)


@compiled
def fit(public, frame, rule):
    """How well a frame fits the values of a public: 1 + .3 (its weight there x number of frames - 1)."""
    if not rule.on or frame < 0:
        return 1.0
    return max(0.0, 1.0 + rule.gain * (public.frames * public.values[frame] - 1.0))


@compiled
def trust_in(organisation, standing):
    """How far the public believes an organisation; a firm's decline of reputation costs it trust as well.

    standing: what allies add who back it after repression.
    """
    trust = min(max(organisation.credibility[PUBLIC] + standing, 0.0), 1.0)
    if organisation.kind == FIRM and organisation.usual_reputation > 0.0:
        trust *= min(1.0, organisation.reputation / organisation.usual_reputation)
    return trust


@compiled
def digital_coordination(online, rule):
    """The factor of cost and rhythm of calls, which social media make cheaper and quicker.

    Cost and rhythm of calls x (1 - .5 share online) / (1 - .5 x .7): 1 where 70% are online. Bennett & Segerberg 2012.
    """
    return (1.0 - rule.saving * online) / (1.0 - rule.saving * rule.usual) if rule.on else 1.0


@compiled
def platform_control(regulation, calling, criticism, rule):
    """The share of posts that platforms remove; what is done online can be seen.

    Share of posts removed = .02 + `platform_regulation` x min(1, calls to act + .3 criticism); risk of signing for
    those online = (.1 + .3 `surveillance`) R, and their fear of speaking is (1 + `surveillance`) times that of others.
    Teams foresee removal, and a risk of all that is posted (`tactic_choice`). A `shutdown` puts everybody offline; a
    friend is then missed with chance .85^1.5. King, Pan & Roberts 2013; Gunitsky 2015; Stoycheff 2016.
    """
    if not rule.on:
        return 0.0
    content = rule.calls * (1.0 if calling else 0.0) + rule.criticism * criticism
    return min(1.0, rule.removed + regulation * min(1.0, content))


@compiled
def petition(age, outreach, rule):
    """A petition's outreach in a week, which runs in days.

    Outreach in a week = luck x mean over its days of (.002 + 10 x 2^(-day/2)), luck lognormal with mean 1 and sd of
    logs 4.5. Members hear the call while outreach is 1 or more. From .02 of citizens' signatures on the government owes
    one reply: it consults with chance `openness`, else it denies. Yasseri, Hale & Margetts 2017.
    """
    if not rule.on:
        return 1.0
    total = 0.0
    for day in range(_DAYS):
        total += rule.floor + rule.peak * exp(-_LN2 * (_DAYS * age + day) / rule.half_life)
    return outreach * total / _DAYS


@compiled
def saturating(effort, rule):
    """What effort in one channel brings, in efforts: full (1 - e^(-effort / full)), since more of it meets the same
    people again. Simon & Arndt 1980.
    """
    return rule.full * (1.0 - exp(-effort / rule.full))


@compiled
def mix_synergy(mix, rule):
    """1 + synergy x evenness of the mix: 1 for a single channel, 1 + synergy for an even mix of three."""
    squares = 0.0
    for c in range(_CHANNELS):
        squares += mix[c] * mix[c]
    return 1.0 + rule.synergy * (1.0 - squares) * _EVENNESS if squares > 0.0 else 1.0


@compiled
def _tailor(campaign, tactic, polity, publics, rule):
    """The mix of channels: the tactic's own, weighted by the audience's access to each."""
    total = 0.0
    for c in range(_CHANNELS):
        access = 0.0
        for q in range(publics.size):
            if publics[q].polity == campaign.polity:
                gate = gates(polity.media_freedom, publics[q].online, rule.gate)[c]
                access += publics[q].share * publics[q].diet[c] * gate
        campaign.mix[c] = tactic.channels[c] * power(access, rule.tailoring)
        total += campaign.mix[c]
    for c in range(_CHANNELS):
        campaign.mix[c] = campaign.mix[c] / total if total > 0.0 else 0.0


@compiled
def _hazard(campaign, tactic, polity, public, online, posts, rule):
    """The hazard to hear a campaign in a week, for members of a public who are online (1.0) or not (0.0).

    posts: share of posts that stay, times 1 + followers.
    """
    face_to_face, mass_media, social_media = gates(polity.media_freedom, online, rule.gate)
    contact = saturating(campaign.mix[FACE_TO_FACE] * campaign.effort, rule) * public.diet[FACE_TO_FACE] * face_to_face
    contact += saturating(campaign.mix[MASS_MEDIA] * campaign.effort, rule) * public.diet[MASS_MEDIA] * mass_media
    social = saturating(campaign.mix[SOCIAL_MEDIA] * campaign.effort, rule) * public.diet[SOCIAL_MEDIA]
    contact += social * social_media * posts
    return tactic.reach * contact * mix_synergy(campaign.mix, rule)


@compiled
def _clear(reach):
    for q in range(reach.shape[0]):
        for on in range(2):
            for m in range(reach.shape[2]):
                cell = reach[q, on, m]
                cell.exposure = 0.0
                for side in range(SIDES):
                    cell.heard[side] = 0.0
                    cell.strength[side] = 0.0
                    cell.resonance[side] = 0.0
                    cell.frame[side] = -1
                    cell.taught[side] = 0.0
                    cell.lesson[side] = 0.0
                    cell.sign[side] = 0.0
                    cell.march[side] = 0.0
                    cell.shun[side] = 0.0
                    for kind in range(_RIGHTS):
                        cell.back[kind, side] = 0.0


@compiled
def speak(cell, side, hazard, strength, resonance, frame):
    """A message of a side: reach adds up, but the most resonant one counts. Chong & Druckman 2007."""
    cell.heard[side] += hazard
    if hazard > 0.0 and resonance > cell.resonance[side]:
        cell.resonance[side] = resonance
        cell.strength[side] = strength
        cell.frame[side] = frame


@compiled
def _deliver(cell, campaign, tactic, strength, resonance, frame, hazard, teaching):
    side = campaign.side
    cell.exposure += hazard
    speak(cell, side, hazard * tactic.persuasion, strength, resonance, frame)
    cell.taught[side] += hazard * teaching
    if teaching > 0.0:
        cell.lesson[side] = max(cell.lesson[side], strength)
    kind = right_of(tactic)
    if campaign.calling and kind >= 0:
        cell.back[kind, side] += hazard
    elif campaign.calling and tactic.call == CALL_SIGN:
        cell.sign[side] += hazard
    elif campaign.calling and tactic.call == CALL_SHOW_UP:
        cell.march[side] += hazard
    elif campaign.calling and tactic.call == CALL_BUY_NOT:
        cell.shun[side] += hazard


@compiled
def _to_chances(cell):
    """1 - prod(1 - e) over campaigns and channels, whose hazards add up."""
    cell.exposure = 1.0 - exp(-cell.exposure)
    for side in range(SIDES):
        cell.heard[side] = 1.0 - exp(-cell.heard[side])
        cell.taught[side] = 1.0 - exp(-cell.taught[side])
        cell.sign[side] = 1.0 - exp(-cell.sign[side])
        cell.march[side] = 1.0 - exp(-cell.march[side])
        cell.shun[side] = 1.0 - exp(-cell.shun[side])
        for kind in range(_RIGHTS):
            cell.back[kind, side] = 1.0 - exp(-cell.back[kind, side])


@compiled
def _spend(campaign, organisation, tactic, issue, coordination, rule):
    """Own means, as far as they are not pooled; a joint campaign's were pooled before (`pooling`)."""
    spending = campaign.budget
    if campaign.alliance < 0:
        spending = (1.0 - organisation.pooled) * min(rule.spend * organisation.funds, organisation.funds)
        organisation.funds -= spending
        organisation.campaign_cost += spending
        campaign.paid = spending
        # A firm's talks with officials have a budget of their own.
        spending += organisation.lobby_budget if tactic.pressure == INSIDE else 0.0
        campaign.budget = spending
    campaign.spent += spending
    cheaper = coordination if tactic.call > 0 else 1.0
    campaign.effort = rule.productivity * spending / (tactic.cost * cheaper) * campaign.competence
    campaign.effort *= campaign.amplified
    rhythm = max(1, round_half_up(tactic.call_every * cheaper))
    campaign.calling = tactic.call > 0 and (campaign.age + 1) % rhythm == 0
    campaign.reached = 0.0
    campaign.won = 0.0
    campaign.hampered = 0.0
    issue.effort[campaign.side, tactic.pressure] += campaign.effort
    issue.hostility[campaign.side] += campaign.effort * tactic.criticism


@compiled
def _bits(campaign, tactic):
    """What a campaign calls to this week, as bits of `calls`; 0 where it calls to nothing."""
    if not campaign.calling:
        return np.uint16(0)
    if right_of(tactic) >= 0:
        return np.uint16(BACK_BITS << (SIDES * right_of(tactic) + campaign.side))
    if tactic.call == CALL_SIGN:
        return np.uint16(SIGN_BITS << campaign.side)
    if tactic.call == CALL_SHOW_UP:
        return np.uint16(MARCH_BITS << campaign.side)
    if tactic.call == CALL_BUY_NOT:
        return np.uint16(SHUN_BITS << campaign.side)
    return np.uint16(0)


@compiled
def _call_members(organisation, campaign, tactic, home):
    """Members hear the calls of their own organisation anyhow. Returns the share of citizens so called to march."""
    bits = _bits(campaign, tactic)
    organisation.calls[campaign.issue] |= bits
    marching = bits > 0 and tactic.call == CALL_SHOW_UP
    return organisation.members / home.citizens if marching else 0.0


@compiled
def _call_allies(now, campaign, tactic, home, alliance, seats, organisations):
    """A joint call reaches members of allies at home: on a platform all, else as far as contacts are pooled.

    Returns the share of citizens so called to march.
    """
    rules = now.rules
    reached = 0.0
    k = pair(key(now.clock[0].seed, now.clock[0].week, _CONTACTS), alliance.key)
    for s in range(seats.size):
        o = seats[s].organisation
        if o >= 0 and o != campaign.organisation and organisations[o].polity == campaign.polity:
            on = rules[0].collaborative_platform.on and alliance.platform
            if on or draw64(k, organisations[o].key) < pooled_share(alliance, rules[0].pooling):
                reached += _call_members(organisations[o], campaign, tactic, home)
    return reached


@compiled
def pooled_share(alliance, rule):
    """What members of an alliance have in common: .3, half more under a memorandum; 0 where nothing is pooled."""
    share = rule.share * (1.0 + rule.by_memorandum * (1.0 if alliance.formal else 0.0))
    return min(1.0, share) if rule.on else 0.0


@compiled
def _open_the_week(issues, organisations):
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.effort[:] = 0.0
            for side in range(SIDES):
                issue.hostility[side] = 0.0
                issue.called[side] = 0.0
                issue.collecting[side] = False
    for o in range(organisations.size):
        organisations[o].hostility = 0.0
        for m in range(issues.shape[1]):
            organisations[o].calls[m] = 0


@compiled
def _spread(now, arena, teams, talk, c, posts, outreach):
    """A campaign's message reaches the publics. posts: as for `_hazard`; outreach: factor of all hazards, 0..1."""
    rules, campaign = now.rules, teams.campaigns[c]
    a, tactic = teams.organisations[campaign.organisation], teams.tactics[campaign.tactic]
    home, publics = arena.polities[campaign.polity], arena.publics
    speech, foothold, reach = talk.speech, talk.foothold, talk.reach
    strength = message(trust_in(a, campaign.standing), a.skills[MEDIA_SKILL], campaign.tailored, rules[0].message)
    hostile = rules[0].backlash.salience * tactic.criticism if rules[0].backlash.on else 0.0
    quality = tactic.evidence * campaign.competence if rules[0].evidence.on else 0.0
    teaching = tactic.education + rules[0].evidence.anchor * quality
    for q in range(publics.size):
        public = publics[q]
        if public.polity != campaign.polity:
            continue
        resonance = strength * fit(public, speech[c, q], rules[0].framing)
        for on in range(2):
            hazard = _hazard(campaign, tactic, home, public, float(on), posts, rules[0].channels)
            hazard = hazard * outreach * (1.0 - hostile)
            hazard *= foothold[c, q] * aimed(campaign.audience, q, public.share, rules[0].message)
            cell = reach[q, on, campaign.issue]
            _deliver(cell, campaign, tactic, strength, resonance, speech[c, q], hazard, teaching)
            share = public.share * (public.online if on else 1.0 - public.online)
            campaign.reached += share * (1.0 - exp(-hazard))


@compiled
def channels(now, arena, teams, allied, talk):
    """Campaigns spend, and their messages and calls reach the publics over three channels.

    Mix = the tactic's channels weighted by the audience's access; hazard to hear it in a week = reach x sum over
    channels of (1 - e^-(mix x effort)) x diet x gate, where mass media pass 1 - .7 (1 - `media_freedom`) and social
    media whoever is online; more effort in one channel meets the same people again. Chance = 1 - e^-hazard, hazards of
    campaigns adding up. Of a side's messages the most resonant one sets the strength; a firm is believed as far as its
    reputation is left. An even mix of three channels adds a tenth to the hazard. Members hear the calls of their own
    organisation anyhow. A government that denied speaks for the other side, as credible as legitimate. Posts can be
    removed (`platform_control`), petitions run by days (`petition`). Bennett & Segerberg 2012; Simon & Arndt 1980.
    """
    rules, rule = now.rules, now.rules[0].channels
    polities, issues, publics = arena.polities, arena.issues, arena.publics
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    reach = talk.reach
    _clear(reach)
    _open_the_week(issues, organisations)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        a, tactic, home = organisations[campaign.organisation], tactics[campaign.tactic], polities[campaign.polity]
        issue = issues[campaign.polity, campaign.issue]
        coordination = digital_coordination(home.online, rules[0].digital_coordination)
        _spend(campaign, a, tactic, issue, coordination, rules[0].tactic_choice)
        a.hostility = max(a.hostility, tactic.criticism)
        petitions = tactic.call == CALL_SIGN and right_of(tactic) < 0
        if petitions:
            issue.collecting[campaign.side] = True
        if not rule.on:
            continue
        _tailor(campaign, tactic, home, publics, rule)
        outreach = petition(campaign.age, campaign.outreach, rules[0].petition) if petitions else 1.0
        if outreach >= 1.0:
            issue.called[campaign.side] += _call_members(a, campaign, tactic, home)
        following = a.following
        if campaign.alliance >= 0:
            alliance = alliances[campaign.alliance]
            group = seats[campaign.alliance]
            issue.called[campaign.side] += _call_allies(now, campaign, tactic, home, alliance, group, organisations)
            following += rules[0].collaborative_platform.voice * alliance.followers
        limits = rules[0].platform_control
        removed = platform_control(home.platform_regulation, campaign.calling, tactic.criticism, limits)
        posts = (1.0 - removed) * (1.0 + following)
        _spread(now, arena, teams, talk, c, posts, outreach)
    _counter_frame(rules, polities, issues, publics, reach)
    _carry_hashtags(rules, polities, issues, publics, reach)
    _close_the_week(rules, issues, publics, reach, talk.circulation, talk.circulating)


@compiled
def _close_the_week(rules, issues, publics, reach, circulation, circulating):
    keep = rules[0].framing.circulation_keep
    for q in range(publics.size):
        for m in range(issues.shape[1]):
            issue = issues[publics[q].polity, m]
            for on in range(2):
                cell = reach[q, on, m]
                _to_chances(cell)
                share = publics[q].share * (publics[q].online if on else 1.0 - publics[q].online)
                for side in range(SIDES):
                    # Members may hear the call both from their organisation and by chance.
                    issue.called[side] = min(1.0, issue.called[side] + share * cell.march[side])
            for side in range(SIDES):
                offline, online = reach[q, 0, m], reach[q, 1, m]
                stronger = online if online.resonance[side] > offline.resonance[side] else offline
                circulation[q, m, side] *= keep
                if stronger.resonance[side] >= circulation[q, m, side]:
                    circulation[q, m, side] = stronger.resonance[side]
                    circulating[q, m, side] = stronger.frame[side]
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                total = strength(issue, side)
                issue.hostility[side] = issue.hostility[side] / total if total > 0.0 else 0.0


@compiled
def dearest(publics, p):
    """The frame that a polity's citizens value most."""
    best, chosen = -1.0, -1
    for f in range(publics[0].values.size):
        value = 0.0
        for q in range(publics.size):
            value += publics[q].share * publics[q].values[f] if publics[q].polity == p else 0.0
        if value > best:
            best, chosen = value, f
    return chosen


@compiled
def _counter_frame(rules, polities, issues, publics, reach):
    """A government that denied speaks for the other side, in the frame that its citizens value most and with the
    credibility of its legitimacy; so does the news of disorder, loudly. Wasow 2020.
    """
    for q in range(publics.size):
        p = publics[q].polity
        hazard = rules[0].response.denial_reach * publics[q].diet[MASS_MEDIA]
        for m in range(issues.shape[1]):
            for side in range(SIDES):
                shown = issues[p, m].disorder[side]
                if shown > 0.0:
                    frame = dearest(publics, p) if rules[0].framing.on else -1
                    order, disorder = rules[0].violence.alarm, rules[0].violence.reach * publics[q].diet[MASS_MEDIA]
                    resonance = order * fit(publics[q], frame, rules[0].framing)
                    for on in range(2):
                        speak(reach[q, on, m], 1 - side, disorder * shown, order, resonance, frame)
                if issues[p, m].denied[side]:
                    frame = dearest(publics, p) if rules[0].framing.on else -1
                    trust = polities[p].legitimacy
                    resonance = trust * fit(publics[q], frame, rules[0].framing)
                    for on in range(2):
                        reach[q, on, m].exposure += hazard
                        speak(reach[q, on, m], 1 - side, hazard, trust, resonance, frame)


@compiled
def _carry_hashtags(rules, polities, issues, publics, reach):
    """Whoever carries a hashtag is heard online; calls under it move people once the issue is talked of enough."""
    rule = rules[0].hashtag
    if not rule.on:
        return
    for q in range(publics.size):
        p = publics[q].polity
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                carried = issue.hashtag[side]
                if carried <= 0.0:
                    continue
                removed = platform_control(polities[p].platform_regulation, True, 0.0, rules[0].platform_control)
                hazard = rule.hears * carried * (1.0 - removed) * publics[q].diet[SOCIAL_MEDIA]
                cell = reach[q, 1, m]
                cell.exposure += hazard
                cell.march[side] += hazard * min(1.0, rule.complexity * issue.agenda)
                if issue.collecting[side]:
                    cell.sign[side] += hazard


@compiled
def evidence(now, arena, teams):
    """Research revises what officials think and raises the price of what it speaks against.

    Revision of the government's ideal = .98 revision + .02 `openness` x credibility with officials x quality x
    direction; price of moving the other way = .95 price + .5 share reached x quality, added to friction. Quality = the
    tactic's evidence x competence. On the side it teaches a fifth of its quality, and costs firms of the other side .5
    x reached x quality of reputation. Keck & Sikkink 1998: information politics.
    """
    polities, issues = arena.polities, arena.issues
    organisations, stances, tactics, campaigns = teams.organisations, teams.stances, teams.tactics, teams.campaigns
    rule = now.rules[0].evidence
    if not rule.on:
        return
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issues[p, m].revision *= rule.keep
            for side in range(SIDES):
                issues[p, m].price[side] *= rule.keep_price
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        tactic = tactics[campaign.tactic]
        issue = issues[campaign.polity, campaign.issue]
        if tactic.evidence == 0.0:
            continue
        quality = tactic.evidence * campaign.competence
        a = organisations[campaign.organisation]
        direction = 1.0 if campaign.side == 0 else -1.0
        revised = rule.gain * polities[campaign.polity].openness * a.credibility[OFFICIALS] * quality
        issue.revision += revised * direction
        campaign.won += revised
        campaign.hampered = rule.price * campaign.reached * quality
        issue.price[1 - campaign.side] += campaign.hampered
        a.learnedness = (1.0 - rule.repute_rate) * a.learnedness + rule.repute_rate * quality
        for o in range(organisations.size):
            firm = organisations[o]
            other = (stances[o, campaign.issue] > issue.policy) != (campaign.side == 0)
            if firm.kind == FIRM and firm.polity == campaign.polity and other:
                firm.reputation = max(0.0, firm.reputation - rule.reputation * campaign.reached * quality)


@compiled
def contest(own, other, everybody_else, exponent, openness, conflict):
    """Success of lobbying, 0..1: R_a^m / (R_a^m + R_b^m + Q^m) x openness x (1 - conflict).

    own, other, everybody_else: effort in the same unit; conflict: share of organised strength on the other side.
    Tullock 1980; Mahoney 2007.
    """
    mine = power(own, exponent)
    total = mine + power(other, exponent) + power(everybody_else, exponent)
    return mine / total * openness * (1.0 - conflict) if total > 0.0 else 0.0


@compiled
def strength(issue, side):
    """A side's organised strength on an issue: the effort of all its campaigns."""
    total = 0.0
    for kind in range(issue.effort.shape[1]):
        total += issue.effort[side, kind]
    return total


@compiled
def _efforts_inside(p, m, home, issue, teams, rules):
    """A side's effort inside this week: easier with access, for the institutionalised and the credible, less for who is
    hostile elsewhere. Who is let in comes nearer to who lets in, and to its ways: capture. Selznick 1949.
    """
    rule, hostile = rules[0].lobbying, rules[0].backlash
    effort = np.zeros(SIDES)
    for c in range(teams.campaigns.size):
        campaign = teams.campaigns[c]
        here = active(campaign) and campaign.polity == p and campaign.issue == m
        if here and teams.tactics[campaign.tactic].pressure == INSIDE:
            o = campaign.organisation
            a = teams.organisations[o]
            ease = 1.0 + rule.by_access * home.access
            _, _, access, _ = institutionalisation(a.institutionalisation, rules[0].institutionalisation)
            ease *= access * (1.0 + rule.by_credibility * (a.credibility[OFFICIALS] - _MIDDLE))
            lost = hostile.insider_risk * a.hostility if hostile.on else 0.0
            effort[campaign.side] += campaign.effort * ease * (1.0 - lost)
            if rule.on:
                drawn = rule.capture * home.access
                teams.stances[o, m] += drawn * (issue.ideal + issue.revision - teams.stances[o, m])
                a.institutionalisation += drawn * (1.0 - a.institutionalisation)
    return effort


@compiled
def _open_doors(issue, side, openness, opens):
    """How far doors stand open to a side this week: a running consultation opens them further."""
    if issue.consulting[side] > 0:
        issue.consulting[side] -= 1
        return min(1.0, openness + opens)
    return openness


@compiled
def lobbying(now, arena, teams):
    """A contest for officials' time, by those who know them: what lasts are relations, not a week's visits.

    Contacts of a side K = .96 K + .04 L, L = effort inside x (1 + `access`) x (1 + officials' trust in the team - .5) x
    (1 + .3 (`institutionalisation` - .7)). Success = K^1.5 / (K^1.5 + other side's K^1.5 + (.42 x field)^1.5) x
    `openness` (+ .3 while it is consulted, at most 1) x (1 - .5 the other side's share of all effort on the issue,
    remembered alike) x .06/(.06 + z): politics is decided inside where it is quiet. Where the government's ideal lies
    that way, contacts are work done for it: x 1.25. A firm's campaigns inside also spend its `lobby_budget`, .4 a week.
    Each week inside draws stance and institutionalisation by .01 `access` toward the government's ideal and 1. Tullock
    1980; Bouwen 2002; Hall & Deardorff 2006; Mahoney 2007; Culpepper 2011.
    """
    rules, polities, issues = now.rules, arena.polities, arena.issues
    rule = rules[0].lobbying
    for p in range(issues.shape[0]):
        home = polities[p]
        others = rule.others * home.field
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            effort = _efforts_inside(p, m, home, issue, teams, rules)
            for side in range(SIDES):
                issue.contacts[side] = rule.keep * issue.contacts[side] + (1.0 - rule.keep) * effort[side]
                issue.worked[side] = rule.keep * issue.worked[side] + (1.0 - rule.keep) * strength(issue, side)
            organised = issue.worked[0] + issue.worked[1]
            for side in range(SIDES):
                issue.lobby_success[side] = 0.0
                doors = _open_doors(issue, side, home.openness, rules[0].response.consult_opens)
                if rule.on and issue.contacts[side] > 0.0:
                    conflict = rule.conflict * issue.worked[1 - side] / organised if organised > 0.0 else 0.0
                    success = contest(
                        issue.contacts[side], issue.contacts[1 - side], others, rule.effort_exponent, doors, conflict
                    )
                    wanted = (issue.ideal + issue.revision > issue.policy) == (side == 0)
                    success *= unwatched(issue.salience, rule) * (1.0 + (rule.subsidy if wanted else 0.0))
                    issue.lobby_success[side] = min(1.0, success)
