"""What a run depends on. Every number is declared here once: meaning, unit, range, default and source.

Help texts, checks, the parameter table of the docs, JSON Schema and the layout of the compiled rules derive from it.
Sources: "tried" marks values found by prototypes of the core loop to give a sane world; others name their literature.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

MOST_ISSUES = 5
MOST_ORGANISATIONS = 500

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Expertise = Literal["research", "law", "media", "organising", "digital"]
Channel = Literal["face_to_face", "mass_media", "social_media"]
Kind = Literal["ngo", "grassroots", "movement", "business_association"]
Unit = Annotated[float, Field(ge=0.0, le=1.0)]
Leaning = Annotated[float, Field(ge=-1.0, le=1.0)]


def number(
    default: Any,
    low: float,
    high: float,
    meaning: str,
    *,
    unit: str = "",
    source: str = "",
    awaits: str = "",
) -> Any:
    """A number with its range. `awaits` names the mechanism that will read it, where none does yet."""
    extra: JsonDict = {"unit": unit or "1", "source": source or "convention", **({"awaits": awaits} if awaits else {})}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def choice(default: Any, meaning: str, *, source: str = "", awaits: str = "") -> Any:
    """A switch, a name or a table, described like a number."""
    extra: JsonDict = {"source": source or "convention", **({"awaits": awaits} if awaits else {})}
    if callable(default):
        return Field(default_factory=default, description=meaning, json_schema_extra=extra)
    return Field(default, description=meaning, json_schema_extra=extra)


class Part(BaseModel):
    """A frozen table of a scenario that refuses unknown keys, wrong types, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=False)


@functools.cache
def catalogue(name: str, row: type[Any]) -> Mapping[str, Any]:
    """The rows of a shipped catalogue file, checked."""
    return {key: row.model_validate(value) for key, value in catalogue_rows(name).items()}


def catalogue_rows(name: str) -> dict[str, dict[str, Any]]:
    """The raw rows of a shipped catalogue file."""
    text = (Path(__file__).parent / "catalogue" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


# ---------------------------------------------------------------- governance


class Initiative(Part):
    """Citizens put a law to the vote."""

    allowed: bool = choice(False, "whether citizens can put a law to the vote", awaits="initiative")
    signature_share: float = number(0.02, 0, 1, "signatures needed", unit="share of citizens", awaits="initiative")
    window: int = number(78, 1, 520, "time to collect", unit="weeks", awaits="initiative")
    quorum: float = number(0.0, 0, 1, "turnout needed", unit="share of citizens", awaits="initiative")
    binding: bool = choice(True, "whether an accepted initiative is law", awaits="initiative")


class Referendum(Part):
    """Citizens veto a law."""

    allowed: bool = choice(False, "whether citizens can veto a new law", awaits="referendum")
    signature_share: float = number(0.01, 0, 1, "signatures needed", unit="share of citizens", awaits="referendum")
    window: int = number(14, 1, 520, "time to collect", unit="weeks", awaits="referendum")
    quorum: float = number(0.0, 0, 1, "turnout needed", unit="share of citizens", awaits="referendum")


class Recall(Part):
    """Citizens remove a government."""

    allowed: bool = choice(False, "whether citizens can remove a government", awaits="recall")
    signature_share: float = number(0.1, 0, 1, "signatures needed", unit="share of citizens", awaits="recall")
    window: int = number(26, 1, 520, "time to collect", unit="weeks", awaits="recall")


class Governance(Part):
    """The levers of every scenario: how a polity meets its citizens' advocacy."""

    repression: float = number(0.1, 0, 1, "threat and use of force against protest and organisations", source="tried")
    accommodation: float = number(0.5, 0, 1, "readiness to answer demands at all", source="V-Dem, mid-scale")
    entry_cost: float = number(
        0.3, 0, 1, "burden of founding and registering; limits on foreign funds", awaits="grants"
    )
    assembly_cost: float = number(0.1, 0, 1, "cost and legal burden of protest", source="tried")
    openness: float = number(0.7, 0, 1, "share of insider contacts and consultations that get in", source="tried")
    access: float = number(0.5, 0, 1, "standing access to leaders: cheaper lobbying", source="V-Dem, mid-scale")
    electoral_system: Literal["majority", "proportional", "mixed"] = choice(
        "majority", "plurality in districts, lists, or both", awaits="elections"
    )
    election_interval: int = number(208, 26, 520, "time between elections", unit="weeks", source="tried")
    district_magnitude: int = number(10, 1, 500, "seats a district sends", unit="seats", awaits="elections")
    electoral_threshold: float = number(0.0, 0, 1, "votes needed for a seat", unit="share of votes", awaits="elections")
    initiative: Initiative = choice(Initiative, "the popular initiative")
    referendum: Referendum = choice(Referendum, "the veto referendum")
    recall: Recall = choice(Recall, "the recall of governments")
    veto_players: int = number(2, 1, 5, "actors whose consent a change needs", unit="actors", source="tried")
    media_freedom: float = number(0.9, 0, 1, "what outlets may cover; gate for backfire", source="tried")
    internet_access: float = number(0.7, 0, 1, "citizens who are online", unit="mean share", source="tried")
    platform_regulation: float = number(0.1, 0, 1, "posts or ties that are removed", awaits="platform_control")
    surveillance: float = number(0.2, 0, 1, "chance that online action exposes a person", awaits="platform_control")
    external_vulnerability: float = number(0.3, 0, 1, "what foreign pressure costs the government", awaits="boomerang")


# ---------------------------------------------------------------- what the citizens see


class Issue(Part):
    """A matter that is contested; +1 is the reform, -1 its opposite."""

    meaning: str = choice("", "what a position of +1 stands for")
    attitude: float = number(0.1, -1, 1, "mean attitude of citizens", unit="position", source="tried")
    attitude_between: float = number(0.15, 0, 1, "sd of that mean over seeds", unit="position", source="tried")
    attitude_within: float = number(0.45, 0, 1, "sd of attitudes among citizens", unit="position", source="tried")
    policy: float = number(-0.15, -1, 1, "mean policy in force at the start", unit="position", source="tried")
    policy_between: float = number(0.2, 0, 1, "sd of that policy over seeds", unit="position", source="tried")
    ideal_between: float = number(
        0.15, 0, 1, "sd of the government's ideal around the policy", unit="position", source="tried"
    )


class Frame(Part):
    """A way to say what an issue is about."""

    meaning: str = choice("", "what a message in this frame appeals to")
    source: str = choice("", "where the frame is described")


class Diet(Part):
    """Where a public gets its news from; weights of reach, not shares."""

    face_to_face: float = number(0.6, 0, 1, "reach of personal contact", unit="weight")
    mass_media: float = number(0.7, 0, 1, "reach of press and broadcasting", unit="weight")
    social_media: float = number(0.7, 0, 1, "reach of social media among those online", unit="weight")


class Public(Part):
    """A segment of a polity's citizens."""

    share: float = number(1.0, 0, 1e6, "size of the segment", unit="weight, normalised over publics")
    digital: float = number(0.0, -6, 6, "digital access beside the polity's mean", unit="log odds")
    diet: Diet = choice(Diet, "media diet")
    values: dict[Name, Unit] = choice(dict, "weight of frames (normalised); missing frames share what is left equally")
    attitude: dict[Name, Leaning] = choice(dict, "starting attitude beside the issue's mean, by issue")
    stake: dict[Name, Unit] = choice(dict, "how far members are affected, by issue")


class FaceToFaceNetwork(Part):
    """Who meets whom."""

    kind: Literal["small_world", "preferential_attachment", "blocks", "spatial", "edge_list"] = choice(
        "small_world", "how ties arise", source="Watts & Strogatz 1998"
    )
    degree: float = number(6.0, 0, 200, "mean number of ties", unit="ties per citizen", source="tried")
    rewiring: float = number(0.15, 0, 1, "small world: ties to anybody", unit="share of ties", source="tried")
    homophily: float = number(0.7, 0, 1, "blocks: ties within the public; spatial: preference for like minds")
    file: str | None = choice(None, "edge list: file with two columns of citizen numbers from 0, relative to this file")

    @model_validator(mode="after")
    def _file_with_edge_list(self) -> Self:
        if (self.kind == "edge_list") != (self.file is not None):
            raise ValueError("'file' goes with kind = \"edge_list\", and that kind needs it")
        return self


class SocialNetwork(FaceToFaceNetwork):
    """Who follows whom on social media; ties count between people who are online."""

    degree: float = number(10.0, 0, 200, "mean number of ties", unit="ties per citizen", source="tried")
    rewiring: float = number(0.5, 0, 1, "small world: ties to anybody", unit="share of ties", source="tried")


class Networks(Part):
    """The two layers on which citizens talk."""

    face_to_face: FaceToFaceNetwork = choice(FaceToFaceNetwork, "who meets whom")
    social: SocialNetwork = choice(SocialNetwork, "who follows whom")


# ---------------------------------------------------------------- organisations and tactics


class Skills(Part):
    """What an organisation can do well, 0 (nothing) to 1 (leading)."""

    research: float = number(0.4, 0, 1, "finding out and writing up")
    law: float = number(0.4, 0, 1, "law and procedure")
    media: float = number(0.4, 0, 1, "press and publicity")
    organising: float = number(0.4, 0, 1, "mobilising people")
    digital: float = number(0.4, 0, 1, "working online")


class Credibility(Part):
    """How far three audiences believe an organisation."""

    officials: float = number(0.5, 0, 1, "with officials", source="prototype")
    media: float = number(0.5, 0, 1, "with the media", source="prototype")
    public: float = number(0.6, 0, 1, "with the public", source="tried")


class Organisation(Part):
    """An organisation that campaigns, or `count` alike ones named NAME_1, NAME_2 ..."""

    kind: Kind = choice("ngo", "what sort of organisation it is")
    count: int = number(1, 1, MOST_ORGANISATIONS, "how many alike ones", unit="organisations")
    stance: float = number(0.6, -1, 1, "mean position on issues", unit="position", source="prototype")
    stance_within: float = number(0.15, 0, 1, "sd of positions around it", unit="position", source="prototype")
    stances: dict[Name, Leaning] = choice(dict, "exact positions, by issue")
    priorities: dict[Name, Unit] = choice(dict, "weights of issues (normalised); empty: all alike")
    funds: float = number(
        20.0, 0, 1e6, "typical means at the start", unit="weekly campaign budgets of a typical organisation"
    )
    funds_within: float = number(0.5, 0, 2, "sd of log means among alike ones", unit="log", source="prototype")
    income: float = number(1.0, 0, 1e4, "weekly gifts and fees", unit="weekly campaign budgets", source="prototype")
    members: float = number(0.005, 0, 1, "members at the start", unit="share of citizens", source="tried")
    skills: Skills | None = choice(None, "what it can do well; default by kind")
    credibility: Credibility = choice(Credibility, "how far audiences believe it")
    frames: tuple[Name, ...] = Field(
        (), description="frames it can speak in; empty: all", strict=False, json_schema_extra={"source": "convention"}
    )
    tactics: tuple[Name, ...] = Field(
        (), description="tactics it would use; empty: all", strict=False, json_schema_extra={"source": "convention"}
    )
    activity: float = number(1.0, 0, 10, "rate of campaigns beside the usual; 0 never acts", unit="factor")


class OrganisationKind(Part):
    """What organisations of a kind usually are."""

    meaning: str
    skills: Skills
    source: str


class Tactic(Part):
    """One way to campaign: a row of the catalogue."""

    meaning: str = choice("", "what is done")
    cost: float = number(1.0, 0.01, 100, "means that one unit of effort takes in a week", unit="weekly budgets")
    weeks: int = number(8, 1, 104, "length of a campaign", unit="weeks", source="tried")
    skills: dict[Expertise, Unit] = choice(dict, "expertise that it needs (weights)")
    channels: dict[Channel, Unit] = choice(dict, "channels that it uses (weights)")
    reach: float = number(
        0.0, 0, 5, "hazard for a person to hear it in a week", unit="per effort and unit of diet", source="tried"
    )
    persuasion: float = number(0.0, 0, 1, "strength of its message", unit="share of a pure message")
    education: float = number(0.0, 0, 1, "strength of its teaching", unit="share of pure education")
    evidence: float = number(0.0, 0, 1, "quality of the evidence it carries")
    call: Literal["none", "sign", "show_up"] = choice("none", "what people are called to do")
    call_every: int = number(1, 1, 52, "rhythm of the calls", unit="weeks", source="tried")
    pressure: Literal["none", "inside", "petition", "street"] = choice("none", "how it presses the government")
    symbol: float = number(0.0, 0, 3, "news value beyond size", unit="logit of coverage")
    disruption: float = number(0.0, 0, 1, "how far it disrupts")
    needs: dict[str, Leaning] = choice(
        dict, "governance settings: w > 0 scales its use by 1 - w (1 - setting), w < 0 by 1 - |w| setting"
    )
    source: str = choice("", "where the tactic is described")

    @model_validator(mode="after")
    def _needs_exist(self) -> Self:
        levers = [k for k, f in Governance.model_fields.items() if f.annotation is float]
        for name in self.needs:
            if name not in levers:
                raise ValueError(f"'needs' names no governance setting of range 0..1: '{name}' ({', '.join(levers)})")
        return self


class Polity(Part):
    """A state with its government, publics and organisations."""

    citizens: int = number(20_000, 10, 10_000_000, "number of citizens", unit="citizens", source="tried")
    districts: int = number(10, 1, 1000, "number of districts", unit="districts")
    legitimacy: float = number(0.5, 0, 1, "trust in the government at the start")
    governance: Governance = choice(Governance, "how the polity meets advocacy")
    public: dict[Name, Public] = choice(lambda: {"everyone": Public()}, "segments of the citizens")
    organisation: dict[Name, Organisation] = choice(dict, "organisations at home here")
    network: Networks = choice(Networks, "who talks to whom")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.public or sum(p.share for p in self.public.values()) <= 0:
            raise ValueError("at least one public needs a share above 0")
        if self.districts > self.citizens:
            raise ValueError(f"{self.districts} districts for {self.citizens} citizens: a district would be empty")
        if sum(o.count for o in self.organisation.values()) > MOST_ORGANISATIONS:
            raise ValueError(f"more than {MOST_ORGANISATIONS} organisations")
        return self


class Reform(Part):
    """A change of settings in mid-run; it holds from its week on."""

    week: int = number(..., 1, 5200, "the first week in which the change holds", unit="weeks")
    set: dict[str, Any] = choice(dict, "dotted paths of governance or mechanism settings, and their new values")


# ---------------------------------------------------------------- mechanisms


class Mechanism(Part):
    """A rule of the model with its switch. `citizens` marks the rules of one citizen, which run in single precision."""

    citizens: ClassVar[bool] = False
    on: bool = Field(True, description="false puts the rule at its null limit", json_schema_extra={"source": "-"})


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


class Framing(Mechanism):
    """Teams pick the frame that a noisy poll finds resonant; messages gain or lose by fit with a citizen's values."""

    gain: float = number(0.3, 0, 1, "effect of fit", source="Snow & Benford 1988; Chong & Druckman 2007")
    poll_noise: float = number(0.1, 0, 1, "sd of the poll of values", unit="share", source="prototype")


class Channels(Mechanism):
    """Messages travel face to face, by mass media and by social media; the mix is tailored to the audience's access."""

    gate: float = number(0.7, 0, 1, "mass media reach lost without media freedom", unit="share", source="prototype")
    tailoring: float = number(1.0, 0, 5, "how far the mix follows the audience's access", unit="exponent")


class Evidence(Mechanism):
    """Research revises what officials think where there is openness, and raises the price of what it speaks against."""

    keep: float = number(0.98, 0, 1, "revision kept from week to week", unit="share", source="Keck & Sikkink 1998")
    gain: float = number(0.02, 0, 1, "revision by perfect evidence", unit="position per week", source="proposal")
    keep_price: float = number(0.95, 0, 1, "price kept from week to week", unit="share", source="proposal")
    price: float = number(0.05, 0, 1, "rise of the price", unit="friction per reach and quality", source="proposal")


class Backfire(Mechanism):
    """Those who learn of the repression of peaceful acts grow aggrieved; grievance fades."""

    citizens: ClassVar[bool] = True
    keep: float = number(0.9, 0, 0.99, "grievance kept from week to week", unit="share", source="tried")
    gain: float = number(0.3, 0, 5, "grievance by one injustice", source="tried; Hess & Martin 2006")
    by_media: float = number(0.5, 0, 1, "chance to learn of it from free media", source="tried")
    online: float = number(0.3, 0, 1, "chance to learn of it online", source="tried; Sutton et al. 2014")


class Awareness(Mechanism):
    """Citizens learn of an issue from the agenda, from campaigns and from talking neighbours, and forget."""

    citizens: ClassVar[bool] = True
    start: float = number(0.15, 0, 1, "aware at the start", unit="share of citizens", source="tried")
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
    interest_within: float = number(0.7, 0, 3, "sd of interest among citizens", unit="log weight", source="tried")


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
    threshold: float = number(0.35, 0, 5, "median threshold", unit="motive", source="tried")
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", source="tried")
    fear: float = number(0.25, 0, 5, "fear under full repression", unit="motive", source="tried; Noelle-Neumann 1974")


class Participation(Mechanism):
    """People sign or march if called or carried along, and if motive, grievance and company beat cost and risk."""

    citizens: ClassVar[bool] = True
    threshold: float = number(0.25, 0, 5, "median threshold", unit="motive", source="tried")
    threshold_within: float = number(0.5, 0, 3, "sd of log thresholds", unit="log", source="tried")
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
        0.05, 0, 2, "pressure that accommodation adds", unit="share of friction", source="chosen so that P3 holds"
    )


class Coverage(Mechanism):
    """Outlets cover what is large, symbolic or violent, as far as they are free; they tire, the public habituates."""

    protest_least: float = number(2.0, 0, 1e4, "smallest protest seen", unit="per 10,000 citizens", source="tried")
    protest: float = number(-2.5, -10, 10, "news value of protest", unit="logit", source="tried")
    by_size: float = number(0.5, 0, 5, "by log size", unit="logit", source="tried")
    by_violence: float = number(0.5, 0, 5, "by violence", unit="logit", source="tried; Wasow 2020")
    petition_least: float = number(2.0, 0, 1e3, "smallest petition seen", unit="per 1,000 citizens", source="tried")
    petition: float = number(-4.0, -10, 10, "news value of petitions", unit="logit", source="tried")
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


class Pressure(Mechanism):
    """What a government feels: street, petitions, insiders and public opinion add to a store that leaks."""

    keep: float = number(0.95, 0, 0.999, "pressure kept from week to week", unit="share", source="tried")
    street: float = number(0.30, 0, 10, "weight of protest", source="tried")
    half_street: float = number(0.01, 1e-6, 1, "protest of half effect", unit="share of citizens", source="tried")
    petition: float = number(0.10, 0, 10, "weight of signatures", source="tried")
    half_petition: float = number(0.02, 1e-6, 1, "signing of half effect", unit="share of citizens", source="tried")
    inside: float = number(0.08, 0, 10, "weight of successful lobbying", source="tried")
    opinion: float = number(0.6, 0, 10, "weight of salient majorities", source="tried")
    before_elections: float = number(1.0, 0, 10, "further weight on election day", unit="share", source="tried")
    election_shadow: float = number(13.0, 1, 520, "decay of that weight before elections", unit="weeks", source="tried")


class Friction(Mechanism):
    """Policy holds until pressure beats friction, then moves by a step; between steps it drifts a little."""

    level: float = number(0.6, 0.01, 100, "pressure that one veto player withstands", unit="pressure", source="tried")
    by_veto_player: float = number(0.5, 0, 10, "rise by each further veto player", unit="share", source="tried")
    by_ideal: float = number(0.4, 0, 1, "ease of moving toward the government's ideal", unit="share", source="tried")
    ideal_reach: float = number(0.3, 0.01, 2, "distance of full ease", unit="position", source="tried")
    step: float = number(0.25, 0, 2, "median step at the threshold", unit="position", source="tried")
    step_within: float = number(0.5, 0, 3, "sd of log steps", unit="log", source="tried")
    attention_kept: float = number(0.5, 0, 1, "attention left after a step", unit="share", source="tried")
    drift: float = number(0.002, 0, 0.1, "sd of weekly drift", unit="position", source="tried")


class Evaluation(Mechanism):
    """Sides learn whether acting helps; citizens whether the government serves them."""

    efficacy_start: float = number(0.3, 0, 1, "efficacy at the start", source="tried")
    efficacy_rate: float = number(0.05, 0, 1, "adjustment of efficacy", unit="per week", source="tried")
    efficacy_rest: float = number(0.25, 0, 1, "efficacy without pressure", source="tried")
    legitimacy_rate: float = number(0.02, 0, 1, "adjustment of legitimacy", unit="per week", source="tried")


class Learning(Mechanism):
    """Teams learn what a tactic brought for its cost: pressure, coverage, people reached, policy moved."""

    rate: float = number(0.3, 0, 1, "weight of the last campaign", source="prototype; McAdam 1983")
    start: float = number(0.03, 0, 10, "value of every tactic at the start", unit="gain per budget", source="prototype")
    of_coverage: float = number(0.05, 0, 10, "worth of a covered act", unit="pressure", source="prototype")
    of_reach: float = number(0.5, 0, 10, "worth of reaching everybody", unit="pressure", source="proposal")
    of_change: float = number(0.3, 0, 10, "worth of a policy step", unit="pressure per position", source="prototype")


class Mechanisms(Part):
    """All rules of the model, in the order of the week."""

    attention: Attention = choice(Attention, "news and the agenda")
    funds: Funds = choice(Funds, "money in and out")
    tactic_choice: TacticChoice = choice(TacticChoice, "campaigns begin")
    framing: Framing = choice(Framing, "frames and their fit")
    channels: Channels = choice(Channels, "who hears what")
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
    violence: Violence = choice(Violence, "protest that turns violent")
    response: Response = choice(Response, "the government's answers")
    coverage: Coverage = choice(Coverage, "what media show")
    lobbying: Lobbying = choice(Lobbying, "insider contacts")
    pressure: Pressure = choice(Pressure, "the store of pressure")
    friction: Friction = choice(Friction, "when policy moves")
    evaluation: Evaluation = choice(Evaluation, "efficacy and legitimacy")
    learning: Learning = choice(Learning, "the value of tactics")


# ---------------------------------------------------------------- the scenario


class Scenario(Part):
    """A world to be run: what a scenario file says, complete and checked."""

    title: str = Field(..., min_length=1, description="a short name", json_schema_extra={"source": "author"})
    question: str = choice("", "the question that the scenario answers", source="author")
    source: str = choice("", "where the question comes from", source="author")
    weeks: int = number(208, 1, 5200, "length of a run", unit="weeks", source="tried")
    seed: int = number(1, 0, 2**63 - 1, "seed of all chance")
    issue: dict[Name, Issue] = choice(lambda: {"reform": Issue()}, "what is contested")
    frame: dict[Name, Frame] = choice(lambda: dict(catalogue("frames", Frame)), "ways to say what an issue is about")
    tactic: dict[Name, Tactic] = choice(lambda: dict(catalogue("tactics", Tactic)), "ways to campaign")
    polity: dict[Name, Polity] = choice(lambda: {"home": Polity()}, "states")
    mechanism: Mechanisms = choice(Mechanisms, "rules and their switches")
    reform: tuple[Reform, ...] = Field(
        (), description="changes in mid-run", strict=False, json_schema_extra={"source": "author"}
    )

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        for what, names, least, most in (
            ("issues", self.issue, 1, MOST_ISSUES),
            ("frames", self.frame, 3, 6),
            ("tactics", self.tactic, 1, 100),
            ("polities", self.polity, 1, 20),
        ):
            if not least <= len(names) <= most:
                raise ValueError(f"{len(names)} {what}: allowed are {least} to {most}")
        return self

    def but(self, changes: Mapping[str, Any]) -> Scenario:
        """The same scenario with other values at dotted paths. Raises InputError with all that is wrong."""
        from advosim.scenario import load

        return load.but(self, changes)

    @classmethod
    def load(cls, scenario: str | Path) -> Scenario:
        """Read a scenario from a file, or a shipped one by its name. Raises InputError with all that is wrong."""
        from advosim.scenario import load

        return load.load(scenario)

    def reformed(self, week: int) -> Scenario:
        """The scenario with all reforms up to and including `week` carried out."""
        changes: dict[str, Any] = {}
        for reform in sorted(self.reform, key=lambda r: r.week):
            if reform.week <= week:
                changes |= reform.set
        return self.but(changes) if changes else self


def parameters(part: type[Part], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every declared field below `part` with its dotted path; tables keyed by name show as NAME."""
    for name, field in part.model_fields.items():
        here = f"{path}.{name}" if path else name
        inner = _part_of(field)
        if inner is None:
            yield here, field
        else:
            keyed = "dict" in str(field.annotation)
            yield from parameters(inner, f"{here}.NAME" if keyed else here)


def _part_of(field: FieldInfo) -> type[Part] | None:
    for candidate in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, Part):
            return candidate
    return None
