"""What a design, its factors, levers and constraints need of one another."""

from __future__ import annotations

from collections.abc import Mapping

from advosim.experiment.sweep import designs
from advosim.experiment.sweep.draft import Draft
from advosim.experiment.sweep.factors import flat
from advosim.experiment.sweep.schema import WITH_LEVERS, WITH_N, WITH_STEPS, Design, Experiment, Factor
from advosim.scenario import refusals
from advosim.scenario.problems import InputError, did_you_mean
from advosim.scenario.toml_lines import KeyPath

CONSTRAINED = ("factorial", "latin_hypercube")
"""Designs of which points may be left out."""
MOST_POINTS = 10_000_000
_MEANING = {
    "latin_hypercube": "the number of points",
    "sobol": "the number of base samples, a power of 2",
    "morris": "the number of trajectories",
}


def fits(draft: Draft, design: Design, factors: dict[str, Factor]) -> None:
    """What design and factors need of one another."""
    at, kind = ("design",), design.kind
    if kind == "points":
        return
    if not factors and not draft.table.get("factor"):
        hint = '[factor."polity.home.governance.repression"] with levels = [...] or range = [...]'
        draft.wrong(at, "the design is empty: there is no factor", hint=hint)
    if design.file is not None:
        draft.wrong((*at, "file"), f'\'file\' goes with kind = "points", not "{kind}"')
    if kind in WITH_N and design.n is None and not draft.names(at, "n"):
        draft.wrong(at, f"'n' is missing in design: {_MEANING[kind]}")
    if kind not in WITH_N and design.n is not None:
        draft.wrong((*at, "n"), f"'n' goes with {', '.join(WITH_N)}, not {kind}")
    if kind == "sobol" and design.n is not None and design.n & (design.n - 1):
        power = 1 << design.n.bit_length()
        draft.wrong((*at, "n"), f"design.n = {design.n}: Sobol samples need a power of 2", hint=f"write {power}")
    if kind == "morris" and design.levels % 2:
        draft.wrong((*at, "levels"), f"design.levels = {design.levels}: Morris grids need an even number")
    _count(draft, design, factors)
    for factor in factors.values():
        if kind not in WITH_STEPS and factor.path not in design.levers:
            continue
        if not factor.range or factor.points:
            continue
        written = flat(draft.table["factor"], ("factor",), "")
        where = next(at for path, at, _ in written if factor.path in (path, path.replace('"', "")))
        if not draft.names(where, "points"):
            hint = "write points = 5 beside it, or levels = [...]"
            needs = f"in a design of kind {kind}" if kind in WITH_STEPS else "where it is a lever"
            draft.wrong(where, f"the range of '{factor.path}' needs a number of points {needs}", hint=hint)


def _count(draft: Draft, design: Design, factors: dict[str, Factor]) -> None:
    """More points than a machine can hold are refused before they are made."""
    many = designs.count(design, list(factors.values()))
    if many > MOST_POINTS:
        draft.wrong(("design",), f"the design has {many:.3g} points", f"{MOST_POINTS:,} at most",
                    "fewer levels, or latin_hypercube with n points")  # fmt: skip


def levers(draft: Draft, design: Design, factors: dict[str, Factor], constraints: tuple[tuple[str, str], ...]) -> None:
    """Levers are factors of a design that runs each policy in each future, and some factor is left unknown."""
    at: KeyPath = ("design", "levers")
    if design.levers and design.kind not in WITH_LEVERS:
        draft.wrong(at, f"levers go with {', '.join(WITH_LEVERS)}, not {design.kind}")
    for index, path in enumerate(design.levers):
        if path not in factors and (factors or not draft.problems):
            what = f"the lever '{path}' is no factor of this experiment"
            draft.wrong((*at, index), what, ", ".join(factors), did_you_mean(path, list(factors)))
    if design.levers and factors and set(factors) <= set(design.levers):
        draft.wrong(at, "all factors are levers: nothing is unknown", hint="add a factor that nobody decides")
    for lower, upper in constraints:
        if design.levers and (lower in design.levers) != (upper in design.levers):
            what = f"a constraint ties a lever to an unknown: {lower} <= {upper}"
            draft.wrong(("constraints",), what, hint="then not every policy would meet every future")


def constraints(draft: Draft, factors: Mapping[str, Factor], design: Design | None) -> tuple[tuple[str, str], ...]:
    """Pairs of factors of which the first is not above the second, as `A <= B` says."""
    written, tables = draft.table.get("constraints", []), draft.table.get("factor", {})
    told = {path for path, _, _ in flat(tables, ("factor",), "")} if isinstance(tables, dict) else set()
    found = []
    for index, text in enumerate(written if isinstance(written, list) else [written]):
        at: KeyPath = ("constraints", index) if isinstance(written, list) else ("constraints",)
        sides = [side.strip() for side in text.split("<=")] if isinstance(text, str) else []
        if len(sides) != 2:
            draft.wrong(at, f"the constraint {refusals.shown(text)} is not understood", '"A <= B" of two factors')
            continue
        for side in sides:
            if side in told and side not in factors:
                continue  # what is wrong with the factor is told
            if side not in factors or factors[side].kind not in ("float", "int"):
                what = f"constraint '{text}': there is no factor '{side}' of numbers"
                draft.wrong(at, what, ", ".join(factors), did_you_mean(side, list(factors)))
        found.append((sides[0], sides[1]))
    if written and design is not None and design.kind not in CONSTRAINED:
        what = f"constraints do not go with a design of kind {design.kind}, whose analysis needs all of its points"
        draft.wrong(("constraints",), what, ", ".join(CONSTRAINED))
    return tuple(found)


def satisfied(draft: Draft, experiment: Experiment) -> None:
    """Raise InputError where no point, or not as many as are wanted, keeps to the constraints."""
    if not experiment.constraints:
        return
    unknown = [path for path in experiment.factors if path not in experiment.design.levers]
    there = len({tuple(point[path] for path in unknown) for point in designs.points(experiment)})
    wanted = experiment.design.n or 1
    if there < wanted:
        which = "; ".join(f"{lower} <= {upper}" for lower, upper in experiment.constraints)
        said = "no point satisfies the constraints" if not there else f"only {there} of {wanted} points satisfy them"
        draft.wrong(
            ("constraints",), f"{said}: {which}", hint="give the factors ranges or levels that leave room for them"
        )
        raise InputError(draft.problems)
