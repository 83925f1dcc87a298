"""From an experiment to its points. Every design is drawn in the unit cube and mapped to the factors' values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep.schema import SCENARIO, Design, Experiment, Factor, Point
from advosim.scenario.load import Scenario
from advosim.scenario.toml_lines import split_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def points(experiment: Experiment) -> list[Point]:
    """The points of the design in their order, each a value by dotted path."""
    kind, factors = experiment.design.kind, list(experiment.factors.values())
    if kind == "points":
        return [dict(point) for point in experiment.given]
    if kind == "factorial":
        every = itertools.product(*(factor.steps() for factor in factors))
        found = (dict(zip(experiment.factors, values, strict=True)) for values in every)
        return [point for point in found if allowed(experiment, point)]
    if kind == "one_at_a_time":
        return _one_at_a_time(experiment)
    unknown = [factor for factor in factors if factor.path not in experiment.design.levers]
    rows = unit_points(experiment)
    drawn = [{f.path: f.value(float(u)) for f, u in zip(unknown, row, strict=True)} for row in rows]
    crossed = [policy | future for policy in policies(experiment) for future in drawn]
    return [{path: point[path] for path in experiment.factors} for point in crossed]


def policies(experiment: Experiment) -> list[Point]:
    """All combinations of what the levers can be; one that says nothing where there are none."""
    levers = [factor for factor in experiment.factors.values() if factor.path in experiment.design.levers]
    steps = itertools.product(*(factor.steps() for factor in levers))
    found = (dict(zip([factor.path for factor in levers], values, strict=True)) for values in steps)
    return [policy for policy in found if allowed(experiment, policy)]


def allowed(experiment: Experiment, point: Point) -> bool:
    """Whether a point, or a part of one, keeps to the constraints."""
    pairs = [pair for pair in experiment.constraints if set(pair) <= set(point)]
    return all(point[lower] <= point[upper] for lower, upper in pairs)


def count(design: Design, factors: Sequence[Factor]) -> int:
    """How many points a design of such factors has, without making them (of points from a file: 0)."""
    steps = [len(f.levels) if f.levels is not None else f.points or 2 for f in factors]
    n, k = design.n or 1, len(factors)
    policies = math.prod(size for size, f in zip(steps, factors, strict=True) if f.path in design.levers)
    return {
        "factorial": math.prod(steps),
        "one_at_a_time": 1 + sum(steps),
        "latin_hypercube": n * policies,
        "sobol": n * (2 * k + 2 if design.second_order else k + 2),
        "morris": n * (k + 1),
    }.get(design.kind, 0)


def _one_at_a_time(experiment: Experiment) -> list[Point]:
    """The base first, then each factor's other values with all others at the base."""
    base = {path: base_of(experiment.scenario, factor) for path, factor in experiment.factors.items()}
    found = [base]
    for path, factor in experiment.factors.items():
        found += [base | {path: value} for value in factor.steps() if value != base[path]]
    return found


def base_of(scenario: Scenario, factor: Factor) -> Any:
    """A factor's value while others vary: as given, else the scenario's own, else (presets, scenarios) the first."""
    if factor.base is not None:
        return factor.base
    if factor.path == SCENARIO or factor.path.endswith(".preset"):
        return factor.steps()[0]
    value: Any = scenario
    for part in split_path(factor.path):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return float(value) if factor.kind == "float" else value


def problem(experiment: Experiment) -> dict[str, Any]:
    """The design as SALib's analyses take it: factors that are drawn, over the unit cube."""
    names = [path for path in experiment.factors if path not in experiment.design.levers]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def unit_points(experiment: Experiment) -> NDArray[np.float64]:
    """(points, factors): where in the unit cube the points of a sampled design lie, 0..1; levers are not drawn."""
    design, cube = experiment.design, problem(experiment)
    if design.kind == "latin_hypercube":
        from scipy.stats import qmc

        sampler = qmc.LatinHypercube(cube["num_vars"], rng=design.seed)
        drawn: NDArray[np.float64] = sampler.random(design.n or 1)
        return _within(experiment, drawn, design.n or 1)
    if design.kind == "sobol":
        from SALib.sample import sobol

        return sobol.sample(cube, design.n, calc_second_order=design.second_order, seed=design.seed)
    if design.kind == "morris":
        from SALib.sample import morris

        return morris.sample(cube, design.n, num_levels=design.levels, seed=design.seed)
    raise ValueError(f"a design of kind {design.kind} is not drawn in the unit cube")


MOST_DRAWN = 200_000
"""Points that are drawn to find some that keep to the constraints."""


def _within(experiment: Experiment, drawn: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The first n points of ever larger hypercubes that keep to the constraints; fewer where hardly any does."""
    from scipy.stats import qmc

    factors, total = [experiment.factors[path] for path in problem(experiment)["names"]], n
    while experiment.constraints:
        points = ({f.path: f.value(float(u)) for f, u in zip(factors, row, strict=True)} for row in drawn)
        kept = drawn[[allowed(experiment, point) for point in points]]
        if len(kept) >= n or total >= MOST_DRAWN:
            return kept[:n]
        total *= 2
        drawn = qmc.LatinHypercube(len(factors), rng=experiment.design.seed).random(total)
    return drawn
