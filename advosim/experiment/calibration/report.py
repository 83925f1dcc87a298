"""The results of a calibration in a folder: tables, figure, summary, and last a manifest that says it is all there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.calibration.figure import figure
from advosim.experiment.calibration.fit import Calibration
from advosim.experiment.calibration.prior import Between, Prior
from advosim.results import latex as tex
from advosim.results import saving
from advosim.results.folder import SaveError
from advosim.results.manifest import MANIFEST
from advosim.world.columns import Column, count, number, share, switch

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "rejection": "Posterior (rejection{}), 90% intervals",
    "history": "Not ruled out by history matching, middle 90%",
    "optuna": "Best trials of the optimiser, middle 90%",
}


def write(result: Calibration, place: Path, title: str, told: Mapping[str, Any], **printed: Any) -> None:
    """Write all files into `place`, where runs may be kept already. Raises SaveError where that fails."""
    partial = place / f".partial-{os.getpid()}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for remains in place.glob(".partial-*"):
            shutil.rmtree(remains, ignore_errors=True)
        partial.mkdir()
        saving.fill(_leaves(result, title, told), partial, **printed)
        _move(partial, place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaveError(f"the results could not be saved in {place}: {reason}; the runs are kept") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _move(partial: Path, place: Path) -> None:
    """Old results go with their manifest first; the new manifest comes last."""
    (place / MANIFEST).unlink(missing_ok=True)
    files = sorted(partial.iterdir(), key=lambda file: file.name == MANIFEST)
    for name in (*FILES, "waves.csv"):
        (place / name).unlink(missing_ok=True)
    for file in files:
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
        os.replace(file, place / file.name)


FILES = (
    "summary.txt", "calibration.png", "calibration.pdf", "calibration.svg",
    "intervals.csv", "intervals.tex", "fit.csv", "posterior.csv", "posterior.parquet",
    "predictive.csv", "runs.parquet", "codebook.csv",
)  # fmt: skip


def _leaves(result: Calibration, title: str, told: Mapping[str, Any]) -> saving.Leaves:
    tables, latex, rows = {}, {}, {"runs": _runs(result)}
    if result.posterior is not None:
        rows["posterior"] = tables["posterior"] = result.posterior.table()
        tables["intervals"] = result.posterior.intervals()
        latex["intervals"] = _latex(result, title, tables["intervals"])
        tables |= {"fit": result.fit, "predictive": _predictive(result)}
    if result.matched is not None:
        tables["waves"] = _waves(result)
    return saving.Leaves(
        told={"calibration": title, **_told(result), **told},
        summary=summary(result, title),
        tables=tables,
        rows=rows,
        columns=_columns(result),
        latex=latex,
        figures={"calibration": figure(result)},
    )


def _columns(result: Calibration) -> dict[str, tuple[Column, ...]]:
    """What the columns of its tables mean."""
    parameters = tuple(Column(name, "value of this parameter") for name in result.prior.names)
    outcome = Column("outcome", "outcome of the experiment", names="names of outcomes")
    unit = "that of the outcome"
    return {
        "runs": (
            Column("stage", "stage of the calibration", names="words"),
            count("theta", "number of the setting in its stage", "number"),
            count("seed", "seed of the run", "number"),
            *parameters,
            *(Column(name, "outcome of the run; empty where it failed") for name in result.outcomes),
        ),
        "posterior": (
            share("weight", "weight of the sample", "share"),
            number("distance", "root mean square over targets of the misfit", "standard deviations", 0.0, None),
            *parameters,
        ),
        "intervals": (
            Column("parameter", "parameter, or one of its levels", names="names of parameters"),
            number("low", "lower end of the 90% interval", "that of the parameter", None, None),
            number("median", "median", "that of the parameter", None, None),
            number("high", "upper end of the 90% interval", "that of the parameter", None, None),
            number("width", "width of the interval over that of the prior", "share", 0.0, None),
            share("share", "share of the samples at this level", "share of samples"),
        ),
        "fit": (
            outcome,
            number("target", "observed value", unit, None, None),
            number("uncertainty", "its standard deviation", unit, 0.0, None),
            number("low", "lower end of the 90% interval of what would be observed", unit, None, None),
            number("median", "median of what would be observed", unit, None, None),
            number("high", "upper end of the 90% interval of what would be observed", unit, None, None),
            switch("covered", "whether the target lies inside"),
            share("tail", "twice the share of predictions beyond the target", "share"),
        ),
        "predictive": (
            *parameters,
            *(Column(name, "mean outcome of a posterior draw, over its runs") for name in result.outcomes),
            *(Column(f"{name}_observed", "what would be observed of it") for name in result.outcomes),
        ),
        "waves": (
            count("number", "number of the wave, from 1", "number"),
            count("runs", "settings that were run", "settings"),
            share("share", "of the prior's space, what is not ruled out after it", "share of the space"),
            share("held", "runs, left out in turn, within three standard deviations of the emulator", "share of runs"),
        ),
    }


def _predictive(result: Calibration) -> pd.DataFrame:
    """One row per posterior draw: parameters, mean outcomes, and what would be observed."""
    import pandas as pd

    names = [target.outcome for target in result.targets]
    thetas = pd.DataFrame(list(result.predicted_thetas), columns=result.prior.names)
    means = pd.DataFrame(result.predicted, columns=names)
    return pd.concat([thetas, means, pd.DataFrame(result.replicated, columns=names).add_suffix("_observed")], axis=1)


def _runs(result: Calibration) -> pd.DataFrame:
    """One row per run: stage, number of the theta in it, seed, parameters, outcomes (missing where the run failed)."""
    import pandas as pd

    parts = []
    for stage in result.stages:
        n, m = stage.seeds.shape
        head = {"stage": stage.name, "theta": [i for i in range(n) for _ in range(m)], "seed": stage.seeds.reshape(-1)}
        thetas = {name: [t[name] for t in stage.thetas for _ in range(m)] for name in result.prior.names}
        values = dict(zip(result.outcomes, stage.values.reshape(n * m, -1).T, strict=True))
        parts.append(pd.DataFrame({**head, **thetas, **values}))
    return pd.concat(parts, ignore_index=True)


def _waves(result: Calibration) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(wave) for wave in result.matched.waves] if result.matched else [])


def _told(result: Calibration) -> dict[str, Any]:
    """Settings, priors, targets and what came out, for the manifest."""
    posterior = result.posterior
    return {
        "settings": {**asdict(result.settings), "n": result.settings.thetas},
        "priors": priors(result.prior),
        "targets": [asdict(target) for target in result.targets],
        "effective_samples": None if posterior is None else posterior.effective_size,
        "runs": sum(stage.seeds.size for stage in result.stages),
        "failed": [asdict(failure) for failure in result.failures],
        "notes": result.notes,
    }


def priors(prior: Prior) -> dict[str, Any]:
    """Ranges and levels as plain data."""
    return {name: asdict(factor) for name, factor in prior.factors.items()}


# ---------------------------------------------------------------- summary


def summary(result: Calibration, title: str) -> str:
    """What came out, for a person to read."""
    runs = sum(stage.seeds.size for stage in result.stages)
    method, s = result.settings.method, result.settings
    lines = [f"{title}: {len(result.prior.names)} parameters, {len(result.targets)} targets, {runs:,} runs"]
    if result.matched is not None:
        lines += ["", "Waves"]
        lines += [
            f"  {wave.number}: {wave.runs} settings run; {wave.share:.2%} of the prior's space is left; "
            f"emulators hold {wave.held:.0%} of runs left out"
            for wave in result.matched.waves
        ]
    if result.posterior is not None:
        adjusted = ", regression-adjusted" if method == "rejection" and s.adjust else ""
        lines += ["", WORDS[method].format(adjusted), *_interval_lines(result)]
        if method == "rejection":
            lines.append(f"  {len(result.posterior.weights)} samples, worth {result.posterior.effective_size:.0f}")
        lines += ["", "Check: what the fitted model gives with fresh seeds, 90% intervals", *_fit_lines(result)]
    return "\n".join([*lines, *(["", *(f"Note: {note}" for note in result.notes)] if result.notes else [])])


def _interval_lines(result: Calibration) -> list[str]:
    assert result.posterior is not None
    table, lines = result.posterior.intervals(), []
    wide = max(len(name) for name in table["parameter"])
    for row in table.to_dict("records"):
        told = f"  {row['parameter']:<{wide}}  "
        if row["share"] == row["share"]:
            lines.append(f"{told}{row['share']:.0%}")
        else:
            narrowed = f"{row['width']:.0%} of the prior's"
            lines.append(f"{told}{row['median']:.4g}  [{row['low']:.4g}, {row['high']:.4g}]  {narrowed}")
    return lines


def _fit_lines(result: Calibration) -> list[str]:
    table = result.fit
    wide = max(len(name) for name in table["outcome"])
    return [
        f"  {row['outcome']:<{wide}}  target {row['target']:.4g} ({row['uncertainty']:.2g})  "
        f"model {row['median']:.4g} [{row['low']:.4g}, {row['high']:.4g}]  {'covered' if row['covered'] else 'MISSED'}"
        for row in table.to_dict("records")
    ]


def _latex(result: Calibration, title: str, intervals: pd.DataFrame) -> str:
    """Prior ranges and intervals of the numeric parameters as a booktabs table."""
    import pandas as pd

    rows = []
    for row in intervals[intervals["share"].isna()].to_dict("records"):
        factor = result.prior.factors[row["parameter"]]
        assert isinstance(factor, Between)
        prior, found = tex.interval(factor.low, factor.high), tex.interval(row["low"], row["high"])
        rows.append({"parameter": row["parameter"], "prior": prior, "median": row["median"], "found": found})
    heads = {"parameter": "Parameter", "prior": "Prior", "median": "Median", "found": "90% interval"}
    adjusted = ", regression-adjusted" if result.settings.adjust else ""
    note = f"{title}. {WORDS[result.settings.method].format(adjusted)}."
    frame = pd.DataFrame(rows, columns=list(heads))
    return tex.booktabs(frame, columns=heads, note=note)
