"""What is said to help advocacy, with and without it: `python run.py RESULTS [PAIRS] [CITIZENS] [WORD]`.

Writes claims.csv (one row per claim and outcome, with the expected sign and a verdict) and manifest.json. WORD: only
claims that have it in their text run again; their rows take the place of those that are there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

import advosim
from advosim import Scenario
from advosim.experiment import effects
from advosim.experiment.compare.comparison import compare
from advosim.reading.outcomes import measured
from advosim.record import Record
from advosim.results import manifest as results

FOUR_YEARS = 208
FIRST_SEED = 30_001
SAID = {"+": "rises", "-": "falls", "": ""}
"""Signs as tables have them: pages would take a lone sign for a list."""
LEAST = 0.3
"""Effects from .3 sd of paired differences count as shown, if their interval excludes 0."""
GOVERNANCE = "polity.home.governance."


class Claim(NamedTuple):
    """A sentence of the texts as a pair of worlds: without what it speaks of, and with it."""

    text: str
    source: str
    without: Mapping[str, Any]
    expected: Mapping[str, str]
    """Outcomes that should rise (+) or fall (-) with it."""
    base: str = "baseline"
    given: Mapping[str, Any] = {}
    """With it, where that is not as the scenario stands."""
    opposed: bool = False
    """Whether opponents campaign; without them a change of policy is the supporters' success."""


def off(*mechanisms: str) -> dict[str, Any]:
    return {f"mechanism.{name}.on": False for name in mechanisms}


DOUBTED = {
    f"polity.home.organisation.climate_movement.credibility.{who}": 0.2 for who in ("officials", "media", "public")
}
"""Without it all begin alike, and nobody has anything to lend."""
CLAIMS = (
    Claim("Alliances amplify voices", "Junk 2019", off("alliance_formation"),
          {"aware": "+", "petition_for": "+", "policy_change": "+"}),
    Claim("Pooled means go further", "Hula 1999", off("pooling"),
          {"aware": "+", "petition_for": "+", "policy_change": "+"}, "rich_partner"),
    Claim("Diverse expertise makes alliances stronger", "Junk 2019", {"mechanism.alliance_strength.diversity": 0.0},
          {"pressure": "+"}, "strange_bedfellows"),
    Claim("Association lends credibility", "Gray 1989", {"mechanism.credibility.transfer": 0.0, **DOUBTED},
          {"credibility_of_the_doubted": "+", "credibility": "+", "policy_change": "+"}, given=DOUBTED),
    Claim("Unity lends credibility", "Nelson & Yackee 2012", {"mechanism.credibility.unity": 0.0},
          {"credibility": "+", "pressure": "+"}),
    Claim("Mediation repairs trust", "Heaney & Leifeld 2018", {"mechanism.trust.mediation": 0.0},
          {"alliance_weeks": "+", "policy_change": "+"}, given={"mechanism.trust.mediation": 0.9}),
    Claim("Including the affected gives legitimacy", "Young 2000", off("inclusion"),
          {"credibility": "+", "policy_change": "+"}, "affected_at_the_table"),
    Claim("Joint plans and roles", "Ansell & Gash 2008", off("joint_plan"), {"policy_change": "+", "pressure": "+"}),
    Claim("Regular updates keep partners", "Ansell & Gash 2008", off("internal_communication"),
          {"alliance_weeks": "+", "policy_change": "+"}),
    Claim("A memorandum keeps partners", "Ansell & Gash 2008", {"mechanism.alliance_exit.by_memorandum": 0.0},
          {"alliance_weeks": "+"}),
    Claim("Partners help each other in trouble", "Tarrow 2005", off("solidarity"), {"closures": "-"}, "closed_regime"),
    Claim("Evaluate and adapt", "March & Olsen 1989", off("learning"), {"policy_change": "+", "pressure": "+"}),
    Claim("New information changes an issue", "Keck & Sikkink 1998", off("evidence"), {"policy_change": "+"}),
    Claim("Information that resonates", "Benford & Snow 2000", off("framing"),
          {"attitude": "+", "policy_change": "+"}, "framing_contest"),
    Claim("Information enlists supporters", "Keck & Sikkink 1998", off("enlist"), {"alliance_weeks": "+"}),
    Claim("Clear messages for each audience", "Benford & Snow 2000", off("message"),
          {"attitude": "+", "aware": "+"}, "framing_contest"),
    Claim("Channels combined reach more", "Chadwick 2017", {"mechanism.channels.synergy": 0.0},
          {"aware": "+", "policy_change": "+"}),
    Claim("Education changes views", "Finkel 2003", off("education"), {"attitude": "+"}),
    Claim("Social media speed mobilisation", "Bennett & Segerberg 2012", {GOVERNANCE + "internet_access": 0.05},
          {"protest_for": "+", "petition_for": "+"}, given={GOVERNANCE + "internet_access": 0.95}),
    Claim("Social media expose to backlash", "Bail et al. 2018", off("backlash"), {"attitude": "-"}),
    Claim("Some are excluded online", "Norris 2001", off("digital_divide"),
          {"gap_in_awareness": "+", "petition_for": "-"}, "digital_divide"),
    Claim("Rules of platforms limit advocacy", "King, Pan & Roberts 2013", {GOVERNANCE + "platform_regulation": 0.05},
          {"petition_for": "-", "online": "-"}, given={GOVERNANCE + "platform_regulation": 0.95}),
    Claim("Surveillance silences", "Gunitsky 2015", {GOVERNANCE + "surveillance": 0.05},
          {"silenced": "+", "online": "-"}, given={GOVERNANCE + "surveillance": 0.95}),
    Claim("A shared platform spreads collaboration", "Bennett & Segerberg 2012", off("collaborative_platform"),
          {"policy_change": "+", "campaigning": "+"}, "collaborative_platform"),
    Claim("Ties come before networks", "Hadden 2015", off("ties"), {"alliance_weeks": "+"}),
    Claim("The institutionalised disrupt less", "Staggenborg 1988", off("institutionalisation"),
          {"outside": "-", "inside": "+"}),
    Claim("Tables of many stakeholders settle matters", "Ansell & Gash 2008", off("stakeholder_table"),
          {"policy_moved": "+", "agreements": "+"}, "open_democracy", opposed=True),
    Claim("Who is blocked at home is heard abroad", "Keck & Sikkink 1998", off("boomerang"), {"policy_change": "+"},
          "boomerang", opposed=True),
    Claim("Boycotts change what firms do", "King 2008", off("boycott"), {"practice_end": "+"}, "producer_boycott"),
    Claim("It takes an enabling environment", "Kitschelt 1986", {GOVERNANCE + "preset": "closed_regime"},
          {"policy_change": "+", "reform_won": "+", "closures": "-"}),
)  # fmt: skip


def alliance_weeks(record: Record) -> float:
    """Weeks that alliances lived, summed."""
    return float(len(record.alliance_weeks))


def _trusted(record: Record) -> pd.Series:
    """By organisation for the reform and week: mean over audiences."""
    rows = record.organisations[(record.organisations["stance"] > 0) & ~record.organisations["closed"].astype(bool)]
    told = rows.set_index(["organisation", "week"])
    return told[[f"credibility_{who}" for who in ("officials", "media", "public")]].mean(axis=1)


def credibility(record: Record) -> float:
    """Mean over organisations for the reform, weeks and audiences."""
    return float(_trusted(record).mean())


def credibility_of_the_doubted(record: Record) -> float:
    """The same over those who began below the mean: it is they whom association lifts."""
    trusted = _trusted(record)
    first = trusted.xs(0, level="week")
    doubted = first.index[first < first.mean()]
    return float(trusted[trusted.index.get_level_values("organisation").isin(doubted)].mean())


def gap_in_awareness(record: Record) -> float:
    """Share who are aware among the best connected public minus that among the offline, in the first two years."""
    aware = record.publics[record.publics["week"].between(1, 104)].groupby("public")["aware"].mean()
    return float(aware["urban_connected"] - aware["rural_offline"])


OWN = {
    "gap_in_awareness": gap_in_awareness,
    "alliance_weeks": alliance_weeks, "credibility": credibility,
    "credibility_of_the_doubted": credibility_of_the_doubted,
}  # fmt: skip


def outcome(record: Record, name: str) -> float:
    """An outcome of the first polity, averaged over issues."""
    polity = next(iter(record.scenario.polity))
    return next(iter(measured(record, [name], [polity], list(record.scenario.issue)).values()))


def worlds(claim: Claim, citizens: int) -> tuple[Scenario, Scenario]:
    """Without and with what the claim is about."""
    whole = Scenario.load(claim.base)
    changes: dict[str, Any] = {
        f"polity.{home}.citizens": min(row.citizens, citizens) for home, row in whole.polity.items()
    }
    if not claim.opposed:
        against = [name for name, row in whole.polity["home"].organisation.items() if row.stance < 0]
        changes |= {f"polity.home.organisation.{name}.activity": 0.0 for name in against}
    base = whole.but(changes)
    return base.but(dict(claim.without)), base.but(dict(claim.given)) if claim.given else base


def tried(claim: Claim, pairs: int, citizens: int) -> Iterator[dict[str, Any]]:
    """A row for each expected outcome, and one for the effort that it took."""
    names = [*claim.expected, "effort"]
    outcomes = {name: OWN[name] if name in OWN else partial(outcome, name=name) for name in names}
    without, with_it = worlds(claim, citizens)
    weeks = min(FOUR_YEARS, without.weeks)
    found = compare(
        [without, with_it], runs=pairs, first_seed=FIRST_SEED, outcomes=outcomes, weeks=weeks,
        labels=["without", "with"], progress=False,
    ).pairs  # fmt: skip
    sides = [found[found["scenario"] == side].sort_values("seed") for side in ("without", "with")]
    for name in names:
        less, more = (side[name].to_numpy() for side in sides)
        shown = effects.paired(less, more)
        row = {"claim": claim.text, "world": claim.base, "outcome": name, "expected": claim.expected.get(name, "")}
        row |= {
            "without": less.mean(),
            "with": more.mean(),
            "effect": shown.effect,
            "low": shown.low,
            "high": shown.high,
        }
        row |= {"in sd": shown.d_z, "pairs": pairs, "source": claim.source}
        yield {**row, "expected": SAID[row["expected"]], "verdict": verdict(row)}


def verdict(row: Mapping[str, Any]) -> str:
    if not row["expected"]:
        return "cost"
    if (row["low"] <= 0 <= row["high"]) or abs(row["in sd"]) < LEAST:
        return "not shown"
    return "as claimed" if (row["effect"] > 0) == (row["expected"] == "+") else "against"


def main(folder: str, pairs: int = 200, citizens: int = 4000, word: str = "") -> None:
    out, size = Path(folder), {"pairs": pairs, "citizens": citizens, "weeks": FOUR_YEARS, "seeds from": FIRST_SEED}
    file, kept = out / "claims.csv", out / results.MANIFEST
    told = json.loads(kept.read_text(encoding="utf-8")) if word and kept.exists() else {}
    if other := {name: told[name] for name in told.keys() & size.keys() if told[name] != size[name]}:
        raise SystemExit(f"{file} has other sizes, {other}: one table has one size")
    out.mkdir(parents=True, exist_ok=True)
    known = pd.read_csv(file, keep_default_na=False) if told and file.exists() else pd.DataFrame({"claim": []})
    tables = {claim.text: known[known["claim"] == claim.text] for claim in CLAIMS}
    for claim in (claim for claim in CLAIMS if word in claim.text):
        rows = list(tried(claim, pairs, citizens))
        print(claim.text, *(f"{row['outcome']} {row['effect']:+.3g} {row['verdict']}" for row in rows), flush=True)
        tables[claim.text] = pd.DataFrame(rows).round(5)
        pd.concat(table for table in tables.values() if len(table)).to_csv(file, index=False)
    results.write_manifest(out, {"advosim": advosim.__version__, **size})


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder")
    asked.add_argument("pairs", type=int, nargs="?", default=200, metavar="PAIRS")
    asked.add_argument("citizens", type=int, nargs="?", default=4000, metavar="CITIZENS")
    asked.add_argument("word", nargs="?", default="")
    given = asked.parse_args()
    if given.pairs < 2:
        asked.error("PAIRS: an interval needs 2 and more")
    if not any(given.word in claim.text for claim in CLAIMS):
        asked.error(f"no claim has '{given.word}' in its text: " + "; ".join(claim.text for claim in CLAIMS))
    main(**vars(given))
