"""From a simulator, a prior and targets to a posterior and its check, by one of three methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from advosim.experiment.calibration.history import Matched, match
from advosim.experiment.calibration.posterior import Posterior, check, observed
from advosim.experiment.calibration.prior import Floats, Prior, Theta
from advosim.experiment.calibration.rejection import LEAST, noise_of, rejection
from advosim.experiment.calibration.runs import Failure, Progress, Runs, Simulate, Stage
from advosim.experiment.calibration.targets import Target
from advosim.experiment.calibration.tpe import optimise, require
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["rejection", "history", "optuna"]
Bounds = tuple[float | None, float | None]
Kind = Literal["polynomial", "gaussian_process"]
USUAL_N: dict[str, int] = {"rejection": 1000, "history": 200, "optuna": 200}
"""Thetas by method: in all, per wave, in all."""


@dataclass(frozen=True)
class Settings:
    """How to calibrate."""

    method: Method = "rejection"
    n: int | None = None
    """Thetas that are run, for history matching per wave; None: what is usual for the method."""
    seeds: int = 2
    """>= 1, runs of each theta."""
    accept: float = 0.1
    """0..1, share of thetas that is kept (rejection, optuna)."""
    adjust: bool = True
    """Whether rejection is followed by regression adjustment."""
    waves: int = 3
    """Waves of history matching."""
    emulator: Kind = "polynomial"
    """Of history matching."""
    draws: int = 200
    """Posterior draws that are simulated for the check."""
    first_seed: int = 1
    """Runs have the seeds from here on, each one of its own; so has the calibration's own chance."""

    @property
    def thetas(self) -> int:
        """n, or what is usual."""
        return USUAL_N.get(self.method, LEAST) if self.n is None else self.n

    def problems(self, targets: int) -> list[Problem]:
        """What is wrong with them."""
        rules = (
            (self.method in get_args(Method), "method", self.method, ", ".join(get_args(Method))),
            (self.emulator in get_args(Kind), "emulator", self.emulator, ", ".join(get_args(Kind))),
            (self.thetas >= LEAST, "n", self.thetas, f"at least {LEAST}"),
            (self.seeds >= 1, "seeds", self.seeds, "at least 1"),
            (0.0 < self.accept <= 1.0, "accept", self.accept, "above 0, at most 1"),
            (self.waves >= 1, "waves", self.waves, "at least 1"),
            (self.draws >= LEAST, "draws", self.draws, f"at least {LEAST}"),
            (targets > 0, "targets", targets, "at least 1"),
        )
        return [
            Problem(name, None, f"{name} = {value} is not possible", said)
            for fine, name, value, said in rules
            if not fine
        ]


@dataclass(frozen=True)
class Calibration:
    """What came out of a calibration."""

    prior: Prior
    targets: Sequence[Target]
    settings: Settings
    posterior: Posterior | None
    """None where history matching left nothing."""
    matched: Matched | None
    predicted: Floats
    """(draws, q): outcomes of posterior draws, means over seeds."""
    predicted_thetas: Sequence[Theta]
    replicated: Floats
    """(draws, q): the same with the targets' uncertainty: what would be observed."""
    first: Floats
    """(n, q): mean outcomes of the first thetas, drawn from the prior; NaN where a run failed."""
    failures: Sequence[Failure]
    stages: Sequence[Stage]
    """All that was run."""
    outcomes: Sequence[str]
    """What the values of the stages are, in order; the targets are of some of them."""

    def __repr__(self) -> str:
        return short(
            f"<Calibration ({self.settings.method}): {len(self.targets)} targets, {len(self.prior.names)} parameters>"
        )

    @property
    def fit(self) -> pd.DataFrame:
        """The posterior-predictive check, one row per target."""
        return check(self.replicated, self.targets)

    @property
    def notes(self) -> list[str]:
        """What the reader of the result must know."""
        return [*_on_runs(self), *_on_reach(self), *_on_posterior(self)]


def fit(
    simulate: Simulate,
    prior: Prior,
    targets: Sequence[Target],
    settings: Settings | None = None,
    *,
    outcomes: Sequence[str] = (),
    folder: Path | None = None,
    bounds: Mapping[str, Bounds] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate `simulate`. Runs are kept in `folder` and not run again; the number of workers leaves no trace.

    outcomes: what is kept of each run, beside the targets' outcomes: other targets can then be tried without running.
    bounds: least and greatest value that an outcome can have, None where nothing bounds it; what would be observed
    keeps to them.

    Raises InputError for wrong settings, FailedRuns where too many runs fail.
    """
    settings = settings or Settings()
    problems = settings.problems(len(targets))
    if problems:
        raise InputError(problems)
    if settings.method == "optuna":
        require()
    names = list(dict.fromkeys([*outcomes, *(target.outcome for target in targets)]))
    with Runs(simulate, names, folder, workers, progress) as runs:
        return _Fit(runs, prior, targets, settings, bounds or {}).go()


class _Fit:
    """A calibration under way: hands out seeds and remembers the first runs."""

    def __init__(
        self,
        runs: Runs,
        prior: Prior,
        targets: Sequence[Target],
        settings: Settings,
        bounds: Mapping[str, Bounds],
    ) -> None:
        self.runs, self.prior, self.targets, self.settings = runs, prior, targets, settings
        self.bounds = [bounds.get(target.outcome, (None, None)) for target in targets]
        self.used = 0
        self.first: tuple[Floats, Floats] | None = None

    def go(self) -> Calibration:
        posterior, matched = self._posterior()
        thetas, predicted, replicated = self._predict(posterior)
        first = np.empty((0, len(self.targets))) if self.first is None else self.first[1].mean(axis=1)
        return Calibration(
            prior=self.prior,
            targets=self.targets,
            settings=self.settings,
            posterior=posterior,
            matched=matched,
            predicted=predicted,
            predicted_thetas=thetas,
            replicated=replicated,
            first=first,
            failures=self.runs.failures,
            stages=self.runs.done,
            outcomes=self.runs.outcomes,
        )

    def _posterior(self) -> tuple[Posterior | None, Matched | None]:
        s, seed = self.settings, self.settings.first_seed
        if s.method == "history":
            matched = match(
                self.prior, self.targets, self._evaluate, n=s.thetas, waves=s.waves, kind=s.emulator, seed=seed
            )
            return matched.left, matched
        if s.method == "optuna":
            best = optimise(self.prior, self.targets, self._on_same_seeds, n=s.thetas, accept=s.accept, seed=seed)
            self.used = s.seeds
            return best, None
        places = self.prior.draw(s.thetas, seed)
        runs = self._evaluate("prior", places)
        return rejection(self.prior, self.targets, places, runs, accept=s.accept, adjust=s.adjust, seed=seed), None

    def _evaluate(self, stage: str, places: Floats) -> Floats:
        """Runs with seeds of their own: with common ones, the posterior would hold for these histories alone."""
        start = self.settings.first_seed + self.used
        self.used += len(places) * self.settings.seeds
        seeds = start + np.arange(len(places) * self.settings.seeds).reshape(len(places), -1)
        return self._run(stage, places, seeds)

    def _on_same_seeds(self, stage: str, places: Floats) -> Floats:
        """Runs with common seeds, which make a smoother slope to climb."""
        seeds = self.settings.first_seed + np.arange(self.settings.seeds)
        return self._run(stage, places, np.tile(seeds, (len(places), 1)))

    def _run(self, stage: str, places: Floats, seeds: object) -> Floats:
        runs = self._targeted(self.runs.run(stage, self.prior.thetas(places), seeds))
        if self.first is None:
            self.first = places, runs
        return runs

    def _targeted(self, runs: Floats) -> Floats:
        """The outcomes that have targets, in the order of the targets."""
        names = list(self.runs.outcomes)
        return runs[:, :, [names.index(target.outcome) for target in self.targets]]

    def _predict(self, posterior: Posterior | None) -> tuple[list[Theta], Floats, Floats]:
        """Draws of the posterior, run with fresh seeds."""
        s, nothing = self.settings, np.empty((0, len(self.targets)))
        if posterior is None:
            return [], nothing, nothing
        thetas = posterior.draw(s.draws, s.first_seed)
        start = s.first_seed + self.used
        seeds = start + np.arange(s.draws * s.seeds).reshape(s.draws, -1)
        runs = self._targeted(self.runs.run("check", thetas, seeds))
        whole = np.asarray(~np.isnan(runs).any(axis=(1, 2)))
        runs, thetas = runs[whole], [theta for theta, fine in zip(thetas, whole.tolist(), strict=True) if fine]
        means = runs.mean(axis=1)
        seen = observed(means, s.seeds, self._noise(runs), self.targets, s.first_seed + 1)
        lows, highs = (np.array([np.inf * way if end is None else end for end in ends], dtype=float)
                       for way, ends in zip((-1, 1), zip(*self.bounds, strict=True), strict=True))  # fmt: skip
        return thetas, means, np.clip(seen, np.minimum(lows, means), np.maximum(highs, means))

    def _noise(self, runs: Floats) -> Floats:
        """Noise between histories: in these runs, or in the first ones where each theta has one seed."""
        if runs.shape[1] > 1 or self.first is None:
            return noise_of(self.prior, np.empty((0, 0)), runs)
        places, first = self.first
        whole = ~np.isnan(first).any(axis=(1, 2))
        return noise_of(self.prior, places[whole], first[whole])


# ---------------------------------------------------------------- notes


def _on_runs(result: Calibration) -> list[str]:
    notes = []
    if result.failures:
        one = result.failures[0]
        notes.append(
            f"{len(result.failures)} runs failed and their settings are left out; the first: {one.stage}, "
            f"seed {one.seed}, {one.theta}: {one.error}"
        )
    few = [t.outcome for t in result.targets if t.histories > result.settings.seeds]
    if few:
        notes.append(
            f"{', '.join(few)}: the target is a mean over more histories than the {result.settings.seeds} seeds of a "
            "setting, so intervals are wider than they need be; more seeds narrow them"
        )
    return notes


def _on_reach(result: Calibration) -> list[str]:
    """Targets that no setting came to."""
    notes: list[str] = []
    if result.settings.method == "optuna" or not len(result.first):
        return notes
    for target, values in zip(result.targets, result.first.T, strict=True):
        low, high = np.nanmin(values), np.nanmax(values)
        if not low - target.sd <= target.value <= high + target.sd:
            notes.append(
                f"{target.outcome}: no setting of the prior came near the target {target.value:g}; they gave "
                f"{low:.4g} to {high:.4g}. The posterior is drawn from misfits"
            )
    return notes


def _on_posterior(result: Calibration) -> list[str]:
    posterior, method = result.posterior, result.settings.method
    if posterior is None:
        return ["nothing is left: no setting of these parameters can give all targets together"]
    notes = []
    if method == "history":
        notes.append("what is left is what may be, spread evenly over it; it is no posterior and has no probabilities")
    if method == "optuna":
        notes.append("these are an optimiser's best trials; they are no posterior, and their spread is no uncertainty")
    if method == "rejection" and posterior.effective_size < 50:
        notes.append(f"{posterior.effective_size:.0f} effective samples are few; a larger n steadies the intervals")
    table = result.fit
    missed = table.loc[~table["covered"], "outcome"].tolist()
    if missed:
        notes.append(f"the check misses {', '.join(missed)}: the fitted model does not give what was observed")
    wide = posterior.intervals()
    loose = wide.loc[wide["width"] > 0.85, "parameter"].tolist()
    if loose and method != "optuna":
        notes.append(f"the targets say little of {', '.join(loose)}: as wide as the prior")
    return notes


def with_changes(settings: Settings, **changes: object) -> Settings:
    """Settings with those of `changes` that are not None."""
    return replace(settings, **{name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]
