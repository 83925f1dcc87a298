"""The parameters of the rules by which organisations begin, part and merge: one class per mechanism."""

from __future__ import annotations

from advosim.scenario.declare import Mechanism, number


class Registration(Mechanism):
    """Entry cost at work: permits refused, fees, reports; and staff hired on grants must be paid when these stop.

    Where a polity has newcomers. Dupuy, Ron & Prakash 2015; Christensen & Weinstein 2013.
    """

    refusal: float = number(0.9, 0, 1, "new organisations that full entry cost refuses", unit="share", assumed=28,
        source="Christensen & Weinstein 2013: laws bar whole kinds of organisations")  # fmt: skip
    fee: float = number(4.0, 0, 1000, "cost of being registered, at full entry cost", unit="budgets", assumed=28)
    least: float = number(0.5, 0, 1000, "what must be left to begin with", unit="budgets", assumed=28)
    compliance: float = number(0.15, 0, 5, "cost of reports and renewals, at full entry cost", unit="budgets a week",
        assumed=28, source="Dupuy, Ron & Prakash 2016: hostile laws close organisations")  # fmt: skip
    hired: float = number(0.6, 0, 1, "grants that go into staff", unit="share of grants", assumed=28,
        source="Pfeffer & Salancik 1978: who lives on one source depends on it")  # fmt: skip
    hire: float = number(0.3, 0, 1, "move of staff toward what grants pay, where they rise", unit="a month", assumed=28)
    dismiss: float = number(0.1, 0, 1, "that where they fall: notice, rent and hope", unit="a month", assumed=28)


class Merger(Mechanism):
    """Who closes goes over to the ally it trusts most: members follow, and what its staff could do is not lost."""

    trust: float = number(0.55, 0, 1, "trust from which it does", assumed=28)
    follow: float = number(0.6, 0, 1, "members who follow", unit="share", assumed=28)
    skill: float = number(0.5, 0, 1, "way to the better skill that the other goes", unit="share", assumed=28)


class Founding(Mechanism):
    """Citizens found an organisation: the more, the more of a public is aware, aggrieved and not served.

    Those that are there make one more legitimate, then crowd it out. Hannan & Freeman 1989; Salisbury 1969; Gray &
    Lowery 1996.
    """

    rate: float = number(2.5, 0, 1000, "attempts where demand is full and nobody serves it", unit="a week", assumed=28)
    half_salience: float = number(0.1, 0.001, 1, "salience at which half of the demand counts", unit="share of mind",
        source="convention: the half-salience of other rules")  # fmt: skip
    by_grievance: float = number(1.0, 0, 20, "rise of demand by grievance", unit="share", assumed=28,
        source="Truman 1951: disturbance makes groups")  # fmt: skip
    by_street: float = number(1.0, 0, 20, "rise of demand by large protest", unit="share", assumed=28,
        source="Minkoff 1997: protest makes room for organisations")  # fmt: skip
    large: float = number(0.005, 0.0001, 1, "protest by which half of that comes", unit="share of citizens", assumed=28)
    strange: float = number(0.3, 0, 1, "what is left of the rate where nobody has founded", unit="share", assumed=28,
        source="Hannan & Freeman 1989: numbers make a form legitimate")  # fmt: skip
    known: float = number(10.0, 0.1, 1000, "organisations that make half of the rest", unit="organisations", assumed=28)
    capacity: float = number(3.0, 0.1, 1000, "organisations on one niche that leave 1/e of the rate",
        unit="organisations", assumed=28, source="Hannan & Freeman 1989: numbers make for competition")  # fmt: skip
    spread: float = number(0.7, 0, 3, "sd of the log of what founders raise", unit="log", assumed=28)
    circle: float = number(0.005, 0, 1, "members at the founding", unit="share of citizens", assumed=28)
    stance_within: float = number(0.1, 0, 1, "sd of the stance around the side's mean attitude", unit="position",
        assumed=28)  # fmt: skip


class Schism(Mechanism):
    """Members who stand far from their organisation's line, and have no voice in it, leave and found their own.

    Hirschman 1970; Balser 1997.
    """

    chance: float = number(0.06, 0, 1, "chance where all members do", unit="per quarter", assumed=28)
    far: float = number(0.5, 0, 2, "distance to the line that is far", unit="position", assumed=28)


class Formalisation(Mechanism):
    """Who called to large protests again and again founds a formal organisation. Zald & Ash 1966; Staggenborg 1988."""

    large: float = number(0.002, 0.0001, 1, "protest that is large", unit="share of citizens", assumed=28)
    keep: float = number(0.98, 0, 1, "what is remembered of such weeks", unit="per week", assumed=28)
    weeks: float = number(3.0, 0, 100, "weeks remembered from which it may be founded", unit="weeks", assumed=28)
    chance: float = number(0.05, 0, 1, "chance then", unit="per week", assumed=28)
    share: float = number(0.3, 0, 1, "means and members that go with it", unit="share", assumed=28)
    trust: float = number(0.3, 0, 1, "trust between the two, beyond that of ties", assumed=28)
