"""The parameters of the rules of alliances: one class per mechanism, in the order of the week."""

from __future__ import annotations

from typing import Literal

from advosim.scenario.declare import Mechanism, choice, number


class Enlist(Mechanism):
    """Information used to win supporters: evidence x credibility speaks for a partner, a recipient, an appellant."""

    weight: float = number(1.0, 0, 20, "weight of good evidence from a credible source", unit="logit", source="seed 1")


class Ties(Mechanism):
    """Personal and working relationships: fewer over distance, languages and borders, more by shared leaders.

    Tied pairs meet more often and start with more trust; triads close; every tie takes upkeep. Murdie 2014.
    """

    chance: float = number(
        0.2, 0, 1, "tie between neighbours of one language", unit="per pair", source="proposal", founding=True
    )
    reach: float = number(0.3, 0.01, 10, "distance at which it falls to 1/e", unit="of a polity's girth", founding=True)
    language: float = number(0.3, 0, 1, "factor across languages", source="proposal", founding=True)
    abroad: float = number(0.1, 0, 1, "factor across borders", source="Murdie 2014: rarer", founding=True)
    shared_leader: float = number(3.0, 1, 100, "factor by a shared leader", source="register", founding=True)
    closure: float = number(0.02, 0, 1, "friends of friends who tie", unit="per pair and quarter", source="proposal")
    fading: float = number(
        0.03, 0, 1, "ties that fade without a common alliance", unit="per quarter", source="proposal"
    )
    trust: float = number(0.2, 0, 1, "trust gained at the start", source="proposal")
    upkeep: float = number(0.02, 0, 1, "cost of a tie", unit="share of income a week", source="register")


class AllianceFormation(Mechanism):
    """Organisations on one side meet each quarter and ally by mutual consent; each decides by a logit.

    Hojnacki 1997; Hula 1999; Sabatier 1988; Barman 2002.
    """

    meet: float = number(0.3, 0, 1, "pairs without a tie that meet", unit="per quarter", source="proposal")
    meet_tied: float = number(0.9, 0, 1, "pairs with a tie that meet", unit="per quarter", source="proposal")
    readiness: float = number(-2.4, -20, 20, "readiness to ally", unit="logit", source="tried")
    by_goals: float = number(2.0, 0, 20, "by overlap of goals and priorities", unit="logit", source="tried")
    by_opponent: float = number(1.0, 0, 20, "by the other side's share of efforts", unit="logit", source="tried")
    by_trust: float = number(1.5, 0, 20, "by trust", unit="logit", source="tried")
    by_expertise: float = number(1.0, 0, 20, "by complementary expertise", unit="logit", source="tried")
    by_salience: float = number(0.5, 0, 20, "by mean salience of .1", unit="logit", source="tried")
    by_niche: float = number(1.5, 0, 20, "lost by living on the same niche", unit="logit", source="Barman 2002")
    by_culture: float = number(1.0, 0, 20, "lost by distance of cultures", unit="logit", source="tried")
    by_size: float = number(0.1, 0, 5, "lost by each member", unit="logit", source="tried")
    formal: float = number(0.15, 0, 1, "memoranda signed", unit="per quarter, if fully cohesive", source="proposal")


class Power(Mechanism):
    """Say in an alliance goes with funds ^ psi: 0 is one organisation, one vote, 1 lets the rich decide."""

    psi: float = number(0.5, 0, 1, "weight of funds in decisions", unit="exponent", source="seed 2")
    by_distance: float = number(0.5, 0, 5, "satisfaction lost by distance to the line", unit="per position")


class InternalCommunication(Mechanism):
    """Meetings, updates and reports take a share of the common means; they drive cohesion, retention and good plans."""

    share: float = number(0.05, 0, 1, "common means that it takes", unit="share", source="register")
    half: float = number(0.05, 0.001, 1, "share of half quality", unit="share", source="proposal")
    rate: float = number(0.1, 0, 1, "adjustment of cohesion", unit="per week", source="proposal")
    retention: float = number(2.0, 0, 20, "exits spared by cohesion", unit="logit", source="proposal")


class Clash(Mechanism):
    """A source of conflict in alliances."""

    hazard: float = number(0.3, 0, 1, "conflicts of the most distant pair", unit="per quarter, at distance 1")
    damage: float = number(0.3, 0, 1, "trust and satisfaction lost by a conflict", source="proposal")
    remedy: float = number(0.6, 0, 1, "conflicts that the remedy spares at its best", unit="share", source="proposal")


class CultureClash(Clash):
    """Ways of working differ; the remedy is shared understanding, by internal communication. Seed 2."""


class PriorityClash(Clash):
    """Priorities differ; the remedy is negotiation among members with equal say. Seed 2."""


class StrategyClash(Clash):
    """Strategies differ; the remedy is an agreed framework, the memorandum. Seed 2."""


class AllianceExit(Mechanism):
    """At quarterly meetings members leave by a logit of trust, satisfaction, size and cohesion; one alone is none.

    Off: nobody leaves but who closes, whom policy went past, or who gave in to a boycott.
    """

    readiness: float = number(-4.6, -20, 20, "readiness to leave", unit="logit per week", source="tried")
    by_distrust: float = number(3.0, 0, 20, "by distrust", unit="logit", source="tried")
    by_satisfaction: float = number(1.5, 0, 20, "lost by satisfaction", unit="logit", source="tried")
    by_size: float = number(0.15, 0, 5, "by each member beyond three", unit="logit", source="tried")
    by_memorandum: float = number(0.7, 0, 20, "lost by a memorandum", unit="logit", source="tried")
    satisfaction_rate: float = number(0.1, 0, 1, "adjustment of satisfaction", unit="per week", source="proposal")
    satisfaction_rest: float = number(0.6, 0, 1, "satisfaction with usual results, fairly shared", source="proposal")
    by_results: float = number(0.6, 0, 5, "satisfaction by results beyond the usual", source="proposal")


class Solidarity(Mechanism):
    """An ally in trouble gets funds, and public backing when its cause is repressed. Seed 2."""

    share: float = number(0.05, 0, 1, "means that a trusting ally gives", unit="share", source="register")
    trouble: float = number(4.0, 0, 52, "means that count as trouble", unit="weeks of running cost", source="proposal")
    backing: float = number(0.1, 0, 1, "public trust lent after repression", source="proposal")


class PeerLearning(Mechanism):
    """V_ik += .1 T_ij (V_jk - V_ik) among allies each quarter; diverse alliances experiment more. Seed 2."""

    rate: float = number(0.1, 0, 1, "step toward an ally's value of a tactic, at full trust", source="register")
    by_diversity: float = number(1.0, 0, 10, "rise of experiments in fully diverse alliances", unit="share")


class CollaborativePlatform(Mechanism):
    """Shared infrastructure lowers coordination cost and spreads tactics; citizens may join and carry messages on."""

    chance: float = number(0.05, 0, 1, "platforms built, at full digital skill", unit="per quarter", source="proposal")
    cost: float = number(0.05, 0, 1, "upkeep", unit="share of common means", source="proposal")
    saving: float = number(0.5, 0, 1, "coordination cost spared", unit="share", source="register")
    spreading: float = number(1.0, 0, 10, "rise of peer learning", unit="share", source="proposal")
    join: float = number(0.05, 0, 1, "those online reached who join", unit="share", source="proposal")
    keep: float = number(0.98, 0, 1, "followers kept from week to week", unit="share", source="proposal")
    voice: float = number(2.0, 0, 50, "rise of reach on social media if all online follow", unit="share")


class JointPlan(Mechanism):
    """Alliances plan jointly: they read publics and government, set an aim, and pick two or three tactics by role, with
    one key message and dates; they plan anew where that disappoints.

    Off: allies have no plan in common.
    """

    weeks: int = number(8, 1, 104, "length of a plan", unit="weeks", source="register")
    roles: int = number(3, 1, 3, "tactics at once, at most one a member", unit="tactics", source="seed 2")
    stagger: int = number(1, 0, 26, "weeks between the starts of roles", unit="weeks", source="proposal")
    noise: float = number(0.3, 0, 5, "sd of the situation analysis, unless communication is good", unit="values")
    poll_noise: float = number(
        0.2, 0, 2, "sd of readings of publics and government, without research and communication", source="proposal"
    )
    by_situation: float = number(
        2.0, 0, 20, "weight of tactics that serve a reading beyond the usual", unit="logit", source="proposal"
    )
    half_salience: float = number(
        0.025, 0.001, 1, "salience at which supporters are half ready to be moved", unit="share of mind", source="tried"
    )
    patience: float = number(0.4, 0, 1, "results and self-survey below which a plan is dropped", source="proposal")
    survey_noise: float = number(0.1, 0, 1, "sd of a member's answer to the self-survey", source="proposal")


class Pooling(Mechanism):
    """A share of campaign means, contacts, research and premises is common, more under a memorandum. Seed 2.

    Off: each role of a joint plan is paid by whoever has it.
    """

    share: float = number(0.3, 0, 1, "campaign means in common", unit="share", source="register")
    by_memorandum: float = number(0.5, 0, 5, "rise of that share by a memorandum", unit="share", source="proposal")
    research: float = number(1.0, 0, 1, "of partners' research that serves to read the situation", source="seed 2")
    premises: float = number(0.5, 0, 1, "fixed cost of what is pooled that can be shared", source="proposal")


class AllianceStrength(Mechanism):
    """Budgets add; expertise counts as far as trust unlocks it; coordination costs; diversity pays at high salience.

    Junk 2019; Kluever 2011; Heaney & Lorenz 2013. Off: as one organisation alone.
    """

    addition: float = number(1.0, 0.1, 2, "budgets add as (sum R^r)^(1/r)", unit="exponent", source="register")
    coordination: float = number(0.06, 0, 1, "strength lost by each further member", unit="share", source="tried")
    least: float = number(0.3, 0, 1, "strength that coordination leaves", unit="share", source="tried")
    diversity: float = number(0.6, 0, 2, "weight of diversity", unit="share", source="Junk 2019")
    half_salience: float = number(0.1, 0.001, 1, "salience above which diversity pays", unit="share of mind")
    seat: float = number(0.02, 0, 1, "upkeep of a seat", unit="share of income a week", source="register")


class Inclusion(Mechanism):
    """Alliances with those who have a stake gain legitimacy with all audiences, and reach among them. Seed 2."""

    legitimacy: float = number(0.2, 0, 1, "usual credibility by all stakes represented", source="register")
    reach: float = number(0.2, 0, 5, "rise of reach in a represented public at full stake", unit="share")


class BenefitSharing(Mechanism):
    """Credit and new members are shared equally, by contribution or by funds; who gets less than he gives is
    dissatisfied. Seed 2. Off: by contribution, and new members go to whoever called them.
    """

    by: Literal["contribution", "equal", "funds"] = choice("contribution", "what the shares follow", source="register")
    by_inequity: float = number(1.0, 0, 10, "satisfaction lost by inequity", unit="per share", source="seed 2")
    keep: float = number(0.95, 0, 0.999, "contributions remembered from week to week", unit="share")


class Trust(Mechanism):
    """T_ij moves to what partners delivered; conflict and free riding cost trust, endorsement earns it.

    Heaney & Leifeld 2018. What is delivered rises in trust with a slope below 1, or trust would be bistable.
    """

    start: float = number(0.5, 0, 1, "trust in strangers of one's own side", source="proposal")
    rate: float = number(
        0.2, 0, 1, "step toward what was delivered", unit="per 4 weeks of joint work", source="register"
    )
    slope: float = number(0.3, 0, 0.99, "delivery withheld without trust", unit="share", source="tried")
    endorsement: float = number(0.05, 0, 1, "trust earned by an endorsement", unit="per campaign", source="proposal")
    mediation: float = number(0.5, 0, 1, "damage by conflict that mediation spares", unit="share", source="register")
    fading: float = number(0.05, 0, 1, "trust beyond the first lost without alliance", unit="per quarter")
