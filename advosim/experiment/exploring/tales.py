"""Some runs of a sweep told as stories: they are run again, for a sweep keeps no events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment import rerun
from advosim.experiment.sweep import jobs, outcomes, store
from advosim.experiment.sweep.bar import Bar
from advosim.experiment.sweep.seals import unsealed
from advosim.replaced import borrowed
from advosim.scenario.problems import InputError
from advosim.story import page

if TYPE_CHECKING:
    import pandas as pd

    from advosim.experiment.sweep.schema import Experiment

STANDING = (1.0, 0.0, 0.5, 0.75, 0.25)
"""Where runs stand in an outcome that are told first: the most, the least, the middle, and between them."""


def stories(table: pd.DataFrame, folder: Path, most: int, shown: Sequence[int]) -> tuple[dict[str, str], str]:
    """Stories as Markdown by number of run, of at most so many of the runs `shown`; and what to say of the others."""
    more = "The story of this run is not on this page: the command above writes it, and advosim explore --stories N "
    more += "tells of more runs."
    told: dict[str, str] = {}
    if not most:
        return told, more
    file = folder / store.MANIFEST
    with borrowed() as scratch:
        try:
            experiment = rerun.experiment_of(file, unsealed(file), scratch)
        except InputError as error:
            return told, f"No story is told: {error}"
        rows = table.set_index("run", drop=False).loc[list(shown)]
        with Bar(experiment.title, None) as bar:
            bar.compile()
        for run in _telling(rows, [*experiment.primary, *experiment.outcomes], most):
            try:
                text = _story(experiment, rows.loc[[run]].to_dict("records")[0])
            except Exception as error:  # whatever a rule or an outcome of the user's does: the page needs no stories
                return {}, f"No story is told: run {run} cannot be run again ({type(error).__name__}: {error})."
            if text is None:
                return {}, f"No story is told: run {run} ends otherwise now, so the program is another than it was."
            told[str(run)] = text
    return told, more


def _telling(rows: pd.DataFrame, names: Sequence[str], most: int) -> list[int]:
    """Runs that stand out, outcome by outcome, then others spread over all of them."""
    last = len(rows) - 1
    ranked = {name: rows[name].sort_values(kind="stable").index for name in dict.fromkeys(names)}
    found = [int(order[round(share * last)]) for share in STANDING for order in ranked.values()]
    spread = [int(rows.index[place]) for place in np.linspace(0, last, min(most, len(rows))).round().astype(int)]
    return list(dict.fromkeys([*found, *spread, *map(int, rows.index[:most])]))[:most]


def _story(experiment: Experiment, row: dict[Any, Any]) -> str | None:
    """The story of a run; None where it does not come to the outcomes that it came to."""
    point = {path: row[path] for path in experiment.factors}
    record = jobs.recorded(experiment, experiment.at(point), int(row["seed"]))
    now = outcomes.reduce(record, experiment.outcomes, experiment.folder)
    return page.story(record) if all(now[name] == row[name] for name in experiment.outcomes) else None
