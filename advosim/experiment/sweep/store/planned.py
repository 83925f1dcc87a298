"""What a sweep is to hold: blocks of runs, cut into chunks, with hashes of all that its results depend on."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sweep import own
from advosim.experiment.sweep.schema import SCENARIO, Experiment, Point
from advosim.replaced import in_manifest, traces
from advosim.scenario import load as scenarios
from advosim.scenario.layers import presets
from advosim.version import __version__


@dataclass(frozen=True)
class Block:
    """Runs that were planned together: some points, each with some replicates. Chunks of a block are never cut anew."""

    points: list[list[int]]
    """Ranges of points as they are numbered now: the first, and the one after the last."""
    first: int
    last: int
    """The first replicate, and the one after the last."""
    belongs: str
    """What its chunks must say."""

    @property
    def replicates(self) -> int:
        return self.last - self.first

    @property
    def runs(self) -> int:
        return self.replicates * sum(last - first for first, last in self.points)

    def numbers(self) -> NDArray[np.int64]:
        """(points,): the numbers of its points, in its order."""
        return np.concatenate([np.arange(first, last) for first, last in self.points])

    def slice(self, first: int, last: int) -> list[int]:
        """The numbers of some of its points."""
        if len(self.points) == 1:
            start = self.points[0][0]
            return list(range(start + first, start + last))
        return [int(number) for number in self.numbers()[first:last]]


@dataclass(frozen=True)
class Plan:
    """What a folder holds, fixed when its first run begins; later blocks may be added.

    Runs have the numbers that they would have in a sweep made at once. In chunks they are counted block by block
    instead, so that no chunk changes when others are added: their places.
    """

    title: str
    runs: int
    points: int
    replicates: int
    first_seed: int
    chunk: int
    """Runs of a chunk."""
    factors: dict[str, str]
    """Kind of each factor's values, by path."""
    outcomes: list[str]
    weeks: str | int
    parts: dict[str, str] = field(default_factory=dict)
    """Hashes of what the results depend on."""
    grown: list[Block] = field(default_factory=list)
    """Blocks, where there are several."""

    @property
    def blocks(self) -> list[Block]:
        whole = hashed([self.parts, self.first_seed, self.runs, self.chunk])
        return self.grown or [Block([[0, self.points]], 0, self.replicates, whole)]

    @property
    def chunks(self) -> int:
        return sum(-(-block.runs // self.chunk) for block in self.blocks)

    def block(self, number: int) -> tuple[Block, int, int]:
        """The block of a chunk, its number within, and the place of the block's first run."""
        place = 0
        for block in self.blocks:
            chunks = -(-block.runs // self.chunk)
            if number < chunks:
                return block, number, place
            number, place = number - chunks, place + block.runs
        raise IndexError(number)

    def belongs(self, number: int) -> str:
        """What a chunk must say to be one of this plan's."""
        return self.block(number)[0].belongs

    def span(self, number: int) -> tuple[int, int]:
        """The places of a chunk's runs: the first, and the one after the last."""
        block, within, place = self.block(number)
        return place + within * self.chunk, place + min((within + 1) * self.chunk, block.runs)

    def seed(self, run: int) -> int:
        return self.first_seed + run % self.replicates

    def numbers(self) -> NDArray[np.int64]:
        """(runs,): the number of the run at each place."""
        of_blocks = [
            (block.numbers()[:, None] * self.replicates + np.arange(block.first, block.last)).ravel()
            for block in self.blocks
        ]
        return np.concatenate(of_blocks)

    def number(self, place: int) -> int:
        """The number of the run at a place."""
        return int(self.numbers()[place]) if self.grown else place

    def place(self, run: int) -> int:
        """Where a run is in the chunks."""
        return int(np.flatnonzero(self.numbers() == run)[0]) if self.grown else run

    def chunk_of(self, run: int) -> int:
        """The chunk in which a run is."""
        place = self.place(run)
        return next(number for number in range(self.chunks) if place < self.span(number)[1])


def plan(experiment: Experiment, points: list[Point], chunk: int, extra: str = "") -> Plan:
    """The plan of an experiment. `extra` names what else the results depend on."""
    replicates = experiment.replicates
    return Plan(
        experiment.title,
        len(points) * replicates.count,
        len(points),
        replicates.count,
        replicates.first_seed,
        chunk,
        {path: factor.kind for path, factor in experiment.factors.items()},
        list(experiment.outcomes),
        experiment.keep.weeks,
        parts(experiment, points, extra),
    )


def parts(experiment: Experiment, points: list[Point], extra: str = "") -> dict[str, str]:
    """Hashes of what the results depend on, so that a folder can say what has changed."""
    known = experiment.scenarios or {SCENARIO: experiment.scenario}
    resolved = {name: scenarios.resolved(scenario) for name, scenario in known.items()}
    return {
        "scenario": hashed([resolved, _presets(experiment)]),
        **({"linked factors": hashed(experiment.linked)} if experiment.linked else {}),
        **({"week from which settings hold": hashed(week)} if (week := experiment.design.from_week) else {}),
        **({"primary outcomes": hashed(experiment.primary)} if experiment.primary else {}),
        **({"own outcomes": hashed(own.told(experiment))} if own.named(experiment.outcomes) else {}),
        "design": hashed(points),
        "replicates": hashed(experiment.replicates.model_dump()),
        "outcomes": hashed({name: outcome.model_dump() for name, outcome in experiment.outcomes.items()}),
        "weeks kept": hashed(experiment.keep.weeks),
        "program": hashed([__version__, sources(), extra, *traces(experiment.mechanisms, experiment.folder)]),
    }


def _presets(experiment: Experiment) -> dict[str, Any]:
    """What presets that are levels set: their files may change under the same name."""
    found = {}
    for path, factor in experiment.factors.items():
        for level in factor.levels or () if path.endswith(".preset") else ():
            polity = path.split(".")[1]
            scenario = experiment.scenario.but({path: experiment.written(path, level)})
            found[f"{path} {level}"] = scenario.polity[polity].governance.model_dump(mode="json")
    return found


def hashed(thing: Any) -> str:
    """A short hash of plain JSON values."""
    text = json.dumps(thing, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


NO_PART = (
    "__main__", "app", "classroom", "cli", "docking", "experiment", "figures", "live", "model", "moved", "results",
    "scenarios", "story", "vdem",
)  # fmt: skip
"""Of the package what does not decide what a run gives, or is held to by itself (shipped scenarios)."""


@functools.cache
def sources() -> str:
    """A hash of the program's sources that results depend on."""
    package = Path(__file__).resolve().parents[3]
    files = [p for p in sorted(package.rglob("*")) if p.suffix in (".py", ".toml") and _decides(p.relative_to(package))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0")
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _decides(file: Path) -> bool:
    return file.as_posix() == "experiment/sweep/outcomes.py" or Path(file.parts[0]).stem not in NO_PART


def differences(there: Plan, parts: Mapping[str, str]) -> list[str]:
    """Of what the results depend on that which is not as it was when the folder was begun."""
    return [name for name in parts if there.parts.get(name) != parts[name]]


def resolved(experiment: Experiment) -> dict[str, Any]:
    """All that an experiment says as plain JSON values, without its points."""
    known = experiment.scenarios or {SCENARIO: experiment.scenario}
    return {
        "title": experiment.title,
        "question": experiment.question,
        "source": experiment.source,
        "scenarios": {name: scenarios.resolved(scenario) for name, scenario in known.items()},
        "design": experiment.design.model_dump(),
        "factors": {
            path: {k: v for k, v in asdict(factor).items() if v is not None and k != "path"}
            for path, factor in experiment.factors.items()
            if experiment.design.kind != "points"
        },
        "replicates": experiment.replicates.model_dump(),
        "linked": {path: list(others) for path, others in experiment.linked.items()},
        "constraints": [list(pair) for pair in experiment.constraints],
        "outcomes": {name: outcome.model_dump() for name, outcome in experiment.outcomes.items()},
        "keep": experiment.keep.model_dump(),
        "primary": list(experiment.primary),
        "mechanisms": dict(experiment.mechanisms),
        "replaced": in_manifest(traces(experiment.mechanisms, experiment.folder)),
        "own": in_manifest(own.told(experiment)),
        "presets": _preset_files(experiment),
    }


def _preset_files(experiment: Experiment) -> dict[str, str]:
    """The texts of presets that are files: the experiment can then be done again without them."""
    levels = {
        str(level)
        for path, factor in experiment.factors.items()
        for level in (factor.levels or () if path.endswith(".preset") else ())
        if level not in presets()
    }
    return {level: (experiment.folder / level).read_text(encoding="utf-8") for level in sorted(levels)}
