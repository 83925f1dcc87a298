"""The parameters of the rules: one class per mechanism, by what they are about."""

from __future__ import annotations

from typing import ClassVar

from advosim.scenario.alliance_rules import (
    AllianceExit,
    AllianceFormation,
    AllianceStrength,
    BenefitSharing,
    CollaborativePlatform,
    CultureClash,
    Enlist,
    Inclusion,
    InternalCommunication,
    JointPlan,
    PeerLearning,
    Pooling,
    Power,
    PriorityClash,
    Solidarity,
    StrategyClash,
    Ties,
    Trust,
)
from advosim.scenario.border_rules import AcrossBorders, DonorDrift, Interplay, Withdrawal
from advosim.scenario.declare import Mechanism, Part, choice, number
from advosim.scenario.founding_rules import Formalisation, Founding, Merger, Registration, Schism
from advosim.scenario.limits import MOST_WEEKS, ONSET


class Attention(Mechanism):
    """Attention to an issue: news shocks and covered acts, decaying; all issues compete with the rest of life."""

    keep: float = number(0.85, 0, 0.99, "attention kept from week to week", unit="share", assumed=10,
        source="Downs 1972: attention to an issue rises and fades")  # fmt: skip
    cap: float = number(3.0, 0.1, 5, "highest attention", unit="log weight", assumed=10)
    news_chance: float = number(0.01, 0, 1, "chance of a news shock", unit="per week", assumed=10)
    news_size: float = number(1.3, 0, 5, "mean size of a shock", unit="log weight", assumed=10)
    rest_of_life: float = number(30.0, 1, 1000, "weight of all else that asks for attention", assumed=10,
        source="Jones & Baumgartner 2005: attention is scarce")  # fmt: skip


class Shocks(Mechanism):
    """News, scandals and disasters that a scenario has strike in a given week."""


class Orders(Mechanism):
    """Organisations that a script directs run the campaigns that they are told to, as far as they can."""


class Funds(Mechanism):
    """Dues and gifts come in, staff and fixed cost go out; who cannot pay closes."""

    fee: float = number(15.0, 0, 1000, "weekly dues if all citizens were members", unit="budgets", assumed=11)
    noise: float = number(0.5, 0, 5, "sd of weekly gifts", unit="share of income", assumed=11)
    staff: float = number(0.75, 0, 2, "upkeep of staff", unit="share of income", assumed=11)
    fixed: float = number(0.18, 0, 5, "fixed cost", unit="budgets a week", assumed=11,
        source="Stinchcombe 1965: small and new organisations die first")  # fmt: skip
    harassment: float = number(0.2, 0, 5, "further cost under full repression", unit="budgets a week", assumed=11,
        source="Dupuy, Ron & Prakash 2016: hostile laws close organisations")  # fmt: skip


class TacticChoice(Mechanism):
    """Teams start campaigns and choose tactics by what they know, and try what they doubt, as far as it is allowed.

    A choice is a draw from what each tactic may be worth; doubt shrinks with experience. Thompson 1933; McAdam 1983.
    """

    launch: float = number(0.015, 0, 1, "chance to start a campaign", unit="per week", assumed=11)
    launch_by_agenda: float = number(0.4, 0, 5, "further chance", unit="per week and share of agenda", assumed=11)
    spend: float = number(0.04, 0, 1, "means that a campaign uses in a week", unit="share of funds", assumed=11)
    productivity: float = number(1.7, 0, 10, "effort bought by one budget at full expertise", assumed=11)
    match: float = number(0.5, 0, 5, "expected worth by matching expertise, from none to full", unit="log", assumed=23)
    risk: float = number(1.7, 0, 20, "worth lost by full exposure under full repression", unit="log", assumed=23,
        source="Tilly 1978: repression raises the cost of a tactic")  # fmt: skip
    doubt: float = number(0.4, 0, 5, "sd of a team's doubt about a tactic after one campaign", unit="log", assumed=23,
        source="Thompson 1933: a choice by a draw from what each arm may be worth")  # fmt: skip
    prior: float = number(0.5, 0.01, 100, "weight of what is usual beside experience", unit="campaigns", assumed=23)


class Framing(Mechanism):
    """Teams pick the frame that a noisy poll finds resonant; messages gain or lose by fit with a citizen's values."""

    gain: float = number(
        0.3, 0, 1, "effect of fit", assumed=13, source="Snow & Benford 1988: frames that resonate mobilise"
    )
    poll_noise: float = number(0.1, 0, 1, "sd of the poll of values", unit="share", assumed=13)
    backfire: float = number(0.05, 0, 1, "step of a weak frame beside a strong one, backward", assumed=13,
        source="Chong & Druckman 2007: weak frames beside strong ones can backfire")  # fmt: skip
    beaten_by: float = number(1.5, 1, 10, "how much stronger a frame is that leaves the other side's no effect",
        unit="ratio", assumed=13, source="Chong & Druckman 2007: strong frames win over loud ones")  # fmt: skip
    circulation_keep: float = number(0.84, 0, 0.99, "strength of what circulates kept from week to week", unit="share",
        assumed=13, source="Chong & Druckman 2010: effects of frames decay over days and weeks")  # fmt: skip
    answer: float = number(1.0, 0, 10, "weight of beating the other side's frame where it circulates", assumed=13,
        source="Jerit 2008: engaging the other side's frame pays")  # fmt: skip
    shift: float = number(0.02, 0, 1, "move of values toward a frame that fits, when heard", assumed=13)
    hop_cost: float = number(0.03, 0, 1, "credibility lost by changing the frame", assumed=13)


class Message(Mechanism):
    """Clear and tailored messages are stronger: teams with media skill say it well, and to each public in its frame."""

    gain: float = number(0.2, 0, 1, "rise of strength by clarity and tailoring", unit="share", assumed=13)
    untailored: float = number(0.5, 0, 1, "clarity left where publics are not told each in its frame", unit="share",
        assumed=13)  # fmt: skip
    tailors: float = number(0.5, 0, 1, "media skill from which a team tailors its message", unit="skill", assumed=13)
    focus: float = number(0.3, 0, 1, "effort that goes to the public of most promise alone", unit="share", assumed=13,
        source="Hillygus & Shields 2008: campaigns speak to segments")  # fmt: skip


class DigitalCoordination(Mechanism):
    """Social media make it cheaper and quicker to call people: cost and lag fall with the share online."""

    saving: float = number(0.5, 0, 0.9, "cost and lag saved if all are online", unit="share", assumed=15,
        source="Bennett & Segerberg 2012: digital media lower the cost of organising")  # fmt: skip
    usual: float = number(0.7, 0, 1, "share online at which costs are those of the catalogue",
        source="convention: the default of `internet_access`, at which costs are those of the catalogue")  # fmt: skip


class DigitalDivide(Mechanism):
    """Who is online depends on the public: log odds beside the polity's mean."""

    scale: float = number(1.0, 0, 5, "weight of the publics' differences", unit="factor",
        source="convention: publics give log odds; 1 takes them as they are")  # fmt: skip


class PlatformControl(Mechanism):
    """Platforms remove posts, calls to act more than criticism; what is done or said online exposes to sanction.

    A shutdown removes the social layer and pushes talk to friends.
    """

    removed: float = number(0.02, 0, 1, "posts removed anyhow", unit="share", assumed=15)
    calls: float = number(1.0, 0, 1, "calls to act removed under full regulation", unit="share", assumed=15,
        source="King, Pan & Roberts 2013: calls to act are what is censored")  # fmt: skip
    criticism: float = number(0.3, 0, 1, "criticism removed under full regulation", unit="share", assumed=15,
        source="King, Pan & Roberts 2013: criticism is censored far less")  # fmt: skip
    exposure: float = number(0.3, 0, 1, "risk of online action under full surveillance", assumed=15,
        source="Gunitsky 2015: regimes watch what is said online")  # fmt: skip
    silence: float = number(1.0, 0, 5, "fear of speaking added for those online under full surveillance", unit="factor",
        assumed=15, source="Stoycheff 2016: who knows to be watched online says less")  # fmt: skip
    to_friends: float = number(1.5, 1, 5, "talk to friends under a shutdown", unit="factor", assumed=15,
        source="Hassanpour 2014: a shutdown moves talk face to face")  # fmt: skip


class Hashtag(Mechanism):
    """A hashtag spreads among those online, by days, and is dropped; capable teams build it slowly and keep it up."""

    spontaneous: float = number(0.002, 0, 1, "chance that talk online starts one", unit="per week", assumed=15)
    seed: float = number(0.01, 0, 1, "share of those online that a start reaches", assumed=15)
    rise: float = number(0.9, 0, 5, "growth by contagion without capacity", unit="per day", assumed=15)
    slow_rise: float = number(0.5, 0, 5, "growth lost to capacity: care takes time", unit="per day", assumed=15,
        source="Tufekci 2017: what grows without organisation is quick and brittle")  # fmt: skip
    drop: float = number(0.5, 0, 5, "share dropped without capacity", unit="per day", assumed=15)
    slow_drop: float = number(0.35, 0, 5, "dropping spared by capacity", unit="per day", assumed=15,
        source="Tufekci 2017: what grows without organisation is quick and brittle")  # fmt: skip
    by_rules: float = number(0.5, 0, 1, "part of capacity that hangs on institutionalisation, the rest on skill alone",
        unit="share", assumed=15)  # fmt: skip
    tire: float = number(0.05, 0, 1, "contagion lost to novelty worn off", unit="per day", assumed=15,
        source="Wu & Huberman 2007: novelty of online content decays")  # fmt: skip
    hears: float = number(0.5, 0, 1, "chance to hear of a hashtag that all follow", assumed=15)
    complexity: float = number(4.0, 0, 50, "talk needed to act on a contentious hashtag", unit="weight of agenda",
        assumed=15, source="Centola & Macy 2007: contentious acts need several sources")  # fmt: skip


class Petition(Mechanism):
    """Petitions run in days: outreach is lognormal and its novelty decays within days, with a boost at each start."""

    half_life: float = number(2.0, 0.1, 365, "half-life of novelty", unit="days", assumed=25,
        source="Yasseri, Hale & Margetts 2017: signatures come in the first days")  # fmt: skip
    floor: float = number(0.002, 0, 1, "outreach that is left without novelty", unit="share", assumed=25,
        source="Yasseri, Hale & Margetts 2017: an early boost, then little")  # fmt: skip
    peak: float = number(10.0, 0, 50, "outreach on the first day", unit="factor", assumed=25,
        source="Yasseri, Hale & Margetts 2017: an early boost, then little")  # fmt: skip
    spread: float = number(4.5, 0, 6, "sd of log outreach among petitions", unit="log", assumed=25,
        source="Yasseri, Hale & Margetts 2017: sizes are heavily skewed")  # fmt: skip
    threshold: float = number(0.02, 0, 1, "signatures that oblige a reply", unit="share of citizens", assumed=13)


class Grants(Mechanism):
    """Foundations give to those who fit, are seen and succeed; recipients drift toward donors; foreign money meets
    entry cost. Pfeffer & Salancik 1978; Cooley & Ron 2002.
    """

    by_fit: float = number(2.0, 0, 20, "weight of agreement", unit="logit", assumed=11,
        source="Cooley & Ron 2002: recipients that suit donors are funded")  # fmt: skip
    by_visibility: float = number(2.0, 0, 20, "weight of coverage", unit="logit", assumed=11)
    by_success: float = number(2.0, 0, 20, "weight of learned success", unit="logit", assumed=11)
    drift: float = number(0.05, 0, 1, "move toward the donor, if grants are all income", unit="share", assumed=11,
        source="Pfeffer & Salancik 1978: dependence makes compliant")  # fmt: skip


class CredibilityChange(Mechanism):
    """Three audiences' trust rises with evidence, coverage and allies, falls with violence, frame-hopping and scandal,
    which spreads to allies by `transfer`, and returns to what is usual.
    """

    keep: float = number(0.99, 0, 1, "deviation kept from week to week", unit="share", assumed=11)
    by_evidence: float = number(0.01, 0, 1, "officials' and the public's trust by evidence", assumed=11)
    by_coverage: float = number(0.01, 0, 1, "the media's trust by a covered act", assumed=11)
    by_violence: float = number(0.03, 0, 1, "trust lost by calling to what turns violent", assumed=11,
        source="Wasow 2020: violence turns opinion against those who call for it")  # fmt: skip
    transfer: float = number(0.2, 0, 1, "what is usual moves toward allies' trust by", unit="share", assumed=11)
    unity: float = number(0.1, 0, 1, "public trust gained by a cohesive alliance", assumed=11)
    visibility_rate: float = number(0.1, 0, 1, "visibility moves toward the acts covered in a week by", unit="share",
        assumed=11)  # fmt: skip
    scandal: float = number(0.0005, 0, 1, "chance of a scandal", unit="per organisation and week", assumed=11)
    damage: float = number(0.3, 0, 1, "trust lost by a scandal with all three audiences", assumed=11,
        source="Gibelman & Gelman 2004: scandals cost organisations their trust")  # fmt: skip


class Institutionalisation(Mechanism):
    """Rules and staff: less disruption, slower reaction, easier access and grants. Tarrow 2011."""

    lag: float = number(4.0, 0, 52, "delay of a fully institutionalised team's start", unit="weeks", assumed=11,
        source="Tarrow 2011: movements act faster than offices")  # fmt: skip
    access: float = number(0.3, 0, 1, "rise of lobbying by institutionalisation", unit="share", assumed=11)
    usual: float = number(0.7, 0, 1, "institutionalisation at which it neither helps nor hampers lobbying",
        source="convention: that of an NGO in the catalogue, for whom costs of lobbying are given")  # fmt: skip
    grants: float = number(1.0, 0, 20, "weight with foundations", unit="logit", assumed=11)


class Backlash(Mechanism):
    """A message that clashes with values, from a source not trusted, moves attitudes the other way; hostility costs."""

    citizens: ClassVar[bool] = True
    chance: float = number(0.1, 0, 0.3, "chance of a backward step", assumed=10,
        source="Bail et al. 2018: opposing messages can harden views")  # fmt: skip
    distrust: float = number(0.5, 0, 1, "credibility below which a source is not trusted",
        source="convention: the middle of the scale of credibility")  # fmt: skip
    members: float = number(1.0, 0, 10, "rise of lapse by full hostility", unit="share", assumed=10)
    salience: float = number(0.2, 0, 1, "reach lost by full hostility", unit="share", assumed=10)
    insider_risk: float = number(0.3, 0, 1, "table and lobbying success lost by hostility", assumed=10)


class Boycott(Mechanism):
    """Buyers stay away from a firm; it concedes with s(a0 + media + media x reputation's decline + sales lost).

    Then its practice changes and its lobby falls away. King 2008; Bartley & Child 2014.
    """

    citizens: ClassVar[bool] = True
    readiness: float = number(-2.0, -10, 10, "readiness to concede", unit="logit", assumed=13,
        source="King 2008: about a quarter of covered boycotts win, more where reputation was falling")  # fmt: skip
    by_media: float = number(0.7, 0, 10, "by coverage", unit="logit", assumed=13,
        source="King 2008: about a quarter of covered boycotts win, more where reputation was falling")  # fmt: skip
    by_decline: float = number(4.0, 0, 50, "by coverage x decline of reputation", unit="logit", assumed=13,
        source="King 2008: about a quarter of covered boycotts win, more where reputation was falling")  # fmt: skip
    by_sales: float = number(10.0, 0, 500, "by sales lost", unit="logit per share of citizens", assumed=13)
    cost: float = number(0.02, 0, 5, "cost of staying away", unit="motive", assumed=13)
    available: float = number(0.35, 0, 1, "chance to have a choice when shopping", unit="per week", assumed=13)
    damage: float = number(0.03, 0, 1, "reputation lost by a week of coverage", assumed=13,
        source="King 2008: what threatens is reputation")  # fmt: skip
    recovery: float = number(0.98, 0, 1, "decline of reputation kept from week to week", unit="share", assumed=13)
    step: float = number(0.6, 0, 2, "move of practice by a concession", unit="position", assumed=13,
        source="Bartley & Child 2014: targets change some practices")  # fmt: skip
    example_keep: float = number(
        0.95, 0, 0.99, "memory of a concession kept from week to week", unit="share", assumed=13
    )


class ProtestSignal(Mechanism):
    """Officials learn from turnout above what they expected; protests of extremists and violence tell them less."""

    gain: float = number(0.5, 0, 5, "weight of surprise", unit="per log of turnout", assumed=14,
        source="Lohmann 1994: turnout beyond what was expected informs")  # fmt: skip
    keep: float = number(0.9, 0, 0.99, "expectation kept from week to week", unit="share", assumed=14)
    least: float = number(ONSET, 1e-6, 1, "turnout that counts as none", unit="share",
        source="convention: the onset of protest, `response.onset`, from which turnout is counted")  # fmt: skip
    cap: float = number(2.0, 1, 20, "largest factor of the street's pressure", unit="factor", assumed=14)
    extremists: float = number(0.5, 0, 1, "weight lost if all who march are extreme", unit="share", assumed=14,
        source="Lohmann 1994: extremists' turnout tells less")  # fmt: skip
    violence: float = number(0.6, 0, 1, "weight lost by violence", unit="share", assumed=22,
        source="Wasow 2020: violent protest moves opinion the other way")  # fmt: skip


class StakeholderTable(Mechanism):
    """Those seated bargain with the government: weighted Nash solution; what is taken up is recorded, buy-in calms."""

    weight: float = number(0.3, 0, 10, "weight of a team beside the government's 1", unit="per effort", assumed=14,
        source="Kalai 1977: Nash's solution with unequal weights")  # fmt: skip
    uptake: float = number(0.15, 0, 2, "largest step that a table can agree on", unit="position", assumed=14)
    chance: float = number(0.05, 0, 1, "tables that end in an agreement, if open", assumed=14)
    buy_in: float = number(0.3, 0, 1, "friction spared after an agreement", unit="share", assumed=14,
        source="Ansell & Gash 2008: buy-in eases carrying out")  # fmt: skip
    keep: float = number(0.98, 0, 1, "buy-in kept from week to week", unit="share", assumed=14)


class Municipalities(Mechanism):
    """Municipal governments have policies of their own, which local campaigns and opinion move; citizens feel both."""

    felt: float = number(0.3, 0, 1, "weight of local policy in what citizens live under", unit="share", assumed=14)
    friction: float = number(0.5, 0.01, 10, "local pressure that is withstood", unit="pressure", assumed=14)
    keep: float = number(0.95, 0, 0.999, "local pressure kept from week to week", unit="share", assumed=14)
    campaign: float = number(0.1, 0, 10, "weight of campaigns", unit="pressure at much effort", assumed=14)
    opinion: float = number(0.3, 0, 10, "weight of salient local majorities", assumed=14)
    step: float = number(0.3, 0, 2, "local step", unit="position", assumed=14)


class Spillover(Mechanism):
    """News and covered acts of one polity reach others' media, and foreign channels reach its citizens."""

    share: float = number(0.3, 0, 1, "attention that passes between the nearest", assumed=16,
        source="Galtung & Ruge 1965: near countries' news travels")  # fmt: skip


class FrameDiffusion(Mechanism):
    """Organisations learn to speak in the frames that tied ones abroad campaign in. Snow & Benford 1999."""

    chance: float = number(0.02, 0, 1, "chance to take a frame over", unit="per tie and week", assumed=16,
        source="Snow & Benford 1999: frames travel along ties")  # fmt: skip


class Shelter(Mechanism):
    """Who would close under repression but has ties abroad is sheltered there for a time, at its hosts' cost."""

    weeks: int = number(26, 0, 520, "shelter in all", unit="weeks", assumed=16)
    cost: float = number(0.05, 0, 5, "what it costs the host", unit="budgets a week", assumed=16)


class ThirdStates(Mechanism):
    """Third states speak up where they are ahead, and pressed by their own publics and organisations."""

    gatekeeping: float = number(2.0, -10, 10, "how hard it is to be heard by them", unit="logit", assumed=16)
    half_salience: float = number(0.02, 1e-6, 1, "salience of half effect there", unit="share", assumed=16)
    half_effort: float = number(2.0, 0.01, 1000, "effort of half effect there", unit="budgets", assumed=16)


class Boomerang(Mechanism):
    """Who is blocked at home appeals abroad; what gatekeepers adopt comes back as shaming, which presses where there is
    presence at home or third states join. Keck & Sikkink 1998; Bob 2005; Murdie & Davis 2012; Hafner-Burton 2008.
    """

    patience: float = number(0.5, 0, 0.99, "blockage at home from which teams look abroad", assumed=16,
        source="Keck & Sikkink 1998: those who are blocked look abroad")  # fmt: skip
    by_failure: float = number(0.3, 0, 1, "blockage by campaigns that brought nothing", assumed=16,
        source="Keck & Sikkink 1998: who is not heard at home")  # fmt: skip
    means: float = number(4.0, 0, 1000, "funds that an appeal needs", unit="weeks of its cost", assumed=16)
    pull: float = number(3.0, 0, 100, "weight of appeals, if a team looks abroad", unit="factor", assumed=16)
    by_fit: float = number(2.0, 0, 50, "adoption by fit", unit="logit per position", assumed=16,
        source="Bob 2005: gatekeepers choose by fit, fame and contacts")  # fmt: skip
    by_agenda: float = number(1.0, 0, 50, "by the issue's place on its agenda", unit="logit", assumed=16,
        source="Bob 2005: appeals match a patron's agenda and have costs")  # fmt: skip
    by_visibility: float = number(2.0, 0, 50, "by coverage of the team", unit="logit", assumed=16,
        source="Bob 2005: gatekeepers choose by fit, fame and contacts")  # fmt: skip
    by_ties: float = number(2.0, 0, 50, "by ties abroad", unit="logit", assumed=16,
        source="Bob 2005: gatekeepers choose by fit, fame and contacts")  # fmt: skip
    half_ties: float = number(2.0, 0.01, 100, "ties of half effect", unit="ties", assumed=16)
    by_effort: float = number(1.0, 0, 50, "by the appeal's effort", unit="logit", assumed=16,
        source="Bob 2005: appeals match a patron's agenda and have costs")  # fmt: skip
    by_crowding: float = number(1.0, 0, 50, "refusal by a full docket", unit="logit", assumed=16,
        source="Bob 2005: appeals match a patron's agenda and have costs")  # fmt: skip
    case_keep: float = number(0.99, 0, 0.999, "an adopted case kept from week to week", unit="share", assumed=16)
    agenda_step: float = number(0.3, 0, 1, "rise of the body's agenda by an adoption", assumed=16)
    agenda_keep: float = number(0.98, 0, 0.999, "that rise kept from week to week", unit="share", assumed=16)
    norm_step: float = number(0.05, 0, 2, "move of the body's policy by an adoption", unit="position", assumed=16,
        source="Finnemore & Sikkink 1998: norms cascade as cases add up")  # fmt: skip
    norm_keep: float = number(0.998, 0, 0.9999, "that move kept from week to week", unit="share", assumed=16,
        source="Finnemore & Sikkink 1998: norms cascade as cases add up")  # fmt: skip
    worth: float = number(0.1, 0, 10, "what a team counts an adoption as", unit="pressure", assumed=16)
    reach: float = number(0.3, 0.01, 2, "distance of full shaming", unit="position", assumed=16)
    alone: float = number(0.0, 0, 5, "effect of shaming alone (b1)", unit="factor",
        source="Murdie & Davis 2012: shaming without organisations at home shows no effect")  # fmt: skip
    with_presence: float = number(0.5, 0, 5, "with presence at home (b2)", unit="factor", assumed=16,
        source="Murdie & Davis 2012: shaming works with presence at home or third parties")  # fmt: skip
    with_third_states: float = number(0.5, 0, 5, "with third states (b3)", unit="factor", assumed=16,
        source="Murdie & Davis 2012: shaming works with presence at home or third parties")  # fmt: skip
    half_presence: float = number(2.0, 0.01, 100, "presence of half effect", unit="organisations", assumed=16)
    offset: float = number(0.1, 0, 1, "chance that a fully shamed government offsets", unit="per week", assumed=16,
        source="Hafner-Burton 2008: shamed governments offset")  # fmt: skip
    swing: float = number(0.3, 0, 1, "repression moved elsewhere by an offset", assumed=16,
        source="Hafner-Burton 2008: some abuses rise as others fall")  # fmt: skip
    swing_keep: float = number(0.9, 0, 0.99, "that kept from week to week", unit="share", assumed=16)


class Spiral(Mechanism):
    """A label read off the run, never a cause: phases from repression to rule-consistent behaviour."""


class Channels(Mechanism):
    """Messages travel face to face, by mass media and by social media; the mix is tailored to the audience's access."""

    gate: float = number(0.7, 0, 1, "mass media reach lost without media freedom", unit="share", assumed=15)
    tailoring: float = number(1.0, 0, 5, "how far the mix follows the audience's access", unit="exponent",
        source="convention: 1 weighs the channels of a tactic by the audience's access; 0 would ignore it")  # fmt: skip
    synergy: float = number(0.1, 0, 1, "rise of reach by an even mix of channels", unit="share", assumed=15,
        source="Naik & Raman 2003: media reinforce each other")  # fmt: skip
    full: float = number(1.0, 0.01, 1000, "effort beyond which one channel meets the same people", unit="efforts",
        assumed=15, source="Simon & Arndt 1980: advertising has diminishing returns")  # fmt: skip


class Evidence(Mechanism):
    """Research revises what officials think where there is openness, and raises the price of what it speaks against."""

    keep: float = number(0.98, 0, 1, "revision kept from week to week", unit="share", assumed=13)
    gain: float = number(0.02, 0, 1, "revision by perfect evidence", unit="position per week", assumed=13,
        source="Keck & Sikkink 1998: information changes evaluation")  # fmt: skip
    keep_price: float = number(0.95, 0, 1, "price kept from week to week", unit="share", assumed=13)
    price: float = number(0.5, 0, 5, "rise of the price", unit="friction per reach and quality", assumed=13,
        source="Keck & Sikkink 1998: information raises the cost of an option")  # fmt: skip
    anchor: float = number(0.2, 0, 1, "teaching that evidence does on the side", unit="share", assumed=13)
    repute_keep: float = number(0.98, 0, 1, "repute for evidence kept from week to week", unit="share", assumed=13)
    repute_rate: float = number(
        0.05, 0, 1, "repute for evidence moves toward a week's work by", unit="share", assumed=13
    )
    reputation: float = number(0.5, 0, 1, "reputation of the other side's firms lost", unit="per reach", assumed=13,
        source="King 2008: reputation is what targets lose")  # fmt: skip


class Backfire(Mechanism):
    """Those who learn of the repression of peaceful acts grow aggrieved; grievance fades."""

    citizens: ClassVar[bool] = True
    keep: float = number(0.9, 0, 0.99, "grievance kept from week to week", unit="share", assumed=10)
    gain: float = number(0.5, 0, 5, "grievance by one injustice", assumed=21,
        source="Hess & Martin 2006: repression of peaceful acts outrages")  # fmt: skip
    by_media: float = number(0.5, 0, 1, "chance to learn of it from free media", assumed=10,
        source="Sutton, Butcher & Svensson 2014: backfire needs channels that tell of it")  # fmt: skip
    online: float = number(0.3, 0, 1, "chance to learn of it online", assumed=10,
        source="Sutton, Butcher & Svensson 2014: alternative channels")  # fmt: skip
    foreign: float = number(0.5, 0, 1, "chance to learn of it from free media next door", assumed=10,
        source="Sutton, Butcher & Svensson 2014: backfire needs channels that tell of it")  # fmt: skip


class Awareness(Mechanism):
    """Citizens learn of an issue from the agenda, from campaigns and from talking neighbours, and forget."""

    citizens: ClassVar[bool] = True
    start: float = number(0.15, 0, 1, "aware at the start", unit="share of citizens", assumed=10, founding=True)
    by_agenda: float = number(0.5, 0, 1, "chance by a full agenda and diet", unit="per week", assumed=10)
    missed_face_to_face: float = number(0.85, 0, 1, "chance to miss what one friend talks of", assumed=10)
    missed_online: float = number(0.95, 0, 1, "chance to miss what one contact posts", assumed=10)
    half_life: float = number(8.0, 0.1, 520, "half-life of awareness", unit="weeks", assumed=10)


class Salience(Mechanism):
    """What is on a citizen's mind: issues by attention, interest, neighbours' talk and stake, against all else."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.3, 0, 1, "adjustment", unit="per week", assumed=10)
    by_talk: float = number(4.0, 0, 20, "weight of the share of neighbours who talk", assumed=10)
    talk_cap: float = number(1.0, 0, 5, "highest effect of talk", unit="log weight", assumed=10)
    rest_of_life: float = number(30.0, 1, 1000, "weight of all else on one's mind", assumed=10,
        source="Jones & Baumgartner 2005: attention is scarce")  # fmt: skip
    interest_within: float = number(
        0.7, 0, 3, "sd of interest among citizens", unit="log weight", assumed=10, founding=True
    )


class Persuasion(Mechanism):
    """A message heard moves an attitude toward its side, less near the ends."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.03, 0, 1, "step by a credible strong message", unit="position", assumed=10,
        source="Kalla & Broockman 2018: persuasive effects of campaigns are about nil")  # fmt: skip


class Education(Mechanism):
    """Teaching heard moves the anchor of an attitude, which returns slowly."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.03, 0, 1, "step of the anchor by a credible lesson", unit="position", assumed=10,
        source="Kalla & Broockman 2020: long conversations last")  # fmt: skip
    half_life: float = number(52.0, 1, MOST_WEEKS, "half-life of what was learned", unit="weeks", assumed=10,
        source="Kalla & Broockman 2020: effects hold for months")  # fmt: skip


class Influence(Mechanism):
    """Attitudes move toward talking neighbours within bounded confidence."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.05, 0, 1, "step toward the neighbours' mean", unit="per week", assumed=10)
    enough: float = number(3.0, 1, 100, "talkers needed for the full step", unit="neighbours", assumed=10,
        source="Centola & Macy 2007: change takes several contacts")  # fmt: skip
    epsilon: float = number(0.5, 0, 2, "bound of confidence", unit="position", assumed=10,
        source="Hegselmann & Krause 2002: opinions within a bound are heard")  # fmt: skip


class Anchoring(Mechanism):
    """Attitudes relax to their anchor: why persuasion fades."""

    citizens: ClassVar[bool] = True
    half_life: float = number(3.0, 0.1, 520, "half-life of a deviation", unit="weeks", assumed=10,
        source="Kalla & Broockman 2018: effects fade within weeks")  # fmt: skip


class Motive(Mechanism):
    """Distance from policy on a salient issue moves people; a threat of losing alarms."""

    citizens: ClassVar[bool] = True
    half_salience: float = number(0.1, 0.001, 1, "salience of half effect", unit="share of mind", assumed=10)
    alarm: float = number(0.5, 0, 5, "further motive of the side that is losing", unit="share", assumed=10,
        source="Schattschneider 1960: losers widen the conflict")  # fmt: skip


class Expression(Mechanism):
    """People talk in the open if motive beats threshold and the fear of speaking alone."""

    citizens: ClassVar[bool] = True
    threshold: float = number(0.35, 0, 5, "median threshold", unit="motive", assumed=10, founding=True)
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", assumed=10,
        source="Granovetter 1978: thresholds differ, and outcomes hang on their spread", founding=True)  # fmt: skip
    fear: float = number(0.25, 0, 5, "fear under full repression", unit="motive", assumed=10,
        source="Noelle-Neumann 1974: who feels alone falls silent")  # fmt: skip


class Participation(Mechanism):
    """People sign or march if called or carried along, and if motive, grievance and company beat cost and risk."""

    citizens: ClassVar[bool] = True
    threshold: float = number(0.4, 0, 5, "median threshold", unit="motive", assumed=10, founding=True)
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", assumed=10,
        source="Granovetter 1978: thresholds differ, and outcomes hang on their spread", founding=True)  # fmt: skip
    available_to_sign: float = number(0.35, 0, 1, "chance to have time to sign", unit="per week", assumed=10)
    available_to_march: float = number(0.16, 0, 1, "chance to have time to march", unit="per week", assumed=10)
    by_efficacy: float = number(0.6, 0, 5, "weight of motive without efficacy", assumed=21,
        source="Klandermans 1984: motive counts by the expected success")  # fmt: skip
    by_grievance: float = number(0.7, 0, 5, "weight of grievance", unit="motive", assumed=21,
        source="van Zomeren, Postmes & Spears 2008: injustice moves people beside efficacy")  # fmt: skip
    solidarity: float = number(0.45, 0, 1, "weight of acting neighbours", unit="motive", assumed=21,
        source="Granovetter 1978: people act as others do")  # fmt: skip
    by_call: float = number(0.12, 0, 5, "weight of a call", unit="motive", assumed=10,
        source="Schussman & Soule 2005: being asked is the strongest predictor of protest")  # fmt: skip
    cost_of_march: float = number(0.3, 0, 5, "cost of marching", unit="motive", assumed=21)
    by_assembly_cost: float = number(0.25, 0, 20, "rise of that cost with assembly cost", unit="factor", assumed=21)
    by_risk: float = number(0.6, 0, 5, "weight of the risk of sanction", unit="motive", assumed=21,
        source="Opp & Roehl 1990: expected repression deters and provokes")  # fmt: skip
    by_fatigue: float = number(0.2, 0, 5, "weight of fatigue", unit="motive", assumed=10)
    tau: float = number(0.02, 0, 1, "acting neighbours that carry along", unit="share of neighbours", assumed=21,
        source="Watts 2002: cascades need low thresholds")  # fmt: skip
    memory: float = number(0.7, 0, 0.99, "memory of acting neighbours kept", unit="share per week", assumed=21)
    fatigue_keep: float = number(0.95, 0, 0.99, "fatigue kept from week to week", unit="share", assumed=10)
    deterrence: float = number(2.3, 0, 20, "arrests' efficiency",
        source="Epstein 2002: k = 2.3, so that one officer for one active citizen arrests with .9")  # fmt: skip
    force: float = number(0.001, 0, 1, "crowd that the police can match under full repression",
        unit="share of citizens", assumed=21)  # fmt: skip
    crowd_by_past: float = number(0.6, 0, 5, "expected crowd by last turnout", unit="share", assumed=10)
    crowd_by_call: float = number(0.03, 0, 1, "expected crowd by people called", unit="share", assumed=10)
    crowd_least: float = number(1e-4, 1e-6, 1, "smallest expected crowd", unit="share of citizens",
        source="convention: a floor that keeps a division by an empty street finite")  # fmt: skip
    risk_of_signing: float = number(0.1, 0, 1, "risk of signing under full repression", assumed=10)
    enough: float = number(1.5, 0.1, 100, "remembered acting neighbours that are full company", unit="neighbours",
        assumed=21, source="Centola & Macy 2007: costly acts need several who act, not a share")  # fmt: skip
    by_need: float = number(0.8, 0, 5, "further weight of motive where offices are shut", assumed=21,
        source="Eisinger 1973: closed offices push people onto the street")  # fmt: skip


class Membership(Mechanism):
    """People join the organisation that called them as they act; members who stay idle when it calls lapse."""

    citizens: ClassVar[bool] = True
    join: float = number(0.02, 0, 1, "chance to join", unit="per act", assumed=10)
    lapse: float = number(0.005, 0, 1, "chance to leave", unit="per week of idling when called", assumed=10)


class Violence(Mechanism):
    """Some protests turn violent: campaigns call for disruption, force provokes, extremists march. It makes news of
    disorder, which is heard as a message for the other side and takes attention off the issue. Wasow 2020.
    """

    readiness: float = number(-1.6, -10, 10, "readiness of a crowd", unit="logit", assumed=22)
    by_disruption: float = number(1.5, -10, 10, "by a fully disruptive tactic", unit="logit", assumed=22)
    by_force: float = number(0.6, -10, 10, "by a week of force remembered", unit="logit", assumed=22,
        source="Davenport 2007: force radicalises those whom it does not deter")  # fmt: skip
    by_extremes: float = number(0.5, -10, 10, "by marchers who are all extreme", unit="logit", assumed=22)
    reach: float = number(1.0, 0, 10, "hazard to hear the news of disorder", unit="per week and diet", assumed=22,
        source="Wasow 2020: violent protest makes news of disorder")  # fmt: skip
    alarm: float = number(4.0, 0, 20, "strength of that news beside a credible message of the other side",
        unit="factor", assumed=22,
        source="Simpson, Willer & Feinberg 2018: violence costs sympathy with a cause")  # fmt: skip
    distracts: float = number(0.6, 0, 1, "attention that it takes off the issue", unit="share", assumed=22,
        source="Wasow 2020: news of disorder displaces that of the demand")  # fmt: skip


class Intimidation(Mechanism):
    """Acts of force, and violence in one's own ranks, are feared for weeks. Ritter & Conrad 2016."""

    keep: float = number(0.8, 0, 0.99, "what is remembered from week to week", unit="share", assumed=21)
    step: float = number(0.4, 0, 5, "dread by a week of force: share of the setting added to risk", assumed=21,
        source="Ritter & Conrad 2016: repression that is seen deters")  # fmt: skip
    by_violence: float = number(0.25, 0, 5, "dread by violence in one's own ranks", assumed=22)


class Loyalty(Mechanism):
    """Officials and officers waver when ordered against peaceful crowds, which presses where no elections do."""

    keep: float = number(0.95, 0, 0.99, "wavering kept from week to week", unit="share", assumed=22)
    weight: float = number(0.1, 0, 10, "pressure by wavering officials", assumed=22,
        source="Chenoweth & Stephan 2011: peaceful campaigns succeed by loyalty shifts")  # fmt: skip
    half_crowd: float = number(0.01, 1e-6, 1, "crowd of half effect", unit="share of citizens", assumed=22)


class Response(Mechanism):
    """A government answers what happened in the open: it may repress, accommodate, consult and deny, each by itself."""

    onset: float = number(ONSET, 0, 1, "protest that asks for an answer", unit="share of citizens", assumed=14)
    onset_of_signing: float = number(0.002, 0, 1, "signatures that ask for one", unit="share", assumed=14)
    repress: float = number(
        -1.6, -10, 10, "readiness to repress", unit="logit",
        source="data: Mass Mobilization x V-Dem v2csreprss: logit of 9,900 protests (by its rank: -1.8, 1.4, 3.0)",
    )  # fmt: skip
    by_repression: float = number(
        1.6, 0, 10, "by the setting", unit="logit",
        source="data: Mass Mobilization x V-Dem v2csreprss: logit of 9,900 protests (by its rank: -1.8, 1.4, 3.0)",
    )  # fmt: skip
    by_violence: float = number(
        3.0, 0, 10, "by violent protest", unit="logit",
        source="data: Mass Mobilization x V-Dem v2csreprss: logit of 9,900 protests (by its rank: -1.8, 1.4, 3.0)",
    )  # fmt: skip
    accommodate: float = number(-2.0, -10, 10, "readiness to give in", unit="logit",
        source="data: Mass Mobilization: logit of 9,900 protests, -2.0, -.75, .6")  # fmt: skip
    after_repression: float = number(-0.75, -10, 10, "after repression", unit="logit",
        source="data: Mass Mobilization: logit of 9,900 protests, -2.0, -.75, .6")  # fmt: skip
    accommodate_violence: float = number(0.6, -10, 10, "after violence", unit="logit",
        source="data: Mass Mobilization: logit of 9,900 protests, -2.0, -.75, .6")  # fmt: skip
    by_setting: float = number(2.0, 0, 10, "by accommodation or openness", unit="logit", assumed=14)
    consult: float = number(-2.0, -10, 10, "readiness to consult", unit="logit", assumed=14)
    consult_weeks: int = number(8, 0, 104, "length of a consultation", unit="weeks", assumed=14)
    consult_opens: float = number(0.3, 0, 1, "openness gained by consultation", assumed=14)
    deny: float = number(-2.0, -10, 10, "readiness to deny and counter-frame", unit="logit", assumed=14)
    denial_reach: float = number(0.1, 0, 5, "hazard to hear a denial", unit="per week and diet", assumed=14)
    concession: float = number(0.03, 0, 2, "pressure that accommodation adds", unit="share of friction", assumed=14)
    offset: float = number(0.3, 0, 2, "part of a concession taken back on other issues", unit="share", assumed=14,
        source="Hafner-Burton 2008: governments give here and take there")  # fmt: skip


class Anticipation(Mechanism):
    """Governments forbear from force where many would learn of it and the crowd is peaceful: they foresee backfire."""

    by_exposure: float = number(1.0, 0, 10, "readiness to repress lost as everybody would learn of it", unit="logit",
        assumed=14, source="Ritter & Conrad 2016: governments foresee dissent")  # fmt: skip
    usual: float = number(0.5, 0, 1, "share who would learn of it where answers are as fitted",
        source="convention: the middle of the scale: answers are as fitted where half would learn of them")  # fmt: skip


class Coverage(Mechanism):
    """Outlets cover what is large, symbolic or violent, as far as they are free; they tire, the public habituates."""

    protest_least: float = number(2.0, 0, 1e4, "smallest protest seen", unit="per 10,000 citizens", assumed=15)
    protest: float = number(-2.5, -10, 10, "news value of protest", unit="logit", assumed=15,
        source="McCarthy, McPhail & Smith 1996: most demonstrations are not covered")  # fmt: skip
    by_size: float = number(0.5, 0, 5, "by log size", unit="logit", assumed=15,
        source="McCarthy, McPhail & Smith 1996: size is the best predictor")  # fmt: skip
    by_violence: float = number(
        1.8, 0, 5, "by violence", unit="logit", assumed=15, source="Wasow 2020: violence gains coverage"
    )
    slant: float = number(1.0, 0, 10, "by an outlet's slant", unit="logit per position", assumed=15,
        source="McCarthy, McPhail & Smith 1996: description and selection bias")  # fmt: skip
    by_credibility: float = number(1.0, 0, 10, "by the callers' credibility with media beyond 1/2", unit="logit",
        assumed=15, source="Andrews & Caren 2010: professional and credible groups are covered more")  # fmt: skip
    petition_least: float = number(2.0, 0, 1e3, "smallest petition seen", unit="per 1,000 citizens", assumed=15)
    petition: float = number(-4.0, -10, 10, "news value of petitions", unit="logit", assumed=15)
    boycott: float = number(-2.5, -10, 10, "news value of boycotts", unit="logit", assumed=15)
    by_fatigue: float = number(
        0.3, 0, 5, "by outlets' fatigue", unit="logit", assumed=15, source="Downs 1972: media tire of an issue"
    )
    fatigue_keep: float = number(0.8, 0, 0.99, "outlets' fatigue kept", unit="share per week", assumed=15,
        source="Downs 1972: media tire of an issue")  # fmt: skip
    bump: float = number(0.4, 0, 5, "attention by covered acts", unit="log weight", assumed=15)
    bump_size: float = number(0.003, 1e-6, 1, "turnout that adds one log", unit="share of citizens", assumed=15)
    habituation: float = number(0.15, 0, 5, "attention lost to habit", unit="per covered act", assumed=15,
        source="Downs 1972: the public gets used")  # fmt: skip
    habit_keep: float = number(0.97, 0, 0.999, "habit kept from week to week", unit="share", assumed=15,
        source="Downs 1972: the public gets used")  # fmt: skip


class Lobbying(Mechanism):
    """A contest for officials' time: effort against the other side's and everybody else's."""

    effort_exponent: float = number(
        1.5, 0.1, 5, "decisiveness of effort", assumed=20, source="Tullock 1980: the contest, in which 1 is a lottery"
    )
    others: float = number(0.42, 0, 100, "effort of everybody else in a usual field", unit="weekly budgets",
        assumed=20, source="Baumgartner et al. 2009: every issue has many others on it")  # fmt: skip
    by_access: float = number(1.0, 0, 5, "effort saved by full access", unit="share", assumed=20,
        source="Hall & Deardorff 2006: access makes lobbying cheaper")  # fmt: skip
    conflict: float = number(0.5, 0, 1, "success lost where all others oppose", assumed=14,
        source="Mahoney 2007: conflict lowers lobbying success")  # fmt: skip
    by_credibility: float = number(1.0, 0, 2, "effort gained by credibility with officials beyond 1/2", unit="share",
        assumed=14, source="Bouwen 2002: access is exchanged for credible information")  # fmt: skip
    subsidy: float = number(0.25, 0, 5, "success gained where officials want to go that way", unit="share", assumed=14,
        source="Hall & Deardorff 2006: lobbying as a subsidy to allies")  # fmt: skip
    keep: float = number(0.96, 0, 0.999, "relations with officials kept from week to week", unit="share", assumed=20)
    quiet: float = number(0.06, 1e-4, 10, "salience at which insiders, and a government's own will, count half",
        unit="share of mind", assumed=20,
        source="Culpepper 2011: business wins where politics is quiet")  # fmt: skip
    capture: float = number(0.01, 0, 1, "move toward the government by a week inside under full access", unit="share",
        assumed=20, source="Selznick 1949: who is let in comes nearer to who lets in")  # fmt: skip


class Elections(Mechanism):
    """Citizens vote, votes become seats, seats a government; parties move; incumbents listen to whom they need.

    Where a polity has parties. Downs 1957; Laver 2005; Cox 1997; Axelrod 1970; Lijphart 2012.
    """

    proximity: float = number(4.0, 0, 100, "weight of distance to a party", unit="logit per squared position",
        assumed=14, source="Adams, Merrill & Grofman 2005: voters weigh squared distance")  # fmt: skip
    background: float = number(
        0.01, 0.0001, 1, "weight of an issue that is not on one's mind", unit="share of mind", assumed=14
    )
    incumbency: float = number(2.0, 0, 20, "weight of legitimacy for who governs", unit="logit", assumed=14,
        source="Fiorina 1981: retrospective voting")  # fmt: skip
    break_even: float = number(0.75, 0, 1, "legitimacy at which governing neither helps nor hurts", assumed=14,
        source="Nannestad & Paldam 2002: governing costs votes")  # fmt: skip
    strategic: float = number(1.0, 0, 10, "votes that leave lists without a chance", unit="logit per log of shares",
        assumed=14, source="Cox 1997: voters desert lists beyond M + 1")  # fmt: skip
    turnout: float = number(
        -0.2, -10, 10, "readiness to vote", unit="logit", assumed=14, source="Solijonov 2016: about two thirds vote"
    )
    by_interest: float = number(2.0, 0, 20, "readiness by issues on one's mind", unit="logit", assumed=14,
        source="Verba, Schlozman & Brady 1995: interest brings people to the polls")  # fmt: skip
    half_interest: float = number(0.1, 0.001, 1, "salience of half effect", unit="share of mind", assumed=14)
    move_every: int = number(13, 1, 520, "time between polls and moves of parties", unit="weeks", assumed=14,
        source="Laver 2005: parties adapt to polls")  # fmt: skip
    move: float = number(
        0.02, 0, 1, "step of a party", unit="position", assumed=14, source="Laver 2005: parties move by small steps"
    )
    panel: int = number(1000, 10, 100_000, "citizens who are polled", unit="citizens",
        source="convention: the usual size of polls, with an error of about 3 points")  # fmt: skip
    marginality: float = number(
        0.1, 0.001, 10, "margin that makes a district matter 1/e as much", unit="share of votes", assumed=14
    )
    pledges: float = number(0.7, 0, 1, "chance that one party acts on its programme after an election", assumed=14,
        source="Naurin, Royed & Thomson 2019: single parties keep more pledges than coalitions")  # fmt: skip
    pledges_shared: float = number(0.5, 0, 1, "the same of a coalition", assumed=14,
        source="Naurin, Royed & Thomson 2019: single parties keep more pledges than coalitions")  # fmt: skip
    uptake: float = number(0.5, 0, 1, "way to its ideal that it goes then", unit="share", assumed=14,
        source="Rose & Davies 1994: most policy is inherited")  # fmt: skip


class Field(Mechanism):
    """Voices count beside the others: half effects grow with the number of organisations. Gray & Lowery 1996."""

    usual: float = number(20.0, 1, 1000, "the usual number", unit="organisations", assumed=26)
    exponent: float = number(1.0, 0, 3, "how fast half effects grow with the number", unit="exponent", assumed=26)
    least: float = number(0.5, 0.01, 1, "smallest factor", unit="factor", assumed=26)
    most: float = number(4.0, 1, 100, "largest factor", unit="factor", assumed=26)


class Accountability(Mechanism):
    """How much opinion counts follows from how power is won and held; off, it counts alike in every regime."""

    heard: float = number(0.3, 0, 1, "what is heard of opinion without free media and open offices", unit="share",
        assumed=20)  # fmt: skip
    by_media: float = number(0.5, 0, 1, "further by free media", unit="share", assumed=20,
        source="Besley & Burgess 2002: governments answer more where media are read")  # fmt: skip
    by_openness: float = number(0.2, 0, 1, "further by open offices", unit="share", assumed=20)
    before_elections: float = number(1.0, 0, 10, "further weight on election day", unit="share", assumed=14,
        source="Canes-Wrone & Shotts 2004: responsiveness rises before elections")  # fmt: skip
    election_shadow: float = number(13.0, 1, 520, "decay of that weight before elections", unit="weeks", assumed=14,
        source="Canes-Wrone & Shotts 2004: responsiveness rises before elections")  # fmt: skip


class Accommodation(Mechanism):
    """A government trades concessions for quiet: the setting is its readiness. Gamson 1975; Giugni 2004."""

    by_march: float = number(2.0, 0, 100, "weight of marchers in what is asked", assumed=20)
    by_signature: float = number(0.1, 0, 100, "weight of signers in what is asked", assumed=20)
    keep: float = number(0.95, 0, 0.999, "what is asked kept from week to week", unit="share", assumed=20)
    half_demand: float = number(3e-4, 1e-6, 1, "what is asked for half effect", unit="share of citizens", assumed=20)
    ease: float = number(0.5, 0, 1, "friction spared to who asks louder, by full readiness", unit="share", assumed=20,
        source="Gamson 1975: the unruly and visible win concessions")  # fmt: skip
    step: float = number(0.02, 0, 1, "step of a concession, by full readiness", unit="position", assumed=20)
    ration: float = number(0.06, 1e-6, 1, "issues and sides that ask, above which concessions are rationed",
        unit="share", assumed=20)  # fmt: skip
    quiet: float = number(0.5, 0, 1, "pressure of the side that asked taken off by a concession", unit="share",
        assumed=20, source="Gamson 1975: concessions buy quiet")  # fmt: skip
    calm: float = number(0.25, 0, 1, "attention taken off by a concession", unit="share", assumed=20)


class Pressure(Mechanism):
    """What a government feels: street, petitions, insiders and public opinion add to a store that leaks."""

    keep: float = number(
        0.95, 0, 0.999, "pressure kept from week to week", unit="share", assumed=14, source="Easton 1965: demands fade"
    )
    street: float = number(0.12, 0, 10, "weight of protest", assumed=20)
    half_street: float = number(0.01, 1e-6, 1, "protest of half effect", unit="share of citizens", assumed=14)
    petition: float = number(0.04, 0, 10, "weight of signatures", assumed=20)
    half_petition: float = number(0.02, 1e-6, 1, "signing of half effect", unit="share of citizens", assumed=14)
    inside: float = number(0.34, 0, 10, "weight of successful lobbying", assumed=20,
        source="Baumgartner et al. 2009: resources explain little of who wins")  # fmt: skip
    opinion: float = number(1.15, 0, 10, "weight of salient majorities", assumed=20,
        source="Stimson, MacKuen & Erikson 1995: policy follows public mood")  # fmt: skip
    firms: float = number(0.24, 0, 10, "weight of conceding firms' market share", assumed=14)
    abroad: float = number(0.24, 0, 10, "weight of shaming from abroad", assumed=14)
    own_will: float = number(0.13, 0, 10, "weight of what a government wants by itself, where nobody watches",
        unit="pressure per position", assumed=20,
        source="Culpepper 2011: where politics is quiet, it is decided by few")  # fmt: skip
    by_votes: float = number(0.8, 0, 1, "part of what street and petitions press that works through voters",
        unit="share", assumed=20,
        source="Lipsky 1968: protest works on those to whom officials answer; Burstein & Linton 2002: organised "
        "demands count as they tell of elections")  # fmt: skip


class Friction(Mechanism):
    """Policy holds until pressure beats friction, then moves by a step; between steps it drifts a little."""

    level: float = number(0.66, 0.01, 100, "pressure that one veto player withstands", unit="pressure", assumed=26)
    by_veto_player: float = number(1.6, 0, 10, "rise by each further veto player", unit="share", assumed=14,
        source="Tsebelis 2002: more veto players, less change")  # fmt: skip
    by_ideal: float = number(0.4, 0, 1, "ease of moving toward the government's ideal", unit="share", assumed=14)
    ideal_reach: float = number(0.3, 0.01, 2, "distance of full ease", unit="position", assumed=14)
    step: float = number(0.25, 0, 2, "median step at the threshold", unit="position", assumed=14,
        source="Jones & Baumgartner 2005: changes have fat tails")  # fmt: skip
    step_within: float = number(
        0.5, 0, 3, "sd of log steps", unit="log", assumed=14, source="Jones & Baumgartner 2005: changes have fat tails"
    )
    attention_kept: float = number(0.5, 0, 1, "attention left after a step", unit="share", assumed=14,
        source="Downs 1972: attention falls after a response")  # fmt: skip
    drift: float = number(0.001, 0, 0.1, "sd of weekly drift", unit="position", assumed=14)


class Decision(Mechanism):
    """The one place that writes policy. A frozen route submits in vain: what it carried is told by twins without it."""

    ballot: bool = choice(True, "whether what a vote of the citizens decided is applied",
        source="convention: routes are open unless they are frozen")  # fmt: skip
    election: bool = choice(True, "whether a new government's mandate is applied",
        source="convention: routes are open unless they are frozen")  # fmt: skip
    table: bool = choice(
        True, "whether what a table agreed on is applied", source="convention: routes are open unless they are frozen"
    )
    store: bool = choice(True, "whether pressure that beats friction is applied",
        source="convention: routes are open unless they are frozen")  # fmt: skip


class PopularInitiative(Mechanism):
    """Citizens put a law to the vote, and the legislature moves first where a group would gain by that.

    Costs are in units of position: what a group gives up of the law that it wants.
    """

    campaign_cost: float = number(
        0.05, 0, 2, "cost of a campaign for a vote, without signatures", unit="position", assumed=14
    )
    signature_price: float = number(5.0, 0, 100, "cost of signatures", unit="position per share of citizens",
        assumed=14, source="Matsusaka 2018: the more signatures cost, the weaker the threat")  # fmt: skip
    hurry: float = number(26.0, 0, 520, "window at which a signature costs twice", unit="weeks", assumed=14)
    poll_error: float = number(0.2, 0, 1, "sd of beliefs about the median", unit="position", assumed=14)
    vote_tells: float = number(0.5, 0, 1, "what a vote takes off the legislature's error", unit="share", assumed=14,
        source="Matsusaka 2018: votes tell what voters want")  # fmt: skip
    least: float = number(
        0.03, 0, 1, "distance from a law that deters which nobody bothers about", unit="position", assumed=14
    )
    moderation: float = number(0.7, 0, 1, "weight of that median in a sponsor's draft",
        source="data: Swissvotes: fitted to 26 of 238 initiatives accepted (.6 leaves 4%, .7 6%)")  # fmt: skip
    least_change: float = number(0.1, 0, 2, "smallest change worth a draft", unit="position", assumed=14)
    campaign_weeks: int = number(13, 1, 104, "from enough signatures to the vote", unit="weeks", assumed=14)
    news: float = number(0.2, 0, 5, "attention by a week of the campaign", unit="log weight", assumed=14,
        source="Kriesi 2005: campaigns inform")  # fmt: skip
    turnout: float = number(
        0.35, 0, 1, "citizens who vote on anything", unit="share",
        source="data: Swissvotes: turnout of initiatives least 31%, mean 48%, highest tenth since 1990 56%",
    )  # fmt: skip
    turnout_by_salience: float = number(
        0.25, 0, 1, "further turnout where it fills minds", unit="share",
        source="data: Swissvotes: turnout of initiatives least 31%, mean 48%, highest tenth since 1990 56%",
    )  # fmt: skip
    status_quo: float = number(0.08, 0, 2, "lean of voters to the status quo", unit="position", assumed=14,
        source="Bowler & Donovan 1998: who is in doubt votes no")  # fmt: skip
    unaware: float = number(0.15, 0, 2, "further lean of the unaware", unit="position", assumed=14,
        source="Bowler & Donovan 1998: who is in doubt votes no")  # fmt: skip
    voter_noise: float = number(0.15, 0, 2, "sd of what else sways a voter", unit="position", assumed=14)
    advice: float = number(
        0.5, 0, 10, "pressure by an accepted initiative that binds nobody", unit="share of friction", assumed=14
    )
    error_keep: float = number(0.99, 0, 0.9999, "the legislature's error, and what votes told it, kept", assumed=24,
        unit="share per week")  # fmt: skip
    pace: float = number(0.04, 0, 1, "chance that it moves first under an urgent threat", unit="per week", assumed=24)
    at_rest: int = number(13, 0, 5200, "weeks in which the laws of the start stand unasked", unit="weeks", assumed=24)
    urgent: float = number(0.1, 0.001, 2, "pull that is urgent", unit="position", assumed=24)
    part: float = number(0.3, 0, 1, "part of the way that it then goes", unit="share", assumed=24)
    means: float = number(4.0, 0, 1000, "funds that make an initiative half credible", unit="weekly campaign budgets",
        assumed=24, source="Gerber 1999: money qualifies initiatives, members pass them")  # fmt: skip
    anybody: float = number(0.3, 0, 1, "credibility without organising skill", unit="share", assumed=24)


class VetoReferendum(Mechanism):
    """Opponents of a new law collect for a vote that restores the old one; governments cut steps that would lose."""

    campaign_cost: float = number(
        0.02, 0, 2, "cost of a campaign against a law, without signatures", unit="position", assumed=14
    )
    misjudged: float = number(
        0.1, 0, 2, "sd of what a government errs by about what opponents would bear", unit="position", assumed=14
    )
    alarm: float = number(
        1.0, 0, 1, "further chance to campaign of who loses by a law that can be vetoed", unit="per week", assumed=14
    )
    urgency: float = number(
        10.0, 0, 1000, "weight of collecting beside other tactics while it can be", unit="factor", assumed=14
    )
    news: float = number(0.4, 0, 5, "attention by a week of collecting against a law", unit="log weight", assumed=14,
        source="Kriesi 2005: campaigns inform")  # fmt: skip
    campaign_weeks: int = number(8, 1, 104, "from enough signatures to the vote", unit="weeks", assumed=14)
    follows: float = number(
        0.15, 0, 4, "how far voters follow a fully legitimate government that defends its law", unit="position",
        source="data: Swissvotes: fitted to 91 of 216 laws that fell in optional referendums",
    )  # fmt: skip


class RecallVote(Mechanism):
    """The dissatisfied collect for the removal of a government, which listens more to opinion as that comes near."""

    listen: float = number(2.0, 0, 20, "further weight of opinion in full danger", unit="share", assumed=14)
    quiet: float = number(0.5, 0, 1, "danger while nobody collects, beside a vote at hand", unit="share", assumed=14)
    half_share: float = number(
        0.1, 0.001, 1, "signatures needed that halve the danger", unit="share of citizens", assumed=14
    )
    by_legitimacy: float = number(0.5, 0, 5, "lean of voters to a legitimate government", unit="position", assumed=14)
    dissatisfied: float = number(0.75, 0, 1, "legitimacy below which teams collect for a recall", assumed=14)
    honeymoon: float = number(0.5, 0, 1, "distrust that a new government is spared", unit="share", assumed=14)
    successor_within: float = number(
        0.15, 0, 1, "sd of a new government's ideals around the median", unit="position", assumed=14
    )
    campaign_weeks: int = number(8, 1, 104, "from enough signatures to the vote", unit="weeks", assumed=14)


class Evaluation(Mechanism):
    """Sides learn whether acting helps; citizens whether the government serves them."""

    efficacy_start: float = number(0.3, 0, 1, "efficacy at the start", assumed=10, founding=True)
    efficacy_rate: float = number(0.05, 0, 1, "adjustment of efficacy", unit="per week", assumed=10)
    efficacy_rest: float = number(0.25, 0, 1, "efficacy without pressure", assumed=10)
    legitimacy_rate: float = number(0.02, 0, 1, "adjustment of legitimacy", unit="per week", assumed=14)
    by_pressure: float = number(0.6, 0, 10, "efficacy by pressure beside what policy withstands", assumed=26)


class Learning(Mechanism):
    """Teams learn what a tactic brought for its cost: pressure, coverage, people reached, skills, policy moved."""

    rate: float = number(0.3, 0, 1, "weight of the last campaign in what is missed at home", assumed=11)
    capacity: float = number(0.01, 0, 1, "rise of skills by building capacity", unit="share a week", assumed=11)
    start: float = number(
        0.03, 0, 10, "value of every tactic at the start", unit="gain per budget", assumed=11, founding=True
    )
    success_rate: float = number(0.05, 0, 1, "success moves toward a week's worth by", unit="share", assumed=11)
    results_rate: float = number(0.05, 0, 1, "an alliance's results move toward a week's worth by", unit="share",
        assumed=11)  # fmt: skip
    of_coverage: float = number(0.05, 0, 10, "worth of a covered act", unit="pressure", assumed=11)
    of_reach: float = number(0.5, 0, 10, "worth of reaching everybody", unit="pressure", assumed=11)
    of_change: float = number(
        0.3, 0, 10, "worth of a step of policy; of a firm, a district or officials' ideal as far as they count",
        unit="pressure per position", assumed=11,
    )  # fmt: skip
    of_skill: float = number(0.5, 0, 10, "worth of building a skill from nothing", unit="pressure", assumed=11)
    keep: float = number(0.99, 0, 1, "weight of past campaigns kept from week to week", unit="share", assumed=23)
    of_partners: float = number(0.4, 0, 1, "weight of a tied organisation's campaign, usually trusted",
        unit="campaigns", assumed=23, source="Wang & Soule 2012: tactics travel along ties")  # fmt: skip
    usual_trust: float = number(0.6, 0.01, 1, "trust among tied organisations to which that applies", assumed=23)


class Mechanisms(Part):
    """All rules of the model, in the order of the week."""

    spillover: Spillover = choice(Spillover, "news across borders")
    attention: Attention = choice(Attention, "news and the agenda")
    shocks: Shocks = choice(Shocks, "news on order")
    funds: Funds = choice(Funds, "money in and out")
    shelter: Shelter = choice(Shelter, "refuge with partners abroad")
    grants: Grants = choice(Grants, "foundations and drift")
    registration: Registration = choice(Registration, "what the register asks, and staff hired on grants")
    merger: Merger = choice(Merger, "who closes goes over to an ally")
    founding: Founding = choice(Founding, "citizens found organisations")
    schism: Schism = choice(Schism, "factions leave")
    formalisation: Formalisation = choice(Formalisation, "movements found formal organisations")
    enlist: Enlist = choice(Enlist, "evidence that wins supporters")
    ties: Ties = choice(Ties, "who knows whom")
    alliance_formation: AllianceFormation = choice(AllianceFormation, "offers and consent")
    across_borders: AcrossBorders = choice(AcrossBorders, "alliances across borders")
    power: Power = choice(Power, "whose say counts")
    internal_communication: InternalCommunication = choice(InternalCommunication, "meetings and reports")
    culture_clash: CultureClash = choice(CultureClash, "conflict over ways of working")
    priority_clash: PriorityClash = choice(PriorityClash, "conflict over priorities")
    strategy_clash: StrategyClash = choice(StrategyClash, "conflict over strategy")
    alliance_exit: AllianceExit = choice(AllianceExit, "leaving and dissolving")
    donor_drift: DonorDrift = choice(DonorDrift, "drift toward those abroad who pay")
    solidarity: Solidarity = choice(Solidarity, "help for allies in trouble")
    peer_learning: PeerLearning = choice(PeerLearning, "learning from allies")
    collaborative_platform: CollaborativePlatform = choice(CollaborativePlatform, "shared infrastructure")
    orders: Orders = choice(Orders, "campaigns on order")
    tactic_choice: TacticChoice = choice(TacticChoice, "campaigns begin")
    joint_plan: JointPlan = choice(JointPlan, "plans of alliances")
    pooling: Pooling = choice(Pooling, "means in common")
    alliance_strength: AllianceStrength = choice(AllianceStrength, "what working together is worth")
    inclusion: Inclusion = choice(Inclusion, "the affected at the table")
    institutionalisation: Institutionalisation = choice(Institutionalisation, "rules and staff")
    framing: Framing = choice(Framing, "frames and their fit")
    frame_diffusion: FrameDiffusion = choice(FrameDiffusion, "frames across borders")
    message: Message = choice(Message, "clear and tailored messages")
    channels: Channels = choice(Channels, "who hears what")
    digital_divide: DigitalDivide = choice(DigitalDivide, "who is online")
    digital_coordination: DigitalCoordination = choice(DigitalCoordination, "cheaper and quicker calls")
    platform_control: PlatformControl = choice(PlatformControl, "removal, exposure, shutdown")
    petition: Petition = choice(Petition, "outreach of petitions by days")
    hashtag: Hashtag = choice(Hashtag, "hashtags by days")
    evidence: Evidence = choice(Evidence, "research and officials")
    backfire: Backfire = choice(Backfire, "grievance over repression")
    awareness: Awareness = choice(Awareness, "who knows of an issue")
    salience: Salience = choice(Salience, "what is on people's minds")
    persuasion: Persuasion = choice(Persuasion, "messages")
    education: Education = choice(Education, "teaching")
    influence: Influence = choice(Influence, "neighbours")
    anchoring: Anchoring = choice(Anchoring, "return to one's anchor")
    motive: Motive = choice(Motive, "why people speak and act")
    expression: Expression = choice(Expression, "speaking in the open")
    participation: Participation = choice(Participation, "signing and marching")
    membership: Membership = choice(Membership, "joining and lapsing")
    backlash: Backlash = choice(Backlash, "clashing and hostile messages")
    violence: Violence = choice(Violence, "protest that turns violent")
    anticipation: Anticipation = choice(Anticipation, "backfire foreseen")
    response: Response = choice(Response, "the government's answers")
    intimidation: Intimidation = choice(Intimidation, "fear after force")
    loyalty: Loyalty = choice(Loyalty, "officials who waver")
    coverage: Coverage = choice(Coverage, "what media show")
    boycott: Boycott = choice(Boycott, "firms give in")
    lobbying: Lobbying = choice(Lobbying, "insider contacts")
    protest_signal: ProtestSignal = choice(ProtestSignal, "what officials learn from turnout")
    stakeholder_table: StakeholderTable = choice(StakeholderTable, "bargaining of those seated")
    municipalities: Municipalities = choice(Municipalities, "local policies")
    elections: Elections = choice(Elections, "votes, seats, governments and parties")
    third_states: ThirdStates = choice(ThirdStates, "whether other states speak up")
    interplay: Interplay = choice(Interplay, "bodies that press each other")
    boomerang: Boomerang = choice(Boomerang, "appeals abroad and shaming")
    withdrawal: Withdrawal = choice(Withdrawal, "governments that leave a body")
    recall: RecallVote = choice(RecallVote, "removal of governments")
    field: Field = choice(Field, "how crowded the field is")
    accountability: Accountability = choice(Accountability, "how much opinion counts")
    pressure: Pressure = choice(Pressure, "the store of pressure")
    accommodation: Accommodation = choice(Accommodation, "concessions for quiet")
    friction: Friction = choice(Friction, "when policy moves")
    decision: Decision = choice(Decision, "which routes write policy")
    initiative: PopularInitiative = choice(PopularInitiative, "votes on citizens' drafts")
    referendum: VetoReferendum = choice(VetoReferendum, "votes against new laws")
    evaluation: Evaluation = choice(Evaluation, "efficacy and legitimacy")
    credibility: CredibilityChange = choice(CredibilityChange, "trust of three audiences")
    learning: Learning = choice(Learning, "the value of tactics")
    benefit_sharing: BenefitSharing = choice(BenefitSharing, "who gets the credit")
    trust: Trust = choice(Trust, "trust among allies")
    spiral: Spiral = choice(Spiral, "phases of change, read off the run")
