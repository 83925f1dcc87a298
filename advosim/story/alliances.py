"""Alliances in the story: how they came to be, what they did and how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.reading.collaboration import REASONS, memberships
from advosim.scenario.groups import allies_of
from advosim.story import words
from advosim.story.telling import Teller, rows_of

if TYPE_CHECKING:
    import pandas as pd

TERMS = {
    "goals": "shared goals",
    "opponent": "a strong other side",
    "trust": "trust",
    "expertise": "skills that complete each other",
    "salience": "public attention",
    "enlist": "good evidence",
}
AGAINST_ALLYING = {"niche": "rivalry for one niche", "culture": "unlike cultures"}
QUARRELS = {"culture_clash": "ways of working", "priority_clash": "priorities", "strategy_clash": "strategy"}


def allied(teller: Teller) -> list[str]:
    """How many alliances there were, and the life of the one with most weeks of membership."""
    spells, table = memberships(teller.record), teller.record.alliances
    own = table[table["polity"] == teller.home]
    if own.empty:
        return []
    weeks = (spells["last"] - spells["first"] + 1)[spells["polity"] == teller.home].groupby(spells["alliance"]).sum()
    row = max(rows_of(own), key=lambda one: float(weeks.get(one.alliance, 0.0)))
    given, ended = int(own["alliance"].isin(list(teller.polity.alliance)).sum()), len(own) - int(own["alive"].sum())
    stood = f"{words.count(given, 'alliance')} stood from the start, {words.number(len(own) - given)} came about later"
    came = stood if given else f"{words.count(len(own), 'alliance')} came about"
    return [words.sentence(f"{came} and {words.number(ended)} ended"), _alliance(teller, row)]


def _alliance(teller: Teller, row: Any) -> str:
    """Who allied and why, what they planned first, what befell them, and why it ended."""
    names = row.members.split("+")
    side = "for reform" if row.side == "for" else "against reform"
    given = teller.polity.alliance.get(row.alliance)
    first = len(allies_of(teller.scenario, teller.home, given)) if given else 2
    began = "from the start" if given else f"from week {row.week_formed}"
    signed = " with a memorandum" if given and given.memorandum else ""
    founders = words.joined(words.name(name) for name in names[:first])
    joined = f", later with {words.count(len(names) - first, 'other')}" if len(names) > first else ""
    own = teller.events[teller.events["alliance"] == row.alliance]
    stood = f"{founders} stood together {side} on {words.plain(row.issue)}{signed}"
    homes = row.polities.split("+")
    wide = f" Its members live in {words.joined(words.plain(home) for home in homes)}." if len(homes) > 1 else ""
    head = f"The weightiest: {began}, {stood}{joined}{_drawn(row)}.{wide}"
    return head + _first_plan(own) + _fate(own, row, bool(signed))


def _drawn(row: Any) -> str:
    """The two largest terms of the founder's logit, and what spoke most against it."""
    by = {term: getattr(row, f"by_{term}") for term in (*TERMS, *AGAINST_ALLYING)}
    drew = sorted((term for term in TERMS if by[term] > 0.0), key=lambda term: -by[term])[:2]
    least = min(AGAINST_ALLYING, key=lambda term: by[term])
    kept = f", in spite of {AGAINST_ALLYING[least]} ({words.signed(by[least])})" if by[least] < -0.1 else ""
    reasons = words.joined([f"{TERMS[term]} ({words.signed(by[term])})" for term in drew])
    return f", drawn by {reasons}{kept}" if drew else ""


def _first_plan(own: pd.DataFrame) -> str:
    weeks = own.loc[own["event"] == "plan", "week"]
    if weeks.empty:
        return ""
    roles = rows_of(own[(own["event"] == "campaign") & (own["week"] == weeks.iloc[0])])
    parts = [f"{words.plain(role.tactic)} by {words.name(role.organisation)}" for role in roles]
    return f" Their first plan: {words.joined(parts)}." if parts else ""


def _fate(own: pd.DataFrame, row: Any, told_signed: bool) -> str:
    counts = own["event"].value_counts(sort=False)
    quarrels = {QUARRELS[kind]: int(counts[kind]) for kind in QUARRELS if kind in counts.index}
    fell = f"fell out {words.times(sum(quarrels.values()))} (over {words.joined(quarrels)})" if quarrels else ""
    signed = "signed a memorandum" if row.memorandum and not told_signed else ""
    helped = "helped each other out of trouble" if "support" in counts.index else ""
    scandal = "lived through a scandal" if "scandal" in counts.index else ""
    told = [part for part in (signed, fell, helped, scandal) if part]
    lived = f" They {words.joined(told)}." if told else ""
    over = f" It ended in week {row.week_ended}: {REASONS.get(row.reason, words.plain(row.reason))}."
    return lived + ("" if row.alive else over)
