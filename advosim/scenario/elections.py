"""What is wrong with a polity's elections: lists without parties, seats that cannot be filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from advosim.scenario.layers import Merged, tables
from advosim.scenario.problems import Problem
from advosim.scenario.schema import MOST_PARTIES, Governance, Polity


def faults(merged: Merged) -> Iterator[Problem]:
    """All that is wrong with the elections of the merged tables' polities."""
    for name, row in tables(merged.table, "polity"):
        parties = dict(tables(row, "party"))
        governance = row.get("governance")
        governance = governance if isinstance(governance, dict) else {}
        yield from _lists(merged, name, governance, len(parties))
        if parties:
            yield from _parties(merged, name, parties)
            yield from _seats(merged, name, row, governance)


def _lists(merged: Merged, name: str, governance: dict[str, Any], parties: int) -> Iterator[Problem]:
    system = governance.get("electoral_system", "majority")
    if parties == 0 and system in ("proportional", "mixed"):
        text = f'electoral_system = "{system}" needs parties, and polity.{name} has none'
        hint = f'declare [polity.{name}.party.NAME], or take "majority": without parties there are no elections'
        yield merged.problem(("polity", name, "governance", "electoral_system"), text, hint=hint)


def _parties(merged: Merged, name: str, parties: dict[str, Any]) -> Iterator[Problem]:
    if len(parties) > MOST_PARTIES:
        yield merged.problem(
            ("polity", name, "party"), f"polity.{name}: {len(parties)} parties", f"0 to {MOST_PARTIES}"
        )
    for party, part in parties.items():
        weights = part.get("priorities")
        if isinstance(weights, dict) and weights and all(weight == 0 for weight in weights.values()):
            path = ("polity", name, "party", party, "priorities")
            yield merged.problem(path, f"{'.'.join(path)}: all weights are 0")


def _seats(merged: Merged, name: str, row: dict[str, Any], governance: dict[str, Any]) -> Iterator[Problem]:
    path = ("polity", name, "governance", "district_magnitude")
    magnitude = _whole(governance, "district_magnitude", Governance)
    citizens, districts = _whole(row, "citizens", Polity), _whole(row, "districts", Polity)
    if governance.get("electoral_system") == "mixed" and magnitude == 1:
        text = 'electoral_system = "mixed" needs districts of at least 2 seats: one by plurality, one by lists'
        yield merged.problem(path, f"{text} (polity.{name})", "2 to 500 (seats)")
    smallest = citizens // districts if 0 < districts <= citizens else magnitude
    if magnitude > smallest:
        text = f"polity.{name}: district_magnitude = {magnitude}, but a district has {smallest} citizens"
        yield merged.problem(path, text, f"1 to {smallest} (seats)", "fewer districts, or fewer seats in each")


def _whole(row: dict[str, Any], key: str, part: type[Governance] | type[Polity]) -> int:
    """A whole number as written; where it is none, which is told elsewhere, the default."""
    value = row.get(key)
    sound = isinstance(value, int) and not isinstance(value, bool)
    return int(value if sound else part.model_fields[key].default)  # type: ignore[arg-type]
