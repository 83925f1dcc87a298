"""Phase 5: campaigns become evidence, messages, calls to act and insider contacts."""

from __future__ import annotations

import numpy as np

from advosim.world.chance import exp, log
from advosim.world.compile import compiled
from advosim.world.state import (
    CALL_SHOW_UP,
    CALL_SIGN,
    CHANNELS,
    FACE_TO_FACE,
    INSIDE,
    MASS_MEDIA,
    OFFICIALS,
    PUBLIC,
    SIDES,
    SOCIAL_MEDIA,
)

_CHANNELS = len(CHANNELS)


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
def _hazard(campaign, tactic, polity, public, online, rule):
    """The hazard to hear a campaign in a week, for members of a public who are online (1.0) or not (0.0)."""
    face_to_face, mass_media, social_media = gates(polity.media_freedom, online, rule.gate)
    contact = campaign.mix[FACE_TO_FACE] * public.diet[FACE_TO_FACE] * face_to_face
    contact += campaign.mix[MASS_MEDIA] * public.diet[MASS_MEDIA] * mass_media
    contact += campaign.mix[SOCIAL_MEDIA] * public.diet[SOCIAL_MEDIA] * social_media
    return tactic.reach * campaign.effort * contact


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
                    cell.frame[side] = -1
                    cell.taught[side] = 0.0
                    cell.lesson[side] = 0.0
                    cell.sign[side] = 0.0
                    cell.march[side] = 0.0


@compiled
def _speak(cell, side, hazard, credibility, frame):
    """A message of a side: reach adds up, but the strength of the strongest counts. Chong & Druckman 2007."""
    cell.heard[side] += hazard
    if hazard > 0.0 and credibility > cell.strength[side]:
        cell.strength[side] = credibility
        cell.frame[side] = frame


@compiled
def _deliver(cell, campaign, tactic, credibility, hazard):
    side = campaign.side
    cell.exposure += hazard
    _speak(cell, side, hazard * tactic.persuasion, credibility, campaign.frame)
    cell.taught[side] += hazard * tactic.education
    if tactic.education > 0.0:
        cell.lesson[side] = max(cell.lesson[side], credibility)
    if campaign.calling and tactic.call == CALL_SIGN:
        cell.sign[side] += hazard
    elif campaign.calling and tactic.call == CALL_SHOW_UP:
        cell.march[side] += hazard


@compiled
def _to_chances(cell):
    """1 - prod(1 - e) over campaigns and channels, whose hazards add up."""
    cell.exposure = 1.0 - exp(-cell.exposure)
    for side in range(SIDES):
        cell.heard[side] = 1.0 - exp(-cell.heard[side])
        cell.taught[side] = 1.0 - exp(-cell.taught[side])
        cell.sign[side] = 1.0 - exp(-cell.sign[side])
        cell.march[side] = 1.0 - exp(-cell.march[side])


@compiled
def _spend(campaign, organisation, tactic, issue, rule):
    spending = min(rule.spend * organisation.funds, organisation.funds)
    organisation.funds -= spending
    organisation.campaign_cost += spending
    campaign.spent += spending
    campaign.effort = rule.productivity * spending / tactic.cost * campaign.competence
    campaign.calling = (campaign.age + 1) % tactic.call_every == 0
    campaign.reached = 0.0
    issue.effort[campaign.side, tactic.pressure] += campaign.effort


@compiled
def _call_members(organisation, campaign, tactic, home):
    if campaign.calling and tactic.call == CALL_SIGN:
        organisation.calls[campaign.issue] |= np.uint8(1 << campaign.side)
    elif campaign.calling and tactic.call == CALL_SHOW_UP:
        organisation.calls[campaign.issue] |= np.uint8(4 << campaign.side)
        return organisation.members / home.citizens
    return 0.0


@compiled
def channels(clock, rules, polities, issues, publics, organisations, tactics, campaigns, reach):
    """Campaigns spend, and their messages and calls reach the publics over three channels.

    Reach is 1 - prod(1 - e) over campaigns and channels; the mix is tailored to the audience's access. Members hear the
    calls of their own organisation anyhow.
    """
    rule = rules[0].channels
    _clear(reach)
    for p in range(polities.size):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.effort[:] = 0.0
            for side in range(SIDES):
                issue.called[side] = 0.0
                issue.collecting[side] = False
    for o in range(organisations.size):
        for m in range(issues.shape[1]):
            organisations[o].calls[m] = 0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if campaign.weeks_left == 0:
            continue
        a, tactic, home = organisations[campaign.organisation], tactics[campaign.tactic], polities[campaign.polity]
        issue = issues[campaign.polity, campaign.issue]
        _spend(campaign, a, tactic, issue, rules[0].tactic_choice)
        if tactic.call == CALL_SIGN:
            issue.collecting[campaign.side] = True
        if not rule.on:
            continue
        _tailor(campaign, tactic, home, publics, rule)
        issue.called[campaign.side] += _call_members(a, campaign, tactic, home)
        for q in range(publics.size):
            public = publics[q]
            if public.polity != campaign.polity:
                continue
            for on in range(2):
                hazard = _hazard(campaign, tactic, home, public, float(on), rule)
                _deliver(reach[q, on, campaign.issue], campaign, tactic, a.credibility[PUBLIC], hazard)
                share = public.share * (public.online if on else 1.0 - public.online)
                campaign.reached += share * (1.0 - exp(-hazard))
    _counter_frame(rules, polities, issues, publics, reach)
    for q in range(publics.size):
        for on in range(2):
            share = publics[q].share * (publics[q].online if on else 1.0 - publics[q].online)
            for m in range(issues.shape[1]):
                cell = reach[q, on, m]
                _to_chances(cell)
                for side in range(SIDES):
                    # Members may hear the call both from their organisation and by chance.
                    called = issues[publics[q].polity, m].called[side] + share * cell.march[side]
                    issues[publics[q].polity, m].called[side] = min(called, 1.0)


@compiled
def _counter_frame(rules, polities, issues, publics, reach):
    """A government that denied speaks for the other side, with the credibility of its legitimacy."""
    for q in range(publics.size):
        p = publics[q].polity
        hazard = rules[0].response.denial_reach * publics[q].diet[MASS_MEDIA]
        for m in range(issues.shape[1]):
            for side in range(SIDES):
                if issues[p, m].denied[side]:
                    for on in range(2):
                        reach[q, on, m].exposure += hazard
                        _speak(reach[q, on, m], 1 - side, hazard, polities[p].legitimacy, -1)


@compiled
def evidence(rules, polities, issues, organisations, tactics, campaigns):
    """Research revises the government's ideal, as far as it is open, and raises the price of moving the other way.

    revision = .98 revision + .02 openness x credibility x quality x direction; price = .95 price + .05 reach x quality.
    Keck & Sikkink 1998: information politics.
    """
    rule = rules[0].evidence
    if not rule.on:
        return
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issues[p, m].revision *= rule.keep
            for side in range(SIDES):
                issues[p, m].price[side] *= rule.keep_price
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if campaign.weeks_left == 0:
            continue
        tactic = tactics[campaign.tactic]
        issue = issues[campaign.polity, campaign.issue]
        quality = tactic.evidence * campaign.competence
        credibility = organisations[campaign.organisation].credibility[OFFICIALS]
        direction = 1.0 if campaign.side == 0 else -1.0
        issue.revision += rule.gain * polities[campaign.polity].openness * credibility * quality * direction
        issue.price[1 - campaign.side] += rule.price * campaign.reached * quality


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
def lobbying(rules, polities, issues, tactics, campaigns):
    """Insider contacts of both sides compete for officials' time; a running consultation opens the door further."""
    rule = rules[0].lobbying
    answer = rules[0].response
    for p in range(issues.shape[0]):
        home = polities[p]
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            effort = np.zeros(SIDES)
            for c in range(campaigns.size):
                campaign = campaigns[c]
                if campaign.weeks_left > 0 and campaign.polity == p and campaign.issue == m:
                    if tactics[campaign.tactic].pressure == INSIDE:
                        effort[campaign.side] += campaign.effort * (1.0 + rule.by_access * home.access)
            organised = strength(issue, 0) + strength(issue, 1)
            for side in range(SIDES):
                issue.lobby_success[side] = 0.0
                if rule.on and effort[side] > 0.0:
                    conflict = rule.conflict * strength(issue, 1 - side) / organised
                    open_now = home.openness
                    if issue.consulting[side] > 0:
                        open_now = min(1.0, open_now + answer.consult_opens)
                    issue.lobby_success[side] = contest(
                        effort[side], effort[1 - side], rule.others, rule.effort_exponent, open_now, conflict
                    )
                if issue.consulting[side] > 0:
                    issue.consulting[side] -= 1
