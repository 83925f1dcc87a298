"""The spiral of human rights change: a label read off a run, never a cause. Risse, Ropp & Sikkink 1999."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.reading.outcomes import Course
from advosim.reading.tables import lived
from advosim.world.columns import WEEKS, code, count, position, share, week

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run

PHASES = ("repression", "denial", "tactical concession", "prescriptive status", "rule-consistent behaviour")
OUTSIDE = "outside the spiral"
"""Of a polity that represses little and is not shamed."""
MILD = 0.25
"""Repression in force up to which a polity represses little."""
QUARTER = 13
"""Weeks that are labelled together."""
KEPT = 0.1
"""Distance of policy to the norm up to which a rule counts as kept, as a position."""
HALF_WAY = 0.5
"""Share of the first distance to the norm that a government has gone when the norm is accepted."""
HEARD = 0.02
"""Mean shaming in a quarter from which a government is held to account abroad."""
COLUMNS = (
    code("polity", "polity", "names of polities"),
    code("issue", "issue", "names of issues"),
    count("quarter", "quarter of the run, from 1", "quarters"),
    week("first_week", "first week of the quarter"),
    week("last_week", "last week of the quarter"),
    code("phase", "phase of the spiral", ", ".join((*PHASES, OUTSIDE))),
    position("norm", "mean policy of the bodies above, when the quarter ends"),
    position("policy", "policy when the quarter ends"),
    share("shaming", "shaming from abroad for the side on which the norm lies, mean over the quarter"),
    count("repressed", "weeks in which acts were met with force", WEEKS),
    count("conceded", "weeks with concessions, talks, offsets or steps toward the norm", WEEKS),
)


def spiral(record: Run) -> pd.DataFrame:
    """One row per polity below a body, issue and quarter: its phase, and what it was read off.

    norm: mean policy of the bodies above; policy: at the quarter's end; shaming: mean, for the side on which the norm
    lies beside the policy at the start; repressed, conceded: weeks with force, and with concessions, talks, offsets or
    steps toward the norm. Empty without bodies or with `mechanism.spiral.on` false.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    if record.scenario.mechanism.spiral.on:
        for polity in record.scenario.polity:
            above = [name for name, body in record.scenario.body.items() if not body.members or polity in body.members]
            for issue in record.scenario.issue if above else ():
                rows += _phases(record, polity, issue, above)
    return pd.DataFrame(rows, columns=[column.name for column in COLUMNS])


def _phases(record: Run, polity: str, issue: str, above: list[str]) -> list[dict[str, Any]]:
    bodies = record.bodies[(record.bodies["issue"] == issue) & record.bodies["body"].isin(above)]
    norms = bodies.groupby("week")["policy"].mean()
    weeks, events = (
        table[(table["polity"] == polity) & (table["issue"] == issue)] for table in (lived(record.weeks), record.events)
    )
    rows = []
    start = Course(record, polity, issue).reduced("policy", "start")
    for number, (first, own) in enumerate(weeks.groupby((weeks["week"] - 1) // QUARTER), start=1):
        begin, end = int(first) * QUARTER + 1, int(own["week"].max())
        norm, policy = float(norms[end]), float(own["policy"].iloc[-1])
        way = 1.0 if norm >= start else -1.0
        here = events[(events["week"] >= begin) & (events["week"] <= end)]
        shaming = float(own["shaming_for" if way > 0 else "shaming_against"].mean())
        force = float(own["repression"].mean())
        repressed = int(own["response"].str.contains("repress").sum())
        conceded = _concessions(own, here, way)
        row = {
            "phase": phase(way * (norm - policy), way * (norm - start), shaming, repressed, conceded, force),
            "norm": norm,
            "policy": policy,
            "shaming": shaming,
            "repressed": repressed,
            "conceded": conceded,
        }
        head = {"polity": polity, "issue": issue, "quarter": number, "first_week": begin, "last_week": end}
        rows.append({**head, **row})
    return rows


def _concessions(weeks: pd.DataFrame, events: pd.DataFrame, way: float) -> int:
    """Weeks in which the government gave in, talked, offset or moved toward the norm."""
    gave = set(weeks["week"][weeks["response"].str.contains("accommodate|consult")])
    moved = events[(events["event"] == "step") & (way * events["size"] > 0)]
    offset = events[events["event"] == "offset"]
    return len(gave | set(moved["week"]) | set(offset["week"]))


def phase(distance: float, first: float, shaming: float, repressed: int, conceded: int, force: float) -> str:
    """The label of a quarter, tried from the last phase down. distance, first: to the norm, now and at the start;
    force: repression in force.
    """
    if distance <= KEPT and repressed == 0:
        return PHASES[4]
    if distance <= max(KEPT, HALF_WAY * first):
        return PHASES[3]
    if shaming >= HEARD:
        return PHASES[2] if conceded > 0 else PHASES[1]
    return PHASES[0] if force > MILD else OUTSIDE
