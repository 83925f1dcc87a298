"""What a run depends on. Every number is declared here once: meaning, unit, range, default and source.

Help texts, checks, the parameter table of the docs, JSON Schema and the layout of the compiled rules derive from it.
Sources have the forms of `declare.SOURCE`; what is assumed is told by the decision that the number names.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from advosim.moved import names_of
from advosim.scenario.declare import Part, catalogue, choice, number
from advosim.scenario.limits import MOST_SEED, MOST_WEEKS
from advosim.scenario.rules import Mechanisms

MOST_ISSUES = 5
MOST_ORGANISATIONS = 500
MOST_FRAMES = 6
MOST_PARTIES = 12
MOST_SEATS = 16

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Ally = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=81)]
Expertise = Literal["research", "law", "media", "organising", "digital"]
Channel = Literal["face_to_face", "mass_media", "social_media"]
Kind = Literal[
    "ngo", "grassroots", "movement", "business_association", "foundation", "research_institute", "media_outlet", "firm",
    "agency", "municipality",
]  # fmt: skip
FOUNDED_KINDS = ("ngo", "grassroots", "movement")
"""Kinds that citizens found in mid-run."""
Venue = Literal["municipal", "home", "regional", "international", "third_states"]
Route = Literal[
    "none", "inside", "petition", "street", "boycott", "table", "local", "abroad", "initiative", "referendum", "recall",
]  # fmt: skip
Unit = Annotated[float, Field(ge=0.0, le=1.0)]
Leaning = Annotated[float, Field(ge=-1.0, le=1.0)]


# ---------------------------------------------------------------- governance


class Initiative(Part):
    """Citizens put a law to the vote."""

    allowed: bool = choice(
        False, "whether citizens can put a law to the vote", source="convention: off unless a scenario sets it"
    )
    signature_share: float = number(
        0.02, 0, 1, "signatures needed", unit="share of citizens",
        source="Swiss Federal Constitution 1999: art. 139, 100,000 of some 5.5 million voters in 18 months",
    )  # fmt: skip
    window: int = number(
        78, 1, 520, "time to collect", unit="weeks",
        source="Swiss Federal Constitution 1999: art. 139, 100,000 of some 5.5 million voters in 18 months",
    )  # fmt: skip
    quorum: float = number(0.0, 0, 1, "turnout needed", unit="share of citizens",
        source="convention: 0: no hurdle unless a scenario sets one")  # fmt: skip
    binding: bool = choice(
        True, "whether an accepted initiative is law", source="convention: what citizens decide is law"
    )


class Referendum(Part):
    """Citizens veto a law."""

    allowed: bool = choice(
        False, "whether citizens can veto a new law", source="convention: off unless a scenario sets it"
    )
    signature_share: float = number(0.01, 0, 1, "signatures needed", unit="share of citizens",
        source="Swiss Federal Constitution 1999: art. 141, 50,000 of some 5.5 million voters in 100 days")  # fmt: skip
    window: int = number(14, 1, 520, "time to collect", unit="weeks",
        source="Swiss Federal Constitution 1999: art. 141, 50,000 of some 5.5 million voters in 100 days")  # fmt: skip
    quorum: float = number(0.0, 0, 1, "turnout needed", unit="share of citizens",
        source="convention: 0: no hurdle unless a scenario sets one")  # fmt: skip


class Recall(Part):
    """Citizens remove a government."""

    allowed: bool = choice(
        False, "whether citizens can remove a government", source="convention: off unless a scenario sets it"
    )
    signature_share: float = number(0.1, 0, 1, "signatures needed", unit="share of citizens", assumed=17)
    window: int = number(26, 1, 520, "time to collect", unit="weeks", assumed=17)


class Governance(Part):
    """The levers of every scenario: how a polity meets its citizens' advocacy."""

    repression: float = number(0.1, 0, 1, "threat and use of force against protest and organisations", assumed=17)
    accommodation: float = number(0.5, 0, 1, "readiness to answer demands at all",
        source="convention: the middle of the scale; `advosim country` reads them off V-Dem")  # fmt: skip
    entry_cost: float = number(
        0.3, 0, 1, "burden of registering and reporting; the share of foreign funds that it keeps out", assumed=17
    )
    assembly_cost: float = number(0.1, 0, 1, "cost and legal burden of protest", assumed=17)
    openness: float = number(0.7, 0, 1, "share of insider contacts and consultations that get in", assumed=17)
    access: float = number(0.5, 0, 1, "standing access to leaders: cheaper lobbying",
        source="convention: the middle of the scale; `advosim country` reads them off V-Dem")  # fmt: skip
    contestation: float = number(0.9, 0, 1, "how far those who govern must win contested elections", assumed=20,
        source="Dahl 1971: public contestation, measured by V-Dem's polyarchy")  # fmt: skip
    electoral_system: Literal["majority", "proportional", "mixed"] = choice(
        "majority", "plurality in districts, lists in districts, or both",
        source="convention: plurality, the simplest count",
    )  # fmt: skip
    list_method: Literal["dhondt", "sainte-lague"] = choice("dhondt", "how lists' votes become seats",
        source="Gallagher & Mitchell 2005: d'Hondt is the most common divisor method")  # fmt: skip
    election_interval: int = number(208, 26, 520, "time between elections", unit="weeks", assumed=17)
    district_magnitude: int = number(
        10, 1, 500, "seats a district sends; under plurality all go to one", unit="seats", assumed=17
    )
    electoral_threshold: float = number(0.0, 0, 0.5, "votes that a list needs in the whole polity",
        unit="share of votes", source="convention: 0: no hurdle unless a scenario sets one")  # fmt: skip
    initiative: Initiative = choice(Initiative, "the popular initiative")
    referendum: Referendum = choice(Referendum, "the veto referendum")
    recall: Recall = choice(Recall, "the recall of governments")
    veto_players: int = number(2, 1, 5, "actors whose consent a change needs", unit="actors", assumed=17,
        source="Tsebelis 2002: an executive and a legislature that must agree")  # fmt: skip
    media_freedom: float = number(0.9, 0, 1, "what outlets may cover; gate for backfire", assumed=17)
    internet_access: float = number(0.7, 0, 1, "citizens who are online", unit="mean share", assumed=17)
    platform_regulation: float = number(0.1, 0, 1, "how far posts are removed", assumed=17)
    shutdown: bool = choice(
        False, "whether social media are shut down", source="convention: off unless a scenario sets it"
    )
    surveillance: float = number(0.2, 0, 1, "chance that online action exposes a person", assumed=17)
    external_vulnerability: float = number(
        0.3, 0, 1, "what foreign pressure costs the government, by material and moral linkage", assumed=17,
        source="Keck & Sikkink 1998: leverage works on vulnerable targets",
    )  # fmt: skip


# ---------------------------------------------------------------- what the citizens see


class Issue(Part):
    """A matter that is contested; +1 is the reform, -1 its opposite."""

    meaning: str = choice("", "what a position of +1 stands for", source="convention: words of the scenario's author")
    attitude: float = number(0.1, -1, 1, "mean attitude of citizens", unit="position", assumed=17)
    attitude_between: float = number(0.15, 0, 1, "sd of that mean over seeds", unit="position", assumed=17)
    attitude_local: float = number(0.0, 0, 1, "sd of districts' mean attitudes around it", unit="position",
        source="convention: 0: districts are alike unless a scenario says otherwise")  # fmt: skip
    attitude_within: float = number(0.45, 0, 1, "sd of attitudes among citizens", unit="position", assumed=17)
    policy: float = number(-0.15, -1, 1, "mean policy in force at the start", unit="position", assumed=17)
    policy_between: float = number(0.2, 0, 1, "sd of that policy over seeds", unit="position", assumed=17)
    policy_answers: float = number(
        0.5, 0, 1, "how far policy at the start has followed that mean, where power is fully contested", unit="share",
        assumed=17, source="Lax & Phillips 2012: policies answer opinion, half of them are not what majorities want",
    )  # fmt: skip
    ideal_between: float = number(
        0.15, 0, 1, "sd of the government's ideal around the policy", unit="position", assumed=17
    )


class Frame(Part):
    """A way to say what an issue is about."""

    meaning: str = choice(
        "", "what a message in this frame appeals to", source="convention: words of the scenario's author"
    )
    source: str = choice("", "where the frame is described", source="convention: words of the scenario's author")


class Diet(Part):
    """Where a public gets its news from; weights of reach, not shares."""

    face_to_face: float = number(0.6, 0, 1, "reach of personal contact", unit="weight", assumed=17)
    mass_media: float = number(0.7, 0, 1, "reach of press and broadcasting", unit="weight", assumed=17)
    social_media: float = number(0.7, 0, 1, "reach of social media among those online", unit="weight", assumed=17)


class Public(Part):
    """A segment of a polity's citizens."""

    share: float = number(1.0, 0, 1e6, "size of the segment", unit="weight, normalised over publics",
        source="convention: said by the scenario's author")  # fmt: skip
    digital: float = number(0.0, -6, 6, "digital access beside the polity's mean", unit="log odds",
        source="convention: 0: online like the polity's mean")  # fmt: skip
    diet: Diet = choice(Diet, "media diet")
    values: dict[Name, Unit] = choice(dict, "weight of frames (normalised); missing frames share what is left equally",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    attitude: dict[Name, Leaning] = choice(dict, "starting attitude beside the issue's mean, by issue",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    stake: dict[Name, Unit] = choice(
        dict, "how far members are affected, by issue", source="convention: empty: for the scenario's author to fill"
    )


class FaceToFaceNetwork(Part):
    """Who meets whom."""

    kind: Literal["small_world", "preferential_attachment", "blocks", "spatial", "edge_list"] = choice(
        "small_world", "how ties arise", source="Watts & Strogatz 1998: short ways between clustered people"
    )
    degree: float = number(6.0, 0, 200, "mean number of ties", unit="ties per citizen", assumed=17,
        source="Marsden 1987: people name about three with whom they discuss important matters")  # fmt: skip
    rewiring: float = number(0.15, 0, 1, "small world: ties to anybody", unit="share of ties", assumed=17,
        source="Watts & Strogatz 1998: a few per cent of rewired ties make short ways")  # fmt: skip
    homophily: float = number(0.7, 0, 1, "blocks: ties within the public; spatial: preference for like minds",
        assumed=17, source="McPherson, Smith-Lovin & Cook 2001: like knows like")  # fmt: skip
    file: str | None = choice(
        None, "edge list: CSV with columns source and target, or GraphML, GML, Pajek; relative to this file",
        source="convention: said by the scenario's author")  # fmt: skip
    direction: Literal["either", "mutual"] | None = choice(
        None, "edge list: of ties with a direction, each counts, or those that go both ways",
        source="convention: said by the scenario's author")  # fmt: skip
    least_weight: float | None = number(
        None, -1e12, 1e12, "edge list: ties of less weight do not count", unit="weight",
        source="convention: said by the scenario's author")  # fmt: skip

    @model_validator(mode="after")
    def _file_with_edge_list(self) -> Self:
        if (self.kind == "edge_list") != (self.file is not None):
            raise ValueError("'file' goes with kind = \"edge_list\", and that kind needs it")
        for name in ("direction", "least_weight"):
            if self.file is None and getattr(self, name) is not None:
                raise ValueError(f"'{name}' goes with kind = \"edge_list\"")
        return self


class SocialNetwork(FaceToFaceNetwork):
    """Who follows whom on social media; ties count between people who are online."""

    degree: float = number(10.0, 0, 200, "mean number of ties", unit="ties per citizen", assumed=17)
    rewiring: float = number(0.5, 0, 1, "small world: ties to anybody", unit="share of ties", assumed=17,
        source="Watts & Strogatz 1998: a few per cent of rewired ties make short ways")  # fmt: skip


class Networks(Part):
    """The two layers on which citizens talk."""

    face_to_face: FaceToFaceNetwork = choice(FaceToFaceNetwork, "who meets whom")
    social: SocialNetwork = choice(SocialNetwork, "who follows whom")


# ---------------------------------------------------------------- organisations and tactics


class Skills(Part):
    """What an organisation can do well, 0 (nothing) to 1 (leading)."""

    research: float = number(0.4, 0, 1, "finding out and writing up", assumed=11)
    law: float = number(0.4, 0, 1, "law and procedure", assumed=11)
    media: float = number(0.4, 0, 1, "press and publicity", assumed=11)
    organising: float = number(0.4, 0, 1, "mobilising people", assumed=11)
    digital: float = number(0.4, 0, 1, "working online", assumed=11)


class Credibility(Part):
    """How far three audiences believe an organisation."""

    officials: float = number(0.5, 0, 1, "with officials", assumed=11)
    media: float = number(0.5, 0, 1, "with the media", assumed=11)
    public: float = number(0.6, 0, 1, "with the public", assumed=11)


class Culture(Part):
    """How an organisation works, 0 (not at all) to 1 (wholly)."""

    formal: float = number(0.5, 0, 1, "by rules, minutes and mandates", assumed=11)
    confrontational: float = number(0.5, 0, 1, "against those in power rather than with them", assumed=11)
    participatory: float = number(0.5, 0, 1, "by all its members", assumed=11)


class Newcomer(Part):
    """Organisations that may be founded in mid-run: what they are like. The rest is up to their founders."""

    kind: Kind = choice("grassroots", "what sort of organisation it is; newcomers: ngo, grassroots or movement",
        source="convention: the most usual one")  # fmt: skip
    count: int = number(10, 1, MOST_ORGANISATIONS, "how many there is room for", unit="organisations",
        source="convention: room for half as many as the baseline has")  # fmt: skip
    funds: float = number(
        4.0, 0, 1e6, "what founders usually raise", unit="weekly campaign budgets of a typical organisation",
        assumed=28, source="Salisbury 1969: entrepreneurs bring the first capital",
    )  # fmt: skip
    funds_within: float = number(0.5, 0, 2, "sd of log means among alike ones", unit="log", assumed=11,
        source="Baumgartner et al. 2009: groups differ widely in means")  # fmt: skip
    income: float = number(0.8, 0, 1e4, "weekly gifts and fees", unit="weekly campaign budgets", assumed=28)
    skills: Skills | None = choice(None, "what it can do well; default by kind")
    credibility: Credibility = choice(Credibility, "how far audiences believe it")
    frames: tuple[Name, ...] = Field(
        (),
        description="frames it can speak in; empty: all",
        strict=False,
        json_schema_extra={"source": "convention: empty: for the scenario's author to fill"},
    )
    tactics: tuple[Name, ...] = Field(
        (),
        description="tactics it would use; empty: all",
        strict=False,
        json_schema_extra={"source": "convention: empty: for the scenario's author to fill"},
    )
    activity: float = number(1.0, 0, 10, "rate of campaigns beside the usual; 0 never acts", unit="factor",
        source="convention: 1: one, as usual, whole")  # fmt: skip
    institutionalisation: float | None = number(
        None, 0, 1, "how far it is run by rules and staff; default by kind", assumed=11
    )
    culture: Culture | None = choice(None, "how it works; default by kind")
    culture_within: float = number(0.1, 0, 1, "sd of that among alike ones", assumed=11)
    reliability: float = number(1.0, 0, 1, "what it delivers of what it promised to allies", unit="share",
        source="convention: 1: one, as usual, whole")  # fmt: skip


class Organisation(Newcomer):
    """An organisation that campaigns, or `count` alike ones named NAME_1, NAME_2 ..."""

    kind: Kind = choice("ngo", "what sort of organisation it is", source="convention: the most usual one")
    count: int = number(1, 1, MOST_ORGANISATIONS, "how many alike ones", unit="organisations",
        source="convention: 1: one, as usual, whole")  # fmt: skip
    stance: float = number(0.6, -1, 1, "mean position on issues", unit="position", assumed=11)
    stance_within: float = number(0.15, 0, 1, "sd of positions around it", unit="position", assumed=11)
    stances: dict[Name, Leaning] = choice(
        dict, "exact positions, by issue", source="convention: empty: for the scenario's author to fill"
    )
    priorities: dict[Name, Unit] = choice(dict, "weights of issues (normalised); empty: all alike",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    funds: float = number(
        20.0, 0, 1e6, "typical means at the start", unit="weekly campaign budgets of a typical organisation",
        source="convention: the unit of money: twenty weekly budgets of a typical campaign",
    )  # fmt: skip
    income: float = number(1.0, 0, 1e4, "weekly gifts and fees", unit="weekly campaign budgets",
        source="convention: the unit of money: one weekly budget of a typical campaign")  # fmt: skip
    members: float | None = number(
        None, 0, 1, "members at the start; default by kind", unit="share of citizens", assumed=11
    )
    represents: tuple[Name, ...] = Field(
        (),
        description="publics that it speaks for",
        strict=False,
        json_schema_extra={"source": "convention: empty: for the scenario's author to fill"},
    )
    gives: float | None = number(
        None, 0, 1e4, "grants that it gives; default by kind", unit="budgets a week", assumed=11
    )
    foreign: bool = choice(False, "whether the grants that it gives come from abroad",
        source="convention: grants come from home unless said otherwise")  # fmt: skip
    slots: int = number(2, 0, 100, "media outlets: acts that it can cover", unit="acts a week", assumed=15)
    market_share: float = number(0.1, 0, 1, "firms: share of their market", unit="share", assumed=13)
    reputation: float = number(0.6, 0, 1, "firms: standing with buyers at the start", assumed=13)
    lobby_budget: float = number(
        0.4, 0, 1e4, "firms: means for talks with officials, beside campaign funds", unit="weekly campaign budgets",
        assumed=14, source="Baumgartner et al. 2009: business lobbies with more means",
    )  # fmt: skip
    district: int = number(
        1, 1, 1000, "municipalities: the district that it governs, from 1", source="convention: 1: one, as usual, whole"
    )

    @model_validator(mode="after")
    def _one_municipality_a_district(self) -> Self:
        if self.kind == "municipality" and self.count > 1:
            raise ValueError("a municipality governs one district: 'count' must be 1")
        return self


class OrganisationKind(Part):
    """What organisations of a kind usually are."""

    meaning: str
    skills: Skills
    culture: Culture
    institutionalisation: float = number(0.5, 0, 1, "how far it is run by rules and staff", assumed=11)
    gives: float = number(0.0, 0, 1e4, "grants that it gives", unit="budgets a week", assumed=11)
    members: float = number(0.0, 0, 1, "members at the start", unit="share of citizens", assumed=11)
    tactics: tuple[Name, ...] = Field(
        (),
        description="tactics that it would use; empty: all",
        strict=False,
        json_schema_extra={"source": "convention: empty, a kind uses all tactics unless its row names some"},
    )
    source: str


class Party(Part):
    """A party that stands in elections. Without parties a polity has no elections: its government stays."""

    position: float = number(
        0.0, -1, 1, "mean position on issues", unit="position", source="convention: 0: the middle of the scale"
    )
    position_within: float = number(0.3, 0, 1, "sd of positions around it", unit="position", assumed=14)
    positions: dict[Name, Leaning] = choice(
        dict, "exact positions at the start, by issue", source="convention: empty: for the scenario's author to fill"
    )
    priorities: dict[Name, Unit] = choice(dict, "weights of issues (normalised); empty: all alike",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    strategy: Literal["hunter", "aggregator", "sticker"] = choice(
        "hunter", "seeks votes, follows its voters, or stays where it is",
        source="Laver 2005: hunters win most votes among simple rules",
    )  # fmt: skip
    incumbent: bool = choice(False, "governs at the start; if none does, whom a first count makes govern",
        source="convention: false: said by the scenario's author where it is so")  # fmt: skip


class Individual(Part):
    """A leader, expert or influencer, who holds posts in organisations."""

    posts: tuple[Name, ...] = Field(
        ...,
        description="organisations that the person works for",
        strict=False,
        json_schema_extra={"source": "convention: said by the scenario's author"},
    )
    reach: float = number(0.0, 0, 5, "followers: rise of the organisations' reach on social media", unit="share",
        source="convention: 0: no followers unless said")  # fmt: skip
    credibility: float = number(0.6, 0, 1, "trust with all three audiences; lends it to the organisations", assumed=11)


class Alliance(Part):
    """An alliance that stands at the start; others form by themselves."""

    issue: Name = choice(
        ..., "what it campaigns on, on the side of its first member", source="convention: said by the scenario's author"
    )
    members: tuple[Ally, ...] = Field(
        ...,
        min_length=2,
        max_length=MOST_SEATS,
        description="organisations (or groups of them) that belong to it; those abroad as POLITY.NAME",
        strict=False,
        json_schema_extra={"source": "convention: said by the scenario's author"},
    )
    memorandum: bool = choice(False, "whether a memorandum of understanding has been signed",
        source="convention: false: said by the scenario's author where it is so")  # fmt: skip
    platform: bool = choice(False, "whether it has a collaborative platform",
        source="convention: false: said by the scenario's author where it is so")  # fmt: skip
    trust: float | None = number(None, 0, 1, "trust among its members; default: as among strangers or tied ones",
        source="convention: left out: as the rule that its meaning names")  # fmt: skip
    psi: float | None = number(None, 0, 1, "weight of funds in its decisions; default: that of `mechanism.power`",
        unit="exponent", source="convention: left out: as the rule that its meaning names")  # fmt: skip
    sharing: Literal["contribution", "equal", "funds"] | None = choice(
        None, "what shares of the credit follow; default: as `mechanism.benefit_sharing.by`",
        source="convention: left out: as the rule that its meaning names",
    )  # fmt: skip


class Tactic(Part):
    """One way to campaign: a row of the catalogue."""

    meaning: str = choice("", "what is done", source="convention: words of the scenario's author")
    cost: float = number(
        1.0, 0.01, 100, "means that one unit of effort takes in a week", unit="weekly budgets", assumed=13
    )
    weeks: int = number(8, 1, 104, "length of a campaign", unit="weeks", assumed=13)
    skills: dict[Expertise, Unit] = choice(dict, "expertise that it needs (weights)", assumed=13)
    channels: dict[Channel, Unit] = choice(dict, "channels that it uses (weights)", assumed=13)
    reach: float = number(
        0.0, 0, 5, "hazard for a person to hear it in a week", unit="per effort and unit of diet", assumed=13
    )
    persuasion: float = number(0.0, 0, 1, "strength of its message", unit="share of a pure message", assumed=13)
    education: float = number(0.0, 0, 1, "strength of its teaching", unit="share of pure education", assumed=13)
    evidence: float = number(0.0, 0, 1, "quality of the evidence it carries", assumed=13)
    capacity: float = number(0.0, 0, 1, "how far it builds skills", assumed=13)
    criticism: float = number(0.0, 0, 1, "how far its content attacks government or opponents", assumed=13)
    call: Literal["none", "sign", "share", "show_up", "buy_not"] = choice(
        "none", "what people are called to do", source="convention: what a tactic is, said by its row"
    )
    call_every: int = number(1, 1, 52, "rhythm of the calls", unit="weeks", assumed=13)
    pressure: Route = choice(
        "none", "how it presses its target", source="convention: what a tactic is, said by its row"
    )
    venue: Venue = choice("home", 'where it is done; abroad only with pressure "abroad"',
        source="convention: what a tactic is, said by its row")  # fmt: skip
    hashtag: bool = choice(
        False, "whether it spreads under a hashtag", source="convention: what a tactic is, said by its row"
    )
    endorses: bool = choice(False, "whether it vouches for allies, who trust it more",
        source="convention: what a tactic is, said by its row")  # fmt: skip
    producer: bool = choice(False, "boycotts: whether a whole branch is the target, not its largest firm",
        source="convention: what a tactic is, said by its row")  # fmt: skip
    awaits: str = choice(
        "", "the mechanism without which it cannot be used yet", source="convention: what a tactic is, said by its row"
    )
    symbol: float = number(0.0, 0, 3, "news value beyond size", unit="logit of coverage", assumed=13)
    disruption: float = number(0.0, 0, 1, "how far it disrupts", assumed=13)
    exposure: float = number(0.0, 0, 1, "how far it exposes those who do it to force and sanctions", assumed=13)
    needs: dict[str, Leaning] = choice(
        dict, "governance settings: w > 0 scales its use by 1 - w (1 - setting), w < 0 by 1 - |w| setting", assumed=13,
        source="Kitschelt 1986: opportunities differ by tactic",
    )  # fmt: skip
    source: str = choice("", "where the tactic is described", source="convention: words of the scenario's author")

    @model_validator(mode="after")
    def _needs_exist(self) -> Self:
        levers = [k for k, f in Governance.model_fields.items() if f.annotation is float]
        for name in self.needs:
            if name not in levers:
                raise ValueError(f"'needs' names no governance setting of range 0..1: '{name}' ({', '.join(levers)})")
        return self

    @model_validator(mode="after")
    def _abroad(self) -> Self:
        if (self.pressure == "abroad") != (self.venue not in ("home", "municipal")):
            raise ValueError("'venue' regional, international or third_states goes with pressure = \"abroad\"")
        return self


class Polity(Part):
    """A state with its government, publics and organisations."""

    citizens: int = number(20_000, 10, 10_000_000, "number of citizens", unit="citizens", assumed=17)
    districts: int = number(10, 1, 1000, "number of districts", unit="districts", assumed=17)
    legitimacy: float = number(
        0.5, 0, 1, "trust in the government at the start", source="convention: the middle of the scale"
    )
    policy: dict[Name, Leaning] = choice(dict, "policy in force at the start, by issue; else drawn around the issue's",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    governance: Governance = choice(Governance, "how the polity meets advocacy")
    public: dict[Name, Public] = choice(lambda: {"everyone": Public()}, "segments of the citizens")
    organisation: dict[Name, Organisation] = choice(dict, "organisations at home here")
    newcomer: dict[Name, Newcomer] = choice(dict, "organisations that may be founded in mid-run; empty: none is")
    party: dict[Name, Party] = choice(dict, "parties that stand in elections; empty: there are none")
    individual: dict[Name, Individual] = choice(dict, "people with posts in them")
    alliance: dict[Name, Alliance] = choice(dict, "alliances that stand at the start")
    language: Name = choice("common", "language in which organisations work",
        source="convention: one name for all who understand each other")  # fmt: skip
    network: Networks = choice(Networks, "who talks to whom")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.public or sum(p.share for p in self.public.values()) <= 0:
            raise ValueError("at least one public needs a share above 0")
        if self.districts > self.citizens:
            raise ValueError(f"{self.districts} districts for {self.citizens} citizens: a district would be empty")
        if sum(o.count for o in (*self.organisation.values(), *self.newcomer.values())) > MOST_ORGANISATIONS:
            raise ValueError(f"more than {MOST_ORGANISATIONS} organisations")
        for name, newcomer in self.newcomer.items():
            if newcomer.kind not in FOUNDED_KINDS:
                raise ValueError(f"newcomer '{name}': kind is one of {', '.join(FOUNDED_KINDS)}")
        towns = {name: o.district for name, o in self.organisation.items() if o.kind == "municipality"}
        if len(towns) != len(set(towns.values())) or any(district > self.districts for district in towns.values()):
            given = ", ".join(f"{name}: {district}" for name, district in towns.items())
            raise ValueError(f"municipalities need districts of their own from 1 to {self.districts} ({given})")
        return self


class Body(Part):
    """A regional or international organisation above polities, with a policy of its own."""

    level: Literal["regional", "international"] = choice(
        "international", "there is at most one of each level", source="convention: the most usual one"
    )
    meaning: str = choice("", "what it stands for", source="convention: words of the scenario's author")
    members: tuple[Name, ...] = Field(
        (),
        description="polities below it; all if it is left out",
        strict=False,
        json_schema_extra={"source": "convention: empty: for the scenario's author to fill"},
    )
    position: float = number(0.3, -1, 1, "its policy on issues not named", unit="position", assumed=16)
    policy: dict[Name, Leaning] = choice(
        dict, "its policy at the start, by issue", source="convention: empty: for the scenario's author to fill"
    )
    agenda: dict[Name, Unit] = choice(dict, "how far an issue is on its agenda at the start, by issue; else 0",
        source="convention: empty: for the scenario's author to fill")  # fmt: skip
    gatekeeping: float = number(2.0, -10, 10, "how hard it is to be adopted", unit="logit", assumed=16,
        source="Bob 2005: few appeals are taken up")  # fmt: skip
    capacity: float = number(3.0, 0.1, 1000, "cases that it can attend to at once", unit="cases", assumed=16,
        source="Bob 2005: gatekeepers have room for few")  # fmt: skip
    leverage: float = number(0.5, 0, 1, "what its shaming costs a member", assumed=16)
    leverages: dict[Name, Unit] = choice(
        dict, "that by polity, where it differs", source="convention: empty: for the scenario's author to fill"
    )


class Relation(Part):
    """How near two polities are to each other; pairs that are not named have the defaults."""

    between: tuple[Name, ...] = Field(
        (),
        description="the two polities",
        strict=False,
        json_schema_extra={"source": "convention: said by the scenario's author"},
    )
    distance: float = number(0.5, 0, 1, "how far apart: 0 next door, 1 out of reach", assumed=16)
    language: float | None = number(
        None, 0, 1, "how much of what is said is understood; default: by the polities' languages",
        source="convention: left out: as the rule that its meaning names",
    )  # fmt: skip
    leverage: float = number(0.5, 0, 1, "what the other's disapproval costs: trade, aid, standing", assumed=16)
    ties: float | None = number(None, 0, 1, "chance that two organisations are tied; default: by `mechanism.ties`",
        source="convention: left out: as the rule that its meaning names")  # fmt: skip

    @model_validator(mode="after")
    def _two(self) -> Self:
        if len(self.between) != 2 or self.between[0] == self.between[1]:
            raise ValueError("'between' names two different polities")
        return self


class Reform(Part):
    """A change of settings in mid-run; it holds from its week on."""

    week: int = number(..., 1, MOST_WEEKS, "the first week in which the change holds", unit="weeks",
        source="convention: said by the scenario's author")  # fmt: skip
    set: dict[str, Any] = choice(dict, "dotted paths of governance or mechanism settings, and their new values",
        source="convention: said by the scenario's author")  # fmt: skip


class Stop(Part):
    """When a run ends before its last week: at the end of the first week in which one of these holds."""

    policy: dict[Name, Leaning] = choice(
        dict, "values by issue; the run ends when the policy of a polity comes to one, or passes it, from either side",
        source="convention: said by the scenario's author",
    )  # fmt: skip
    unchanged: int | None = number(
        None, 1, MOST_WEEKS, "weeks; the run ends when no policy has moved by more than `tolerance` within them",
        unit="weeks", source="convention: said by the scenario's author",
    )  # fmt: skip
    tolerance: float = number(
        0.05, 0, 2, "range within which a policy counts as unchanged", unit="position",
        source="convention: what outcomes count as a policy that moved",
    )  # fmt: skip


class Shock(Part):
    """News that strikes in a week, whatever else happens."""

    week: int = number(..., 1, MOST_WEEKS, "the week in which it strikes", unit="weeks",
        source="convention: said by the scenario's author")  # fmt: skip
    issue: Name = choice(..., "the issue that it is about", source="convention: said by the scenario's author")
    kind: Literal["news", "scandal", "disaster"] = choice(
        "news", "what happened; a scandal also costs its organisation credibility",
        source="Birkland 1997: focusing events put issues on the agenda",
    )  # fmt: skip
    size: float = number(1.3, 0, 5, "attention that it adds", unit="log weight",
        source="convention: the mean size of news that strikes by chance")  # fmt: skip
    polity: Name | None = choice(None, "where it strikes; default: the first polity",
        source="convention: left out where there is one polity")  # fmt: skip
    organisation: Name | None = choice(None, "scandals: the organisation whose scandal it is",
        source="convention: said by the scenario's author")  # fmt: skip


class Order(Part):
    """A campaign that an organisation runs on order, instead of what it would choose."""

    week: int = number(..., 1, MOST_WEEKS, "the first week of the order", unit="weeks",
        source="convention: said by the scenario's author")  # fmt: skip
    weeks: int = number(13, 1, MOST_WEEKS, "how long it holds", unit="weeks",
        source="convention: a quarter of a year")  # fmt: skip
    organisation: Name = choice(..., "who follows it", source="convention: said by the scenario's author")
    tactic: Name = choice(..., "how it campaigns", source="convention: said by the scenario's author")
    issue: Name = choice(..., "on what, on the side of its own position",
        source="convention: said by the scenario's author")  # fmt: skip
    polity: Name | None = choice(None, "its home; default: the only polity with an organisation so called",
        source="convention: left out where one name is enough")  # fmt: skip
    target: Name | None = choice(None, "boycotts: the firm; default: as the organisation would choose",
        source="convention: left out: as the rule that its meaning names")  # fmt: skip
    district: int | None = number(None, 1, 1000, "local campaigns: the district, from 1; default: drawn",
        source="convention: left out: as the rule that its meaning names")  # fmt: skip


# ---------------------------------------------------------------- the scenario


class Settings(Part):
    """What a scenario file says, complete and checked. `advosim.Scenario` adds what is done with it."""

    title: str = Field(
        ...,
        min_length=1,
        max_length=200,
        description="a short name",
        json_schema_extra={"source": "convention: words of the scenario's author"},
    )
    question: str = choice(
        "", "the question that the scenario answers", source="convention: words of the scenario's author"
    )
    source: str = choice("", "where the question comes from", source="convention: words of the scenario's author")
    weeks: int = number(208, 1, MOST_WEEKS, "length of a run", unit="weeks", assumed=17,
        source="Baumgartner et al. 2009: 98 issues followed for four years")  # fmt: skip
    seed: int = number(1, 0, MOST_SEED, "seed of all chance", source="convention: any number: it names a run")
    issue: dict[Name, Issue] = choice(lambda: {"reform": Issue()}, "what is contested")
    frame: dict[Name, Frame] = choice(lambda: dict(catalogue("frames", Frame)), "ways to say what an issue is about")
    tactic: dict[Name, Tactic] = choice(lambda: dict(catalogue("tactics", Tactic)), "ways to campaign")
    polity: dict[Name, Polity] = choice(lambda: {"home": Polity()}, "states")
    body: dict[Name, Body] = choice(dict, "regional and international organisations above them")
    relation: dict[Name, Relation] = choice(dict, "how near polities are to each other")
    mechanism: Mechanisms = choice(Mechanisms, "rules and their switches")
    stop: Stop = choice(Stop, "when a run ends before its last week")
    reform: tuple[Reform, ...] = Field(
        (), description="changes in mid-run", strict=False, json_schema_extra={"source": "author"}
    )
    shock: tuple[Shock, ...] = Field(
        (), description="news that strikes in a given week", strict=False, json_schema_extra={"source": "author"}
    )
    campaign: tuple[Order, ...] = Field(
        (), description="campaigns on order", strict=False, json_schema_extra={"source": "author"}
    )

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        for what, names, least, most in (
            ("issues", self.issue, 1, MOST_ISSUES),
            ("frames", self.frame, 3, MOST_FRAMES),
            ("tactics", self.tactic, 1, 100),
            ("polities", self.polity, 1, 20),
        ):
            if not least <= len(names) <= most:
                raise ValueError(f"{len(names)} {what}: allowed are {least} to {most}")
        return self

    @property
    def has_abroad(self) -> bool:
        """Whether there is anything beyond a polity: a neighbour, or a body above it."""
        return bool(self.body) or len(self.polity) > 1


# Scenario lived here; it stands above the tables now, with what reads them.
__getattr__ = names_of(__name__, "advosim.scenario.load", ("Scenario",))
