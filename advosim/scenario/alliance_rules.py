"""The parameters of the rules of alliances: one class per mechanism, in the order of the week."""

from __future__ import annotations

from typing import Literal

from advosim.scenario.declare import Mechanism, choice, number


class Enlist(Mechanism):
    """Information used to win supporters: evidence x credibility speaks for a partner, a recipient, an appellant."""

    weight: float = number(5.0, 0, 20, "weight of good evidence from a credible source", unit="logit", assumed=12,
        source="Keck & Sikkink 1998: information wins allies")  # fmt: skip


class Ties(Mechanism):
    """Personal and working relationships: fewer over distance, languages and borders, more by shared leaders.

    Tied pairs meet more often and start with more trust; triads close; every tie takes upkeep. Murdie 2014.
    """

    chance: float = number(
        0.2, 0, 1, "tie between neighbours of one language", unit="per pair", assumed=12, founding=True
    )
    reach: float = number(
        0.3, 0.01, 10, "distance at which it falls to 1/e", unit="of a polity's girth", assumed=12, founding=True
    )
    language: float = number(0.3, 0, 1, "factor across languages", assumed=12, founding=True)
    abroad: float = number(0.1, 0, 1, "factor across borders", assumed=12,
        source="Murdie 2014: ties across borders are rarer", founding=True)  # fmt: skip
    shared_leader: float = number(3.0, 1, 100, "factor by a shared leader", assumed=12,
        source="Carroll & Ratner 1996: shared members link organisations", founding=True)  # fmt: skip
    closure: float = number(0.02, 0, 1, "friends of friends who tie", unit="per pair and quarter", assumed=12,
        source="Granovetter 1973: friends of friends meet")  # fmt: skip
    fading: float = number(0.03, 0, 1, "ties that fade without a common alliance", unit="per quarter", assumed=12)
    trust: float = number(
        0.2, 0, 1, "trust gained at the start", assumed=12, source="Gulati 1995: familiarity breeds trust"
    )
    upkeep: float = number(0.02, 0, 1, "cost of a tie", unit="share of income a week", assumed=12,
        source="Bloodgood & Clough 2017: networks burden organisations")  # fmt: skip


class AllianceFormation(Mechanism):
    """Organisations on one side meet each quarter and ally by mutual consent; each decides by a logit.

    Hojnacki 1997; Hula 1999; Sabatier 1988; Barman 2002.
    """

    meet: float = number(0.3, 0, 1, "pairs without a tie that meet", unit="per quarter", assumed=12)
    meet_tied: float = number(0.9, 0, 1, "pairs with a tie that meet", unit="per quarter", assumed=12)
    readiness: float = number(-2.4, -20, 20, "readiness to ally", unit="logit", assumed=12)
    by_goals: float = number(2.0, 0, 20, "by overlap of goals and priorities", unit="logit", assumed=12,
        source="Sabatier 1988: shared beliefs bind coalitions")  # fmt: skip
    by_opponent: float = number(1.0, 0, 20, "by the other side's share of efforts", unit="logit", assumed=12,
        source="Hojnacki 1997: strong opponents make allies")  # fmt: skip
    by_trust: float = number(1.5, 0, 20, "by trust", unit="logit", assumed=12)
    by_expertise: float = number(1.0, 0, 20, "by complementary expertise", unit="logit", assumed=12,
        source="Hula 1999: coalitions pool what members lack")  # fmt: skip
    by_salience: float = number(0.5, 0, 20, "by mean salience of `salient`", unit="logit", assumed=12,
        source="Mahoney 2007: coalitions form on salient issues")  # fmt: skip
    salient: float = number(0.1, 0.001, 1, "mean salience at which `by_salience` counts in full", unit="share of mind",
        source="convention: a tenth of the mind, the half-salience of other rules")  # fmt: skip
    by_niche: float = number(1.5, 0, 20, "lost by living on the same niche", unit="logit", assumed=12,
        source="Barman 2002: competition for resources divides")  # fmt: skip
    by_culture: float = number(1.0, 0, 20, "lost by distance of cultures", unit="logit", assumed=12)
    by_size: float = number(0.1, 0, 5, "lost by each member", unit="logit", assumed=12,
        source="Olson 1965: large groups are harder to join for a gain")  # fmt: skip
    formal: float = number(0.15, 0, 1, "memoranda signed", unit="per quarter, if fully cohesive", assumed=12)


class Power(Mechanism):
    """Say in an alliance goes with funds ^ psi: 0 is one organisation, one vote, 1 lets the rich decide."""

    psi: float = number(0.5, 0, 1, "weight of funds in decisions", unit="exponent", assumed=12,
        source="Pfeffer & Salancik 1978: resources give power")  # fmt: skip
    by_distance: float = number(0.5, 0, 5, "satisfaction lost by distance to the line", unit="per position", assumed=12)


class InternalCommunication(Mechanism):
    """Meetings, updates and reports take a share of the common means; they drive cohesion, retention and good plans."""

    share: float = number(0.05, 0, 1, "common means that it takes", unit="share", assumed=12)
    half: float = number(0.05, 0.001, 1, "share of half quality", unit="share", assumed=12)
    rate: float = number(0.1, 0, 1, "adjustment of cohesion", unit="per week", assumed=12)
    retention: float = number(2.0, 0, 20, "exits spared by cohesion", unit="logit", assumed=12)


class Clash(Mechanism):
    """A source of conflict in alliances."""

    hazard: float = number(
        0.3, 0, 1, "conflicts of the most distant pair", unit="per quarter, at distance 1", assumed=12
    )
    damage: float = number(0.3, 0, 1, "trust and satisfaction lost by a conflict", assumed=12)
    remedy: float = number(0.6, 0, 1, "conflicts that the remedy spares at its best", unit="share", assumed=12,
        source="Gray 1989: process can settle much of conflict among partners")  # fmt: skip


class CultureClash(Clash):
    """Ways of working differ; the remedy is shared understanding, by internal communication."""


class PriorityClash(Clash):
    """Priorities differ; the remedy is negotiation among members with equal say."""


class StrategyClash(Clash):
    """Strategies differ; the remedy is an agreed framework, the memorandum."""


class AllianceExit(Mechanism):
    """At quarterly meetings members leave by a logit of trust, satisfaction, size and cohesion; one alone is none.

    Off: nobody leaves but who closes, whom policy went past, or who gave in to a boycott.
    """

    readiness: float = number(-4.6, -20, 20, "readiness to leave", unit="logit per week", assumed=12)
    by_distrust: float = number(3.0, 0, 20, "by distrust", unit="logit", assumed=12)
    by_satisfaction: float = number(1.5, 0, 20, "lost by satisfaction", unit="logit", assumed=12)
    by_size: float = number(0.15, 0, 5, "by each member beyond three", unit="logit", assumed=12)
    by_memorandum: float = number(0.7, 0, 20, "lost by a memorandum", unit="logit", assumed=12)
    satisfaction_rate: float = number(0.1, 0, 1, "adjustment of satisfaction", unit="per week", assumed=12)
    satisfaction_rest: float = number(0.6, 0, 1, "satisfaction with usual results, fairly shared", assumed=12)
    by_results: float = number(0.6, 0, 5, "satisfaction by results beyond the usual", assumed=12)


class Solidarity(Mechanism):
    """An ally in trouble gets funds, and public backing when its cause is repressed."""

    share: float = number(0.05, 0, 1, "means that a trusting ally gives", unit="share", assumed=12)
    trouble: float = number(4.0, 0, 52, "means that count as trouble", unit="weeks of running cost", assumed=12)
    backing: float = number(0.1, 0, 1, "public trust lent after repression", assumed=12)


class PeerLearning(Mechanism):
    """V_ik += .1 T_ij (V_jk - V_ik) among allies each quarter; diverse alliances experiment more."""

    rate: float = number(0.1, 0, 1, "step toward an ally's value of a tactic, at full trust", assumed=12,
        source="Strang & Soule 1998: practices diffuse along ties")  # fmt: skip
    by_diversity: float = number(1.0, 0, 10, "rise of experiments in fully diverse alliances", unit="share", assumed=12)


class CollaborativePlatform(Mechanism):
    """Shared infrastructure lowers coordination cost and spreads tactics; citizens may join and carry messages on."""

    chance: float = number(0.05, 0, 1, "platforms built, at full digital skill", unit="per quarter", assumed=12)
    cost: float = number(0.05, 0, 1, "upkeep", unit="share of common means", assumed=12)
    saving: float = number(0.5, 0, 1, "coordination cost spared", unit="share", assumed=12,
        source="Bennett & Segerberg 2012: digital media lower the cost of coordination")  # fmt: skip
    spreading: float = number(1.0, 0, 10, "rise of peer learning", unit="share", assumed=12)
    join: float = number(0.05, 0, 1, "those online reached who join", unit="share", assumed=12)
    keep: float = number(0.98, 0, 1, "followers kept from week to week", unit="share", assumed=12)
    voice: float = number(2.0, 0, 50, "rise of reach on social media if all online follow", unit="share", assumed=12)


class JointPlan(Mechanism):
    """Alliances plan jointly: they read publics and government, set an aim, and pick two or three tactics by role, with
    one key message and dates; they plan anew where that disappoints.

    Off: allies have no plan in common.
    """

    weeks: int = number(8, 1, 104, "length of a plan", unit="weeks", assumed=12)
    roles: int = number(3, 1, 3, "tactics at once, at most one a member", unit="tactics", assumed=12)
    stagger: int = number(1, 0, 26, "weeks between the starts of roles", unit="weeks", assumed=12)
    noise: float = number(
        0.3, 0, 5, "sd of the situation analysis, unless communication is good", unit="values", assumed=12
    )
    poll_noise: float = number(
        0.2, 0, 2, "sd of readings of publics and government, without research and communication", assumed=12
    )
    by_situation: float = number(2.0, 0, 20, "weight of tactics that serve a reading beyond the usual", unit="logit",
        assumed=12, source="Kitschelt 1986: tactics fit the situation")  # fmt: skip
    half_salience: float = number(
        0.025, 0.001, 1, "salience at which supporters are half ready to be moved", unit="share of mind", assumed=12
    )
    patience: float = number(0.4, 0, 1, "results and self-survey below which a plan is dropped", assumed=12)
    survey_noise: float = number(0.1, 0, 1, "sd of a member's answer to the self-survey", assumed=12)


class Pooling(Mechanism):
    """A share of campaign means, contacts, research and premises is common, more under a memorandum.

    Off: each role of a joint plan is paid by whoever has it.
    """

    share: float = number(0.3, 0, 1, "campaign means in common", unit="share", assumed=12)
    by_memorandum: float = number(0.5, 0, 5, "rise of that share by a memorandum", unit="share", assumed=12)
    research: float = number(1.0, 0, 1, "of partners' research that serves to read the situation",
        source="convention: all: research once shared is open to every ally")  # fmt: skip
    premises: float = number(0.5, 0, 1, "fixed cost of what is pooled that can be shared", assumed=12)


class AllianceStrength(Mechanism):
    """Budgets add; expertise counts as far as trust unlocks it; coordination costs; diversity pays at high salience.

    Junk 2019; Kluever 2011; Heaney & Lorenz 2013. Off: as one organisation alone.
    """

    addition: float = number(1.0, 0.1, 2, "budgets add as (sum R^r)^(1/r)", unit="exponent",
        source="convention: 1: budgets add up, without gain or loss")  # fmt: skip
    coordination: float = number(0.06, 0, 1, "strength lost by each further member", unit="share", assumed=12,
        source="Olson 1965: large groups coordinate badly")  # fmt: skip
    spared: float = number(1.5, 1, 3, "trust at which coordinating would cost nothing", unit="trust", assumed=12)
    least: float = number(0.3, 0, 1, "strength that coordination leaves", unit="share", assumed=12)
    diversity: float = number(0.6, 0, 2, "weight of diversity", unit="share", assumed=12,
        source="Junk 2019: diverse coalitions win at high salience only")  # fmt: skip
    half_salience: float = number(
        0.1, 0.001, 1, "salience above which diversity pays", unit="share of mind", assumed=12
    )
    seat: float = number(0.02, 0, 1, "upkeep of a seat", unit="share of income a week", assumed=12,
        source="Bloodgood & Clough 2017: networks burden organisations")  # fmt: skip


class Inclusion(Mechanism):
    """Alliances with those who have a stake gain legitimacy with all audiences, and reach among them."""

    legitimacy: float = number(0.2, 0, 1, "usual credibility by all stakes represented", assumed=12,
        source="Suchman 1995: representing those concerned gives legitimacy")  # fmt: skip
    reach: float = number(0.2, 0, 5, "rise of reach in a represented public at full stake", unit="share", assumed=12)


class BenefitSharing(Mechanism):
    """Credit and new members are shared equally, by contribution or by funds; who gets less than he gives is
    dissatisfied. Off: by contribution, and new members go to whoever called them.
    """

    by: Literal["contribution", "equal", "funds"] = choice("contribution", "what the shares follow",
        source="convention: shares follow contribution unless partners agree otherwise")  # fmt: skip
    by_inequity: float = number(1.0, 0, 10, "satisfaction lost by inequity", unit="per share", assumed=12,
        source="Adams 1965: inequity makes dissatisfied")  # fmt: skip
    keep: float = number(0.95, 0, 0.999, "contributions remembered from week to week", unit="share", assumed=12)


class Trust(Mechanism):
    """T_ij moves to what partners delivered; conflict and free riding cost trust, endorsement earns it.

    Heaney & Leifeld 2018. What is delivered rises in trust with a slope below 1, or trust would be bistable.
    """

    start: float = number(
        0.5, 0, 1, "trust in strangers of one's own side", source="convention: the middle of the scale"
    )
    rate: float = number(0.2, 0, 1, "step toward what was delivered", unit="per 4 weeks of joint work", assumed=12,
        source="Heaney & Leifeld 2018: trust follows delivery")  # fmt: skip
    slope: float = number(0.3, 0, 0.99, "delivery withheld without trust", unit="share", assumed=12)
    endorsement: float = number(0.05, 0, 1, "trust earned by an endorsement", unit="per campaign", assumed=12)
    mediation: float = number(0.5, 0, 1, "damage by conflict that mediation spares", unit="share", assumed=12)
    fading: float = number(0.05, 0, 1, "trust beyond the first lost without alliance", unit="per quarter", assumed=12)
