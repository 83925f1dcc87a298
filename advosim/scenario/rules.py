"""The parameters of the rules: one class per mechanism, in the order of the week.

Sources: "tried" marks values found by prototypes of the core loop to give a sane world; "proposal" what still waits for
one; others name their literature.
"""

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
from advosim.scenario.declare import Mechanism, Part, choice, number


class Attention(Mechanism):
    """Attention to an issue: news shocks and covered acts, decaying; all issues compete with the rest of life."""

    keep: float = number(0.85, 0, 0.99, "attention kept from week to week", unit="share", source="tried")
    cap: float = number(3.0, 0.1, 5, "highest attention", unit="log weight", source="tried")
    news_chance: float = number(0.01, 0, 1, "chance of a news shock", unit="per week", source="tried")
    news_size: float = number(1.3, 0, 5, "mean size of a shock", unit="log weight", source="tried")
    rest_of_life: float = number(30.0, 1, 1000, "weight of all else that asks for attention", source="tried")


class Funds(Mechanism):
    """Dues and gifts come in, staff and fixed cost go out; who cannot pay closes."""

    fee: float = number(15.0, 0, 1000, "weekly dues if all citizens were members", unit="budgets", source="prototype")
    noise: float = number(0.5, 0, 5, "sd of weekly gifts", unit="share of income", source="prototype, halved")
    staff: float = number(0.75, 0, 2, "upkeep of staff", unit="share of income", source="prototype")
    fixed: float = number(0.18, 0, 5, "fixed cost", unit="budgets a week", source="tried")
    harassment: float = number(0.2, 0, 5, "further cost under full repression", unit="budgets a week", source="tried")


class TacticChoice(Mechanism):
    """Teams start campaigns and choose tactics by learned value, match of expertise and what governance allows."""

    launch: float = number(0.015, 0, 1, "chance to start a campaign", unit="per week", source="tried")
    launch_by_agenda: float = number(0.4, 0, 5, "further chance", unit="per week and share of agenda", source="tried")
    spend: float = number(0.04, 0, 1, "means that a campaign uses in a week", unit="share of funds", source="prototype")
    productivity: float = number(1.7, 0, 10, "effort bought by one budget at full expertise", source="prototype")
    match: float = number(0.5, 0, 5, "weight of matching expertise beside learned value", source="tried")
    temperature: float = number(0.3, 0.01, 10, "blindness of the choice", source="tried; Kitschelt 1986")
    risk: float = number(
        0.5, 0, 5, "weight of exposure under full repression beside learned value", source="proposal; Tilly 1978"
    )
    experiment: float = number(
        0.3, 0, 1, "campaigns that try what nobody has begun for longest", unit="share", source="McAdam 1983"
    )
    untried: int = number(
        13, 1, 5200, "after which the next campaign tries what nobody has begun yet", unit="weeks", source="McAdam 1983"
    )


class Framing(Mechanism):
    """Teams pick the frame that a noisy poll finds resonant; messages gain or lose by fit with a citizen's values."""

    gain: float = number(0.3, 0, 1, "effect of fit", source="Snow & Benford 1988; Chong & Druckman 2007")
    poll_noise: float = number(0.1, 0, 1, "sd of the poll of values", unit="share", source="prototype")
    backfire: float = number(
        0.05, 0, 1, "step of a weak frame beside a strong one, backward", source="Chong & Druckman"
    )
    beaten_by: float = number(
        1.5, 1, 10, "how much stronger a frame is that leaves the other side's no effect", unit="ratio"
    )
    circulation_keep: float = number(
        0.84, 0, 0.99, "strength of what circulates kept from week to week", unit="share", source="half-life 4 weeks"
    )
    answer: float = number(
        1.0,
        0,
        10,
        "weight of beating the other side's frame where it circulates",
        source="Chong & Druckman; Jerit 2008",
    )
    shift: float = number(0.02, 0, 1, "move of values toward a frame that fits, when heard", source="proposal")
    hop_cost: float = number(0.03, 0, 1, "credibility lost by changing the frame", source="proposal")


class Message(Mechanism):
    """Clear and tailored messages are stronger: teams with media skill say it well, and to each public in its frame."""

    gain: float = number(0.2, 0, 1, "rise of strength by clarity and tailoring", unit="share", source="seed 2")
    focus: float = number(
        0.3, 0, 1, "effort that goes to the public of most promise alone", unit="share", source="seed 2: audiences"
    )


class DigitalCoordination(Mechanism):
    """Social media make it cheaper and quicker to call people: cost and lag fall with the share online."""

    saving: float = number(0.5, 0, 0.9, "cost and lag saved if all are online", unit="share", source="seed 1")
    usual: float = number(0.7, 0, 1, "share online at which costs are those of the catalogue", source="convention")


class DigitalDivide(Mechanism):
    """Who is online depends on the public: log odds beside the polity's mean."""

    scale: float = number(1.0, 0, 5, "weight of the publics' differences", unit="factor", source="seed 3")


class PlatformControl(Mechanism):
    """Platforms remove posts, calls to act more than criticism; online action exposes people to sanction.

    A shutdown removes the social layer and pushes talk to friends.
    """

    removed: float = number(0.02, 0, 1, "posts removed anyhow", unit="share", source="King, Pan & Roberts 2013")
    calls: float = number(1.0, 0, 1, "calls to act removed under full regulation", unit="share", source="likewise")
    criticism: float = number(0.3, 0, 1, "criticism removed under full regulation", unit="share", source="likewise")
    exposure: float = number(0.3, 0, 1, "risk of online action under full surveillance", source="Gunitsky 2015")
    to_friends: float = number(1.5, 1, 5, "talk to friends under a shutdown", unit="factor", source="proposal")


class Hashtag(Mechanism):
    """A hashtag spreads among those online, by days, and is dropped; capable teams build it slowly and keep it up."""

    spontaneous: float = number(0.002, 0, 1, "chance that talk online starts one", unit="per week", source="proposal")
    seed: float = number(0.01, 0, 1, "share of those online that a start reaches", source="proposal")
    rise: float = number(0.9, 0, 5, "growth by contagion without capacity", unit="per day", source="proposal")
    slow_rise: float = number(
        0.5, 0, 5, "growth lost to capacity: care takes time", unit="per day", source="Tufekci 2017"
    )
    drop: float = number(0.5, 0, 5, "share dropped without capacity", unit="per day", source="Tufekci 2017")
    slow_drop: float = number(0.35, 0, 5, "dropping spared by capacity", unit="per day", source="Tufekci 2017")
    tire: float = number(0.05, 0, 1, "contagion lost to novelty worn off", unit="per day", source="Yasseri et al. 2017")
    hears: float = number(0.5, 0, 1, "chance to hear of a hashtag that all follow", source="proposal")
    complexity: float = number(
        4.0, 0, 50, "talk needed to act on a contentious hashtag", unit="weight of agenda", source="Centola & Macy 2007"
    )


class Petition(Mechanism):
    """Petitions run in days: outreach is lognormal and its novelty decays within days, with a boost at each start."""

    half_life: float = number(10.0, 0.1, 365, "half-life of novelty", unit="days", source="Yasseri et al. 2017")
    floor: float = number(0.4, 0, 1, "outreach that is left without novelty", unit="share", source="proposal")
    peak: float = number(3.0, 0, 50, "outreach on the first day", unit="factor", source="proposal")
    spread: float = number(0.5, 0, 3, "sd of log outreach among petitions", unit="log", source="Yasseri et al. 2017")
    threshold: float = number(
        0.02, 0, 1, "signatures that oblige a reply", unit="share of citizens", source="thresholds for a debate"
    )


class Grants(Mechanism):
    """Foundations give to those who fit, are seen and succeed; recipients drift toward donors; foreign money meets
    entry cost. Pfeffer & Salancik 1978; Cooley & Ron 2002.
    """

    by_fit: float = number(2.0, 0, 20, "weight of agreement", unit="logit", source="proposal")
    by_visibility: float = number(2.0, 0, 20, "weight of coverage", unit="logit", source="prototype")
    by_success: float = number(2.0, 0, 20, "weight of learned success", unit="logit", source="prototype")
    drift: float = number(
        0.05, 0, 1, "move toward the donor, if grants are all income", unit="share", source="register"
    )


class CredibilityChange(Mechanism):
    """Three audiences' trust rises with evidence, coverage and allies, falls with violence, frame-hopping and scandal,
    which spreads to allies by `transfer`, and returns to what is usual.
    """

    keep: float = number(0.99, 0, 1, "deviation kept from week to week", unit="share", source="proposal")
    by_evidence: float = number(0.01, 0, 1, "officials' and the public's trust by evidence", source="prototype")
    by_coverage: float = number(0.01, 0, 1, "the media's trust by a covered act", source="prototype")
    by_violence: float = number(0.03, 0, 1, "trust lost by calling to what turns violent", source="Wasow 2020")
    transfer: float = number(0.2, 0, 1, "what is usual moves toward allies' trust by", unit="share", source="seed 2")
    unity: float = number(0.1, 0, 1, "public trust gained by a cohesive alliance", source="seed 2")
    scandal: float = number(0.0005, 0, 1, "chance of a scandal", unit="per organisation and week", source="proposal")
    damage: float = number(0.3, 0, 1, "trust lost by a scandal with all three audiences", source="proposal")


class Institutionalisation(Mechanism):
    """Rules and staff: less disruption, slower reaction, easier access and grants. Tarrow 2011."""

    lag: float = number(4.0, 0, 52, "delay of a fully institutionalised team's start", unit="weeks", source="register")
    access: float = number(0.3, 0, 1, "rise of lobbying by institutionalisation", unit="share", source="proposal")
    grants: float = number(1.0, 0, 20, "weight with foundations", unit="logit", source="proposal")


class Backlash(Mechanism):
    """A message that clashes with values, from a source not trusted, moves attitudes the other way; hostility costs."""

    citizens: ClassVar[bool] = True
    chance: float = number(0.1, 0, 0.3, "chance of a backward step", source="seed 3")
    distrust: float = number(0.5, 0, 1, "credibility below which a source is not trusted", source="convention")
    members: float = number(1.0, 0, 10, "rise of lapse by full hostility", unit="share", source="proposal")
    salience: float = number(0.2, 0, 1, "reach lost by full hostility", unit="share", source="proposal")
    insider_risk: float = number(0.3, 0, 1, "table and lobbying success lost by hostility", source="seed 3")


class Boycott(Mechanism):
    """Buyers stay away from a firm; it concedes with s(a0 + media + media x reputation's decline + sales lost).

    Then its practice changes and its lobby falls away. King 2008; Bartley & Child 2014.
    """

    citizens: ClassVar[bool] = True
    readiness: float = number(-2.0, -10, 10, "readiness to concede", unit="logit", source="King 2008: about a quarter")
    by_media: float = number(0.7, 0, 10, "by coverage", unit="logit", source="King 2008")
    by_decline: float = number(4.0, 0, 50, "by coverage x decline of reputation", unit="logit", source="King 2008")
    by_sales: float = number(10.0, 0, 500, "by sales lost", unit="logit per share of citizens", source="King 2008")
    cost: float = number(0.02, 0, 5, "cost of staying away", unit="motive", source="proposal")
    available: float = number(
        0.35, 0, 1, "chance to have a choice when shopping", unit="per week", source="as petitions"
    )
    damage: float = number(0.03, 0, 1, "reputation lost by a week of coverage", source="King 2008")
    recovery: float = number(
        0.98, 0, 1, "decline of reputation kept from week to week", unit="share", source="proposal"
    )
    step: float = number(0.6, 0, 2, "move of practice by a concession", unit="position", source="proposal")
    example_keep: float = number(
        0.95, 0, 0.99, "memory of a concession kept from week to week", unit="share", source="as `pressure`"
    )


class ProtestSignal(Mechanism):
    """Officials learn from turnout above what they expected; protests of extremists and violence tell them less."""

    gain: float = number(0.5, 0, 5, "weight of surprise", unit="per log of turnout", source="Lohmann 1994")
    keep: float = number(0.9, 0, 0.99, "expectation kept from week to week", unit="share", source="prototype")
    least: float = number(0.0005, 1e-6, 1, "turnout that counts as none", unit="share", source="onset of protest")
    cap: float = number(2.0, 1, 20, "largest factor of the street's pressure", unit="factor", source="proposal")
    extremists: float = number(
        0.5, 0, 1, "weight lost if all who march are extreme", unit="share", source="Lohmann 1994"
    )
    violence: float = number(0.3, 0, 1, "weight lost by violence", unit="share", source="Wasow 2020")


class StakeholderTable(Mechanism):
    """Those seated bargain with the government: weighted Nash solution; what is taken up is recorded, buy-in calms."""

    weight: float = number(
        0.3, 0, 10, "weight of a team beside the government's 1", unit="per effort", source="proposal"
    )
    uptake: float = number(0.15, 0, 2, "largest step that a table can agree on", unit="position", source="proposal")
    chance: float = number(0.05, 0, 1, "tables that end in an agreement, if open", source="proposal")
    buy_in: float = number(0.3, 0, 1, "friction spared after an agreement", unit="share", source="seed 2")
    keep: float = number(0.98, 0, 1, "buy-in kept from week to week", unit="share", source="proposal")


class Municipalities(Mechanism):
    """Municipal governments have policies of their own, which local campaigns and opinion move; citizens feel both."""

    felt: float = number(
        0.3, 0, 1, "weight of local policy in what citizens live under", unit="share", source="proposal"
    )
    friction: float = number(0.5, 0.01, 10, "local pressure that is withstood", unit="pressure", source="proposal")
    keep: float = number(0.95, 0, 0.999, "local pressure kept from week to week", unit="share", source="as `pressure`")
    campaign: float = number(0.1, 0, 10, "weight of campaigns", unit="pressure at much effort", source="proposal")
    opinion: float = number(0.3, 0, 10, "weight of salient local majorities", source="as `pressure`, halved")
    step: float = number(0.3, 0, 2, "local step", unit="position", source="proposal")


class Spillover(Mechanism):
    """News and covered acts of one polity reach others' media, and foreign channels reach its citizens."""

    share: float = number(0.3, 0, 1, "attention that passes between the nearest", source="Galtung & Ruge 1965")


class FrameDiffusion(Mechanism):
    """Organisations learn to speak in the frames that tied ones abroad campaign in. Snow & Benford 1999."""

    chance: float = number(0.02, 0, 1, "chance to take a frame over", unit="per tie and week", source="proposal")


class Shelter(Mechanism):
    """Who would close under repression but has ties abroad is sheltered there for a time, at its hosts' cost."""

    weeks: int = number(26, 0, 520, "shelter in all", unit="weeks", source="proposal")
    cost: float = number(0.05, 0, 5, "what it costs the host", unit="budgets a week", source="as `solidarity`")


class ThirdStates(Mechanism):
    """Third states speak up where they are ahead, and pressed by their own publics and organisations."""

    gatekeeping: float = number(2.0, -10, 10, "how hard it is to be heard by them", unit="logit", source="as bodies")
    half_salience: float = number(0.02, 1e-6, 1, "salience of half effect there", unit="share", source="proposal")
    half_effort: float = number(2.0, 0.01, 1000, "effort of half effect there", unit="budgets", source="proposal")


class Boomerang(Mechanism):
    """Who is blocked at home appeals abroad; what gatekeepers adopt comes back as shaming, which presses where there is
    presence at home or third states join. Keck & Sikkink 1998; Bob 2005; Murdie & Davis 2012; Hafner-Burton 2008.
    """

    patience: float = number(0.5, 0, 0.99, "blockage at home from which teams look abroad", source="proposal")
    by_failure: float = number(0.3, 0, 1, "blockage by campaigns that brought nothing", source="Keck & Sikkink 1998")
    means: float = number(4.0, 0, 1000, "funds that an appeal needs", unit="weeks of its cost", source="proposal")
    pull: float = number(3.0, 0, 100, "weight of appeals, if a team looks abroad", unit="factor", source="proposal")
    by_fit: float = number(2.0, 0, 50, "adoption by fit", unit="logit per position", source="Bob 2005")
    by_agenda: float = number(1.0, 0, 50, "by the issue's place on its agenda", unit="logit", source="Bob 2005")
    by_visibility: float = number(2.0, 0, 50, "by coverage of the team", unit="logit", source="Bob 2005")
    by_ties: float = number(2.0, 0, 50, "by ties abroad", unit="logit", source="Bob 2005; Carpenter 2007")
    half_ties: float = number(2.0, 0.01, 100, "ties of half effect", unit="ties", source="proposal")
    by_effort: float = number(1.0, 0, 50, "by the appeal's effort", unit="logit", source="Bob 2005: matching costs")
    by_crowding: float = number(1.0, 0, 50, "refusal by a full docket", unit="logit", source="Bob 2005")
    case_keep: float = number(0.99, 0, 0.999, "an adopted case kept from week to week", unit="share", source="proposal")
    agenda_step: float = number(0.3, 0, 1, "rise of the body's agenda by an adoption", source="proposal")
    agenda_keep: float = number(0.98, 0, 0.999, "that rise kept from week to week", unit="share", source="proposal")
    norm_step: float = number(
        0.05, 0, 2, "move of the body's policy by an adoption", unit="position", source="Finnemore & Sikkink 1998"
    )
    norm_keep: float = number(0.998, 0, 0.9999, "that move kept from week to week", unit="share", source="proposal")
    worth: float = number(0.1, 0, 10, "what a team counts an adoption as", unit="pressure", source="proposal")
    reach: float = number(0.3, 0.01, 2, "distance of full shaming", unit="position", source="as `friction`")
    alone: float = number(0.0, 0, 5, "effect of shaming alone (b1)", unit="factor", source="Murdie & Davis 2012")
    with_presence: float = number(0.5, 0, 5, "with presence at home (b2)", unit="factor", source="Murdie & Davis 2012")
    with_third_states: float = number(0.5, 0, 5, "with third states (b3)", unit="factor", source="Murdie & Davis 2012")
    half_presence: float = number(2.0, 0.01, 100, "presence of half effect", unit="organisations", source="proposal")
    offset: float = number(
        0.1, 0, 1, "chance that a fully shamed government offsets", unit="per week", source="Hafner-Burton 2008"
    )
    swing: float = number(0.3, 0, 1, "repression moved elsewhere by an offset", source="proposal; Hafner-Burton 2008")
    swing_keep: float = number(0.9, 0, 0.99, "that kept from week to week", unit="share", source="proposal")


class Spiral(Mechanism):
    """A label read off the run, never a cause: phases from repression to rule-consistent behaviour."""


class Channels(Mechanism):
    """Messages travel face to face, by mass media and by social media; the mix is tailored to the audience's access."""

    gate: float = number(0.7, 0, 1, "mass media reach lost without media freedom", unit="share", source="prototype")
    tailoring: float = number(1.0, 0, 5, "how far the mix follows the audience's access", unit="exponent")
    synergy: float = number(0.1, 0, 1, "rise of reach by an even mix of channels", unit="share", source="seeds 2, 3")
    full: float = number(
        1.0,
        0.01,
        1000,
        "effort beyond which one channel meets the same people",
        unit="efforts",
        source="Simon & Arndt 1980",
    )


class Evidence(Mechanism):
    """Research revises what officials think where there is openness, and raises the price of what it speaks against."""

    keep: float = number(0.98, 0, 1, "revision kept from week to week", unit="share", source="Keck & Sikkink 1998")
    gain: float = number(0.02, 0, 1, "revision by perfect evidence", unit="position per week", source="proposal")
    keep_price: float = number(0.95, 0, 1, "price kept from week to week", unit="share", source="proposal")
    price: float = number(0.5, 0, 5, "rise of the price", unit="friction per reach and quality", source="proposal")
    anchor: float = number(
        0.2, 0, 1, "teaching that evidence does on the side", unit="share", source="register: a little"
    )
    reputation: float = number(
        0.5, 0, 1, "reputation of the other side's firms lost", unit="per reach", source="proposal"
    )


class Backfire(Mechanism):
    """Those who learn of the repression of peaceful acts grow aggrieved; grievance fades."""

    citizens: ClassVar[bool] = True
    keep: float = number(0.9, 0, 0.99, "grievance kept from week to week", unit="share", source="tried")
    gain: float = number(0.3, 0, 5, "grievance by one injustice", source="tried; Hess & Martin 2006")
    by_media: float = number(0.5, 0, 1, "chance to learn of it from free media", source="tried")
    online: float = number(0.3, 0, 1, "chance to learn of it online", source="tried; Sutton et al. 2014")
    foreign: float = number(
        0.5, 0, 1, "chance to learn of it from free media next door", source="as at home; Sutton et al. 2014"
    )


class Awareness(Mechanism):
    """Citizens learn of an issue from the agenda, from campaigns and from talking neighbours, and forget."""

    citizens: ClassVar[bool] = True
    start: float = number(0.15, 0, 1, "aware at the start", unit="share of citizens", source="tried", founding=True)
    by_agenda: float = number(0.5, 0, 1, "chance by a full agenda and diet", unit="per week", source="tried")
    missed_face_to_face: float = number(0.85, 0, 1, "chance to miss what one friend talks of", source="tried")
    missed_online: float = number(0.95, 0, 1, "chance to miss what one contact posts", source="tried")
    half_life: float = number(8.0, 0.1, 520, "half-life of awareness", unit="weeks", source="tried")


class Salience(Mechanism):
    """What is on a citizen's mind: issues by attention, interest, neighbours' talk and stake, against all else."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.3, 0, 1, "adjustment", unit="per week", source="tried")
    by_talk: float = number(4.0, 0, 20, "weight of the share of neighbours who talk", source="tried")
    talk_cap: float = number(1.0, 0, 5, "highest effect of talk", unit="log weight", source="tried")
    rest_of_life: float = number(30.0, 1, 1000, "weight of all else on one's mind", source="tried")
    interest_within: float = number(
        0.7, 0, 3, "sd of interest among citizens", unit="log weight", source="tried", founding=True
    )


class Persuasion(Mechanism):
    """A message heard moves an attitude toward its side, less near the ends."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.03, 0, 1, "step by a credible strong message", unit="position", source="tried")


class Education(Mechanism):
    """Teaching heard moves the anchor of an attitude, which returns slowly."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.03, 0, 1, "step of the anchor by a credible lesson", unit="position", source="proposal")
    half_life: float = number(52.0, 1, 5200, "half-life of what was learned", unit="weeks", source="tried")


class Influence(Mechanism):
    """Attitudes move toward talking neighbours within bounded confidence."""

    citizens: ClassVar[bool] = True
    rate: float = number(0.05, 0, 1, "step toward the neighbours' mean", unit="per week", source="tried")
    enough: float = number(3.0, 1, 100, "talkers needed for the full step", unit="neighbours", source="tried")
    epsilon: float = number(0.5, 0, 2, "bound of confidence", unit="position", source="tried; Hegselmann & Krause 2002")


class Anchoring(Mechanism):
    """Attitudes relax to their anchor: why persuasion fades."""

    citizens: ClassVar[bool] = True
    half_life: float = number(3.0, 0.1, 520, "half-life of a deviation", unit="weeks", source="Kalla & Broockman 2018")


class Motive(Mechanism):
    """Distance from policy on a salient issue moves people; a threat of losing alarms."""

    citizens: ClassVar[bool] = True
    half_salience: float = number(0.1, 0.001, 1, "salience of half effect", unit="share of mind", source="tried")
    alarm: float = number(0.5, 0, 5, "further motive of the side that is losing", unit="share", source="tried")


class Expression(Mechanism):
    """People talk in the open if motive beats threshold and the fear of speaking alone."""

    citizens: ClassVar[bool] = True
    threshold: float = number(0.35, 0, 5, "median threshold", unit="motive", source="tried", founding=True)
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", source="tried", founding=True)
    fear: float = number(0.25, 0, 5, "fear under full repression", unit="motive", source="tried; Noelle-Neumann 1974")


class Participation(Mechanism):
    """People sign or march if called or carried along, and if motive, grievance and company beat cost and risk."""

    citizens: ClassVar[bool] = True
    threshold: float = number(
        0.4, 0, 5, "median threshold", unit="motive", source="tried, raised for P3", founding=True
    )
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", source="tried", founding=True)
    available_to_sign: float = number(0.35, 0, 1, "chance to have time to sign", unit="per week", source="tried")
    available_to_march: float = number(0.25, 0, 1, "chance to have time to march", unit="per week", source="tried")
    by_efficacy: float = number(0.5, 0, 5, "weight of motive without efficacy", source="tried")
    by_grievance: float = number(0.3, 0, 5, "weight of grievance", unit="motive", source="tried")
    solidarity: float = number(0.36, 0, 1, "weight of acting neighbours", unit="motive", source="tried")
    by_call: float = number(0.12, 0, 5, "weight of a call", unit="motive", source="tried")
    cost_of_march: float = number(0.05, 0, 5, "cost of marching", unit="motive", source="tried")
    by_assembly_cost: float = number(2.0, 0, 20, "rise of that cost with assembly cost", unit="factor", source="tried")
    by_risk: float = number(0.4, 0, 5, "weight of the risk of sanction", unit="motive", source="tried")
    by_fatigue: float = number(0.2, 0, 5, "weight of fatigue", unit="motive", source="tried")
    tau: float = number(0.10, 0, 1, "acting neighbours that carry along", unit="share of neighbours", source="tried")
    memory: float = number(0.6, 0, 0.99, "memory of acting neighbours kept", unit="share per week", source="tried")
    fatigue_keep: float = number(0.95, 0, 0.99, "fatigue kept from week to week", unit="share", source="tried")
    deterrence: float = number(2.3, 0, 20, "arrests' efficiency", source="Epstein 2002")
    force: float = number(0.005, 0, 1, "crowd that the police can match", unit="share of citizens", source="tried")
    crowd_by_past: float = number(0.6, 0, 5, "expected crowd by last turnout", unit="share", source="tried")
    crowd_by_call: float = number(0.03, 0, 1, "expected crowd by people called", unit="share", source="tried")
    crowd_least: float = number(1e-4, 1e-6, 1, "smallest expected crowd", unit="share of citizens", source="tried")
    risk_of_signing: float = number(0.1, 0, 1, "risk of signing under full repression", source="tried")


class Membership(Mechanism):
    """People join the organisation that called them as they act; members who stay idle when it calls lapse."""

    citizens: ClassVar[bool] = True
    join: float = number(0.02, 0, 1, "chance to join", unit="per act", source="tried")
    lapse: float = number(0.005, 0, 1, "chance to leave", unit="per week of idling when called", source="tried")


class Violence(Mechanism):
    """Some protests turn violent."""

    chance: float = number(
        0.26, 0, 1, "protests with violence by protesters", unit="share", source="Mass Mobilization: 26% of 15,239"
    )
    by_disruption: float = number(0.3, 0, 1, "further chance of a fully disruptive tactic", source="proposal")


class Response(Mechanism):
    """A government answers what happened in the open: it may repress, accommodate, consult and deny, each by itself."""

    onset: float = number(0.0005, 0, 1, "protest that asks for an answer", unit="share of citizens", source="tried")
    onset_of_signing: float = number(0.002, 0, 1, "signatures that ask for one", unit="share", source="tried")
    repress: float = number(-1.6, -10, 10, "readiness to repress", unit="logit", source="Mass Mobilization, fitted")
    by_repression: float = number(1.6, 0, 10, "by the setting", unit="logit", source="Mass Mobilization, fitted")
    by_violence: float = number(3.0, 0, 10, "by violent protest", unit="logit", source="Mass Mobilization, fitted")
    accommodate: float = number(-2.0, -10, 10, "readiness to give in", unit="logit", source="Mass Mobilization, fitted")
    after_repression: float = number(-0.75, -10, 10, "after repression", unit="logit", source="Mass Mobilization")
    accommodate_violence: float = number(0.6, -10, 10, "after violence", unit="logit", source="Mass Mobilization")
    by_setting: float = number(2.0, 0, 10, "by accommodation or openness", unit="logit", source="Mass Mobilization")
    consult: float = number(-2.0, -10, 10, "readiness to consult", unit="logit", source="likewise")
    consult_weeks: int = number(8, 0, 104, "length of a consultation", unit="weeks", source="prototype")
    consult_opens: float = number(0.3, 0, 1, "openness gained by consultation", source="prototype")
    deny: float = number(-2.0, -10, 10, "readiness to deny and counter-frame", unit="logit", source="likewise")
    denial_reach: float = number(0.1, 0, 5, "hazard to hear a denial", unit="per week and diet", source="proposal")
    concession: float = number(
        0.03, 0, 2, "pressure that accommodation adds", unit="share of friction", source="chosen so that P3 holds"
    )
    offset: float = number(
        0.3, 0, 2, "part of a concession taken back on other issues", unit="share", source="Hafner-Burton 2008"
    )


class Anticipation(Mechanism):
    """Governments forbear from force where many would learn of it and the crowd is peaceful: they foresee backfire."""

    by_exposure: float = number(
        1.0, 0, 10, "readiness to repress lost as everybody would learn of it", unit="logit", source="proposal"
    )
    usual: float = number(
        0.5, 0, 1, "share who would learn of it where answers are as fitted", source="Mass Mobilization: mixed polities"
    )


class Coverage(Mechanism):
    """Outlets cover what is large, symbolic or violent, as far as they are free; they tire, the public habituates."""

    protest_least: float = number(2.0, 0, 1e4, "smallest protest seen", unit="per 10,000 citizens", source="tried")
    protest: float = number(-2.5, -10, 10, "news value of protest", unit="logit", source="tried")
    by_size: float = number(0.5, 0, 5, "by log size", unit="logit", source="tried")
    by_violence: float = number(0.5, 0, 5, "by violence", unit="logit", source="tried; Wasow 2020")
    slant: float = number(1.0, 0, 10, "by an outlet's slant", unit="logit per position", source="McCarthy et al. 1996")
    by_credibility: float = number(
        1.0, 0, 10, "by the callers' credibility with media beyond 1/2", unit="logit", source="Andrews & Caren 2010"
    )
    petition_least: float = number(2.0, 0, 1e3, "smallest petition seen", unit="per 1,000 citizens", source="tried")
    petition: float = number(-4.0, -10, 10, "news value of petitions", unit="logit", source="tried")
    boycott: float = number(-2.5, -10, 10, "news value of boycotts", unit="logit", source="as protest")
    by_fatigue: float = number(0.3, 0, 5, "by outlets' fatigue", unit="logit", source="tried")
    fatigue_keep: float = number(0.8, 0, 0.99, "outlets' fatigue kept", unit="share per week", source="tried")
    bump: float = number(0.4, 0, 5, "attention by covered acts", unit="log weight", source="tried")
    bump_size: float = number(0.003, 1e-6, 1, "turnout that adds one log", unit="share of citizens", source="tried")
    habituation: float = number(0.15, 0, 5, "attention lost to habit", unit="per covered act", source="tried")
    habit_keep: float = number(0.97, 0, 0.999, "habit kept from week to week", unit="share", source="tried")


class Lobbying(Mechanism):
    """A contest for officials' time: effort against the other side's and everybody else's."""

    effort_exponent: float = number(1.0, 0.1, 5, "decisiveness of effort", source="Tullock 1980")
    others: float = number(2.0, 0, 100, "effort of everybody else", unit="weekly budgets", source="tried")
    by_access: float = number(0.5, 0, 5, "effort saved by full access", unit="share", source="Hall & Deardorff 2006")
    conflict: float = number(1.0, 0, 1, "success lost where all others oppose", source="Mahoney 2007")
    by_credibility: float = number(
        1.0, 0, 2, "effort gained by credibility with officials beyond 1/2", unit="share", source="Bouwen 2002"
    )
    subsidy: float = number(
        0.25, 0, 5, "success gained where officials want to go that way", unit="share", source="Hall & Deardorff 2006"
    )


class Elections(Mechanism):
    """Citizens vote, votes become seats, seats a government; parties move; incumbents listen to whom they need.

    Where a polity has parties. Downs 1957; Laver 2005; Cox 1997; Axelrod 1970; Lijphart 2012.
    """

    proximity: float = number(
        4.0, 0, 100, "weight of distance to a party", unit="logit per squared position", source="Adams et al. 2005"
    )
    background: float = number(
        0.01, 0.0001, 1, "weight of an issue that is not on one's mind", unit="share of mind", source="proposal"
    )
    incumbency: float = number(
        2.0, 0, 20, "weight of legitimacy for who governs", unit="logit", source="Fiorina 1981; proposal"
    )
    break_even: float = number(
        0.75, 0, 1, "legitimacy at which governing neither helps nor hurts", source="Nannestad & Paldam 2002; proposal"
    )
    strategic: float = number(
        1.0, 0, 10, "votes that leave lists without a chance", unit="logit per log of shares", source="Cox 1997"
    )
    turnout: float = number(-0.2, -10, 10, "readiness to vote", unit="logit", source="IDEA 2016: about two thirds")
    by_interest: float = number(
        2.0, 0, 20, "readiness by issues on one's mind", unit="logit", source="Verba et al. 1995; proposal"
    )
    half_interest: float = number(0.1, 0.001, 1, "salience of half effect", unit="share of mind", source="as `motive`")
    move_every: int = number(13, 1, 520, "time between polls and moves of parties", unit="weeks", source="Laver 2005")
    move: float = number(0.02, 0, 1, "step of a party", unit="position", source="proposal; Laver 2005")
    panel: int = number(1000, 10, 100_000, "citizens who are polled", unit="citizens", source="usual size of polls")
    marginality: float = number(
        0.1, 0.001, 10, "margin that makes a district matter 1/e as much", unit="share of votes", source="proposal"
    )
    pledges: float = number(
        0.7, 0, 1, "chance that one party acts on its programme after an election", source="Naurin et al. 2019"
    )
    pledges_shared: float = number(0.5, 0, 1, "the same of a coalition", source="Naurin et al. 2019")
    uptake: float = number(
        0.5, 0, 1, "way to its ideal that it goes then", unit="share", source="Rose & Davies 1994; proposal"
    )


class Pressure(Mechanism):
    """What a government feels: street, petitions, insiders and public opinion add to a store that leaks."""

    keep: float = number(0.95, 0, 0.999, "pressure kept from week to week", unit="share", source="tried")
    street: float = number(0.30, 0, 10, "weight of protest", source="tried")
    half_street: float = number(0.01, 1e-6, 1, "protest of half effect", unit="share of citizens", source="tried")
    petition: float = number(0.10, 0, 10, "weight of signatures", source="tried")
    half_petition: float = number(0.02, 1e-6, 1, "signing of half effect", unit="share of citizens", source="tried")
    inside: float = number(0.08, 0, 10, "weight of successful lobbying", source="tried")
    opinion: float = number(0.6, 0, 10, "weight of salient majorities", source="tried")
    firms: float = number(0.15, 0, 10, "weight of conceding firms' market share", source="register")
    abroad: float = number(0.15, 0, 10, "weight of shaming from abroad", source="register")
    before_elections: float = number(1.0, 0, 10, "further weight on election day", unit="share", source="tried")
    election_shadow: float = number(13.0, 1, 520, "decay of that weight before elections", unit="weeks", source="tried")


class Friction(Mechanism):
    """Policy holds until pressure beats friction, then moves by a step; between steps it drifts a little."""

    level: float = number(
        0.66, 0.01, 100, "pressure that one veto player withstands", unit="pressure", source="tried, raised for P3"
    )
    by_veto_player: float = number(0.5, 0, 10, "rise by each further veto player", unit="share", source="tried")
    by_ideal: float = number(0.4, 0, 1, "ease of moving toward the government's ideal", unit="share", source="tried")
    ideal_reach: float = number(0.3, 0.01, 2, "distance of full ease", unit="position", source="tried")
    step: float = number(0.25, 0, 2, "median step at the threshold", unit="position", source="tried")
    step_within: float = number(0.5, 0, 3, "sd of log steps", unit="log", source="tried")
    attention_kept: float = number(0.5, 0, 1, "attention left after a step", unit="share", source="tried")
    drift: float = number(0.001, 0, 0.1, "sd of weekly drift", unit="position", source="tried, halved for P3")


class Decision(Mechanism):
    """The one place that writes policy. A frozen route submits in vain: what it carried is told by twins without it."""

    ballot: bool = choice(True, "whether what a vote of the citizens decided is applied")
    election: bool = choice(True, "whether a new government's mandate is applied")
    table: bool = choice(True, "whether what a table agreed on is applied")
    store: bool = choice(True, "whether pressure that beats friction is applied")


class PopularInitiative(Mechanism):
    """Citizens put a law to the vote, and the legislature moves first where a group would gain by that.

    Costs are in units of position: what a group gives up of the law that it wants.
    """

    campaign_cost: float = number(
        0.05, 0, 2, "cost of a campaign for a vote, without signatures", unit="position", source="prototype"
    )
    signature_price: float = number(
        5.0, 0, 100, "cost of signatures", unit="position per share of citizens", source="proposal; Matsusaka 2018"
    )
    hurry: float = number(26.0, 0, 520, "window at which a signature costs twice", unit="weeks", source="proposal")
    poll_error: float = number(0.2, 0, 1, "sd of beliefs about the median", unit="position", source="tried: .15 to .3")
    vote_tells: float = number(
        0.5, 0, 1, "what a vote takes off the legislature's error", unit="share", source="proposal; Matsusaka 2018"
    )
    least: float = number(
        0.03, 0, 1, "distance from a law that deters which nobody bothers about", unit="position", source="convention"
    )
    moderation: float = number(0.7, 0, 1, "weight of that median in a sponsor's draft", source="fitted: P12")
    least_change: float = number(0.1, 0, 2, "smallest change worth a draft", unit="position", source="tried")
    campaign_weeks: int = number(13, 1, 104, "from enough signatures to the vote", unit="weeks", source="tried")
    news: float = number(
        0.2, 0, 5, "attention by a week of the campaign", unit="log weight", source="proposal; Kriesi 2005"
    )
    turnout: float = number(0.35, 0, 1, "citizens who vote on anything", unit="share", source="Swissvotes: least 31%")
    turnout_by_salience: float = number(
        0.25,
        0,
        1,
        "further turnout where it fills minds",
        unit="share",
        source="Swissvotes: mean 47%, highest tenth 56%",
    )
    status_quo: float = number(0.08, 0, 2, "lean of voters to the status quo", unit="position", source="tried")
    unaware: float = number(0.15, 0, 2, "further lean of the unaware", unit="position", source="tried")
    voter_noise: float = number(0.15, 0, 2, "sd of what else sways a voter", unit="position", source="tried")
    advice: float = number(
        0.5, 0, 10, "pressure by an accepted initiative that binds nobody", unit="share of friction", source="proposal"
    )


class VetoReferendum(Mechanism):
    """Opponents of a new law collect for a vote that restores the old one; governments cut steps that would lose."""

    campaign_cost: float = number(
        0.02, 0, 2, "cost of a campaign against a law, without signatures", unit="position", source="proposal"
    )
    misjudged: float = number(
        0.1, 0, 2, "sd of what a government errs by about what opponents would bear", unit="position", source="proposal"
    )
    alarm: float = number(
        1.0, 0, 1, "further chance to campaign of who loses by a law that can be vetoed", unit="per week",
        source="proposal: who lost was organised when the law was made",
    )  # fmt: skip
    urgency: float = number(
        10.0, 0, 1000, "weight of collecting beside other tactics while it can be", unit="factor", source="proposal"
    )
    news: float = number(
        0.4,
        0,
        5,
        "attention by a week of collecting against a law",
        unit="log weight",
        source="as a covered act",
    )
    campaign_weeks: int = number(8, 1, 104, "from enough signatures to the vote", unit="weeks", source="proposal")
    follows: float = number(
        0.15, 0, 4, "how far voters follow a fully legitimate government that defends its law", unit="position",
        source="fitted: Swissvotes, 91 of 216 laws fell; Kriesi 2005",
    )  # fmt: skip


class RecallVote(Mechanism):
    """The dissatisfied collect for the removal of a government, which listens more to opinion as that comes near."""

    listen: float = number(2.0, 0, 20, "further weight of opinion in full danger", unit="share", source="proposal")
    quiet: float = number(
        0.5, 0, 1, "danger while nobody collects, beside a vote at hand", unit="share", source="proposal"
    )
    half_share: float = number(
        0.1, 0.001, 1, "signatures needed that halve the danger", unit="share of citizens", source="proposal"
    )
    by_legitimacy: float = number(
        0.5, 0, 5, "lean of voters to a legitimate government", unit="position", source="proposal"
    )
    dissatisfied: float = number(0.75, 0, 1, "legitimacy below which teams collect for a recall", source="proposal")
    honeymoon: float = number(0.5, 0, 1, "distrust that a new government is spared", unit="share", source="proposal")
    successor_within: float = number(
        0.15, 0, 1, "sd of a new government's ideals around the median", unit="position", source="as at the start"
    )
    campaign_weeks: int = number(8, 1, 104, "from enough signatures to the vote", unit="weeks", source="proposal")


class Evaluation(Mechanism):
    """Sides learn whether acting helps; citizens whether the government serves them."""

    efficacy_start: float = number(0.3, 0, 1, "efficacy at the start", source="tried", founding=True)
    efficacy_rate: float = number(0.05, 0, 1, "adjustment of efficacy", unit="per week", source="tried")
    efficacy_rest: float = number(0.25, 0, 1, "efficacy without pressure", source="tried")
    legitimacy_rate: float = number(0.02, 0, 1, "adjustment of legitimacy", unit="per week", source="tried")


class Learning(Mechanism):
    """Teams learn what a tactic brought for its cost: pressure, coverage, people reached, skills, policy moved."""

    rate: float = number(0.3, 0, 1, "weight of the last campaign", source="prototype; McAdam 1983")
    capacity: float = number(0.01, 0, 1, "rise of skills by building capacity", unit="share a week", source="proposal")
    start: float = number(
        0.03, 0, 10, "value of every tactic at the start", unit="gain per budget", source="prototype", founding=True
    )
    of_coverage: float = number(0.05, 0, 10, "worth of a covered act", unit="pressure", source="prototype")
    of_reach: float = number(0.5, 0, 10, "worth of reaching everybody", unit="pressure", source="proposal")
    of_change: float = number(
        0.3, 0, 10, "worth of a step of policy; of a firm, a district or officials' ideal as far as they count",
        unit="pressure per position", source="prototype",
    )  # fmt: skip
    of_skill: float = number(0.5, 0, 10, "worth of building a skill from nothing", unit="pressure", source="proposal")


class Mechanisms(Part):
    """All rules of the model, in the order of the week."""

    spillover: Spillover = choice(Spillover, "news across borders")
    attention: Attention = choice(Attention, "news and the agenda")
    funds: Funds = choice(Funds, "money in and out")
    shelter: Shelter = choice(Shelter, "refuge with partners abroad")
    grants: Grants = choice(Grants, "foundations and drift")
    enlist: Enlist = choice(Enlist, "evidence that wins supporters")
    ties: Ties = choice(Ties, "who knows whom")
    alliance_formation: AllianceFormation = choice(AllianceFormation, "offers and consent")
    power: Power = choice(Power, "whose say counts")
    internal_communication: InternalCommunication = choice(InternalCommunication, "meetings and reports")
    culture_clash: CultureClash = choice(CultureClash, "conflict over ways of working")
    priority_clash: PriorityClash = choice(PriorityClash, "conflict over priorities")
    strategy_clash: StrategyClash = choice(StrategyClash, "conflict over strategy")
    alliance_exit: AllianceExit = choice(AllianceExit, "leaving and dissolving")
    solidarity: Solidarity = choice(Solidarity, "help for allies in trouble")
    peer_learning: PeerLearning = choice(PeerLearning, "learning from allies")
    collaborative_platform: CollaborativePlatform = choice(CollaborativePlatform, "shared infrastructure")
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
    coverage: Coverage = choice(Coverage, "what media show")
    boycott: Boycott = choice(Boycott, "firms give in")
    lobbying: Lobbying = choice(Lobbying, "insider contacts")
    protest_signal: ProtestSignal = choice(ProtestSignal, "what officials learn from turnout")
    stakeholder_table: StakeholderTable = choice(StakeholderTable, "bargaining of those seated")
    municipalities: Municipalities = choice(Municipalities, "local policies")
    elections: Elections = choice(Elections, "votes, seats, governments and parties")
    third_states: ThirdStates = choice(ThirdStates, "whether other states speak up")
    boomerang: Boomerang = choice(Boomerang, "appeals abroad and shaming")
    recall: RecallVote = choice(RecallVote, "removal of governments")
    pressure: Pressure = choice(Pressure, "the store of pressure")
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
