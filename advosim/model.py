"""The same world for users of Mesa: a model whose agents are windows on rows of World.

The model does no theory of its own: `step` runs the one `week` that `simulate` runs, to the same bits. Agents read and
write the rows, so that a user's own agents or experiments can step in between weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from advosim.record import Record, lost, recorded
from advosim.replaced import Rules, functions, traces
from advosim.scenario.load import Scenario
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem
from advosim.scenario.schema import Reform
from advosim.simulation import advance, allowed, left_out, stops_now, threads_for, week_with
from advosim.world import rows, state
from advosim.world.found import found
from advosim.world.names import Names, names


class Column:
    """A field of an agent's row in a table of World, read and written in place."""

    def __init__(self, table: str, field: str) -> None:
        self.table, self.field = table, field

    def __get__(self, agent: Window | None, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = state.table(agent.model.world, self.table)[self.field][agent.row]
        return value if isinstance(value, np.ndarray) else value.item()

    def __set__(self, agent: Window, value: Any) -> None:
        state.table(agent.model.world, self.table)[self.field][agent.row] = value


class Whole:
    """An agent's row of a plain array of World: a view, so that writing into it writes the world."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __get__(self, agent: Window | None, owner: type | None = None) -> Any:
        return self if agent is None else state.table(agent.model.world, self.table)[agent.row]


class Window(mesa.Agent):
    """An agent that stands for a row of World."""

    model: AdvocacyModel

    def __init__(self, model: AdvocacyModel, row: int, name: str, polity: str) -> None:
        super().__init__(model)
        self.row, self.name, self.polity = row, name, polity

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} of {self.polity}>"


class Organisation(Window):
    """An organisation that campaigns."""

    funds, income, members, closed = (Column("organisations", f) for f in ("funds", "income", "members", "closed"))
    skills, credibility, activity = (Column("organisations", f) for f in ("skills", "credibility", "activity"))
    stances, priorities, learned, uses = (Whole(t) for t in ("stances", "priorities", "learned", "uses"))
    weeks_left, effort, side = (Column("campaigns", f) for f in ("weeks_left", "effort", "side"))

    @property
    def tactic(self) -> str:
        """What it campaigns with; empty without a campaign."""
        campaign = self.model.world.teams.campaigns[self.row]
        return self.model.names.tactics[campaign.tactic] if campaign.weeks_left > 0 else ""


class NGO(Organisation):
    """A professional advocacy organisation."""


class GrassrootsGroup(Organisation):
    """A local membership group."""


class Movement(Organisation):
    """A social movement organisation."""


class BusinessAssociation(Organisation):
    """An association of firms."""


class Foundation(Organisation):
    """Gives grants from an endowment."""

    gives = Column("organisations", "gives")


class ResearchInstitute(Organisation):
    """Makes evidence."""


class MediaOutlet(Organisation):
    """A newspaper, station or site with a slant of its own; `Media` stands for all of a polity's outlets."""

    slots = Column("organisations", "slots")


class Firm(Organisation):
    """A target of boycotts, and a lobbyist."""

    reputation, market_share = Column("organisations", "reputation"), Column("organisations", "market_share")
    practice, conceded = Column("organisations", "practice"), Column("organisations", "conceded")


class PublicAgency(Organisation):
    """A part of the state that speaks for itself."""


class Municipality(Organisation):
    """The government of one district."""

    district = Column("organisations", "district")


KINDS: dict[str, type[Organisation]] = {
    "ngo": NGO,
    "grassroots": GrassrootsGroup,
    "movement": Movement,
    "business_association": BusinessAssociation,
    "foundation": Foundation,
    "research_institute": ResearchInstitute,
    "media_outlet": MediaOutlet,
    "firm": Firm,
    "agency": PublicAgency,
    "municipality": Municipality,
}


class Government(Window):
    """A polity's government. Fields by issue are arrays in the order of `model.names.issues`."""

    repression, accommodation, openness = (Column("polities", f) for f in ("repression", "accommodation", "openness"))
    access, assembly_cost, legitimacy = (Column("polities", f) for f in ("access", "assembly_cost", "legitimacy"))
    policy, ideal, pressure, friction = (Column("issues", f) for f in ("policy", "ideal", "pressure", "friction"))


class Media(Window):
    """A polity's outlets. Fields by issue are arrays in the order of `model.names.issues`."""

    media_freedom = Column("polities", "media_freedom")
    fatigue, habit = Column("outlets", "fatigue"), Column("outlets", "habit")
    coverage, agenda = Column("issues", "coverage"), Column("issues", "agenda")


class Public(Window):
    """A segment of a polity's citizens. Fields by issue are arrays in the order of `model.names.issues`."""

    citizens, share, online = (Column("publics", f) for f in ("citizens", "share", "online"))
    support, aware, salience = (Column("views", f) for f in ("support", "aware", "salience"))
    signed, marched = Column("views", "signed"), Column("views", "marched")


class Body(Window):
    """A regional or international organisation. Fields by issue are arrays in the order of `model.names.issues`."""

    policy, agenda = Column("standing", "policy"), Column("standing", "agenda")
    gatekeeping, capacity = Column("bodies", "gatekeeping"), Column("bodies", "capacity")
    docket = Whole("docket")
    """(polities, issues, sides): how fresh an adopted case is."""


class Party(Window):
    """A party that stands in elections. `position` and `emphasis` are in the order of `model.names.issues`."""

    votes, seats, in_government = (Column("parties", f) for f in ("votes", "seats", "in_government"))
    position, emphasis, polled = (Column("parties", f) for f in ("position", "emphasis", "polled"))


class Alliance:
    """A living alliance of organisations: not an agent, for it comes and goes with its row."""

    def __init__(self, model: AdvocacyModel, row: int) -> None:
        self.model, self.row = model, row

    def __getattr__(self, field: str) -> Any:
        """A field of its row in `world.allied.alliances`, as `trust`, `cohesion`, `formal`, `line` or `founded`."""
        if field not in (rows.ALLIANCE.names or ()):
            raise AttributeError(f"an alliance has no '{field}'")
        return self.model.world.allied.alliances[field][self.row].item()

    @property
    def polity(self) -> str:
        return self.model.names.polities[self.model.world.allied.alliances["polity"][self.row]]

    @property
    def issue(self) -> str:
        return self.model.names.issues[self.model.world.allied.alliances["issue"][self.row]]

    @property
    def organisations(self) -> list[str]:
        """Names of its members; of those abroad POLITY.NAME."""
        rows = self.model.world.allied.seats["organisation"][self.row]
        known = [self.model.names.organisations[row] for row in rows if row >= 0]
        return [name if home == self.polity else f"{home}.{name}" for home, name in known]

    def __repr__(self) -> str:
        return f"<Alliance of {', '.join(self.organisations)} on {self.issue}>"


class AdvocacyModel(mesa.Model):
    """A scenario as a mesa.Model with `step()`, `agents`, `datacollector`, `record`; `running` ends with the last week.

    home: a Scenario, a scenario file, or a shipped scenario's name; rng or seed: an int, by either of Mesa's names for
    it. Without one a model has luck of its own, as Mesa's models have: `founding_seed` tells which. threads and
    mechanisms as in `simulate`; reporters go to mesa.DataCollector beside the model's own. Raises InputError for wrong
    input.
    """

    _registered = 0

    def __init__(
        self,
        home: Scenario | str | Path = "baseline",
        rng: int | None = None,
        *,
        seed: int | None = None,
        threads: int | None = None,
        mechanisms: Rules | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
    ) -> None:
        given = home if isinstance(home, Scenario) else Scenario.load(home)
        number = _seed(rng, seed)
        super().__init__(rng=number)
        # Mesa 3.5 keeps the names `scenario` and `time` for itself.
        self.home, self.founding_seed = given, number
        self.names = names(given)
        self.world = found(given, number)
        rules = functions(mechanisms)
        self._runs_by = threads_for(given, threads), rules
        self._line = week_with(*self._runs_by)
        self._replaced = traces(rules)
        self._people()
        self.datacollector = mesa.DataCollector(
            model_reporters={**_reporters(self.names), **(model_reporters or {})},
            agent_reporters={**AGENT_REPORTERS, **(agent_reporters or {})},
        )

    def _people(self) -> None:
        known = self.names
        for row, name in enumerate(known.polities):
            Government(self, row, "government", name)
            Media(self, row, "media", name)
        for row, name in enumerate(known.bodies):
            Body(self, row, name, "")
        for row, (polity, name) in enumerate(known.publics):
            Public(self, row, name, polity)
        for row, (polity, name) in enumerate(known.organisations):
            kind = known.kinds[self.world.teams.organisations["kind"][row]]
            KINDS[kind](self, row, name, polity)
        for row, (polity, name) in enumerate(known.parties):
            Party(self, row, name, polity)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Called by every agent as it is made, also by a user's own."""
        counts = getattr(mesa.Agent, "_ids", None)
        if counts is not None:
            # Mesa 3.3 counts agents' ids in a table of its own, which would keep every discarded model alive.
            counts.pop(self, None)
            self._registered += 1
            agent.unique_id = self._registered
        super().register_agent(agent)

    def __repr__(self) -> str:
        return short(f"<AdvocacyModel of '{self.home.title}', seed {self.founding_seed}: week {self.week}>")

    def __getstate__(self) -> dict[str, Any]:
        """All but what is made anew: the compiled week, and bound methods of Mesa's, which pickle would mix up."""
        bound = {
            name: call.__func__.__name__ for name, call in vars(self).items() if getattr(call, "__self__", 0) is self
        }
        return {k: v for k, v in vars(self).items() if k != "_line" and k not in bound} | {"_bound": bound}

    def __setstate__(self, state: dict[str, Any]) -> None:
        bound = state.pop("_bound")
        self.__dict__.update(state)
        self._line = week_with(*self._runs_by)
        for name, call in bound.items():
            self.__dict__[name] = MethodType(getattr(type(self), call), self)

    @property
    def week(self) -> int:
        """The week that ran last; 0 before the first step."""
        return int(self.world.now.clock["week"][0])

    def step(self) -> None:
        """Run one week and collect data."""
        if self.week >= self.home.weeks or stops_now(self.world, self.home):
            self.running = False
            return
        for _ in advance(self.world, self.home, self._line, self.week + 1, 1):
            pass
        self.datacollector.collect(self)
        self.running = self.week < self.home.weeks and not stops_now(self.world, self.home)

    @property
    def alliances(self) -> list[Alliance]:
        """The alliances that live now."""
        return [Alliance(self, int(row)) for row in np.flatnonzero(self.world.allied.alliances["alive"])]

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change governance or mechanism settings from the next week on, by dotted paths as in a reform.

        It becomes a reform of `home`, so that the record tells of it and `home` run again gives the same. Raises
        InputError for what cannot change in mid-run.
        """
        week, before = self.week + 1, self.home.reform
        late = tuple(reform for reform in before if reform.week > self.home.weeks)
        kept = [reform.model_dump() for reform in before if reform not in late]
        # All changes before a week make one reform, as the log of events has room for one.
        spelled = self.home.but({"reform": [*kept, {"week": week, "set": dict(changes)}]}).reform
        now = {path: value for reform in spelled if reform.week == week for path, value in reform.set.items()}
        others = (*(reform for reform in spelled if reform.week != week), *late)
        reforms = sorted([*others, Reform(week=week, set=now)], key=lambda reform: reform.week)
        self.home = self.home.model_copy(update={"reform": tuple(reforms)})

    @property
    def record(self) -> Record:
        """The record of the weeks that have run."""
        done = self.week
        return Record(
            self.home, self.founding_seed, recorded(self.world), {}, left_out(self.home, done), lost(self.world),
            self._replaced,
        )  # fmt: skip

    def attitudes(self) -> NDArray[np.float32]:
        """(citizens, issues): attitudes now, -1..1."""
        return state.attitude(self.world)


def _seed(rng: int | None, seed: int | None) -> int:
    """The seed that was given, else one of the operating system's luck."""
    if rng is not None and seed is not None:
        raise InputError(Problem("", None, "a seed was given twice", "rng or seed, not both"))
    if rng is None and seed is None:
        return int(np.random.default_rng().integers(2**31))
    return allowed("seed", seed if rng is None else rng)


def _of_issue(field: str, p: int, m: int, model: AdvocacyModel) -> float:
    return float(model.world.arena.issues[field][p, m])


def _reporters(known: Names) -> dict[str, Callable[[AdvocacyModel], Any]]:
    """The model's own columns, each one number a week: also `policy.home.climate` and `support.home.climate`."""
    by_issue = {
        f"{field}.{polity}.{issue}": partial(_of_issue, field, p, m)
        for field in ("policy", "support")
        for p, polity in enumerate(known.polities)
        for m, issue in enumerate(known.issues)
    }
    return {**MODEL_REPORTERS, **by_issue}


def _protest(model: AdvocacyModel) -> float:
    """Citizens who marched this week, as a mean share over polities, on any issue (people counted once per issue)."""
    return float(model.world.arena.issues["marched"].sum(axis=(1, 2)).mean())


def _week(model: AdvocacyModel) -> int:
    return model.week


def _alliances(model: AdvocacyModel) -> int:
    return len(model.alliances)


def _field(name: str, default: Any, agent: mesa.Agent) -> Any:
    return getattr(agent, name, default)


def _kind(agent: mesa.Agent) -> str:
    return type(agent).__name__


# Functions with names, for a model is kept by pickle with all that it collects.
MODEL_REPORTERS: dict[str, Callable[[AdvocacyModel], Any]] = {
    "week": _week,
    "protest": _protest,
    "alliances": _alliances,
}
AGENT_REPORTERS: dict[str, Callable[[mesa.Agent], Any]] = {
    "name": partial(_field, "name", ""),
    "kind": _kind,
    "funds": partial(_field, "funds", None),
    "tactic": partial(_field, "tactic", None),
}
