"""Do again what a manifest tells of, and say whether the bits agree."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep import own, store, summaries
from advosim.experiment.sweep.seals import Damage, file_digest, unsealed
from advosim.replaced import borrowed, from_manifest, traces
from advosim.results import folder as results
from advosim.results.manifest import MANIFEST, PROGRAM, machine
from advosim.scenario import archived
from advosim.scenario.problems import InputError, Problem, special

if TYPE_CHECKING:
    from advosim.experiment.sweep.schema import Experiment

Table = Mapping[str, Any]
TABLES = ".parquet"
"""Files whose bits count: all others are made of these."""
MOST_BYTES = 256_000_000
"""Of a manifest: one with the reforms and networks of a thousand scenarios has a hundredth of it."""
SAVED = "a manifest.json or sweep.json that advosim wrote, or its folder"


@dataclass(frozen=True)
class Rerun:
    """What became of the tables of some results when they were made again."""

    what: str
    same: tuple[str, ...]
    other: tuple[str, ...]
    """Tables whose bits differ, or which are not made any more."""
    damaged: tuple[str, ...]
    """What lies beside the manifest and is not as it was saved, or is gone, in words; the manifest's hashes count."""
    versions: Mapping[str, tuple[str, str]]
    """What differs of the program and the machine: then and now."""

    @property
    def bits_agree(self) -> bool:
        return not self.other

    @property
    def sound(self) -> bool:
        """Whether the bits agree and all that is there is as it was saved."""
        return self.bits_agree and not self.damaged

    def __str__(self) -> str:
        lines = [self.what]
        if self.other:
            lines += [f"Other bits: {', '.join(self.other)}"]
        if self.same:
            lines += [f"Same bits: {', '.join(self.same)}"]
        lines += [f"Damaged: {what}" for what in self.damaged]
        lines += [f"{name}: {then} then, {now} now" for name, (then, now) in self.versions.items()]
        if self.other and not self.versions:
            lines += ["All versions are as they were. Edits of the program that were not committed are not seen."]
        return "\n".join(lines)


def rerun(manifest: str | Path, *, workers: int | None = None, progress: bool | None = None) -> Rerun:
    """Repeat the run, comparison or sweep that a manifest (or the folder around it) is of, and compare all tables.

    Nothing is kept. workers: processes of comparisons and sweeps. Raises InputError where the manifest is none, is of
    another kind, or has a scenario that this version does not know.
    """
    file = _located(manifest)
    told = _read(file)
    again = _kind(file, told)
    with _edits_told(file), tempfile.TemporaryDirectory(prefix="advosim-") as scratch:
        damaged, known, versions = tuple(_damaged(file, told)), _hashes(file, told), dict(_differing(told))
        what = again(file, told, Path(scratch), workers, progress)
        same, other = _compared(known, file.parent, Path(scratch))
    return Rerun(what, tuple(same), tuple(other), damaged, versions)


# ---------------------------------------------------------------- reading manifests


def _located(given: str | Path) -> Path:
    path = Path(given)
    names = (MANIFEST, store.MANIFEST)
    folder = os.path.isdir(path)
    found = next((path / name for name in names if os.path.isfile(path / name)), None) if folder else path
    if found is None or not os.path.isfile(found):
        there = f"is a {special(path)}, and no manifest" if os.path.exists(path) else "there is no such file"
        what = "there is no manifest in this folder" if folder else there
        raise InputError(Problem(str(given), None, what, SAVED))
    return found


def _read(file: Path) -> Table:
    what = "is no manifest"
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(MOST_BYTES)
        told = json.loads(file.read_text(encoding="utf-8"))
        known = isinstance(told, dict) and told["program"] in (PROGRAM, store.PROGRAM)
    except OSError as error:
        known, what = False, f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise InputError(Problem(str(file), None, what, SAVED))
    table: Table = told
    return table


@contextlib.contextmanager
def _edits_told(file: Path) -> Iterator[None]:
    """What fails because a manifest does not hold what one does is told of the manifest."""
    try:
        yield
    except InputError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError, StopIteration) as error:
        why = f"there is no {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        said = f"does not hold what a manifest does ({why}): was it edited?"
        raise InputError(Problem(str(file), None, said, SAVED)) from error


Again = Callable[[Path, Table, Path, int | None, bool | None], str]


def _kind(file: Path, told: Table) -> Again:
    """What does again what a manifest is of."""
    kind = "sweep" if told["program"] == store.PROGRAM else told.get("kind", "run" if "scenario" in told else "")
    known: dict[str, Again] = {"run": _run, "comparison": _comparison, "sweep": _sweep}
    if not isinstance(kind, str) or kind not in known:
        named = kind if isinstance(kind, str) and kind else "manifest"
        allowed = f"those of a {', '.join(known)}"
        raise InputError(Problem(str(file), None, f"a {named[:40]} cannot be rerun", allowed, _instead(named)))
    return known[kind]


def _instead(kind: str) -> str:
    """What to do where results of a kind cannot be made again from their manifest."""
    if kind in ("sensitivity", "discovery", "robustness", "page"):
        return "rerun the sweep that it was made of"
    commands = {"contribution": "contribution", "routes": "contribution", "calibration": "calibrate"}
    return f"give the command again: advosim {commands[kind]}" if kind in commands else ""


def _hashes(file: Path, told: Table) -> dict[str, str]:
    """The hashes of the tables, as they were saved."""
    try:
        files = unsealed(file.parent / store.MERGED)["files"] if told["program"] == store.PROGRAM else told["files"]
    except (FileNotFoundError, Damage) as error:
        hint = "finish the sweep first: advosim sweep run"
        raise InputError(
            Problem(str(file.parent), None, f"no sound tables to compare with ({error})", hint=hint)
        ) from None
    return {name: known for name, known in files.items() if name.endswith(TABLES) and name != store.TIMINGS}


# ---------------------------------------------------------------- doing it again


def _run(file: Path, told: Table, place: Path, workers: int | None, progress: bool | None) -> str:
    from advosim.simulation import simulate

    rules = from_manifest(told.get("replaced", ()))
    record = simulate(archived.scenario(told["scenario"], file), told["seed"], weeks=told["weeks"], mechanisms=rules)
    results.write_tables(record, place)
    return f"{record.scenario.title}: {told['weeks']} weeks, seed {told['seed']}, run again"


def _comparison(file: Path, told: Table, place: Path, workers: int | None, progress: bool | None) -> str:
    from advosim.experiment.compare.comparison import compare

    mine = told.get("own", [])
    if not told.get("outcomes") and (not mine or any(each["module"] == "__main__" for each in mine)):
        what = "compares by functions of the caller's, which are not in it"
        raise InputError(Problem(str(file), None, what, "outcomes of the vocabulary, or functions of modules"))
    functions = from_manifest(mine, Path.cwd())
    named = [*told["outcomes"], *(f"{each['module']}:{each['function']}" for each in mine)]
    outcomes: Any = named if told["outcomes"] else functions
    first, last = told["seeds"]
    found = compare(
        [archived.scenario(each["resolved"], file) for each in told["scenarios"]],
        runs=last - first + 1, first_seed=first, outcomes=outcomes, workers=workers, weeks=told["weeks"],
        by_issue=told["by_issue"], labels=[each["label"] for each in told["scenarios"]], progress=progress is not False,
        mechanisms=from_manifest(told.get("replaced", ())), courses=(), panel=told.get("panel", False),
    )  # fmt: skip
    if found.panel is not None:
        found.panel.to_parquet(place / "panel.parquet", index=False)
    found.pairs.to_parquet(place / "pairs.parquet", index=False)
    return f"{' against '.join(reversed(found.labels))}: {last - first + 1} pairs, run again"


def _sweep(file: Path, told: Table, place: Path, workers: int | None, progress: bool | None) -> str:
    from advosim.experiment.sweep import running

    how: dict[str, Any] = {"executor": running.InProcess()} if workers == 1 else {"workers": workers}
    with borrowed() as scratch:
        experiment = replace(experiment_of(file, told, scratch), summaries=_summaries(file, scratch))
        state = running.run(experiment, place, progress=progress, **how)
    return f"{state.title}: {state.runs:,} runs, run again"


def _inputs(file: Path, told: Table, place: Path) -> None:
    """Lay the files that an experiment names into a folder: presets as they were, modules as they are."""
    asked = told["experiment"]
    for name, text in asked.get("presets", {}).items():
        target = place / name
        if target.resolve().is_relative_to(place.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
    if asked.get("mechanisms") or asked.get("own") or summaries.of_folder(file.parent):
        # Without it, the experiment's folder was the one in which the command was given. A sweep may have been copied.
        beside = file.parent / told["folder"] if "folder" in told else Path.cwd()
        for near in (Path.cwd(), file.parent, beside):
            for module in sorted(near.glob("*.py")):
                shutil.copyfile(module, place / module.name)


def _as_they_were(file: Path, asked: Table, folder: Path) -> None:
    """Raise InputError unless replaced rules and own outcomes have the source that they had."""
    every = {**asked.get("mechanisms", {}), **_own_names(asked)}
    if lost := [name for name, of in every.items() if of.startswith("__main__:")]:
        what = f"the functions for {', '.join(lost)} were of a notebook or script, which is not in it"
        raise InputError(Problem(str(file), None, what, "functions of modules"))
    for kind, spelled in (("replaced", asked.get("mechanisms", {})), ("own", _own_names(asked))):
        _unchanged(file, asked.get(kind, ()), spelled, folder, "rule" if kind == "replaced" else "outcome")


def _unchanged(
    file: Path, told: Iterable[Mapping[str, str]], spelled: Mapping[str, str], folder: Path, kind: str
) -> None:
    for of in spelled.values():
        own.function(of, folder, kind)
    then = {each["mechanism"]: each["sha256"] for each in told}
    now = {trace.mechanism: trace.sha256 for trace in traces(spelled, folder)}
    lost = [name for name in then if now.get(name) != then[name]]
    if lost:
        what = f"the functions for {', '.join(lost)} are not what they were"
        raise InputError(Problem(str(file), None, what, "the source that has the sha256 of the manifest"))


def _summaries(file: Path, folder: Path) -> dict[str, str]:
    """The summaries of a sweep. Raises InputError unless they have the source that they had."""
    kept = summaries.of_folder(file.parent)
    named = {each["name"]: each["of"] for each in kept}
    then = [{"mechanism": each["name"], "sha256": each["sha256"]} for each in kept]
    _unchanged(file, then, named, folder, "summary")
    return named


def _own_names(asked: Table) -> dict[str, str]:
    return {name: outcome["of"] for name, outcome in asked["outcomes"].items() if ":" in outcome["of"]}


def experiment_of(file: Path, told: Table, inputs: Path) -> Experiment:
    """The experiment that a sweep's manifest tells of. inputs: a folder for the files that it names.

    Raises InputError where functions that it names are gone or have changed.
    """
    _inputs(file, told, inputs)
    _as_they_were(file, told["experiment"], inputs)
    from advosim.experiment.sweep.schema import Design, Experiment, Factor, Keep, Outcome, Replicates

    asked, plan = told["experiment"], told["plan"]
    scenarios = {name: archived.scenario(each, file) for name, each in asked["scenarios"].items()}
    experiment = Experiment(
        asked["title"],
        next(iter(scenarios.values())),
        Design.model_validate(asked["design"]),
        {path: Factor(path, **_tuples(factor)) for path, factor in asked["factors"].items()},
        Replicates.model_validate(asked["replicates"]),
        {name: Outcome.model_validate(outcome) for name, outcome in asked["outcomes"].items()},
        Keep.model_validate(asked["keep"]),
        scenarios if len(scenarios) > 1 else {},
        linked={path: tuple(others) for path, others in asked.get("linked", {}).items()},
        constraints=tuple((lower, upper) for lower, upper in asked.get("constraints", ())),
        folder=inputs,
        mechanisms=dict(asked.get("mechanisms", {})),
        primary=tuple(asked.get("primary", ())),
    )
    if experiment.design.kind == "points":
        experiment = _with_points(experiment, file.parent, plan["factors"])
    return experiment


def _with_points(experiment: Experiment, folder: Path, kinds: Mapping[str, Any]) -> Experiment:
    """Points that came from a file are read off the runs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from advosim.experiment.sweep.schema import Factor

    try:
        rows = pq.read_table(folder / store.RUNS, columns=["point", *kinds]).to_pylist()
    except (OSError, pa.ArrowException):
        what = "the sweep's points, which came from a file, cannot be read of it"
        raise InputError(Problem(str(folder / store.RUNS), None, what, hint=store.AGAIN)) from None
    points = tuple({path: row[path] for path in kinds} for row in {row["point"]: row for row in rows}.values())
    levels = {path: tuple(dict.fromkeys(point[path] for point in points)) for path in kinds}
    return replace(experiment, given=points, factors={path: Factor(path, kinds[path], levels[path]) for path in kinds})


def _tuples(factor: Table) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in factor.items()}


# ---------------------------------------------------------------- comparing


def _compared(known: Mapping[str, str], then: Path, now: Path) -> tuple[list[str], list[str]]:
    """Names of the tables with the same bits, and of the others."""
    same: list[str] = []
    other: list[str] = []
    for name, digest in known.items():
        alike = (now / name).is_file() and (
            file_digest(now / name) == digest or _holds_the_same(then, now, name, digest)
        )
        (same if alike else other).append(Path(name).stem)
    return same, other


def _holds_the_same(then: Path, now: Path, name: str, digest: str) -> bool:
    """Whether a table is the same to the bit where another version of Parquet's writer gave another file."""
    import pyarrow.parquet as pq

    if not (then / name).is_file() or file_digest(then / name) != digest:
        return False
    # As floats -0.0 is 0.0; the model has no use for that difference, and NaN stands in no table.
    return bool(pq.read_table(then / name).equals(pq.read_table(now / name)))


def _damaged(file: Path, told: Table) -> Iterator[str]:
    """What of the saved results is not as it was written, or gone: tables, and the chunks of a sweep."""
    for name, known in _hashes(file, told).items():
        there = file.parent / name
        if not there.is_file():
            yield f"{there} is gone"
        elif file_digest(there) != known:
            yield f"{there} is not as it was saved"
    if told["program"] == store.PROGRAM:
        from advosim.experiment.sweep import running

        yield from running.status(file.parent).damaged


def _differing(told: Table) -> Iterator[tuple[str, tuple[str, str]]]:
    """Versions, processor and commit that differ."""
    now = machine()
    for name, then in told.get("versions", {}).items():
        if then != now["versions"].get(name):
            yield name, (then, now["versions"].get(name, "not installed"))
    for name in ("platform", "machine"):
        if name in told and told[name] != now[name]:
            yield name, (told[name], now[name])
    commits = [_commit(side.get("git")) for side in (told, now)]
    if all(commits) and commits[0] != commits[1]:
        yield "commit of advosim", (commits[0], commits[1])


def _commit(git: Any) -> str:
    """The commit of a working copy in short, with a mark where files differed from it."""
    known = (git or {}).get("advosim")
    return f"{known['commit'][:10]}{' with edits' if known['dirty'] else ''}" if known else ""
