"""Small worlds for the tests of the model, and what is compared between their runs."""

from __future__ import annotations

import functools
import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from advosim import Scenario
from advosim.record import Record
from advosim.simulation import advance, simulate
from advosim.week import line
from advosim.world.found import Settled, found
from advosim.world.state import World, columns

# fmt: off
SMALL = {
    "title": "Small",
    "weeks": 26,
    "issue": {"climate": {}, "housing": {"attitude": -0.1}},
    "polity": {
        "home": {
            "citizens": 300,
            "districts": 3,
            "public": {
                "town": {"share": 0.6, "digital": 0.8, "values": {"justice": 0.5}, "attitude": {"climate": 0.1}},
                "country": {"share": 0.4, "digital": -0.8, "stake": {"housing": 0.4, "climate": 0.3}},
            },
            "organisation": {
                "greens": {"kind": "movement", "count": 2, "priorities": {"climate": 1.0}, "members": 0.03,
                           "represents": ["country"], "reliability": 0.6,
                           "tactics": ["demonstration", "disruptive_action"]},
                "tenants": {"kind": "grassroots", "priorities": {"housing": 1.0}, "members": 0.03,
                            "tactics": ["petition"]},
                "owners": {"kind": "business_association", "count": 2, "stance": -0.6, "frames": ["prosperity"],
                           "tactics": ["public_relations", "petition", "demonstration"]},
                "lobby": {"kind": "business_association", "stance": -0.5, "tactics": ["lobbying"], "funds": 40.0},
                "institute": {"kind": "research_institute", "tactics": ["research_report", "public_education"]},
                "works": {"kind": "firm", "stance": -0.7, "market_share": 0.4, "activity": 0.2},
                "shunners": {"kind": "movement", "tactics": ["product_boycott", "hashtag_campaign"]},
                "partners": {"tactics": ["multi_stakeholder_table", "municipal_campaign"]},
                "giver": {"kind": "foundation", "stance": 0.3, "gives": 2.0, "foreign": True},
                "press": {"kind": "media_outlet", "stance": 0.4},
                "mayor": {"kind": "municipality", "district": 2},
            },
            "party": {
                "reds": {"position": -0.4, "strategy": "aggregator"},
                "blues": {"position": 0.4},
                "whites": {"priorities": {"climate": 1.0}, "incumbent": True},
                "locals": {"positions": {"housing": 0.7}, "priorities": {"housing": 1.0}, "strategy": "sticker"},
            },
            "governance": {"platform_regulation": 0.2, "surveillance": 0.4, "electoral_system": "mixed",
                           "election_interval": 26,
                           "district_magnitude": 21},
            "alliance": {"front": {"issue": "climate", "members": ["greens", "institute", "partners"]}},
        }
    },
}
# fmt: on
"""Two issues, two publics and organisations of all sorts, as a file would say it."""

BUSY = {
    "mechanism.tactic_choice.launch": 0.3,
    "mechanism.attention.news_chance": 0.1,
    "mechanism.awareness.start": 0.6,
    "mechanism.expression.threshold": 0.12,
    "mechanism.participation.threshold": 0.1,
    "mechanism.participation.available_to_march": 0.3,
    "mechanism.response.consult": -1.0,
    "mechanism.funds.staff": 0.5,
    "mechanism.friction.level": 0.3,
    "mechanism.membership.join": 0.3,
    "mechanism.membership.lapse": 0.1,
    "mechanism.institutionalisation.lag": 2.0,
    "mechanism.hashtag.spontaneous": 0.5,
    "mechanism.stakeholder_table.chance": 1.0,
    "mechanism.boycott.readiness": 2.0,
    "mechanism.municipalities.friction": 0.05,
    "mechanism.petition.threshold": 0.003,
    "mechanism.petition.spread": 0.5,
    "mechanism.petition.floor": 0.4,
    "mechanism.backlash.chance": 0.3,
    "issue.climate.ideal_between": 1.0,
    "issue.housing.ideal_between": 1.0,
    "mechanism.backlash.distrust": 0.9,
    "mechanism.response.accommodate": 0.0,
    "mechanism.platform_control.exposure": 1.0,
    "mechanism.participation.by_risk": 1.5,
    "mechanism.alliance_formation.readiness": 2.0,
    "mechanism.culture_clash.hazard": 1.0,
    "mechanism.priority_clash.hazard": 1.0,
    "mechanism.strategy_clash.hazard": 1.0,
    "mechanism.collaborative_platform.chance": 1.0,
    "mechanism.benefit_sharing.by": "funds",
    "mechanism.solidarity.trouble": 30.0,
    "mechanism.credibility.scandal": 0.05,
    "mechanism.ties.fading": 0.5,
    "mechanism.ties.closure": 0.5,
}
"""Settings under which everything happens within a few weeks, so that the lack of something tells."""


# fmt: off
NEIGHBOURS = {
    "mechanism": {"boomerang": {"offset": 0.5}},
    "issue": {"climate": {"policy": -0.4}, "housing": {"policy_between": 0.5}},
    "tactic": {
        name: {"weeks": 3}
        for name in ("appeal_to_regional_body", "appeal_to_international_body", "shaming_by_third_states")
    },
    "polity": {
        "home": {
            "governance": {"openness": 0.1, "repression": 0.6, "media_freedom": 0.3, "external_vulnerability": 0.8},
            "organisation": {
                "asylum": {"count": 3, "stance": 0.8, "funds": 60.0, "frames": ["justice"], "tactics": [
                    "appeal_to_regional_body", "appeal_to_international_body", "shaming_by_third_states"]},
                "exiles": {"funds": 0.3, "income": 0.38, "funds_within": 0.0, "members": 0.0, "activity": 0.0},
                "counter": {"stance": -0.7, "funds": 60.0, "tactics": ["appeal_to_international_body"]},
            },
        },
        "north": {
            "citizens": 150, "districts": 2, "policy": {"climate": 0.2},
            "governance": {"openness": 0.9, "repression": 0.1, "media_freedom": 1.0},
            "public": {"everyone": {"attitude": {"climate": 0.3}}},
            "organisation": {"reds": {"count": 2, "stance": 0.7, "frames": ["security", "identity"]},
                             "blues": {"stance": -0.6}},
        },
    },
    "body": {
        "nations": {"gatekeeping": 0.5, "capacity": 1.0, "policy": {"climate": 0.5}, "agenda": {"housing": 0.5}},
        "union": {"level": "regional", "gatekeeping": 0.0, "leverage": 0.3, "leverages": {"home": 0.9}},
    },
    "relation": {"border": {"between": ["home", "north"], "distance": 0.1, "language": 0.9, "ties": 0.4}},
}
# fmt: on
"""What the small world lacks to have a neighbour and bodies above both."""


LOOSE = {
    "mechanism.across_borders.meet": 1.0,
    "mechanism.alliance_formation.readiness": 0.0,
    "mechanism.interplay.rate": 0.1,
    "mechanism.withdrawal.rate": 0.3,
    "polity.home.governance.external_vulnerability": 0.5,
}
"""Settings under which neighbours' alliances cross borders, and governments leave bodies."""


@functools.cache
def neighbours() -> Scenario:
    """The busy world, closed, with a neighbour that is open and ahead, and a regional and an international body."""
    return busy().but({f"{kind}.{name}": row for kind, rows in NEIGHBOURS.items() for name, row in rows.items()})


VOTING = {
    "polity.home.governance.initiative": {"allowed": True, "signature_share": 0.03, "window": 8},
    "polity.home.governance.referendum": {"allowed": True, "signature_share": 0.004, "window": 8},
    "polity.home.governance.recall": {"allowed": True, "signature_share": 0.02, "window": 8},
    "polity.home.organisation.greens.tactics": ["demonstration", "initiative", "referendum"],
    "polity.home.organisation.tenants.tactics": ["petition", "recall", "initiative"],
    "polity.home.organisation.owners.tactics": ["public_relations", "referendum", "initiative"],
    "polity.home.organisation.partners.tactics": ["recall", "multi_stakeholder_table"],
    "mechanism.initiative.at_rest": 0,
    "mechanism.initiative.campaign_weeks": 2,
    "mechanism.initiative.poll_error": 0.4,
    "mechanism.initiative.signature_price": 2.0,
    "mechanism.initiative.unaware": 0.05,
    "mechanism.referendum.campaign_weeks": 2,
    "mechanism.referendum.alarm": 0.5,
    "mechanism.recall.by_legitimacy": 0.02,
    "mechanism.recall.listen": 4.0,
    "mechanism.recall.campaign_weeks": 2,
    "mechanism.recall.dissatisfied": 1.0,
    "mechanism.stakeholder_table.uptake": 0.6,
}
"""Settings under which citizens of the busy world put laws to the vote, veto them and remove governments."""


@functools.cache
def voting() -> Scenario:
    """The busy world with all three rights."""
    return busy().but(VOTING)


@functools.cache
def vetoing() -> Scenario:
    """The voting world without initiatives, which leave few laws to veto."""
    return voting().but({"polity.home.governance.initiative.allowed": False})


@functools.cache
def small() -> Scenario:
    """Two issues, two publics, thirteen organisations, 300 citizens, 26 weeks."""
    return Scenario.model_validate(SMALL)


@functools.cache
def busy() -> Scenario:
    """The small world under settings that make all rules matter within a few weeks."""
    return small().but(BUSY)


def switched_off(*names: str, scenario: Scenario | None = None) -> Scenario:
    """The busy world without some mechanisms."""
    return (scenario or busy()).but({f"mechanism.{name}.on": False for name in names})


def run_world(scenario: Scenario, seed: int = 1, weeks: int | None = None, **how: Any) -> World:
    """The world after some weeks."""
    weeks = scenario.weeks if weeks is None else weeks
    world = found(scenario, seed, weeks)
    go_on(world, scenario, weeks, **how)
    return world


def go_on(world: World, scenario: Scenario, until: int, threads: int = 1, mechanisms: Any = None) -> None:
    """Run a world on to a week."""
    for _ in advance(world, scenario, line(threads, mechanisms), until, until):
        pass


SETTLED = Settled(2**28)
"""Worlds that runs of the same seeds need not found anew, where they differ in rules and governance alone."""
BEYOND = {4: 4.0, 6: 2.5, 8: 1.5, 10: 1.0, 12: 0.8, 15: 0.6, 20: 0.5, 25: 0.4, 30: 0.3, 40: 0.3}
"""By number of seeds: so many standard errors beyond what is asked for are enough, and no more seeds are run."""


def run_again(scenario: Scenario, seed: int, **how: Any) -> Record:
    """A run of a scenario of which others like it are run with the same seed."""
    return simulate(scenario, seed, threads=1, settled=SETTLED, **how)


class Errors:
    """A mean paired difference in its standard errors, from as many seeds as a comparison with a number needs."""

    def __init__(self, change: Callable[[int], float], seeds: int) -> None:
        """change: the difference between two runs of a seed. seeds: the most, from 1 on."""
        self._change, self._seeds, self._known = change, seeds, list[float]()

    def __gt__(self, least: float) -> bool:
        return self._beyond(least, 1)

    def __lt__(self, most: float) -> bool:
        return self._beyond(-most, -1)

    def _beyond(self, limit: float, sign: int) -> bool:
        for few, more in BEYOND.items():
            if few < self._seeds and sign * self._of(few) > limit + more:
                return True
        return sign * self._of(self._seeds) > limit

    def whole(self) -> float:
        """Over all seeds."""
        return self._of(self._seeds)

    def _of(self, seeds: int) -> float:
        self._known += [self._change(seed) for seed in range(len(self._known) + 1, seeds + 1)]
        known = self._known[:seeds]
        return float(np.mean(known) / (np.std(known, ddof=1) / math.sqrt(seeds) + 1e-300))

    def __repr__(self) -> str:
        return f"{self._of(len(self._known)):.2f} standard errors over {len(self._known)} seeds"


def paired_effect(high: Scenario, low: Scenario, measure: Callable[[Record], float], seeds: int) -> Errors:
    """The mean paired difference between two scenarios, in its standard errors: beyond 2 is no accident."""
    return Errors(lambda seed: measure(run_again(high, seed)) - measure(run_again(low, seed)), seeds)


def digest(record: Record) -> str:
    """A hash of all that a run recorded from week 1 on."""
    taken = [rows for name, rows in record.recorded._asdict().items() if name != "founding"]
    return hashlib.sha256(b"".join(digest_of(rows).encode() for rows in taken)).hexdigest()


def digest_of(rows: Any) -> str:
    """A hash of an array or of several; of records field by field, since their padding may hold anything."""
    if isinstance(rows, tuple):
        return hashlib.sha256("".join(digest_of(part) for part in rows).encode()).hexdigest()
    fields = rows.dtype.names
    parts = [rows] if fields is None else [rows[name] for name in fields]
    known = [digest_of(part) for part in parts] if fields else [hashlib.sha256(rows.tobytes()).hexdigest()]
    return hashlib.sha256("".join([str(rows.shape), *known]).encode()).hexdigest()


def digest_of_world(world: World) -> dict[str, str]:
    """A hash of each column of a world."""
    return {name: digest_of(column) for name, column in columns(world).items()}


def same(one: Record, other: Record) -> bool:
    """Whether two runs are alike to the bit, from the founding on."""
    starts = ([digest_of(rows) for rows in run.recorded.founding] for run in (one, other))
    return digest(one) == digest(other) and next(starts) == next(starts)


def growing() -> Scenario:
    """The busy world with room for newcomers, who are many."""
    newcomers = {"club": {"count": 24, "funds": 6.0}, "office": {"kind": "ngo", "count": 6}}
    donor = {"kind": "foundation", "stance": 0.3, "foreign": True, "gives": 3.0, "activity": 0.0}
    lively = {"founding.rate": 20.0, "schism.chance": 1.0, "formalisation.weeks": 1.0, "formalisation.chance": 0.5}
    return busy().but(
        {
            "polity.home.newcomer": newcomers,
            "polity.home.organisation.donor": donor,
            **{f"mechanism.{name}": value for name, value in lively.items()},
        }
    )


def newborn() -> Scenario:
    """A tiny one of them, in which organisations are founded within weeks."""
    return growing().but({"weeks": 8, "polity.home.citizens": 70, "mechanism.founding.rate": 600.0})


@functools.cache
def realistic() -> Scenario:
    """The baseline with its twenty organisations, made small: 1,000 citizens, two years."""
    return Scenario.load("baseline").but({"polity.home.citizens": 1000, "weeks": 104})


def scenarios_of_all_kinds() -> dict[str, Scenario]:
    """Tiny worlds of all networks that are drawn, of repression, newcomers, neighbours, bodies."""
    lively = small().but({**BUSY, "mechanism.tactic_choice.launch": 1.0, "weeks": 6, "polity.home.citizens": 70})
    worlds = {}
    harsh = {"polity.home.governance.repression": 1.0, "polity.home.governance.internet_access": 0.3}
    for face_to_face, social, more in (("small_world", "blocks", {}), ("preferential_attachment", "spatial", harsh)):
        networks = {"face_to_face.kind": face_to_face, "social.kind": social}
        changes = {f"polity.home.network.{path}": kind for path, kind in networks.items()}
        worlds[f"{face_to_face} and {social}"] = lively.but({**changes, **more})
    wide = {
        "polity.home.alliance.front.members": ["greens", "institute", "north.reds"],
        "mechanism.withdrawal.rate": 1.0,
    }
    worlds["networks across borders"] = neighbours().but({**LOOSE, **wide, "weeks": 9, "polity.home.citizens": 66})
    worlds["newcomers"] = newborn()
    return worlds


def with_neighbour(scenario: Scenario) -> Scenario:
    """The scenario with a second polity behind its own."""
    table = scenario.model_dump()
    table["polity"]["abroad"] = {
        "citizens": 150,
        "districts": 2,
        "governance": {"repression": 0.7, "openness": 0.2, "media_freedom": 0.3},
        "organisation": {"reds": {"count": 2}, "blues": {"stance": -0.6}},
    }
    return Scenario.model_validate(table)


def printed_with_and_without_jit(program: str) -> set[str]:
    """What a program prints with compiled code and in plain Python, each in its own process; warnings are errors."""
    texts = set()
    for off in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": off, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        command = [sys.executable, "-W", "error::RuntimeWarning", "-c", program]
        texts.add(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
    return texts
