"""Why an organisation chose the tactic that it chose."""

from __future__ import annotations

from advosim.story import words
from advosim.story.telling import ONLY, Teller

FITS, HARDLY = 0.6, 0.4
"""Expertise met from which a tactic is said to fit a team's skills, and below which hardly."""


def why(teller: Teller, organisation: str, tactic: str, issue: str, until: int) -> str:
    """Why the last campaign of that kind was chosen, with the numbers that decided."""
    rows = teller.events
    own = (rows["event"] == "campaign") & (rows["organisation"] == organisation) & (rows["tactic"] == tactic)
    own &= (rows["issue"] == issue) & (rows["week"] <= until)
    if not own.any() or rows[own].iloc[-1]["odds"] <= 0.0:
        return ""
    row = rows[own].iloc[-1]
    campaign = f"{organisation} {row['week']}"
    if campaign in teller.explained:
        return ""
    teller.explained.add(campaign)
    start = teller.scenario.mechanism.learning.start
    tried, bad = _experience(row["value"] / start if start > 0 else 1.0)
    fit, misfit = _fit(row["match"])
    if row["experiment"]:
        return f" Why: to find out, though another one promised more; it {tried} and {fit}."
    share = f"it held {words.share(row['odds'])} of what all tactics at hand promised"
    beside = "it was the only tactic open" if row["odds"] > ONLY else share
    return f" Why: it {tried} {'but' if bad != misfit else 'and'} {fit}; {beside}."


def _experience(times: float) -> tuple[str, bool]:
    """What a team knew of a tactic, and whether that speaks against it. times: value beside an untried one's."""
    if times == 1.0:
        return "was new to the team", False
    if abs(times - 1.0) < 0.1:
        return "had brought what new ones promise", False
    only = "" if times >= 1.0 else "only "
    return f"had brought {only}{times:.1f} times what new ones promise", times < 1.0


def _fit(match: float) -> tuple[str, bool]:
    """How a tactic fits a team's skills, and whether that speaks against it."""
    how = "fits" if match >= FITS else "hardly fits" if match < HARDLY else "half fits"
    return f"{how} its skills ({words.share(match)} met)", match < HARDLY
