"""Phase 4: the frame and the audience of a new campaign."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, key, normal, pair, stream
from advosim.world.codes import COUNTER_FRAME, FACE_TO_FACE, MASS_MEDIA, MEDIA, MEDIA_SKILL, PUBLIC, SOCIAL_MEDIA
from advosim.world.compile import compiled

_POLL = stream("framing")


@compiled
def _best_frame(repertoire, values, luck, noise):
    """The frame of a repertoire that a poll with errors finds strongest; luck: key and id of its errors."""
    best, chosen = -np.inf, -1
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
def _weigh_frames(campaign, publics, circulation, circulating, rule, mean, unanswered):
    """Fill in how each frame appeals to the polity, with and without an answer to the other side's. Returns the mean
    strength with which that side's frame threatens. mean, unanswered: (frames,).
    """
    own, danger = np.zeros(mean.size), 0.0
    for q in range(publics.size):
        public = publics[q]
        if public.polity == campaign.polity:
            loud, frames = circulation[q], circulating[q]
            danger += public.share * _appeals(public, campaign.issue, campaign.side, loud, frames, rule, own)
            for f in range(mean.size):
                mean[f] += public.share * own[f]
                unanswered[f] += public.share * public.values[f]
    return danger


@compiled
def _choose_audience(now, arena, teams, talk, c, luck, own):
    """A campaign picks its frame for each public, and the one that it aims at. own: (frames,), written over."""
    rules, campaign, publics = now.rules, teams.campaigns[c], arena.publics
    repertoire, represents, tactic = teams.repertoire[c], teams.represents, teams.tactics[campaign.tactic]
    circulation, circulating, speech = talk.circulation, talk.circulating, talk.speech
    rule = rules[0].framing
    campaign.audience = -1
    most, spoken_for = 0.0, False
    for q in range(publics.size):
        public = publics[q]
        speech[c, q] = campaign.frame
        elsewhere = public.polity != campaign.polity or public.citizens == 0
        if elsewhere or not (rule.on and rules[0].message.on):
            continue
        _appeals(public, campaign.issue, campaign.side, circulation[q], circulating[q], rule, own)
        own_luck = pair(luck, public.key)
        if campaign.tailored:
            speech[c, q] = _best_frame(repertoire, own, own_luck, rule.poll_noise)
        polled = own[speech[c, q]] + rule.poll_noise * normal(draw64(pair(own_luck, own.size), 0))
        promise = _promise(public, tactic.channels, polled)
        theirs = represents[campaign.organisation, q] > 0.0
        if (theirs and not spoken_for) or (theirs == spoken_for and promise > most):
            most, campaign.audience = promise, q
            spoken_for = spoken_for or theirs


@compiled
def framing(now, arena, teams, talk, events):
    """A new campaign takes the frame of its repertoire that a noisy poll of its audience finds strongest.

    It takes the frame of its repertoire that a poll of publics' values (noise .1) finds strongest. Where a frame of the
    other side circulates it counters: a frame's weight w counts w + 1 x threat x (w - weight of theirs), threat =
    strength of what circulates, 0..1; so it answers in their frame, or in one that competes with it, rather than in a
    weaker one (event `counter_frame` where that changed the choice). A message counts 1 + .3 (weight of the frame with
    the citizen x number of frames - 1), never below 0. What competes in a public is resonance, credibility x that fit
    for the public's mean values; it circulates on, kept by .84 a week. Beside a frame r times as strong a message
    counts (1.5 - r)/.5, at most 1 and at least -.05: a beaten frame moves its hearers a little backward. A frame heard
    that fits shifts values toward it by .02. A team that changes its frame on an issue loses .03 of the media's and the
    public's trust. Snow & Benford 1988; Chong & Druckman 2007; Sniderman & Theriault 2004; Jerit 2008.
    """
    clock, rules, publics = now.clock, now.rules, arena.publics
    organisations, repertoire, campaigns = teams.organisations, teams.repertoire, teams.campaigns
    circulation, circulating = talk.circulation, talk.circulating
    rule = rules[0].framing
    k = key(clock[0].seed, clock[0].week, _POLL)
    frames = repertoire.shape[1]
    mean, unanswered, own = np.zeros(frames), np.zeros(frames), np.zeros(frames)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not campaign.fresh:
            continue
        o, m, a = campaign.organisation, campaign.issue, organisations[campaign.organisation]
        mean[:] = 0.0
        unanswered[:] = 0.0
        danger = 0.0
        if rule.on:
            danger = _weigh_frames(campaign, publics, circulation, circulating, rule, mean, unanswered)
        noise = rule.poll_noise if rule.on else 0.0
        luck = pair(k, a.key)
        campaign.frame = _best_frame(repertoire[c], mean, luck, noise)
        shared = campaign.alliance >= 0 and campaigns[c - 1].alliance == campaign.alliance
        if shared and campaigns[c - 1].weeks_left > 0:
            # The roles of a joint plan have one key message.
            campaign.frame = campaigns[c - 1].frame
        elif danger > 0.0 and campaign.frame != _best_frame(repertoire[c], unanswered, luck, noise):
            told = note(clock, events, COUNTER_FRAME, campaign.polity, m, o, campaign.side, danger)
            told.tactic, told.route = campaign.tactic, campaign.frame
        campaign.tailored = rule.on and rules[0].message.on and a.skills[MEDIA_SKILL] >= rules[0].message.tailors
        _choose_audience(now, arena, teams, talk, c, luck, own)
        if shared and campaigns[c - 1].weeks_left > 0:
            campaign.audience = campaigns[c - 1].audience
        if rule.on and a.spoke[m] >= 0 and a.spoke[m] != campaign.frame:
            for audience in (MEDIA, PUBLIC):
                a.credibility[audience] = max(0.0, a.credibility[audience] - rule.hop_cost)
        a.spoke[m] = campaign.frame
