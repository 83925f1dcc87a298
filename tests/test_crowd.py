"""How neighbours' words reach citizens, and how the crowd is cut up: none of it changes a bit."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import busy, digest_of_world, run_world, small, voting

from advosim import week
from advosim.mechanisms import word_of_mouth
from advosim.world.chance import F, power32, wrapping
from advosim.world.codes import MARCHES, ONLINE, TALKS
from advosim.world.found import found
from advosim.world.state import World

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


@functools.cache
def loud_world() -> World:
    """2,500 citizens, some with hundreds of contacts, of whom many talk and march: letters fill several sheets."""
    social = {"kind": "preferential_attachment", "degree": 12.0}
    world = found(small().but({"polity.home.citizens": 2_500, "polity.home.network.social": social}), 1)
    people, drawn = world.people.citizens, np.random.default_rng(1)
    for bit, share in ((TALKS, 0.4), (MARCHES, 0.1)):
        people.word[1] = people.word[1] | np.where(drawn.random(people.word[1].shape) < share, bit, 0).astype(np.uint32)
    people.word[1] = people.word[1] | people.word[0] & ~np.uint32(TALKS | MARCHES)
    assert world.now.clock["week"][0] == 0
    return world


def shown(world: World, i: int, m: int, law: float, epsilon: float) -> list[Any]:
    """What citizen i sees who looks at each of his neighbours in turn."""
    people = world.people.citizens
    words, start = people.word[1, m], people.start
    counts, distance, marchers = np.zeros(4, int), F(0), 0
    own = word_of_mouth.attitude_of(words[i])
    for layer in range(2):
        for theirs in words[people.neighbour[start[2 * i + layer] : start[2 * i + layer + 1]]]:
            other = word_of_mouth.attitude_of(theirs)
            alike, close = (other > law) == (own > law), abs(F(other - own)) <= epsilon
            if layer and not words[i] & theirs & ONLINE:
                continue
            marchers += int(alike and theirs & MARCHES != 0)
            if theirs & TALKS:
                counts += [layer == 0, layer == 1, alike, close]
                distance = F(distance + F(other - own)) if close else distance
    return [*counts.tolist(), distance, marchers]


@pytest.mark.parametrize("parts", [1, 3])
def test_letters_tell_what_looking_round_would_show_in_the_same_order(parts: int) -> None:
    world = loud_world()
    now, people, size = world.now, world.people, word_of_mouth.SIZE
    n, law, epsilon = people.citizens.circle.size, F(0.1), F(0.4)
    ends = np.linspace(0, n, parts + 1).astype(int).tolist()
    with wrapping():
        who = [word_of_mouth.talkers(low, high, now, people) for low, high in pairwise(ends)]
        mail = word_of_mouth.mail_for(np.array([each.sheets for each in who]), people)
        for part, each in enumerate(who):
            word_of_mouth.write(part, each, now, people, mail)
        opened, sights = np.zeros(1, word_of_mouth.OPENED), np.zeros(1, word_of_mouth.SIGHT)
        sights["law"] = law
        for village in range(-(-n // size)):
            words = people.citizens.word[1, 1, size * village : size * (village + 1)]
            word_of_mouth.read(village, 1, words, epsilon, mail, opened[0], sights[0])
            word_of_mouth.look(0, words.size, sights[0])
            found_ = [
                sights[0][name].tolist() for name in ("friends", "contacts", "alike", "close", "distance", "marchers")
            ]
            for place in range(0, words.size, 7):
                assert [column[place] for column in found_] == shown(world, size * village + place, 1, law, epsilon)
    assert mail.end.max() > 2 * word_of_mouth.SHEET


def test_room_for_letters_is_lent_or_made_and_changes_no_bit() -> None:
    lent, alone = run_world(busy(), 1, 4), found(busy(), 1, 4)
    with wrapping():
        week.weeks(alone, 4)
    assert digest_of_world(lent) == digest_of_world(alone)
    assert week.room_for(2**50).size == 0, "a process that may not have so many addresses goes on without"


@pytest.mark.parametrize("count", [0, 1, 2, 7, 255, 256, 300, 4097, 70_000])
def test_powers_of_any_count_are_taken_by_squaring(count: int) -> None:
    expected, factor = F(1.0), F(0.9999)
    for bit in reversed(f"{count:b}"):
        expected = F(expected * factor) if bit == "1" else expected
        factor = F(factor * factor)
    assert power32(F(0.9999), np.uint32(count)) == expected
