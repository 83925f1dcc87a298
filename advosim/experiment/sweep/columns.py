"""The columns of a sweep's tables: factors as the scenario declares them, outcomes as they are declared."""

from __future__ import annotations

import json
import re
from pathlib import Path

from advosim.experiment.sweep import store
from advosim.experiment.sweep.outcomes import declared
from advosim.experiment.sweep.schema import SCENARIO, Outcome
from advosim.reading.tables import TABLES
from advosim.scenario.describe import parameter_table
from advosim.world.columns import Column

RUN = Column("run", "number of the run, from 0", "number", 0.0, by="sweep")
HEAD = (
    RUN,
    Column("point", "number of the point of the design, from 0", "number", 0.0, by="sweep"),
    Column("seed", "seed of the run", "number", 0.0, by="sweep"),
)
STATUS = Column("status", "how the run ended", names="done, failed, killed", by="sweep")
TIMINGS = (
    RUN,
    Column("seconds", "time that the run took", "seconds", 0.0, by="sweep"),
    Column("chunk", "chunk in which it was run", "number", 0.0, by="sweep"),
    Column("host", "machine that ran it", names="names of machines", by="sweep"),
    Column("process", "process that ran it", "number", 0.0, by="sweep"),
)


def tables(folder: Path) -> dict[str, tuple[Column, ...]]:
    """The columns of `runs`, `weeks` and `timings` in a sweep's folder."""
    told = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    asked = {name: Outcome.model_validate(outcome) for name, outcome in told["experiment"]["outcomes"].items()}
    runs = (
        *HEAD,
        *(factor(path) for path in told["plan"]["factors"]),
        *(declared(name, outcome) for name, outcome in asked.items()),
        STATUS,
    )
    return {"runs": runs, "weeks": (RUN, *TABLES["weeks"]), "timings": TIMINGS}


def factor(path: str) -> Column:
    """What a factor is, as the schema declares the setting at its path; names of the scenario's own are NAME there."""
    if path == SCENARIO:
        return Column(path, "scenario of the run", names="names of scenarios", by="design")
    for row in parameter_table():
        if re.fullmatch(re.escape(row.path).replace("NAME", "[a-z0-9_]+"), path):
            numbers = row.low is not None and not row.names
            words = "" if numbers else ", ".join(row.names) or "as in a scenario file"
            return Column(path, row.meaning, row.unit, row.low, row.high, words, "design")
    return Column(path, "setting of the scenario", names="as in a scenario file", by="design")
