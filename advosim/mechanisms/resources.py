"""Phase 2: money comes in and goes out; who runs out closes."""

from __future__ import annotations

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, key, normal, stream
from advosim.world.compile import compiled
from advosim.world.state import CLOSURE

_GIFTS = stream("funds")


@compiled
def funds(clock, rules, polities, organisations, campaigns, events):
    """Funds += dues + gifts - staff - fixed cost, which repression raises. Who cannot pay in full closes.

    Resource dependence: Pfeffer & Salancik 1978.
    """
    rule = rules[0].funds
    k = key(clock[0].seed, clock[0].week, _GIFTS)
    for p in range(polities.size):
        polities[p].closures = 0
    for o in range(organisations.size):
        a = organisations[o]
        a.dues = 0.0
        a.gifts = 0.0
        a.running_cost = 0.0
        a.campaign_cost = 0.0
        if a.closed or not rule.on:
            continue
        home = polities[a.polity]
        a.dues = rule.fee * (a.members / home.citizens)
        a.gifts = max(0.0, a.income * (1.0 + rule.noise * normal(draw64(k, a.key))))
        owed = rule.staff * a.income + rule.fixed + rule.harassment * home.repression
        means = a.funds + a.dues + a.gifts
        a.running_cost = min(owed, means)
        a.funds = means - a.running_cost
        if a.running_cost < owed:
            a.closed = True
            campaigns[o].weeks_left = 0
            home.closures += 1
            note(clock, events, CLOSURE, a.polity, -1, o, -1, -1, -1, 0.0)
