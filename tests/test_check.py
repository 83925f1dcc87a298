"""What is said of wrong scenario files: all of it, with file and line, what is allowed, and a hint."""

from __future__ import annotations

import copy
import datetime
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advosim import Scenario
from advosim.scenario import load
from advosim.scenario.problems import InputError, Problem
from advosim.simulation import simulate

TITLE = 'title = "X"\n'
REPRESSION = "polity.home.governance.repression"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path | str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load.load(path)
    return caught.value.problems


def only(path: Path | str) -> Problem:
    found = problems(path)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


# ---------------------------------------------------------------- what a polity cannot be, all at once

IMPOSSIBLE = (
    TITLE
    + """[polity.home]
citizens = 5
districts = 8
[polity.home.governance]
electoral_system = "proportional"
[polity.home.governance.initiative]
window = 0
quorum = 110
[polity.away]
districts = 0
[polity.away.governance.referendum]
window = "0"
quorum = 1.1
[body.union]
members = ["home", "atlantis"]
[body.league]
level = "regional"
members = []
"""
)


def test_an_impossible_polity_is_told_whole_and_how_to_mend_it(tmp_path: Path) -> None:
    """A quorum above 100%, empty districts, lists without parties, a body above nobody, a window of 0 weeks."""
    half, forbid = "hint: a share: 0.5 is half of the citizens", "write 1 or more, or allowed = false"
    expected = {
        3: ["citizens = 5 is out of range"],
        4: ["8 districts for 5 citizens: a district would be empty"],
        6: ["needs parties, and polity.home has none", "declare [polity.home.party.NAME]"],
        8: ["window = 0 is out of range", forbid],
        9: ["quorum = 110 is out of range", half],
        11: ["districts = 0 is out of range", "write 1 or more"],
        13: ['found the text "0"', forbid],
        14: ["quorum = 1.1 is out of range", half],
        16: ["there is no polity 'atlantis'", "home, away"],
        19: ["members is empty", "leave it out for all polities"],
    }
    told = {problem.line: str(problem) for problem in problems(write(tmp_path, "x.toml", IMPOSSIBLE))}
    assert set(told) == set(expected), told
    for line, parts in expected.items():
        for part in parts:
            assert part in told[line], (part, told[line])


# ---------------------------------------------------------------- one fault at a time

# text of the file, line of the fault, what the message must hold
FAULTS = {
    "unknown key": (TITLE + "wekes = 3\n", 2, ["'wekes'", "did you mean 'weeks'"]),
    "unknown key far down": (
        TITLE + "[polity.home.governance]\nopenness = 0.5\nopennes = 0.4\n",
        4,
        ["unknown key 'opennes' in polity.home.governance", "repression", "preset", "did you mean 'openness'"],
    ),
    "unknown table": (TITLE + "[polity.home.publics.a]\n", 2, ["'publics'", "did you mean 'public'"]),
    "unknown mechanism": (
        TITLE + "[mechanism.influense]\non = false\n",
        2,
        ["'influense' in mechanism", "did you mean 'influence'", "coverage"],
    ),
    "unknown key of a mechanism": (TITLE + "[mechanism.influence]\neps = 1\n", 3, ["'eps'", "epsilon"]),
    "wrong level: governance": (
        TITLE + "[polity.home]\nrepression = 0.5\n",
        3,
        ["'repression' is a key of polity.NAME.governance"],
    ),
    "wrong level and mistyped": (
        TITLE + "[polity.home]\nrepressoin = 0.5\n",
        3,
        ["did you mean 'repression'? it is a key of polity.NAME.governance"],
    ),
    "no such expertise": (
        TITLE + "[tactic.sit_in]\nskills = { lawyers = 1 }\n",
        3,
        ["unknown key 'lawyers' in tactic.sit_in.skills", "research, law, media"],
    ),
    "wrong level: organisation": (
        TITLE + '[organisation.greens]\nkind = "ngo"\n',
        2,
        ["'organisation' is a key of polity.NAME"],
    ),
    "wrong level: preset": (
        TITLE + '[polity.home]\npreset = "closed_regime"\n',
        3,
        ["'preset' is a key of polity.NAME.governance"],
    ),
    "wrong level: extends": (
        TITLE + '[polity.home]\nextends = "baseline"\n',
        3,
        ["'extends' is a key of the top of a scenario file"],
    ),
    "text for number": (
        TITLE + '[polity.home.governance]\nrepression = "0.5"\n',
        3,
        ['should be a number, found the text "0.5"', "0 to 1", "write 0.5"],
    ),
    "fraction for whole number": (
        TITLE + "\nweeks = 52.0\n",
        3,
        ["weeks should be a whole number, found the number 52.0", "1 to 5,200 (weeks)", "write 52"],
    ),
    "true for number": (TITLE + "weeks = true\n", 2, ["a whole number, found true"]),
    "number for true": (
        TITLE + "[mechanism.influence]\non = 1\n",
        3,
        ["should be true or false, found the whole number 1"],
    ),
    "text for true": (TITLE + '[mechanism.influence]\non = "False"\n', 3, ["true or false", "write false"]),
    "number for text": ("title = 3\n", 1, ["title should be text in quotes", 'write "3"']),
    "date for text": ("title = 1999-01-01\n", 1, ["found the date or time 1999-01-01"]),
    "number for table": (
        TITLE + "[polity]\nhome = 3\n",
        3,
        ["polity.home should be a table, found the whole number 3"],
    ),
    "table for number": (TITLE + "[weeks]\nx = 1\n", 2, ["weeks should be a whole number, found a table"]),
    "text for list": (
        TITLE + '[polity.home.organisation.a]\nframes = "justice"\n',
        3,
        ["should be a list", 'write ["justice"]'],
    ),
    "number in list": (
        TITLE + '[polity.home.organisation.a]\nframes = [\n  "justice",\n  3,\n]\n',
        5,
        ["frames[2] should be text in quotes, found the whole number 3"],
    ),
    "reform as table": (TITLE + "[reform]\nweek = 3\n", 2, ["reform should be a list", "[[reform]]"]),
    "empty title": ('title = ""\n', 1, ["title should not be empty"]),
    "out of range": (
        TITLE + "[polity.home.governance]\nelection_interval = 2080\n",
        3,
        ["election_interval = 2080 is out of range", "26 to 520 (weeks)"],
    ),
    "below range": (TITLE + "[polity.home.governance]\nopenness = -0.1\n", 3, ["= -0.1 is out of range", "0 to 1"]),
    "out of range in a table of names": (
        TITLE + "[polity.home.public.a]\nstake = { reform = 1.5 }\n",
        3,
        ["polity.home.public.a.stake.reform = 1.5 is out of range", "0 to 1"],
    ),
    "no citizens": (TITLE + "[polity.home]\ncitizens = 0\n", 3, ["citizens = 0", "10 to 10,000,000"]),
    "too many citizens": (TITLE + "polity.home.citizens = 10_000_001\n", 2, ["out of range"]),
    "huge number": (TITLE + f"[polity.home]\ncitizens = 1{'0' * 60}\n", 3, ["citizens = 1000"]),
    "huge number for a fraction": (TITLE + f"[polity.home]\nlegitimacy = 1{'0' * 400}\n", 3, ["legitimacy"]),
    "NaN": (
        TITLE + "[polity.home.governance]\nopenness = nan\n",
        3,
        ["openness = nan is not a finite number", "0 to 1"],
    ),
    "infinity": (TITLE + "[polity.home.governance]\nopenness = -inf\n", 3, ["= -inf is not a finite number"]),
    "infinity among names": (
        TITLE + "[polity.home.public.a]\nvalues.justice = inf\n",
        3,
        ["inf is not a finite number"],
    ),
    "no such choice": (
        TITLE + '[polity.home.organisation.a]\nkind = "ngoo"\n',
        3,
        ['kind = "ngoo" is unknown', "business_association", "did you mean 'ngo'"],
    ),
    "no name": (
        TITLE + "[polity.home]\n[polity.Abroad]\n",
        3,
        ["the name 'Abroad' in polity is not allowed", "small letter"],
    ),
    "long name": (TITLE + f"[issue.{'x' * 41}]\n", 2, ["not allowed", "at most 40"]),
    "no name in a list": (TITLE + '[polity.home.organisation.a]\ntactics = ["Sit in"]\n', 3, ['"Sit in" is no name']),
    "issue in priorities": (
        TITLE + "[issue.forests]\n[polity.home.organisation.a]\npriorities = { forest = 1 }\n",
        4,
        ["there is no issue 'forest'", "allowed: forests", "did you mean 'forests'"],
    ),
    "issue in stances": (
        TITLE + "[polity.home.organisation.a.stances]\nrefrm = 1\n",
        3,
        ["no issue 'refrm'", "reform"],
    ),
    "issue in attitude": (TITLE + "[polity.home.public.a.attitude]\nrefrm = 1\n", 3, ["no issue 'refrm'"]),
    "issue in stake": (TITLE + "[polity.home.public.a.stake]\nrefrm = 1\n", 3, ["no issue 'refrm'"]),
    "frame in values": (TITLE + "[polity.home.public.a.values]\njustise = 1\n", 3, ["no frame 'justise'", "'justice'"]),
    "frame in frames": (
        TITLE + '[polity.home.organisation.a]\nframes = [ # which\n  "security",\n  "justise" ]\n',
        5,
        ["no frame 'justise'", "identity", "did you mean 'justice'"],
    ),
    "tactic": (
        TITLE + '[polity.home.organisation.a]\ntactics = ["petitoin"]\n',
        3,
        ["no tactic 'petitoin'", "lobbying", "did you mean 'petition'"],
    ),
    "no weight": (TITLE + "[polity.home.organisation.a]\npriorities = { reform = 0 }\n", 3, ["all weights are 0"]),
    "same name twice": (
        TITLE + "[polity.home.organisation.a]\ncount = 3\n[polity.home.organisation.a_2]\n",
        4,
        ["'a' both hold an organisation 'a_2'"],
    ),
    "too many organisations": (
        TITLE + "[polity.home.organisation.a]\ncount = 300\n[polity.home.organisation.b]\ncount = 300\n",
        2,
        ["more than 500 organisations"],
    ),
    "too many organisations in two polities": (
        TITLE + "[polity.a.organisation.a]\ncount = 300\n[polity.b.organisation.b]\ncount = 300\n",
        2,
        ["600 organisations in all polities", "0 to 500"],
    ),
    "too many districts": (
        TITLE + "[polity.home]\ncitizens = 50\ndistricts = 51\n",
        4,
        ["51 districts for 50 citizens"],
    ),
    "no share": (TITLE + "[polity.home.public.a]\nshare = 0\n", 2, ["at least one public needs a share above 0"]),
    "too many issues": (TITLE + "[issue]\na={}\nb={}\nc={}\nd={}\ne={}\nf={}\n", 2, ["6 issues", "1 to 5"]),
    "no edge list": (
        TITLE + '[polity.home.network.social]\nkind = "edge_list"\nfile = "tise.csv"\n',
        4,
        ["there is no file", "tise.csv", "did you mean 'ties.csv'"],
    ),
    "edge list without file": (
        TITLE + '[polity.home.network.social]\nkind = "edge_list"\n',
        3,
        ["polity.home.network.social", "'file'"],
    ),
    "tactic needs what is no setting": (
        TITLE + "[tactic.petition]\nneeds = { opennes = 0.5 }\n",
        3,
        ["tactic.petition", "'opennes'", "openness"],
    ),
    "preset": (
        TITLE + '[polity.home.governance]\npreset = "closed_regim"\n',
        3,
        ['"closed_regim": there is no such governance preset', "open_democracy", "did you mean 'closed_regime'"],
    ),
    "preset of a wrong type": (TITLE + "[polity.home.governance]\npreset = 3\n", 3, ["'preset' should be a name"]),
    "extends": (
        TITLE + 'extends = "basline"\n',
        2,
        ['"basline": there is no such scenario', "did you mean 'baseline'"],
    ),
    "extends of a wrong type": (TITLE + 'extends = ["baseline"]\n', 2, ["'extends' should be one name or path"]),
    "reform without week": (
        TITLE + f'[[reform]]\nset = {{ "{REPRESSION}" = 1 }}\n',
        2,
        ["'week' is missing in reform[1]"],
    ),
    "reform that sets nothing": (TITLE + "[[reform]]\nweek = 2\n", 2, ["sets nothing"]),
    "reform before the start": (
        TITLE + f'[[reform]]\nweek = 0\nset = {{ "{REPRESSION}" = 1 }}\n',
        3,
        ["week = 0", "1 to 5,200"],
    ),
    "reform after the end": (
        TITLE + f'weeks = 20\n[[reform]]\nweek = 21\nset = {{ "{REPRESSION}" = 1 }}\n',
        4,
        ["week 21 comes after the last week, 20", "1 to 20"],
    ),
    "reform out of range": (
        TITLE + f'[[reform]]\nweek = 2\n[reform.set]\n"mechanism.influence.rate" = 0.1\n"{REPRESSION}" = 2\n',
        6,
        [f"{REPRESSION} = 2 is out of range", "0 to 1"],
    ),
    "reform of an unknown setting": (
        TITLE + '[[reform]]\nweek = 2\nset = { "polity.home.governance.opennes" = 0 }\n',
        4,
        ["'opennes'", "did you mean 'openness'"],
    ),
    "reform of an unknown polity": (
        TITLE + '[[reform]]\nweek = 2\nset = { "polity.hme.governance.openness" = 0 }\n',
        4,
        ["no polity 'hme'", "did you mean 'home'"],
    ),
    "reform of what is fixed": (
        TITLE + '[[reform]]\nweek = 2\nset = { "polity.home.citizens" = 50 }\n',
        4,
        ["'polity.home.citizens' cannot change in mid-run", "mechanism.NAME.KEY"],
    ),
    "reform of a bare setting": (
        TITLE + "[[reform]]\nweek = 2\nset = { repression = 0.5 }\n",
        4,
        ["'repression' cannot change in mid-run", "'repression' is a key of polity.NAME.governance"],
    ),
    "reform with a broken path": (TITLE + '[[reform]]\nweek = 2\nset = { "polity..x" = 1 }\n', 4, ["'polity..x'"]),
    "reform with an unknown preset": (
        TITLE + '[[reform]]\nweek = 2\nset = { "polity.home.governance.preset" = "opn_democracy" }\n',
        4,
        ["no such governance preset", "did you mean 'open_democracy'"],
    ),
    "broken TOML": (TITLE + "[polity.home]\ncitizens = = 3\n", 3, ["no valid TOML", "column"]),
    "TOML that ends early": (TITLE + "[polity.home", 2, ["no valid TOML"]),
    "key given twice": (TITLE + "weeks = 3\nweeks = 4\n", 3, ["no valid TOML"]),
    "empty": ("", None, ["is empty", "title"]),
    "blank": ("\n  \n", None, ["is empty"]),
    "comments only": ("# nothing\n", None, ["'title' is missing"]),
    "no title": ("weeks = 3\n", None, ["'title' is missing"]),
    "no title of its own": ('extends = "baseline"\n', None, ["'title' is missing"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_once_with_its_line(name: str, tmp_path: Path) -> None:
    text, line, words = FAULTS[name]
    write(tmp_path, "ties.csv", "0,1\n")
    problem = only(write(tmp_path, "x.toml", text))
    assert (problem.file, problem.line) == (str(tmp_path / "x.toml"), line), str(problem)
    for word in words:
        assert word in str(problem)
    assert not any(jargon in str(problem) for jargon in ("Input should", "pydantic", "Traceback", "type="))


# ---------------------------------------------------------------- files that cannot be read


def test_a_missing_file_names_what_is_near(tmp_path: Path) -> None:
    assert "did you mean 'baseline'" in str(only("basline"))
    assert "opening_and_crackdown" in str(only("nothing_like_it"))
    write(tmp_path, "boomerang.toml", TITLE)
    assert "did you mean 'boomerang.toml'" in str(only(tmp_path / "bomerang.toml"))
    assert "no such scenario" in str(only(tmp_path / "no" / "folder" / "x.toml"))


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "is a folder" in str(only(tmp_path))
    assert "is a folder" in str(only(write(tmp_path, "x.toml", TITLE + 'extends = "."\n')))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b'title = "X"\n# caf\xe9\n')
    assert (only(path).line, "UTF-8" in str(only(path))) == (2, True)
    path.write_bytes(bytes(range(256)) * 10)
    assert "UTF-8" in str(only(path)) or "TOML" in str(only(path))
    path.write_bytes(b"\x00\x00\x00")
    assert "is no text" in str(only(path))


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_locked_file_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "x.toml", TITLE)
    path.chmod(0)
    assert "cannot be read" in str(only(path))


def test_a_deep_nest_is_refused(tmp_path: Path) -> None:
    assert only(write(tmp_path, "x.toml", TITLE + "weeks = " + "[" * 5000 + "]" * 5000)).file


# ---------------------------------------------------------------- through extends and presets


def test_all_faults_of_several_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", "title = 'P'\n[governance]\nrepression = 0.5\nopenness = 7\nacces = 0.1\n")
    write(tmp_path, "base.toml", TITLE + "weeks = 10\n\n[polity.home]\nlegitimacy = 2\ncitizen = 100\n")
    text = (
        'titel = "X"\nextends = "base.toml"\n[polity.home.governance]\npreset = "mine.toml"\nrepression = nan\n'
        f'[polity.home.organisation.a]\nframes = ["justise"]\n[[reform]]\nweek = 11\nset = {{ "{REPRESSION}" = 9 }}\n'
    )
    path = write(tmp_path, "x.toml", text)
    found = [(Path(p.file).name, p.line, p.what) for p in problems(path)]
    assert [(file, line) for file, line, _ in found] == [
        ("base.toml", 5),
        ("base.toml", 6),
        ("mine.toml", 4),
        ("mine.toml", 5),
        ("x.toml", None),
        ("x.toml", 1),
        ("x.toml", 5),
        ("x.toml", 7),
        ("x.toml", 9),
        ("x.toml", 10),
    ], found


def test_what_is_overridden_is_told_where_it_holds(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", TITLE + "[polity.home.governance]\nrepression = 5\n")
    child = TITLE + 'extends = "base.toml"\n[polity.home.governance]\nrepression = 0.5\n'
    assert load.load(write(tmp_path, "x.toml", child)).polity["home"].governance.repression == 0.5
    assert Path(only(write(tmp_path, "x.toml", child.replace("0.5", "6"))).file).name == "x.toml"


def test_a_broken_base_does_not_hide_the_faults_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", TITLE + "[issue.forests]\nx = = 1\n")
    text = TITLE + 'extends = "base.toml"\nwekes = 3\n[polity.home.organisation.a]\npriorities = { forests = 1 }\n'
    found = [(Path(p.file).name, p.line) for p in problems(write(tmp_path, "x.toml", text))]
    assert found == [("x.toml", 2), ("x.toml", 3)]


def test_circles_are_named(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "c"), ("c", "b")):
        write(tmp_path, f"{name}.toml", TITLE + f'extends = "{base}.toml"\n')
    problem = only(tmp_path / "a.toml")
    assert "b.toml -> c.toml -> b.toml" in problem.what
    assert (Path(problem.file).name, problem.line) == ("c.toml", 2)
    own = only(write(tmp_path, "self.toml", TITLE + 'extends = "./self.toml"\n'))
    assert "self.toml -> self.toml" in own.what


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("repression = 0.5\n", "has no table [governance]"),
        ("[governance]\npreset = 'closed_regime'\n", "cannot name a preset"),
        ("governance = 3\n", "has no table [governance]"),
        ("[governance]\nx == 3\n", "no valid TOML"),
        ("", "is empty"),
    ],
)
def test_a_broken_preset_is_told_with_its_own_file_too(text: str, word: str, tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", text)
    found = problems(write(tmp_path, "x.toml", TITLE + '[polity.home.governance]\npreset = "mine.toml"\n'))
    assert any(word in p.what and "mine.toml" in str(p) for p in found), found


def test_a_reform_is_checked_in_the_world_that_it_meets(tmp_path: Path) -> None:
    text = TITLE + f'[[reform]]\nweek = 9\nset = {{ "{REPRESSION}.x" = 1 }}\n'
    assert "should be a number, found a table" in str(only(write(tmp_path, "x.toml", text)))


# ---------------------------------------------------------------- --set and but()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("polity.home.governance.represion", "0.5", ["'represion'", "did you mean 'repression'"]),
        ("polity.hme.governance.repression", "0.5", ["no polity 'hme'", "home"]),
        ("polity.home.public.marginalized.share", "0.5", ["no public 'marginalized'", "'marginalised'"]),
        ("mechanism.influense.on", "false", ["'influense'", "did you mean 'influence'"]),
        ("issue.climat.policy", "0", ["no issue 'climat'", "did you mean 'climate'"]),
        ("weeks.x", "3", ["weeks should be a whole number, found a table"]),
        ("polity.home.governance.repression", "1.5", ["out of range", "0 to 1"]),
        ("polity.home.governance.repression", ".5", ["found the text", "write 0.5"]),
        ("polity.home.governance.repression", "nan", ["not a finite number"]),
        ("polity.home.governance.preset", "closed", ["no such governance preset"]),
        ("polity.home", "3", ["should be a table"]),
        ("polity.abroad", "3", ["should be a table"]),
        ("polity..x", "3", ["no dotted path"]),
        ("extends", "baseline", ["'extends'"]),
        ("polity.home.organisation.tenants.priorities.hosing", "1", ["no issue 'hosing'", "'housing'"]),
    ],
)
def test_faults_of_set_and_but_name_their_source(path: str, value: str, words: list[str]) -> None:
    home = load.load("baseline")
    for name, attempt in (
        ("--set", lambda: load.read("baseline", {path: value})),
        ("but()", lambda: home.but({path: load.toml_value(value)})),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert len(caught.value.problems) == 1, caught.value
        assert caught.value.problems[0].file == name
        for word in words:
            assert word in str(caught.value)


def test_faults_of_files_and_of_set_come_together(tmp_path: Path) -> None:
    path = write(tmp_path, "x.toml", TITLE + "wekes = 3\n")
    with pytest.raises(InputError) as caught:
        load.read(path, {"seed": "-1", "polity.x.citizens": "3"})
    assert {p.file for p in caught.value.problems} == {"--set", str(path)}
    assert len(caught.value.problems) == 3


def test_contradicting_changes_are_refused() -> None:
    with pytest.raises(InputError, match="contradict"):
        load.load("baseline").but({"polity.home.governance": 3, REPRESSION: 0.5})


# ---------------------------------------------------------------- whatever comes

ODD: list[Any] = [None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "x", "\x00", [], [[]], [{}], {}]
ODD += [{"": {}}, {"x": {"y": 1}}, datetime.date(2000, 1, 1), b"x", {1}, object(), [1, "justice"]]


def _paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return []
    return [found for key, inner in value.items() for found in ((*path, key), *_paths(inner, (*path, key)))]


WORLDS = {name: load.load(name) for name in ("opening_and_crackdown", "regional_appeal", "rich_partner", "swiss_style")}
PATHS = {
    name: sorted({".".join(p) for p in _paths(world.model_dump()) if all("." not in part for part in p)})
    for name, world in WORLDS.items()
}


def odd_changes(values: list[Any], most: int) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """The name of a shipped scenario, and odd values at some of its dotted paths."""
    laid = {
        name: st.dictionaries(st.sampled_from(PATHS[name]), st.sampled_from(values), max_size=most) for name in WORLDS
    }
    return st.sampled_from(sorted(WORLDS)).flatmap(lambda name: st.tuples(st.just(name), laid[name]))


@settings(max_examples=150)
@given(odd_changes(ODD, 4))
@example(("opening_and_crackdown", {"reform": True}))
@example(("regional_appeal", {"body.nations.leverages": 0.5}))
@example(("rich_partner", {"polity.home.alliance.homes_for_all.members": True}))
def test_odd_values_give_a_scenario_or_an_input_error(change: tuple[str, dict[str, Any]]) -> None:
    name, changes = change
    before = copy.deepcopy(WORLDS[name])
    try:
        assert isinstance(WORLDS[name].but(changes), Scenario)
    except InputError as error:
        assert error.problems
        assert all(p.what for p in error.problems)
    assert before == WORLDS[name]


ODD_TEXTS = ["true", "0", "-1", "1e308", "nan", "inf", '""', '"x"', "[]", "[[]]", "[{}]", "{}", "{ x = { y = 1 } }"]
ODD_TEXTS += ["2000-01-01", '[1, "justice"]', '{ "" = {} }']


@settings(max_examples=100)
@given(change=odd_changes(ODD_TEXTS, 2), written=st.integers(0, 2))
@example(change=("rich_partner", {"polity": "true", "polity.home.alliance": "-1"}), written=1)
@example(change=("rich_partner", {"polity": '[1, "x"]', "polity.home.alliance": "-1"}), written=1)
def test_odd_values_in_a_file_and_in_set_give_a_scenario_or_an_input_error(
    change: tuple[str, dict[str, str]], written: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, changes = change
    rows = list(changes.items())
    path = tmp_path_factory.getbasetemp() / "odd_values.toml"
    text = f'extends = "{name}"\n' + TITLE + "".join(f"{key} = {value}\n" for key, value in rows[:written])
    path.write_text(text, encoding="utf-8")
    try:
        assert isinstance(load.read(path, dict(rows[written:])), Scenario)
    except InputError as error:
        assert error.problems


@settings(max_examples=80)
@given(
    statements=st.lists(
        st.sampled_from(
            [
                *(
                    f"[{p}]\n"
                    for p in ("polity", "polity.home", "polity.home.governance", "issue", "mechanism", "reform")
                ),
                "[[reform]]\n",
                "[[polity]]\n",
                "[reform.set]\n",
                "week = 3\n",
                "set = 3\n",
                "set = { polity = 3 }\n",
                'set = { "polity.home.governance" = { preset = "closed_regime" } }\n',
                "polity = []\n",
                "home = 1\n",
                "governance = []\n",
                "governance.preset = {}\n",
                'preset = "closed_regime"\n',
                "issue = 3\n",
                "frame = {}\n",
                'extends = "baseline"\n',
                "[polity.home.organisation]\n",
                "a = { kind = 3, priorities = [1], skills = { law = 2 }, count = -1 }\n",
                "reform = [1, 2]\n",
            ]
        ),
        max_size=6,
    )
)
def test_odd_files_give_a_scenario_or_an_input_error(
    statements: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "odd.toml"
    path.write_text(TITLE + "".join(statements), encoding="utf-8")
    try:
        assert isinstance(load.load(path), Scenario)
    except InputError as error:
        assert error.problems


# ---------------------------------------------------------------- rows that lack what they need


ALLIED = (
    TITLE
    + """[polity.home.organisation]
a = {}
b = {}
[polity.home.alliance.front]
issue = "reform"
members = ["a"]
[[reform]]
week = 900
set = { "mechanism.trust.rat" = 0.1 }
"""
)


def test_a_row_that_lacks_what_it_needs_hides_no_other_error(tmp_path: Path) -> None:
    """Nor those of reforms, which are checked in the world that the tables without it describe."""
    told = [(p.line, p.what, p.allowed) for p in problems(write(tmp_path, "x.toml", ALLIED))]
    assert [line for line, _, _ in told] == [7, 9, 10]
    assert told[0][1:] == ("polity.home.alliance.front.members has 1 entry", "2 or more")
    assert "week 900" in told[1][1] and "'rat'" in told[2][1]


@pytest.mark.parametrize(
    ("path", "value", "hint"),
    [
        ("polity.home.governance.repression", 5, "0 is not at all, 1 is fully"),
        ("polity.home.governance.electoral_threshold", 5, "a share: 0.05 is 5%"),
        ("polity.home.governance.initiative.quorum", 50, "a share: 0.5 is half of the citizens"),
    ],
)
def test_a_number_beyond_a_scale_gets_a_hint(path: str, value: float, hint: str) -> None:
    with pytest.raises(InputError, match=re.escape(hint)):
        load.load("baseline").but({path: value})


def test_a_person_has_a_post_once() -> None:
    posts = {"polity.home.individual.rosa": {"posts": ["tenants", "tenants"]}}
    with pytest.raises(InputError, match="named twice"):
        load.load("baseline").but(posts)


@pytest.mark.parametrize("change", [lambda: load.load("baseline").but(5), lambda: simulate("baseline")])  # type: ignore[arg-type]
def test_what_is_no_scenario_or_no_table_of_changes_is_wrong_input(change: Any) -> None:
    with pytest.raises(InputError, match="takes a"):
        change()
