"""Lessons: files that a teacher can write. What is right in them is counted in runs of twins, never written down."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from advosim.classroom.asked import MOST_CHANGES, Asked, Change, Shelf, changes
from advosim.classroom.histories import parting
from advosim.classroom.twins import Claim, Twins, counts, run_pair, seeds
from advosim.live.frame import MEASURES, VIEWS
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.rules import Mechanisms
from advosim.scenario.toml_text import decoded, parse
from advosim.world.codes import EVENTS

SHIPPED = Path(__file__).parent / "lessons"
MOSTLY = 0.8
"""Share of twins in which a lesson's answer should hold; where it holds in fewer, the lesson says so."""
RUNS = 50
"""Pairs in which a lesson is checked."""
CURVES = (
    "expressed",
    "support",
    "attitude",
    "aware",
    "protest_for",
    "protest_against",
    "petition_for",
    "petition_against",
)
"""Measures that the page can draw as a curve."""

Text = Annotated[str, Field(min_length=1, max_length=1200)]


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"there is no {what} '{name}' ({did_you_mean(name, known) or ', '.join(known)})"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Setting(_Row):
    """A change of one side."""

    path: str
    value: bool | int | float | str
    week: int = Field(1, ge=0)


class Condition(_Row):
    """What must be true of the right side, see `twins.Claim`."""

    right: Literal["above", "below", "near"]
    by: float = Field(0.0, ge=0)
    measure: str = ""
    event: str = ""
    take: Literal["mean", "final", "peak"] = "mean"
    public: str = ""
    than: float | str | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if bool(self.measure) == bool(self.event):
            raise ValueError("a condition needs either 'measure' or 'event'")
        known = tuple(VIEWS) if self.public else tuple(MEASURES)
        for what, name, names in (("measure", self.measure, known), ("event", self.event, EVENTS)):
            if name and name not in names:
                raise ValueError(_unknown(what, name, names))
        if isinstance(self.than, str) and not self.public:
            raise ValueError("'than' names another public, so 'public' is needed")
        return self

    @property
    def claim(self) -> Claim:
        return Claim(**self.model_dump())


class Option(_Row):
    """One answer that can be chosen."""

    text: Annotated[str, Field(min_length=1, max_length=160)]
    holds: list[Condition] = Field(min_length=1)


class Lesson(_Row):
    """A lesson as its file has it."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    about: Annotated[str, Field(min_length=1, max_length=120)]
    scenario: str
    issue: str
    polity: str = ""
    seed: int = Field(1, ge=0)
    look: Text
    question: Text
    why: Text
    rule: str
    curve: str = "expressed"
    draw: bool = False
    left: list[Setting] = Field(default=[], max_length=MOST_CHANGES)
    right: list[Setting] = Field(min_length=1, max_length=MOST_CHANGES)
    option: list[Option] = Field(default=[], max_length=5)

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if len(self.option) < 2 and not self.draw:
            raise ValueError("a lesson needs two options or more ([[option]]), or draw = true")
        if self.curve not in CURVES:
            raise ValueError(
                f"there is no curve '{self.curve}' ({did_you_mean(self.curve, CURVES) or ', '.join(CURVES)})"
            )
        if self.rule not in Mechanisms.model_fields:
            raise ValueError(_unknown("rule", self.rule, tuple(Mechanisms.model_fields)))
        return self

    def side(self, which: str) -> tuple[Change, ...]:
        """Changes of a side; the right one has those of the left as well."""
        rows = self.left if which == "left" else [*self.left, *self.right]
        return changes([[row.week, row.path, row.value] for row in rows])

    @property
    def sides(self) -> tuple[Asked, Asked]:
        return tuple(Asked(self.scenario, self.seed, self.side(which)) for which in ("left", "right"))  # type: ignore[return-value]

    @property
    def claims(self) -> list[list[Claim]]:
        return [[condition.claim for condition in option.holds] for option in self.option]

    def at(self, scenario: Scenario) -> tuple[int, int]:
        """Rows of the polity and issue that the lesson is about."""
        home = self.polity or next(iter(scenario.polity))
        return list(scenario.polity).index(home), list(scenario.issue).index(self.issue)


def shipped() -> dict[str, Path]:
    """The lessons that travel with the program, by name, in their order."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def read(file: Path, shelf: Shelf) -> Lesson:
    """A lesson from its file, checked with the scenario that it plays. Raises InputError with all that is wrong."""
    name = str(file)
    try:
        table, places = parse(name, decoded(name, file.read_bytes()))
    except OSError as error:
        raise InputError(Problem(name, None, f"cannot be read: {error.strerror}")) from None
    try:
        lesson = Lesson.model_validate(table)
    except ValidationError as error:
        raise InputError([_problem(name, places, each) for each in error.errors()]) from None
    problems = _crossed(lesson, name, places, shelf)
    if problems:
        raise InputError(problems)
    return lesson


def _problem(name: str, places: Any, error: Any) -> Problem:
    path = tuple(error["loc"])
    line = next((places[path[:k]] for k in range(len(path), 0, -1) if path[:k] in places), None)
    said = str(error["msg"]).removeprefix("Value error, ")
    key = ".".join(map(str, path)) or "the lesson"
    known = ", ".join(Lesson.model_fields) if error["type"] == "extra_forbidden" and len(path) == 1 else ""
    return Problem(name, line, f"{key}: {said}", known)


def _crossed(lesson: Lesson, name: str, places: Any, shelf: Shelf) -> list[Problem]:
    """What is wrong between a lesson and its scenario."""
    try:
        sides = lesson.sides
        scenario = shelf.resolved(sides[0])
        shelf.resolved(sides[1])
    except InputError as error:
        return [Problem(name, places.get(("scenario",)), p.what, p.allowed, p.hint) for p in error.problems]
    home = lesson.polity or next(iter(scenario.polity))
    if home not in scenario.polity:
        return [Problem(name, places.get(("polity",)), f"polity: there is no '{home}'", ", ".join(scenario.polity))]
    problems = []
    if lesson.issue not in scenario.issue:
        what, known = f"issue: there is no '{lesson.issue}'", ", ".join(scenario.issue)
        problems.append(Problem(name, places.get(("issue",)), what, known))
    publics = list(scenario.polity[home].public)
    named = {name for option in lesson.option for each in option.holds for name in (each.public, each.than)}
    for public in sorted(each for each in named if isinstance(each, str) and each and each not in publics):
        what = f"option: there is no public '{public}'"
        problems.append(Problem(name, places.get(("option",)), what, ", ".join(publics)))
    return problems


def shown(name: str, lesson: Lesson, scenario: Scenario) -> dict[str, Any]:
    """What the page needs of a lesson; the right answer is not in it, as nobody knows it yet."""
    polity, issue = lesson.at(scenario)
    left, right = ([[c.week, c.path, c.value] for c in lesson.side(which)] for which in ("left", "right"))
    rule: Any = Mechanisms.model_fields[lesson.rule].annotation
    return {
        "name": name, "title": lesson.title, "look": lesson.look, "question": lesson.question,
        "options": [option.text for option in lesson.option], "draw": lesson.curve if lesson.draw else "",
        "why": lesson.why, "rule": {"name": lesson.rule, "says": inspect.getdoc(rule) or "", "source": _source(rule)},
        "runs": RUNS,
        "view": {
            "s": lesson.scenario, "seed": lesson.seed, "a": left, "b": right, "issue": issue, "polity": polity,
            "measure": lesson.curve,
        },
    }  # fmt: skip


def _source(rule: Any) -> str:
    """The works and data behind a rule's parameters, each once; where its other numbers come from."""
    found = [str((field.json_schema_extra or {}).get("source", "")) for field in rule.model_fields.values()]
    parts = dict.fromkeys(part.strip() for text in found for part in text.split(";"))
    works = [part for part in parts if part not in ("", "-") and not part.startswith(("assumption", "convention"))]
    assumed = sorted({part.removeprefix("assumption: ") for part in parts if part.startswith("assumption")})
    return "; ".join(works + [f"other numbers are assumptions ({', '.join(assumed)})"] * bool(assumed))


def answer(lesson: Lesson, scenario: Scenario, twins: Twins, number: int) -> dict[str, Any]:
    """In how many pairs so far each option holds."""
    pairs = twins.pairs[:number]
    return {"done": len(pairs), "n": number, "counts": counts(pairs, lesson.claims, scenario, lesson.at(scenario))}


@dataclass(frozen=True)
class Checked:
    """What came of a lesson's options in many pairs of twins."""

    title: str
    pairs: int
    options: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def mostly(self) -> bool:
        """Whether one option holds in most pairs; a lesson in which a line is drawn has none."""
        return not self.counts or max(self.counts) >= MOSTLY * self.pairs

    def __str__(self) -> str:
        rows = [f"  {k:>4} of {self.pairs}  {text}" for k, text in zip(self.counts, self.options, strict=True)]
        if not self.counts:
            end = "A line is drawn; there is nothing to count."
        elif self.mostly:
            end = "One answer holds in at least 80% of the pairs."
        else:
            end = "No answer holds in 80% of the pairs: the lesson tells the share."
        return "\n".join([self.title, *rows, f"  {end}"])


def check(
    lesson: Lesson, shelf: Shelf, runs: int = RUNS, progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Run a lesson's pairs and count in how many each option holds."""
    one, other = lesson.sides
    scenarios = (shelf.resolved(one), shelf.resolved(other))
    week = parting(one.changes, other.changes)
    pairs = []
    for number, seed in enumerate(seeds(runs if lesson.option else 0), start=1):
        pairs.append(run_pair(scenarios, week, seed, lambda: False))
        if progress:
            progress(number, runs)
    found = counts(pairs, lesson.claims, scenarios[1], lesson.at(scenarios[1]))
    return Checked(lesson.title, runs, tuple(option.text for option in lesson.option), tuple(found))


def library(folders: Sequence[Path], shelf: Shelf) -> dict[str, Lesson]:
    """The shipped lessons that the shelf has the scenario of, and all of some folders or files. Raises InputError."""
    found = {}
    for name, file in shipped().items():
        lesson = read(file, Shelf())
        if lesson.scenario in shelf.titles():
            found[name] = lesson
    problems = []
    for place in folders:
        for file in sorted(place.glob("*.toml")) if place.is_dir() else [place]:
            try:
                found[file.stem] = read(file, shelf)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return found
