"""How neighbours' words reach citizens, and how the crowd is cut up: none of it changes a bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import busy, digest_of_world, run_world, voting

from advosim.world.chance import F, power32
from advosim.world.codes import ONLINE
from advosim.world.found import found

HERE = Path(__file__).resolve().parent
PROGRAM = """
import json, sys
from advosim.mechanisms import crowd, word_of_mouth
from test_crowd import digests
told = []
for changes in json.loads(sys.argv[1]):
    places = [(each, name) for each in (crowd, word_of_mouth) for name in changes if hasattr(each, name)]
    usual = [getattr(each, name) for each, name in places]
    for each, name in places:
        setattr(each, name, type(getattr(each, name))(changes[name]))
    told.append(digests())
    for (each, name), value in zip(places, usual, strict=True):
        setattr(each, name, value)
print(json.dumps(told))
"""


def digests() -> dict[str, dict[str, str]]:
    """Of three weeks of two worlds."""
    worlds = {"one law": busy().but({"mechanism.municipalities.on": False}), "voting": voting()}
    return {name: digest_of_world(run_world(each, 1, 3)) for name, each in worlds.items()}


@pytest.fixture(scope="module")
def changed() -> list[dict[str, dict[str, str]]]:
    """The same without compilation, under other sizes: of what can be counted, of villages, of sheets of letters."""
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        json.dumps([{"MOST": 1}, {"SIZE": 7, "_FEW": 0, "_MANY": 0, "SHEET": 3, "_SHEET": 3}]),
    ]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(told)  # type: ignore[no-any-return]


def test_who_is_told_by_talkers_knows_what_he_would_see_by_looking_round(changed: list[Any]) -> None:
    """Whoever has more neighbours than can be counted looks at all of them: here that is nearly everybody."""
    assert changed[0] == digests()


def test_the_size_of_villages_and_of_sheets_changes_no_bit(changed: list[Any]) -> None:
    assert changed[1] == digests()


def test_sets_of_neighbours_in_sight_follow_who_goes_online() -> None:
    reform = {"week": 3, "set": {"polity.home.governance.internet_access": 0.2}}
    scenario = busy().but({"reform": [reform]})
    for world in (found(scenario, 1), run_world(scenario, 1, weeks=4)):
        people = world.people.citizens
        online = people.word[0, 0] & ONLINE != 0
        ties = np.split(people.neighbour, people.start[1:-1])
        friends = np.array([len(row) for row in ties[::2]])
        contacts = np.array([online[row].sum() for row in ties[1::2]])
        np.testing.assert_array_equal(people.circle, friends + np.where(online, contacts, 0))
    assert online.mean() < 0.4


@pytest.mark.parametrize("count", [0, 1, 2, 7, 255, 256, 300, 4097, 70_000])
def test_powers_of_any_count_are_taken_by_squaring(count: int) -> None:
    expected, factor = F(1.0), F(0.9999)
    for bit in reversed(f"{count:b}"):
        expected = F(expected * factor) if bit == "1" else expected
        factor = F(factor * factor)
    assert power32(F(0.9999), np.uint32(count)) == expected
