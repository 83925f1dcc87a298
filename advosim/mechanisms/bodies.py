"""Phase 9: bodies press each other, and governments leave those that shame them."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.abroad import shamed_by
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, key, pair, stream
from advosim.world.codes import ABROAD, SIDES, WITHDRAWAL
from advosim.world.compile import compiled

_LEAVE = stream("withdrawal")


# ---------------------------------------------------------------- between bodies


@compiled
def overlap(mandates, i, j):
    """The share of a body's members that another has as well, 0..1."""
    members = common = 0
    for p in range(mandates.shape[1]):
        members += 1 if mandates[i, p].member else 0
        common += 1 if mandates[i, p].member and mandates[j, p].member else 0
    return common / members if members > 0 else 0.0


@compiled
def interplay(now, abroad):
    """Bodies that share members press each other on what is on their agendas.

    A body's policy moves by `rate` (0 unless a scenario sets it) a week x the share of its members that the other has
    as well x the other's agenda x the distance between both; its agenda rises likewise toward a fuller one. What moved
    returns as after adoptions (`boomerang`). Gehring & Oberthuer 2009.
    """
    rule, standing = now.rules[0].interplay, abroad.standing
    if not rule.on or rule.rate == 0.0 or standing.shape[0] < 2:
        return
    # All press as the week found them, so that their order does not matter.
    before = standing.copy()
    for i in range(standing.shape[0]):
        for j in range(standing.shape[0]):
            if i != j:
                weight = rule.rate * overlap(abroad.mandates, i, j)
                for m in range(standing.shape[1]):
                    own, other = before[i, m], before[j, m]
                    standing[i, m].policy += weight * other.agenda * (other.policy - own.policy)
                    standing[i, m].agenda += weight * max(0.0, other.agenda - own.agenda)


# ---------------------------------------------------------------- out of a body


@compiled
def exit_chance(shame, vulnerability, left, rule):
    """The chance that a government leaves in a week: rate x shame x (1 - vulnerability)(1 + 2 x share of members gone).

    von Borzyskowski & Vabulas 2019: states leave where they disagree, and after others have left.
    """
    return min(1.0, rule.rate * shame * (1.0 - vulnerability) * (1.0 + rule.by_contagion * left))


@compiled
def _shame(i, p, arena, abroad, rule):
    """How strongly a body shames a government on anything: 1 - prod(1 - shame)."""
    silent = 1.0
    for m in range(arena.issues.shape[1]):
        for side in range(SIDES):
            silent *= 1.0 - shamed_by(i, p, m, side, arena.issues, abroad, rule)
    return 1.0 - silent


@compiled
def withdrawal(now, arena, teams, abroad, events):
    """A government that a body shames may leave it rather than give way.

    Chance a week = `rate` (0 unless a scenario sets it) x s x (1 - `external_vulnerability`) x (1 + 2 x share of its
    members that have left), s = 1 - prod over issues and sides (1 - leverage x case x room x lead), the body's own part
    of shaming. Cases against who left are closed, and no tactic leads there any more. It does not come back.
    Borzyskowski & Vabulas 2019.
    """
    rule = now.rules[0].withdrawal
    if not rule.on or rule.rate == 0.0:
        return
    mandates, polities = abroad.mandates, arena.polities
    k = key(now.clock[0].seed, now.clock[0].week, _LEAVE)
    leaving = np.zeros(mandates.shape)
    for i in range(mandates.shape[0]):
        founded = left = 0
        for p in range(mandates.shape[1]):
            founded += 1 if mandates[i, p].member or mandates[i, p].left else 0
            left += 1 if mandates[i, p].left else 0
        for p in range(mandates.shape[1]):
            if mandates[i, p].member:
                shame = _shame(i, p, arena, abroad, now.rules[0].boomerang)
                chance = exit_chance(shame, polities[p].external_vulnerability, left / founded, rule)
                if draw64(pair(k, abroad.bodies[i].key), polities[p].key) < chance:
                    leaving[i, p] = chance
    for i in range(mandates.shape[0]):
        for p in range(mandates.shape[1]):
            if leaving[i, p] > 0.0:
                _leave(i, p, teams, abroad)
                note(now.clock, events, WITHDRAWAL, p, -1, -1, -1, leaving[i, p]).route = i


@compiled
def _leave(i, p, teams, abroad):
    """No case is heard there any more, and no tactic leads there."""
    abroad.mandates[i, p].member, abroad.mandates[i, p].left = False, True
    abroad.docket[i, p] = 0.0
    for t in range(teams.tactics.size):
        if teams.tactics[t].pressure == ABROAD and teams.tactics[t].venue == abroad.bodies[i].level:
            teams.allowed[p, t] = 0.0
