"""What a run left behind, as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.reading.founded import first_weeks
from advosim.reading.tables import names_of
from advosim.replaced import Trace
from advosim.scenario.groups import allies_of, everybody
from advosim.scenario.load import Scenario
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.world.codes import (
    ACCEPTED,
    ADOPTED,
    AGREEMENT,
    AIMS,
    ALLIED,
    ANSWERS,
    APPEAL,
    BALLOT_FAILED,
    BALLOT_LAUNCHED,
    BALLOT_QUALIFIED,
    BALLOT_WITHDRAWN,
    BORROWED,
    COUNTER_FRAME,
    COUNTER_PROPOSAL,
    COVERED,
    DETERRED,
    DISSOLVED,
    ELECTION,
    EVENTS,
    FATES,
    GOVERNMENT,
    JOINED,
    LEFT,
    NOT_FOLLOWED,
    OBSTACLES,
    PLANNED,
    POPULAR,
    PRESSURES,
    QUARTER,
    REASONS,
    REFORM,
    REFUSED,
    ROUTES,
    STEP,
    TERMS,
    VETO,
    VOTE,
    WITHDRAWAL,
)
from advosim.world.names import Names, names
from advosim.world.recorded import WEEK, Recorded
from advosim.world.state import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from advosim.world.positions import Positions


@dataclass(frozen=True, eq=False)
class Record:
    """The tables of a run. People are shares of the polity's citizens; nothing is NaN."""

    scenario: Scenario
    seed: int
    recorded: Recorded
    """Arrays cut to the weeks and events that happened."""
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Reforms after the last week."""
    lost: int = 0
    """Events that the log had no room for."""
    replaced: tuple[Trace, ...] = ()
    """Rules that were not the theory's own."""

    def __repr__(self) -> str:
        weeks, events = len(self.recorded.weeks), len(self.recorded.events)
        return short(f"<Record of '{self.scenario.title}', seed {self.seed}: {weeks} weeks, {events:,} events>")

    def __getstate__(self) -> dict[str, Any]:
        """Without the tables that were made of it: they are made again sooner than sent."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "start": self.start}

    def save(self, folder: str | Path, *, force: bool = False, formats: Sequence[str] = ("png",)) -> Path:
        """Write tables, story, figures and a manifest, as `advosim run` does; the folder appears whole or not.

        force: other files in the folder may stay. formats: of figures, any of png, pdf, svg. Raises InputError for a
        place that holds something else, `results.folder.SaveError` where writing fails.
        """
        from advosim.results import folder as results

        return results.write(self, folder, force=force, formats=formats)

    def plot(self, figure: str = "overview") -> Figure:
        """A figure of the run by its name, as `advosim run` draws it. Raises InputError for one that it has not."""
        from advosim.figures import registry

        there = registry.names_of(self)
        if figure not in there:
            hint = did_you_mean(figure, there)
            raise InputError(Problem("", None, f"this run has no figure '{figure}'", ", ".join(there), hint))
        return registry.draw(self, figure)

    @cached_property
    def names(self) -> Names:
        """What rows and columns are called."""
        return names(self.scenario)

    @cached_property
    def start(self) -> Positions:
        """Where everybody stands at the founding."""
        # Whoever only reads a record needs no rules, which load numba.
        from advosim.world.found import positions

        return positions(self.scenario, self.seed)

    def _from_the_start(self, table: str) -> NDArray[Any]:
        """The rows of a table by week, those of the founding first."""
        return np.concatenate([getattr(self.recorded.founding, table)[None], getattr(self.recorded, table)])

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """One row per week, polity and issue; week 0 is the founding, before anything happened."""
        import pandas as pd

        rows = self._from_the_start("weeks")
        week, polity, issue = (axis.reshape(-1) for axis in np.indices(rows.shape))
        flat = {name: rows[name].reshape(-1) for name in WEEK.names or ()}
        head = {
            "week": week,
            "polity": np.array(self.names.polities)[polity],
            "issue": np.array(self.names.issues)[issue],
        }
        sums = {
            "petition": flat["petition_for"] + flat["petition_against"],
            "boycott": flat["boycott_for"] + flat["boycott_against"],
            "protest": flat["protest_for"] + flat["protest_against"],
            "response": _answers(flat.pop("answers")),
        }
        return pd.DataFrame({**head, **flat, **sums})[names_of("weeks")]

    @cached_property
    def organisations(self) -> pd.DataFrame:
        """One row per week (0 is the founding) and organisation; means in weekly campaign budgets of a typical one.

        Those that are founded in mid-run begin with their week.
        """
        import pandas as pd

        rows = self._from_the_start("organisations")
        week, number = (axis.reshape(-1) for axis in np.indices(rows.shape))
        known = self.names
        home = [polity for polity, _ in known.organisations]
        flat = {name: rows[name].reshape(-1) for name in rows.dtype.names or ()}
        flat["issue"] = _named(known.issues, flat["issue"])
        flat["tactic"] = _named(known.tactics, flat["tactic"])
        flat["frame"] = _named(known.frames, flat["frame"])
        flat["side"] = _named(("for", "against"), flat["side"])
        flat["venue"] = _named([row.venue for row in self.scenario.tactic.values()], rows["tactic"].reshape(-1))
        flat["alliance"] = np.array(self._alliances, dtype=object)[flat["alliance"]]
        head = {
            "week": week,
            "polity": _named(home, number),
            "organisation": _named([name for _, name in known.organisations], number),
            "kind": _named(self._kinds, number),
        }
        table, there = pd.DataFrame({**head, **flat}), week >= first_weeks(self)[number]
        return table if there.all() else table[there].reset_index(drop=True)

    @cached_property
    def campaigns(self) -> pd.DataFrame:
        """One row per week and running campaign; an organisation may run one alone and others within joint plans.

        `effort` and `spent` in weekly campaign budgets of a typical organisation; `reached`: the share of citizens
        expected to hear it. `alliance` is empty for what an organisation does alone, `audience` where it aims at all.
        """
        import pandas as pd

        rows, known = self.recorded.campaigns, self.names
        week, number = np.nonzero((rows["effort"] > 0) | (rows["spent"] > 0))
        rows = rows[week, number]
        codes = {
            "issue": known.issues,
            "side": ("for", "against"),
            "tactic": known.tactics,
            "frame": known.frames,
            "audience": [name for _, name in known.publics],
            "alliance": self._alliances[:-1],
        }
        head = {
            "week": week + 1,
            "polity": _named([home for home, _ in known.organisations], rows["organisation"]),
            "organisation": _named([name for _, name in known.organisations], rows["organisation"]),
        }
        venues = {"venue": _named([row.venue for row in self.scenario.tactic.values()], rows["tactic"])}
        named = {column: _named(names, rows[column]) for column, names in codes.items()}
        return pd.DataFrame(
            {**head, **named, **venues, **{name: rows[name] for name in ("effort", "spent", "reached")}}
        )

    @property
    def _kinds(self) -> list[str]:
        return [one.given.kind for one in everybody(self.scenario)]

    @cached_property
    def publics(self) -> pd.DataFrame:
        """One row per week (0 is the founding), polity, public and issue: what members think and do."""
        import pandas as pd

        rows = self._from_the_start("publics")
        week, public, issue = (axis.reshape(-1) for axis in np.indices(rows.shape))
        known = self.names
        head = {
            "week": week,
            "polity": _named([polity for polity, _ in known.publics], public),
            "public": _named([name for _, name in known.publics], public),
            "issue": _named(known.issues, issue),
        }
        flat = {name: rows[name].reshape(-1) for name in rows.dtype.names or ()}
        return pd.DataFrame({**head, **flat}).rename(
            columns={"signed": "petition", "marched": "protest", "boycotted": "boycott"}
        )

    @cached_property
    def bodies(self) -> pd.DataFrame:
        """One row per week, body and issue: the body's own policy, agenda, and adopted cases by their freshness."""
        import pandas as pd

        rows = self.recorded.bodies
        week, body, issue = (axis.reshape(-1) for axis in np.indices(rows.shape))
        head = {
            "week": week + 1,
            "body": _named(self.names.bodies, body),
            "level": _named([row.level for row in self.scenario.body.values()], body),
            "issue": _named(self.names.issues, issue),
        }
        return pd.DataFrame({**head, **{name: rows[name].reshape(-1) for name in rows.dtype.names or ()}})

    @cached_property
    def alliances(self) -> pd.DataFrame:
        """One row per alliance: who, when, why (the terms of the founder's logit, and of its partner's), and why it
        ended. For those who joined later see `consents`.

        `week_ended` is the last week of the run and `reason` empty for those that live on; `members` lists all that
        ever belonged, in the order of joining, those from abroad as POLITY.NAME, and `polities` where they live.
        """
        import pandas as pd

        rows = self.recorded.alliances
        known = self.names
        weeks = len(self.recorded.weeks)
        groups = list(zip(self._members(), rows["polity"], strict=True))
        lives_on = rows["week_ended"] < 0
        flat = {f"by_{term}": rows["terms"][:, column] for column, term in enumerate(TERMS)}
        flat |= {f"partner_by_{term}": rows["partner_terms"][:, column] for column, term in enumerate(TERMS)}
        return pd.DataFrame(
            {
                "alliance": self._alliances[:-1],
                "polity": _named(known.polities, rows["polity"]),
                "issue": _named(known.issues, rows["issue"]),
                "side": _named(("for", "against"), rows["side"]),
                "week_formed": rows["week_formed"],
                "week_ended": np.where(lives_on, weeks, rows["week_ended"]),
                "alive": lives_on,
                "members": ["+".join(self._called(group, np.full(len(group), home))) for group, home in groups],
                "polities": ["+".join(self._homes(group, home)) for group, home in groups],
                "most_members": rows["most_members"],
                "founder": self._called(rows["founder"], rows["polity"]),
                "lead": self._called(rows["lead"], rows["polity"]),
                "memorandum": rows["formal"],
                "reason": _named(REASONS, rows["ending"]),
                **flat,
            }
        )

    @cached_property
    def consents(self) -> pd.DataFrame:
        """Two rows for each time that an alliance was founded or joined: who made the offer (`host`) and to whom.

        `logit` is with what each consented: readiness and the terms `by_goals` ... of its own.
        """
        import pandas as pd

        rows = self.recorded.consents
        about = np.repeat(self.recorded.alliances["polity"][rows["alliance"]], 2)
        asked = np.stack([rows["host"], rows["guest"]], axis=1)
        flat = {f"by_{term}": rows["terms"][:, :, column].reshape(-1) for column, term in enumerate(TERMS)}
        return pd.DataFrame(
            {
                "week": np.repeat(rows["week"], 2),
                "alliance": np.array(self._alliances, dtype=object)[np.repeat(rows["alliance"], 2)],
                "founding": np.repeat(rows["founding"], 2),
                "host": np.tile([True, False], len(rows)),
                "organisation": self._called(asked.reshape(-1), about),
                "partner": self._called(asked[:, ::-1].reshape(-1), about),
                "logit": rows["logit"].reshape(-1),
                **flat,
            }
        )

    def _called(self, numbers: Any, polities: Any) -> Any:
        """Names of organisations; of those at home in another polity than the one beside them POLITY.NAME."""
        known = self.names.organisations
        numbers, polities = np.asarray(numbers, np.int64), np.asarray(polities, np.int64)
        homes = np.array([*(self.names.polities.index(home) for home, _ in known), -1])[numbers]
        foreign = (homes >= 0) & (polities >= 0) & (homes != polities)
        return np.where(foreign, _named([f"{home}.{name}" for home, name in known], numbers),
                        _named([name for _, name in known], numbers))  # fmt: skip

    def _homes(self, group: list[int], home: int) -> list[str]:
        """The polities in which members of an alliance live, first the one that it is about."""
        there = dict.fromkeys([self.names.polities[home], *(self.names.organisations[each][0] for each in group)])
        return list(there)

    def _members(self) -> list[list[int]]:
        """By alliance: all that ever belonged to it, in the order of joining."""
        groups: list[list[int]] = [[] for _ in self.recorded.alliances]
        known = {name: row for row, name in enumerate(self.names.organisations)}
        number = 0
        for home, polity in self.scenario.polity.items():
            for alliance in polity.alliance.values():
                groups[number] += [known[ally] for ally in allies_of(self.scenario, home, alliance)]
                number += 1
        for event in self.recorded.events:
            if event["event"] == ALLIED:
                groups[event["alliance"]] += [int(event["organisation"]), int(event["partner"])]
            elif event["event"] == JOINED and event["organisation"] not in groups[event["alliance"]]:
                groups[event["alliance"]].append(int(event["organisation"]))
        return groups

    @cached_property
    def alliance_weeks(self) -> pd.DataFrame:
        """One row per week and living alliance: size, trust, cohesion, satisfaction and the members' self-survey; of
        the last joint plan its `aim` (empty before the first), the policy aimed for, and what it believed.
        """
        import pandas as pd

        rows, lives = self.recorded.alliance_weeks, self.recorded.alliances
        week, slot = np.nonzero(rows["number"] >= 0)
        number = rows["number"][week, slot]
        head = {
            "week": week + 1,
            "polity": _named(self.names.polities, lives["polity"][number]),
            "issue": _named(self.names.issues, lives["issue"][number]),
            "alliance": np.array(self._alliances, dtype=object)[number],
        }
        flat = {name: rows[name][week, slot] for name in rows.dtype.names or () if name != "number"}
        flat["aim"] = _named(AIMS, flat["aim"])
        return pd.DataFrame({**head, **flat})

    @cached_property
    def bonds(self) -> pd.DataFrame:
        """One row per quarter (weeks 1, 14, 27 ...) and ordered pair of organisations that know or trust each other.

        `trust` of the organisation in its partner, who may live in another polity; `tied`: whether they have a tie.
        """
        import pandas as pd

        rows = self.recorded.bonds
        quarter, one, other = np.nonzero((rows["trust"] > 0) | rows["tied"])
        first = first_weeks(self)
        there = quarter * QUARTER + 1 >= np.maximum(first[one], first[other])
        quarter, one, other = quarter[there], one[there], other[there]
        homes, known = zip(*self.names.organisations, strict=True) if self.names.organisations else ((), ())
        return pd.DataFrame(
            {
                "week": quarter * QUARTER + 1,
                "polity": _named(homes, one),
                "organisation": _named(known, one),
                "partner_polity": _named(homes, other),
                "partner": _named(known, other),
                "trust": rows["trust"][quarter, one, other].astype(float),
                "tied": rows["tied"][quarter, one, other],
            }
        )

    @cached_property
    def _alliances(self) -> list[str]:
        """Alliances by number: as the scenario calls them, else founder, issue and week; at the end "" for none."""
        known = self.names
        given = [name for polity in self.scenario.polity.values() for name in polity.alliance]
        later = self.recorded.alliances[len(given) :]
        return [
            *given,
            *(f"{known.organisations[a['founder']][1]}_{known.issues[a['issue']]}_{a['week_formed']}" for a in later),
            "",
        ]

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event, in the order in which they happened; who lives in another polity is POLITY.NAME.

        `size`: of a shock, an act (share) or a step, share of seats of who won, of votes behind a government; `detail`:
        a step's route, what was covered, what a reform set, the party that won, those that govern, why a member left
        an alliance and why it ended, what a joint plan aims at, why an order was not followed.
        Why a tactic was chosen: `value` (learned gain per budget), `match` (expertise met), `odds` (share of what all
        promised), `experiment`: whether another one promised more.
        """
        import pandas as pd

        rows = self.recorded.events
        known = self.names
        return pd.DataFrame(
            {
                "week": rows["week"],
                "polity": _named(known.polities, rows["polity"]),
                "issue": _named(known.issues, rows["issue"]),
                "organisation": self._called(rows["organisation"], rows["polity"]),
                "event": _named(EVENTS, rows["event"]),
                "tactic": _named(known.tactics, rows["tactic"]),
                "side": _named(("for", "against"), rows["side"]),
                "size": np.where(rows["event"] == REFORM, 0.0, rows["size"]),
                "detail": self._details(rows),
                **{why: rows[why] for why in ("value", "match", "odds")},
                "experiment": rows["experiment"] > 0,
                "alliance": np.array(self._alliances, dtype=object)[rows["alliance"]],
                "partner": self._called(rows["partner"], rows["polity"]),
            }
        )

    @cached_property
    def elections(self) -> pd.DataFrame:
        """One row per count of votes, polity and party; of a polity the first is the count that found its parliament.

        `votes` in persons, shares of all votes and seats, `turnout` as a share of citizens, `gallagher` 0 to 100.
        """
        import pandas as pd

        rows = self.recorded.parties
        week, party = np.nonzero(rows["counted"]) if rows.shape[1] else (np.zeros(0, np.int64),) * 2
        homes = np.array([self.names.polities.index(home) for home, _ in self.names.parties], np.int64)[party]
        flat = rows[week, party] if rows.shape[1] else rows.reshape(-1)
        table = pd.DataFrame(
            {
                "week": week + 1,
                "polity": _named(self.names.polities, homes),
                "party": _named([name for _, name in self.names.parties], party),
                "votes": flat["votes"],
                "seats": flat["seats"],
                "in_government": flat["in_government"],
            }
        )
        sums = table.groupby(["week", "polity"])[["votes", "seats"]].transform("sum")
        citizens = np.array([polity.citizens for polity in self.scenario.polity.values()], np.int64)[homes]
        return table.assign(
            vote_share=table["votes"] / sums["votes"].clip(lower=1),
            seat_share=table["seats"] / sums["seats"].clip(lower=1),
            turnout=sums["votes"] / citizens,
            gallagher=self.recorded.weeks["gallagher"][week, homes, 0],
        )

    @cached_property
    def parties(self) -> pd.DataFrame:
        """One row per week, polity, party and issue: positions, seats, who governs, the share of votes in polls."""
        import pandas as pd

        rows = self.recorded.parties
        shape = (*rows.shape, len(self.names.issues))
        week, party, issue = (axis.reshape(-1) for axis in np.indices(shape))
        head = {
            "week": week + 1,
            "polity": _named([polity for polity, _ in self.names.parties], party),
            "party": _named([name for _, name in self.names.parties], party),
            "issue": _named(self.names.issues, issue),
            "position": rows["position"][..., : shape[2]].reshape(-1),
        }
        return pd.DataFrame(
            {**head, **{name: rows[name][week, party] for name in ("seats", "in_government", "polled")}}
        )

    def _details(self, rows: Any) -> list[str]:
        codes = (rows[name].tolist() for name in ("event", "route", "polity", "reason", "size"))
        return [self._detail(*row) for row in zip(*codes, strict=True)]

    def _detail(self, event: int, route: int, polity: int, reason: int, size: float) -> str:
        if event == ELECTION:
            return self.names.parties[route][1]
        if event == GOVERNMENT:
            home = self.names.polities[polity]
            own = [party for place, party in self.names.parties if place == home]
            return "+".join(party for place, party in enumerate(own) if route >> place & 1)
        if event in (LEFT, DISSOLVED):
            return REASONS[reason]
        if event in (BALLOT_LAUNCHED, BALLOT_QUALIFIED, BALLOT_FAILED, BALLOT_WITHDRAWN, COUNTER_PROPOSAL):
            return POPULAR[route]
        if event == VOTE:
            kind, fate = divmod(route, len(FATES))
            return f"{POPULAR[kind]} {FATES[fate]}"
        if event in (STEP, AGREEMENT, VETO, DETERRED):
            return ROUTES[route]
        if event in (APPEAL, ADOPTED, REFUSED, WITHDRAWAL):
            return self.names.bodies[route] if route >= 0 else "third_states"
        if event == PLANNED:
            return AIMS[route] if route >= 0 else ""
        if event in (BORROWED, COUNTER_FRAME):
            return self.names.frames[route]
        if event == NOT_FOLLOWED:
            return OBSTACLES[route]
        if event == COVERED:
            return str(PRESSURES[route])
        if event == REFORM:
            return "; ".join(f"{path} = {value}" for path, value in self.scenario.reform[int(size)].set.items())
        return ""

    @cached_property
    def ballots(self) -> pd.DataFrame:
        """One row per ballot that ended, voted on or not, in that order; one that is still open has none.

        `fate`: failed (too few signatures, or the right was taken away), withdrawn, rejected, accepted, quorum missed.
        `yes`: share of votes for what was asked (a veto, a removal); `turnout` and `signatures`: shares of citizens;
        `after`: the policy that the vote left.
        """
        import pandas as pd

        rows = self.recorded.ballots
        known = self.names
        codes = {
            "polity": known.polities,
            "issue": known.issues,
            "kind": POPULAR,
            "side": ("for", "against"),
            "organisation": [name for _, name in known.organisations],
            "fate": FATES,
        }
        columns = {
            name: _named(codes[name], rows[name]) if name in codes else rows[name] for name in rows.dtype.names or ()
        }
        columns["quorum_met"] = rows["turnout"] >= rows["quorum"]
        columns["accepted"] = rows["fate"] == ACCEPTED
        return pd.DataFrame(columns)[names_of("ballots")]


def _named(known: Any, numbers: Any) -> Any:
    """The names of numbers; empty for -1."""
    return np.array([*known, ""], dtype=object)[numbers]


def _answers(sums: Any) -> Any:
    texts = [
        "+".join(name for bit, name in enumerate(ANSWERS) if code >> bit & 1) or "none"
        for code in range(2 ** len(ANSWERS))
    ]
    return np.array(texts, dtype=object)[sums]


def recorded(world: World) -> Recorded:
    """What has been recorded so far, cut to the weeks and events that happened."""
    week, events = int(world.now.clock["week"][0]), int(world.now.clock["events"][0])
    rows = world.record
    # A copy, since the log has room for much more than what happens.
    kept = rows.events[: min(events, rows.events.size - 1)].copy()
    return Recorded(
        rows.weeks[:week], rows.organisations[:week], kept, rows.publics[:week], rows.parties[:week],
        rows.alliance_weeks[:week], rows.alliances[: int(world.now.clock["alliances"][0])], rows.bodies[:week],
        rows.bonds[: -(-week // QUARTER)],
        rows.ballots[: int(world.now.clock["ballots"][0])],
        rows.campaigns[:week],
        rows.consents[: int(world.now.clock["consents"][0])],
        rows.founding,
    )  # fmt: skip


def lost(world: World) -> int:
    """How many events the log had no room for."""
    return max(0, int(world.now.clock["events"][0]) - (world.record.events.size - 1))
