"""From an experiment file to a checked Experiment, or to all that is wrong with it, each with file and line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advosim.experiment.sweep import factors, fitting, measured, own, points
from advosim.experiment.sweep.draft import Draft
from advosim.experiment.sweep.schema import SCENARIO, Calibrating, Design, Experiment, Keep, Replicates
from advosim.moved import parted
from advosim.replaced import functions
from advosim.scenario import load as scenarios
from advosim.scenario import refusals
from advosim.scenario.layers import Layer, at_home, read_layer
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.toml_lines import KeyPath

KEYS = (
    "title", "question", "source", SCENARIO, "set", "design", "factor", "replicates", "outcome", "keep",
    "calibration", "mechanisms", "precision", "constraints", "aim", "outcomes", "primary", "summaries",
)  # fmt: skip
IN_PYTHON = "experiment"
"""Said in place of a file for an experiment that is made in Python."""


def load(path: str | Path) -> Experiment:
    """Read an experiment file. Raises InputError with all that is wrong."""
    file = Path(os.path.normpath(at_home(path)))
    if not os.path.isfile(file):
        if os.path.isdir(file):
            hint = f"the sweep's folder comes behind --out: FILE.toml --out {path}"
            raise InputError(Problem(str(path), None, "is a folder, not an experiment", hint=hint))
        near = sorted(p.name for p in file.parent.glob("*.toml")) if os.path.isdir(file.parent) else []
        hint = did_you_mean(file.name, near)
        raise InputError(Problem(str(path), None, "there is no such experiment", hint=hint))
    return _experiment(Draft(read_layer(file)))


def build(table: Mapping[str, Any], folder: str | Path = ".") -> Experiment:
    """An experiment from a table as a file would hold it; what it names is relative to `folder`.

    `scenario` can also be a Scenario, or several by name; functions may stand where a file has `module:function`.
    Raises InputError.
    """
    return _experiment(Draft(Layer(IN_PYTHON, Path(folder), own.spelled(dict(table)))))


def _experiment(draft: Draft) -> Experiment:
    _keys(draft)
    title, question, source = (draft.text(key) for key in ("title", "question", "source"))
    if not title:
        draft.wrong(("title",), "'title' is missing or empty")
    known = _scenarios(draft)
    design = draft.part(Design, ("design",), draft.table.get("design"), needed="kind")
    draft.design = design
    replicates = draft.part(Replicates, ("replicates",), draft.table.get("replicates"))
    keep = _keep(draft)
    calibration = _calibration(draft)
    mechanisms = _mechanisms(draft)
    summaries = _summaries(draft)
    varied = factors.factors(draft, known)
    given, columns = points.given(draft, design, known)
    outcomes = measured.outcomes(draft, known)
    primary = measured.primary(draft, outcomes)
    precision = measured.precision(draft, outcomes, replicates)
    constraints = fitting.constraints(draft, varied, design)
    aims = measured.aims(draft, outcomes)
    if design is not None:
        fitting.fits(draft, design, varied)
        fitting.levers(draft, design, varied | columns, constraints)
    named = draft.table.get("outcome") or draft.table.get("outcomes")
    if not named and keep is not None and keep.weeks == "none":
        hint = 'write [outcome.policy_at_end] with of = "policy" and reduce = "final", or [keep] weeks = "last"'
        draft.wrong(("outcome",), "nothing would be kept of a run: there is no outcome", hint=hint)
    if draft.problems or design is None or replicates is None or keep is None:
        raise InputError(sorted(set(draft.problems), key=lambda p: (p.file, p.line or 0, p.what)))
    scenario = next(iter(known.values()))
    every = known if len(known) > 1 else {}
    linked = {path: factor.also for path, factor in varied.items() if factor.also}
    experiment = Experiment(
        title, scenario, design, varied | columns, replicates, outcomes, keep, every, given, question, source,
        draft.layer.folder, calibration, mechanisms, precision, linked, constraints, aims, primary, draft.lines,
        summaries,
    )  # fmt: skip
    fitting.satisfied(draft, experiment)
    return experiment


def _keys(draft: Draft) -> None:
    for key in draft.table:
        if key not in KEYS:
            close = did_you_mean(key, KEYS)
            hint = close or ("settings of the scenario stand under [set]" if key in Scenario.model_fields else "")
            draft.wrong((key,), f"unknown key '{key}'", ", ".join(KEYS), hint)


def _scenarios(draft: Draft) -> dict[str, Scenario]:
    """The scenarios by the name that the file gives them, with the settings of [set]."""
    written = draft.table.get(SCENARIO)
    made = {SCENARIO: written} if isinstance(written, Scenario) else written
    if isinstance(made, dict) and made and all(isinstance(scenario, Scenario) for scenario in made.values()):
        return {name: changed for name, one in made.items() if (changed := _set(draft, one)) is not None}
    names = written if isinstance(written, list) else [written]
    if not names or not all(isinstance(name, str) for name in names):
        hint = 'write scenario = "baseline", a path relative to this file, or a list of them'
        draft.wrong((SCENARIO,), "'scenario' is missing" if written is None else "'scenario' is no name", hint=hint)
        return {}
    found = {}
    for index, name in enumerate(names):
        at: KeyPath = (SCENARIO, index) if isinstance(written, list) else (SCENARIO,)
        if name in found:
            draft.wrong(at, f"the scenario '{name}' is named twice")
        read = draft.collect(at, lambda name=name: scenarios.read(name, folder=draft.layer.folder))  # type: ignore[misc]
        if read is not None:
            found[name] = read
    return {name: changed for name, scenario in found.items() if (changed := _set(draft, scenario)) is not None}


def _set(draft: Draft, scenario: Scenario) -> Scenario | None:
    """The scenario with the settings that hold in all runs."""
    changes = draft.table.get("set", {})
    if not isinstance(changes, dict):
        draft.wrong(("set",), "'set' should be a table of dotted paths")
        return scenario
    if "seed" in changes:
        hint = "write [replicates] first_seed = ..., from which each run has a seed of its own"
        draft.wrong(("set", "seed"), "'seed' in [set] has no effect", hint=hint)
        return None
    try:
        return scenario.but(changes) if changes else scenario
    except InputError as error:
        for p in error.problems:
            key = next((key for key in changes if key in p.what or f"'{key.rpartition('.')[2]}'" in p.what), None)
            draft.wrong(("set", key) if key else ("set",), p.what, p.allowed, p.hint)
        return None


def _keep(draft: Draft) -> Keep | None:
    keep = draft.part(Keep, ("keep",), draft.table.get("keep"))
    if keep is None:
        return None
    whole = isinstance(keep.weeks, int) and not isinstance(keep.weeks, bool) and keep.weeks >= 1
    if keep.weeks not in ("none", "last") and not whole:
        allowed = '"none", "last", or a whole number: every how many weeks'
        draft.wrong(("keep", "weeks"), f"keep.weeks = {refusals.shown(keep.weeks)} is unknown", allowed)
        return None
    return keep


def _calibration(draft: Draft) -> Calibrating | None:
    written = draft.table.get("calibration")
    part = None if written is None else draft.part(Calibrating, ("calibration",), written)
    if part is not None and part.targets is not None and not os.path.isfile(draft.layer.folder / part.targets):
        near = [file.name for file in draft.layer.folder.glob("*.csv")]
        what = f"there is no file {draft.layer.folder / part.targets}"
        draft.wrong(("calibration", "targets"), what, hint=did_you_mean(part.targets, near))
    return part


def _mechanisms(draft: Draft) -> dict[str, str]:
    """Rules in the place of others: `attention = "my_rules:attention"`."""
    written = draft.table.get("mechanisms", {})
    if not isinstance(written, Mapping) or not all(isinstance(rule, str) for rule in written.values()):
        draft.wrong(("mechanisms",), "[mechanisms] names a rule by mechanism", 'attention = "my_rules:attention"')
        return {}
    if not written:
        return {}
    from advosim.week import check

    for name, rule in written.items():
        try:
            check(functions({name: rule}, draft.layer.folder))
        except InputError as error:
            for told in error.problems:
                draft.wrong(("mechanisms", name), told.what, told.allowed, told.hint)
    return dict(written)


def _summaries(draft: Draft) -> dict[str, str]:
    """Functions of the whole table of runs: `by_force = "my_summaries:by_force"`."""
    written = draft.table.get("summaries", {})
    if not isinstance(written, Mapping) or not all(isinstance(of, str) for of in written.values()):
        draft.wrong(("summaries",), "[summaries] names functions", 'by_force = "my_summaries:by_force"')
        return {}
    for name, of in written.items():
        at: KeyPath = ("summaries", name)
        if not re.fullmatch(refusals.NAME_PATTERN, name):
            draft.wrong(at, f"the name '{name}' of a summary is not allowed", refusals.NAME_RULE)
        try:
            own.function(of, draft.layer.folder, "summary")
        except InputError as error:
            for told in error.problems:
                draft.wrong(at, told.what, told.allowed, told.hint)
    return dict(written)


__getattr__ = parted(
    __name__,
    {
        "advosim.experiment.sweep.factors": ("kind_of",),
        "advosim.experiment.sweep.fitting": ("CONSTRAINED", "MOST_POINTS"),
    },
)
