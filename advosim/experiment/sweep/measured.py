"""What an experiment measures: its outcomes, what is wanted of them, and how well they are to be known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from advosim.experiment.sweep import own
from advosim.experiment.sweep.draft import Draft
from advosim.experiment.sweep.schema import (
    ALL,
    RESERVED,
    WITH_THRESHOLD,
    Aim,
    Outcome,
    Precision,
    Replicates,
)
from advosim.scenario import refusals
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, did_you_mean
from advosim.scenario.toml_lines import KeyPath


def outcomes(draft: Draft, known: dict[str, Scenario]) -> dict[str, Outcome]:
    written = draft.table.get("outcome", {})
    if not isinstance(written, dict):
        draft.wrong(("outcome",), "'outcome' should hold tables: [outcome.NAME]")
        return {}
    found = {}
    for name, table in written.items():
        at: KeyPath = ("outcome", name)
        _name(draft, at, name)
        outcome = draft.part(Outcome, at, table)
        if outcome is not None and _outcome(draft, outcome, at, known):
            found[name] = _reduced(outcome)
    return found | _listed(draft, found, known)


def _name(draft: Draft, at: KeyPath, name: str) -> None:
    if not re.fullmatch(refusals.NAME_PATTERN, name):
        draft.wrong(at, f"the name '{name}' of an outcome is not allowed", refusals.NAME_RULE)
    if name in RESERVED:
        draft.wrong(at, f"an outcome cannot be named '{name}': the table of runs has that column already")


def _listed(draft: Draft, there: Mapping[str, Outcome], known: dict[str, Scenario]) -> dict[str, Outcome]:
    """Outcomes of the list `outcomes`, by their names; over all polities and issues."""
    written = draft.table.get("outcomes", [])
    if not isinstance(written, list) or not all(isinstance(of, str) for of in written):
        draft.wrong(("outcomes",), "'outcomes' should be a list of names", 'outcomes = ["policy_end", "mine:share"]')
        return {}
    found: dict[str, Outcome] = {}
    for index, of in enumerate(written):
        at: KeyPath = ("outcomes", index)
        name = of.rpartition(":")[2]
        _name(draft, at, name)
        if name in there or name in found:
            draft.wrong(at, f"the outcome '{name}' is there twice")
        outcome = Outcome(of=of) if own.is_own(of) else Outcome(of=of, polity=ALL, issue=ALL)
        if _outcome(draft, outcome, at, known):
            found[name] = _reduced(outcome)
    return found


def _outcome(draft: Draft, outcome: Outcome, at: KeyPath, known: dict[str, Scenario]) -> bool:
    from advosim.experiment.sweep.outcomes import columns, is_of_issue
    from advosim.experiment.sweep.outcomes import known as all_known

    before = len(draft.problems)
    name = ".".join(map(str, at))
    if own.is_own(outcome.of):
        return _own(draft, outcome, at)
    if outcome.of not in all_known():
        close = did_you_mean(outcome.of, all_known())
        what = f"{name}.of: there is no outcome and no column of numbers '{outcome.of}' in the weekly table"
        draft.wrong((*at, "of"), what, ", ".join(all_known()), close)
    elif outcome.of not in columns() and "reduce" in outcome.model_fields_set:
        hint = "leave out 'reduce'; columns of the weekly table take one"
        draft.wrong((*at, "reduce"), f"{name}: '{outcome.of}' is one number for a run already", hint=hint)
    if outcome.reduce in WITH_THRESHOLD and outcome.threshold is None and not draft.names(at, "threshold"):
        draft.wrong(at, f"'threshold' is missing in {name}: {outcome.reduce} needs it")
    if outcome.reduce not in WITH_THRESHOLD and outcome.threshold is not None:
        draft.wrong((*at, "threshold"), f"{name}: a threshold goes with {', '.join(WITH_THRESHOLD)}")
    of_issue = is_of_issue(outcome.of)
    for scenario in known.values():
        _picked(draft, name, (*at, "polity"), outcome.polity, list(scenario.polity), "polity", "polities")
        if of_issue or outcome.issue is not None:
            _picked(draft, name, (*at, "issue"), outcome.issue, list(scenario.issue), "issue", "issues")
    return len(draft.problems) == before


def _own(draft: Draft, outcome: Outcome, at: KeyPath) -> bool:
    """Whether the function that an outcome names is there."""
    for key in ("reduce", "polity", "issue", "threshold"):
        if key in outcome.model_fields_set:
            draft.wrong((*at, key), f"'{key}' does not go with a function, which gets the whole record")
    try:
        own.function(outcome.of, draft.layer.folder)
    except InputError as error:
        for told in error.problems:
            draft.wrong(at if at[0] == "outcomes" else (*at, "of"), told.what, told.allowed, told.hint)
        return False
    place = draft.layer.problem(at if at[0] == "outcomes" else (*at, "of"), "", "", "")
    draft.lines[str(at[1]) if at[0] == "outcome" else outcome.of.rpartition(":")[2]] = (place.file, place.line)
    return True


def _picked(draft: Draft, name: str, at: KeyPath, wanted: str | None, known: list[str], one: str, many: str) -> None:
    allowed = ", ".join([*known, f"{ALL} (their mean)"])
    if wanted is None and len(known) > 1 and not draft.names(at[:-1], one):
        hint = f'write {one} = "{known[0]}"'
        draft.wrong(at[:-1], f"{name}: there are {len(known)} {many}; say which", allowed, hint)
    if wanted is not None and wanted != ALL and wanted not in known:
        draft.wrong(at, f"{name}: there is no {one} '{wanted}'", allowed, did_you_mean(wanted, known))


def _reduced(outcome: Outcome) -> Outcome:
    """An outcome with its reduction: a name that the vocabulary of outcomes has too needs none, and means what it does
    there; of any other column it is the last week's value.
    """
    from advosim.reading.outcomes import BY_NAME, WEEKLY

    # All others are told as they were before, so that sweeps which were begun can go on.
    same = outcome.reduce is not None or (outcome.of in BY_NAME and outcome.of in WEEKLY)
    return outcome if same else outcome.model_copy(update={"reduce": "final"})


def _asked(draft: Draft, outcomes: Mapping[str, Outcome]) -> set[str]:
    """Names of outcomes, also of those with something wrong in them, which is told already."""
    written = draft.table.get("outcome")
    return {*(written if isinstance(written, dict) else ()), *outcomes}


def primary(draft: Draft, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """Outcomes that are named in advance."""
    written = draft.table.get("primary", [])
    if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
        draft.wrong(("primary",), "'primary' should be a list of outcomes", 'primary = ["policy_change"]')
        return ()
    asked = _asked(draft, outcomes)
    for index, name in enumerate(written):
        if name not in asked:
            what = f"primary: there is no outcome '{name}' in this experiment"
            draft.wrong(("primary", index), what, ", ".join(outcomes), did_you_mean(name, list(outcomes)))
    return tuple(dict.fromkeys(written))


def aims(draft: Draft, outcomes: Mapping[str, Outcome]) -> dict[str, Aim]:
    written = draft.table.get("aim", {})
    if not isinstance(written, dict):
        draft.wrong(("aim",), "'aim' should hold tables: [aim.NAME]")
        return {}
    found = {}
    for name, table in written.items():
        if name not in _asked(draft, outcomes):
            what = f"there is no outcome '{name}' to aim at"
            draft.wrong(("aim", name), what, ", ".join(outcomes), did_you_mean(name, list(outcomes)))
        aim = draft.part(Aim, ("aim", name), table)
        if aim is not None:
            found[name] = aim
    return found


def precision(draft: Draft, outcomes: Mapping[str, Outcome], replicates: Replicates | None) -> Precision | None:
    written = draft.table.get("precision")
    part = None if written is None else draft.part(Precision, ("precision",), written)
    if part is None:
        _imprecise(draft, written)
        return None
    at: KeyPath = ("precision",)
    if part.outcome not in _asked(draft, outcomes):
        names = list(outcomes)
        what = f"precision.outcome: there is no outcome '{part.outcome}' in this experiment"
        draft.wrong((*at, "outcome"), what, ", ".join(names), did_you_mean(part.outcome, names))
    if not part.width > 0:
        draft.wrong((*at, "width"), "precision.width is 0: no interval is narrower")
    if part.runs is None and part.minutes is None and not {"runs", "minutes"} & (written or {}).keys():
        draft.wrong(at, "precision has no budget", "runs, minutes, or both", "write runs = 10000: it may never do")
    told = draft.names(("replicates",), "count") and "count" not in (replicates or part).model_fields_set
    if replicates is not None and replicates.count < 2 and not told:
        hint = "write [replicates] count = 20"
        draft.wrong(at, "precision needs 2 replicates or more for its first look", hint=hint)
    return part


def _imprecise(draft: Draft, written: Any) -> None:
    """What else is wrong with a [precision] that lacks what it needs."""
    at: KeyPath = ("precision",)
    if isinstance(written, dict) and not {"runs", "minutes"} & (written or {}).keys():
        draft.wrong(at, "precision has no budget", "runs, minutes, or both", "write runs = 10000: it may never do")
    if isinstance(written, dict) and written.get("width") == 0:
        draft.wrong((*at, "width"), "precision.width is 0: no interval is narrower")
