"""Organisations one by one: `count` alike ones are a group. And the scenario in which some of them do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from advosim.scenario.problems import InputError, Problem, did_you_mean
from advosim.scenario.schema import Newcomer, Organisation

if TYPE_CHECKING:
    from advosim.scenario.schema import Alliance, Order, Polity, Settings

S = TypeVar("S", bound="Settings")


def organisations(polity: Polity) -> list[tuple[str, Organisation]]:
    """A polity's organisations one by one; those of a group are NAME_1, NAME_2 ..."""
    return [(one, row) for name, row in polity.organisation.items() for one in _members(name, row)]


def newcomers(polity: Polity) -> list[tuple[str, Organisation]]:
    """Organisations that may be founded in a polity, one by one. Without members, which they find when they are."""
    given = [
        (name, row, Organisation(**{field: getattr(row, field) for field in Newcomer.model_fields}, members=0.0))
        for name, row in polity.newcomer.items()
    ]
    return [(one, whole) for name, row, whole in given for one in _members(name, row)]


class Somebody(NamedTuple):
    """An organisation that has a row in the tables of a run."""

    home: str
    name: str
    given: Organisation
    newcomer: bool
    """Whether it is yet to be founded."""


def everybody(scenario: Settings) -> list[Somebody]:
    """All organisations of a run in the order of their rows: those at the start, then those that may be founded."""
    homes = scenario.polity.items()
    first = [Somebody(home, name, row, False) for home, polity in homes for name, row in organisations(polity)]
    return first + [Somebody(home, name, row, True) for home, polity in homes for name, row in newcomers(polity)]


def _members(name: str, row: Newcomer) -> list[str]:
    return [name] if row.count == 1 else [f"{name}_{number}" for number in range(1, row.count + 1)]


def members_of(polity: Polity, group: str) -> list[str]:
    """The organisations that a name stands for: itself, or all of its group."""
    row = polity.organisation.get(group)
    return _members(group, row) if row else [one for one, _ in organisations(polity) if one == group]


def allies_of(scenario: Settings, home: str, alliance: Alliance) -> list[tuple[str, str]]:
    """(polity, organisation) of the members of an alliance of `home`; those abroad are named POLITY.NAME."""
    found = []
    for member in alliance.members:
        abroad, _, name = member.rpartition(".")
        place = abroad or home
        found += [(place, one) for one in members_of(scenario.polity[place], name)]
    return found


def home_of(scenario: Settings, order: Order) -> str:
    """The polity of whom an order is for: the one that it names, else the only one with an organisation so called."""
    if order.polity is not None:
        return order.polity
    return next(home for home, row in scenario.polity.items() if order.organisation in dict(organisations(row)))


def without(scenario: S, absent: Iterable[str]) -> S:
    """The same scenario in which these organisations do not exist: the counterfactual of their influence.

    absent: names such as `greens_2`, `greens` (all of a group), or `home.greens`. Draws are keyed by name, so that
    nobody else's luck shifts; who is left of a group keeps his name. Raises InputError for unknown names.
    """
    gone: dict[str, set[str]] = {home: set() for home in scenario.polity}
    problems = []
    for name in absent:
        found = _found(scenario, name)
        if not found:
            problems.append(_unknown(scenario, name))
        for home, one in found:
            gone[home].add(one)
    if problems:
        raise InputError(problems)
    homes = {home: _left(scenario, home, gone) for home in scenario.polity}
    orders = tuple(
        order
        for order in scenario.campaign
        if gone[home_of(scenario, order)].isdisjoint({order.organisation, order.target})
    )
    first = next(iter(scenario.polity))
    shocks = tuple(shock for shock in scenario.shock if shock.organisation not in gone[shock.polity or first])
    return scenario.model_copy(update={"polity": homes, "campaign": orders, "shock": shocks})


def _found(scenario: Settings, name: str) -> list[tuple[str, str]]:
    """(polity, organisation) of all that a name stands for."""
    home, dot, rest = name.rpartition(".")
    homes = {home: scenario.polity[home]} if home in scenario.polity else {} if dot else scenario.polity
    return [
        (place, one)
        for place, polity in homes.items()
        for group, row in polity.organisation.items()
        for one in _members(group, row)
        if rest in (group, one)
    ]


def _unknown(scenario: Settings, name: str) -> Problem:
    known = [one for polity in scenario.polity.values() for one, _ in organisations(polity)]
    return Problem("without()", None, f"there is no organisation '{name}'", ", ".join(known), did_you_mean(name, known))


def _left(scenario: Settings, home: str, everybody: Mapping[str, set[str]]) -> Polity:
    polity, gone = scenario.polity[home], everybody[home]
    if not any(everybody.values()):
        return polity
    rows: dict[str, Organisation] = {}
    for name, row in polity.organisation.items():
        members = _members(name, row)
        if not gone.intersection(members):
            rows[name] = row
        else:
            rows |= {one: row.model_copy(update={"count": 1}) for one in members if one not in gone}
    people = {
        name: person.model_copy(update={"posts": tuple(post for post in person.posts if post not in gone)})
        for name, person in polity.individual.items()
    }
    alliances = {}
    for name, alliance in polity.alliance.items():
        stay = [(place, one) for place, one in allies_of(scenario, home, alliance) if one not in everybody[place]]
        left = tuple(one if place == home else f"{place}.{one}" for place, one in stay)
        if len(left) > 1 and any(place == home for place, _ in stay):
            alliances[name] = alliance.model_copy(update={"members": left})
    return polity.model_copy(update={"organisation": rows, "individual": people, "alliance": alliances})
