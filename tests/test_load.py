"""Scenario files: layers, presets, changes, reforms, and the places of keys."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advosim import Scenario
from advosim.scenario import load
from advosim.scenario.declare import awaiting, number, parameters
from advosim.scenario.problems import InputError
from advosim.scenario.schema import Governance
from advosim.scenario.toml_lines import lines, split_path

REPRESSION = "polity.home.governance.repression"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def governance(scenario: Scenario) -> Governance:
    return scenario.polity["home"].governance


# ---------------------------------------------------------------- shipped scenarios


@pytest.mark.parametrize("name", load.shipped())
def test_shipped_scenarios_load_and_say_what_they_ask(name: str) -> None:
    scenario = load.load(name)
    assert scenario.question.endswith("?")
    assert scenario.source
    assert "home" in scenario.polity
    assert Scenario.model_validate(load.resolved(scenario)).but({}).title == scenario.title


def test_the_five_scenarios_and_the_eight_presets_are_shipped() -> None:
    assert set(load.shipped()) >= {
        "baseline",
        "closed_regime",
        "open_democracy",
        "opening_and_crackdown",
        "real_country",
    }
    assert {"closed_regime", "open_democracy"} <= set(load.presets())


@pytest.mark.parametrize("name", load.presets())
def test_every_shipped_preset_holds_in_a_scenario(name: str) -> None:
    scenario = load.load("baseline").but({"polity.home.governance.preset": name})
    table = tomllib.loads(load.presets()[name].read_text(encoding="utf-8"))
    assert governance(scenario).repression == table["governance"]["repression"]


def test_baseline_is_the_world_of_the_core_loop() -> None:
    scenario = load.load("baseline")
    home = scenario.polity["home"]
    assert (home.citizens, len(scenario.issue), scenario.weeks) == (20_000, 3, 208)
    assert sum(o.count for o in home.organisation.values()) == 20
    assert sum(o.count for o in home.organisation.values() if o.stance > 0) == 12
    assert len({o.kind for o in home.organisation.values()}) == 4
    assert sum(p.share for p in home.public.values()) == pytest.approx(1)
    assert load.notes(scenario) == []


def test_checking_imports_nothing_heavy() -> None:
    code = (
        "import sys; from advosim.scenario import load; load.load('opening_and_crackdown');"
        "print([m for m in ('numpy', 'pandas', 'numba', 'mesa', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- extends


def test_tables_merge_and_lists_replace(tmp_path: Path) -> None:
    write(
        tmp_path,
        "base.toml",
        'title = "B"\nweeks = 52\n[polity.home.governance]\nrepression = 0.5\nopenness = 0.2\n'
        '[polity.home.organisation.greens]\nframes = ["justice", "identity"]\nfunds = 3\n',
    )
    child = write(
        tmp_path,
        "deep/er/child.toml",
        'title = "C"\nextends = "../../base.toml"\n[polity.home.governance]\nopenness = 0.9\n'
        '[polity.home.organisation.greens]\nframes = ["security"]\n[polity.home.organisation.reds]\n',
    )
    home = load.load(child).polity["home"]
    assert (home.governance.repression, home.governance.openness) == (0.5, 0.9)
    assert home.organisation["greens"].frames == ("security",)
    assert home.organisation["greens"].funds == 3
    assert list(home.organisation) == ["greens", "reds"]
    assert load.load(child).weeks == 52


def test_title_question_and_source_describe_one_file_only(tmp_path: Path) -> None:
    scenario = load.load(write(tmp_path, "x.toml", 'title = "X"\nextends = "baseline"\n'))
    assert (scenario.title, scenario.question, scenario.source) == ("X", "", "")


def test_a_chain_may_be_long(tmp_path: Path) -> None:
    write(tmp_path, "s0.toml", 'title = "0"\nweeks = 7\n')
    for i in range(1, 300):
        write(tmp_path, f"s{i}.toml", f'title = "{i}"\nextends = "s{i - 1}.toml"\n')
    assert load.load(tmp_path / "s299.toml").weeks == 7


def test_catalogue_rows_lie_under_the_file(tmp_path: Path) -> None:
    text = 'title = "X"\nframe.justice.meaning = "mine"\n[tactic.petition]\ncost = 9\n[tactic.sit_in]\ncall = "sign"\n'
    scenario = load.load(write(tmp_path, "x.toml", text))
    assert scenario.tactic["petition"].cost == 9
    assert scenario.tactic["petition"].pressure == "petition"
    assert {"sit_in", "lobbying"} <= set(scenario.tactic)
    assert scenario.frame["justice"].meaning == "mine"
    assert len(scenario.frame) == 4


def test_a_file_goes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline").mkdir()
    assert load.load("baseline").title == "Baseline"
    (tmp_path / "baseline").rmdir()
    write(tmp_path, "baseline", 'title = "Mine"\n')
    assert load.load("baseline").title == "Mine"


def test_byte_order_marks_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "X"\r\n[polity.home]\r\ncitizens = 5\r\n')
    with pytest.raises(InputError) as caught:
        load.load(path)
    assert [p.line for p in caught.value.problems] == [3]


# ---------------------------------------------------------------- presets


PRESET = "[governance]\nrepression = 0.77\nopenness = 0.11\n[governance.initiative]\nallowed = true\n"


def test_a_preset_lies_over_what_is_inherited_and_under_the_own_keys(tmp_path: Path) -> None:
    write(tmp_path, "presets/mine.toml", PRESET)
    write(
        tmp_path,
        "base.toml",
        'title = "B"\n[polity.home.governance]\nrepression = 0.2\nopenness = 0.2\naccess = 0.2\n'
        "initiative.window = 9\n",
    )
    text = (
        'title = "C"\nextends = "base.toml"\n[polity.home.governance]\nopenness = 0.33\npreset = "presets/mine.toml"\n'
    )
    found = governance(load.load(write(tmp_path, "c.toml", text)))
    assert (found.repression, found.openness, found.access) == (0.77, 0.33, 0.2)
    assert (found.initiative.allowed, found.initiative.window) == (True, 9)


def test_each_layer_expands_its_own_preset(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'title = "B"\n[polity.home.governance]\npreset = "closed_regime"\nopenness = 0.5\n')
    text = 'title = "C"\nextends = "base.toml"\n[polity.home.governance]\npreset = "open_democracy"\n'
    child = governance(load.load(write(tmp_path, "c.toml", text)))
    straight = governance(load.load("baseline").but({"polity.home.governance.preset": "open_democracy"}))
    assert child.openness == straight.openness


# ---------------------------------------------------------------- but and --set


def test_but_changes_one_value_and_leaves_the_original_alone() -> None:
    home = load.load("baseline")
    other = home.but({REPRESSION: 0.9})
    assert (governance(other).repression, governance(home).repression) == (0.9, 0.1)
    assert other.but({REPRESSION: 0.1}) == home
    assert home.but({}) == home


def test_but_takes_tables_presets_parts_and_numpy_numbers() -> None:
    home = load.load("baseline")
    assert governance(home.but({"polity.home.governance": {"repression": 0.4}})).openness == 0.7
    preset = {"polity.home.governance": {"preset": "closed_regime", "repression": 0.4}}
    assert (governance(home.but(preset)).repression, governance(home.but(preset)).openness) == (0.4, 0.1)
    whatever_the_order = {REPRESSION: 0.4, "polity.home.governance.preset": "closed_regime"}
    assert home.but(whatever_the_order) == home.but(preset)
    assert governance(home.but({"polity.home.governance": Governance(openness=0.25)})).openness == 0.25
    numbers = home.but({REPRESSION: np.float64(0.5), "polity.home.citizens": np.int64(500)})
    assert (governance(numbers).repression, numbers.polity["home"].citizens) == (0.5, 500)
    more = home.but({"polity.home.organisation.idle": {"kind": "movement", "activity": 0.0}})
    assert more.polity["home"].organisation["idle"].activity == 0
    assert home.but({'"polity".home.public.marginalised."stake".climate': 1}) != home


def test_but_reaches_into_empty_tables() -> None:
    home = load.load("baseline")
    path = "polity.home.organisation.climate_ngo"
    assert home.but({f"{path}.stances.climate": 0.9}).polity["home"].organisation["climate_ngo"].stances == {
        "climate": 0.9
    }


def test_partial_skills_lie_over_those_of_the_kind() -> None:
    path = "polity.home.organisation.climate_movement"
    skills = (
        load.load("baseline")
        .but({f"{path}.skills.research": 0.9})
        .polity["home"]
        .organisation["climate_movement"]
        .skills
    )
    assert skills is not None
    assert (skills.research, skills.organising) == (0.9, 0.85)


def test_set_reads_toml_values_and_bare_words() -> None:
    given_ = [
        "weeks=12",
        f"{REPRESSION} = 0.25",
        "polity.home.governance.preset=closed_regime",
        'title="0.5"',
        "question=why = so?",
    ]
    scenario = load.read("baseline", load.settings(given_))
    assert (scenario.weeks, governance(scenario).repression, governance(scenario).openness) == (12, 0.25, 0.1)
    assert (scenario.title, scenario.question) == ("0.5", "why = so?")
    frames = load.read("baseline", load.settings(['polity.home.organisation.tenants.frames=["security"]']))
    assert frames.polity["home"].organisation["tenants"].frames == ("security",)


def test_set_equals_but() -> None:
    assert load.read("baseline", {REPRESSION: "0.4"}) == load.load("baseline").but({REPRESSION: 0.4})


@pytest.mark.parametrize("text", ["weeks", "=3", ""])
def test_set_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="path=value"):
        load.settings([text])


# ---------------------------------------------------------------- reforms


def test_reforms_hold_from_their_week_on_in_file_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "x.toml",
        f'title = "X"\n[[reform]]\nweek = 20\nset = {{ "{REPRESSION}" = 0.2, "mechanism.influence.epsilon" = 1 }}\n'
        f'[[reform]]\nweek = 10\nset = {{ "polity.home.governance.preset" = "closed_regime" }}\n'
        f'[[reform]]\nweek = 20\nset = {{ "{REPRESSION}" = 0.3 }}\n'
        f'[[reform]]\nweek = 30\nset = {{ "polity.home.governance.preset" = "closed_regime" }}\n',
    )
    scenario = load.load(path)
    assert [r.week for r in scenario.reform] == [10, 20, 20, 30]
    settings_ = [governance(scenario.reformed(week)).repression for week in (9, 10, 19, 20, 29, 30)]
    assert settings_ == [0.1, 0.85, 0.85, 0.3, 0.3, 0.85]
    assert scenario.reformed(20).mechanism.influence.epsilon == 1.0
    assert not any("preset" in path for reform in scenario.reform for path in reform.set)


def test_a_reform_may_be_written_as_tables(tmp_path: Path) -> None:
    text = 'title = "X"\n[[reform]]\nweek = 2\n[reform.set]\npolity.home.governance.initiative = { allowed = true }\n'
    text += "mechanism.violence.on = false\n"
    scenario = load.load(write(tmp_path, "x.toml", text))
    assert scenario.reform[0].set == {"polity.home.governance.initiative.allowed": True, "mechanism.violence.on": False}


def test_a_shorter_run_leaves_a_reform_out_and_says_so() -> None:
    scenario = load.read("opening_and_crackdown", {"weeks": "60"})
    assert len(scenario.reform) == 2
    assert any("week 131" in note for note in load.notes(scenario))
    assert load.load("opening_and_crackdown").but({"weeks": 60}) == scenario


def test_but_can_bring_reforms() -> None:
    scenario = load.load("baseline").but({"reform": [{"week": 5, "set": {REPRESSION: 0.9}}]})
    assert governance(scenario.reformed(5)).repression == 0.9
    assert scenario.but({"reform": []}).reform == ()
    with pytest.raises(InputError, match="after the last week"):
        load.load("baseline").but({"reform": [{"week": 500, "set": {REPRESSION: 0.9}}]})


# ---------------------------------------------------------------- network files


def test_a_network_file_is_sought_beside_the_file_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "base/ties.csv", "0,1\n")
    write(tmp_path, "base/b.toml", 'title = "B"\n[polity.home.network.social]\nkind = "edge_list"\nfile = "ties.csv"\n')
    child = write(tmp_path, "c.toml", 'title = "C"\nextends = "base/b.toml"\n')
    scenario = load.load(child)
    monkeypatch.chdir("/")
    assert scenario.polity["home"].network.social.file == str((tmp_path / "base/ties.csv").resolve())
    assert scenario.but({"weeks": 3}).polity["home"].network == scenario.polity["home"].network


def test_the_hash_knows_what_a_network_file_holds_but_not_where_it_is(tmp_path: Path) -> None:
    text = 'title = "B"\n[polity.home.network.social]\nkind = "edge_list"\nfile = "ties.csv"\n'
    for folder in ("a", "b"):
        write(tmp_path, f"{folder}/ties.csv", "0,1\n")
        write(tmp_path, f"{folder}/x.toml", text)
    first, second = (load.load(tmp_path / f / "x.toml") for f in ("a", "b"))
    assert load.fingerprint(first) == load.fingerprint(second)
    assert str(tmp_path) not in json.dumps(load.resolved(first))
    write(tmp_path, "b/ties.csv", "0,2\n")
    assert load.fingerprint(first) != load.fingerprint(second)


# ---------------------------------------------------------------- resolved, fingerprint, notes


def test_the_fingerprint_is_stable_and_tells_scenarios_apart() -> None:
    home = load.load("baseline")
    prints = {
        load.fingerprint(home, 1),
        load.fingerprint(home, 2),
        load.fingerprint(home.but({REPRESSION: 0.11}), 1),
        load.fingerprint(home.but({"mechanism.influence.on": False}), 1),
    }
    assert len(prints) == 4
    assert load.fingerprint(home) == load.fingerprint(home, 1) == load.fingerprint(home.but({"seed": 9}), 1)


def test_the_fingerprint_does_not_depend_on_the_order_of_keys(tmp_path: Path) -> None:
    a = write(
        tmp_path,
        "a.toml",
        'title = "X"\n[polity.home.governance]\nrepression = 1\nopenness = 0.5\n[issue.a]\n[issue.b]\n',
    )
    b = write(
        tmp_path,
        "b.toml",
        "[polity.home.governance]\nopenness = 0.5\nrepression = 1.0\n[issue.a]\n[issue.b]\n",
    )
    b.write_text('title = "X"\n' + b.read_text(encoding="utf-8"), encoding="utf-8")
    assert load.fingerprint(load.load(a)) == load.fingerprint(load.load(b))


def test_the_fingerprint_is_alike_in_other_processes() -> None:
    code = "from advosim.scenario import load; print(load.fingerprint(load.load('opening_and_crackdown'), 3))"
    here = load.fingerprint(load.load("opening_and_crackdown"), 3)
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == here


def test_resolved_is_plain_complete_and_loads_again() -> None:
    scenario = load.load("opening_and_crackdown")
    table = load.resolved(scenario)
    assert json.loads(json.dumps(table)) == table
    for path, _ in parameters(Scenario):
        if "NAME" not in path and not path.startswith(("reform.", "shock.", "campaign.", "stop.")):
            inner = table
            for part in path.split("."):
                inner = inner[part]
    assert load.resolved(Scenario.model_validate(table)) == table


def test_a_scenario_travels_to_other_processes() -> None:
    scenario = load.load("opening_and_crackdown")
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_notes_name_what_nothing_can_come_of() -> None:
    given = {
        "climate_ngo.tactics": ["initiative", "appeal_to_regional_body", "petition"],
        "tenants.slots": 3,
        "works": {"kind": "firm", "market_share": 0.6, "count": 2},
    }
    home = "polity.home.organisation."
    told = load.notes(load.load("baseline").but({home + path: value for path, value in given.items()}))
    for what in (
        "climate_ngo cannot use initiative: initiative is not allowed",
        "climate_ngo cannot use appeal_to_regional_body: there is no regional body",
        "tenants.slots is read of a media outlet only",
        "polity.home add up to 1.20",
    ):
        assert sum(what in note for note in told) == 1, told
    assert not any("petition" in note for note in told)
    assert not load.notes(load.load("baseline"))


def test_notes_name_settings_that_nothing_reads_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    few = "polity.home has 50 citizens: results below 1,000 are for tests only"
    assert load.notes(load.load("baseline").but({"polity.home.citizens": 50})) == [few]
    told = awaiting("later", number(0.5, 0.0, 1.0, "a number")).json_schema_extra
    monkeypatch.setitem(Governance.model_fields["surveillance"].json_schema_extra, "awaits", told["awaits"])  # type: ignore[arg-type]
    noted = load.notes(load.load("baseline").but({"polity.home.governance.preset": "closed_regime"}))
    assert "no rule reads yet (awaits 'later'): polity.home.governance.surveillance" in noted


# ---------------------------------------------------------------- the table of parameters and the JSON Schema


def test_every_parameter_is_in_the_table() -> None:
    rows = {row.path: row for row in load.parameter_table()}
    assert set(rows) == {path for path, _ in parameters(Scenario)}
    assert rows["polity.NAME.governance.election_interval"].range == "26 to 520"
    assert rows["polity.NAME.governance.election_interval"].unit == "weeks"
    assert "majority" in rows["polity.NAME.governance.electoral_system"].range
    text = load.markdown()
    assert len(text.splitlines()) == len(rows) + 2
    assert len({line.count(" | ") for line in text.splitlines()[2:]}) == 1


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(json.dumps(load.json_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", load.shipped())
def test_shipped_files_pass_the_json_schema(name: str, validator: Any) -> None:
    validator.validate(tomllib.loads(load.shipped()[name].read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "weeks = 3",
        'title = "x"\nwekes = 3',
        'title = "x"\nweeks = 0',
        'title = "x"\nweeks = "3"',
        'title = "x"\nextends = 3',
        'title = "x"\n[polity.home.governance]\nrepression = 1.2',
        'title = "x"\n[polity.home.governance]\npreset = 1',
        'title = "x"\n[polity.home.governance]\nelectoral_system = "lottery"',
        'title = "x"\n[polity.Home]',
        'title = "x"\n[polity.home.public.a]\nstake = { climate = 2 }',
        'title = "x"\n[[reform]]\nset = {}',
    ],
)
def test_broken_files_fail_the_json_schema(text: str, validator: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(tomllib.loads(text))


def test_the_json_schema_explains(validator: Any) -> None:
    interval = validator.schema["$defs"]["Governance"]["properties"]["election_interval"]
    assert (interval["minimum"], interval["maximum"], interval["default"]) == (26, 520, 208)
    assert "weeks" in interval["description"]
    assert '"null"' not in json.dumps(validator.schema)


# ---------------------------------------------------------------- lines of keys


TRICKY = '''# [not.a.table]
title = "a # b = [c]"   # x = 1
"quoted key" = 'lit # eral'
'single.quoted' = 1979-05-27T07:32:00Z
a . "b.c" . d = { e = [1, { f = 2 }], "g}" = "}" }
text = """
[fake]
key = "no" \\"""
""" # after
raw = \'\'\'
x = ''1''
\'\'\'
five = """two quotes: """""
list = [ # comment ]
  1,
  "]", # another
  [2,
   3],
]
[table.sub]   # comment
x = 1
[[rows]]
x = 1
[rows.inner]
y = 2
[[rows]]
x = 2
[[rows.deep]]
z = 3
[[rows.deep]]
z = 4
["odd # name".'k']
v = +1e3
'''


def key_paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in pairs for found in ((*path, key), *key_paths(inner, (*path, key)))]


@pytest.mark.parametrize("text", [TRICKY, TRICKY.replace("\n", "\r\n")])
def test_every_key_of_a_tricky_file_has_its_line(text: str) -> None:
    found = lines(text)
    assert set(key_paths(tomllib.loads(text))) <= set(found)
    where = {
        ("title",): 2,
        ("quoted key",): 3,
        ("a", "b.c", "d", "e", 1, "f"): 5,
        ("a", "b.c", "d", "g}"): 5,
        ("raw",): 10,
        ("list", 2, 1): 18,
        ("table", "sub", "x"): 21,
        ("rows", 0, "inner", "y"): 25,
        ("rows", 1, "deep", 1, "z"): 31,
        ("odd # name", "k", "v"): 33,
    }
    assert {path: found[path] for path in where} == where


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
KEYS = st.one_of(BARE, NAMES.map(lambda s: json.dumps(s, ensure_ascii=False)), BARE.map(lambda s: f"'{s}.#[]{{}}='"))
COMMENTS = st.sampled_from(["", " # x = 1", ' # """', " # [t]", " # '"])
STRINGS = st.one_of(
    NAMES.map(lambda s: json.dumps(s, ensure_ascii=False)),
    NAMES.map(lambda s: "'" + s.replace("'", "") + "'"),
    NAMES.map(lambda s: '"""\n' + s.replace("\\", "").replace('"', '""\\"') + '\nk = 1\n#"""'),
    NAMES.map(lambda s: "'''" + s.replace("'", "") + "\n[a]\n'' '''"),
)
SCALARS = st.one_of(st.sampled_from(["1", "-0.5e3", "true", "nan", "2020-01-02", "07:32:00"]), STRINGS)


def _list(items: list[str]) -> str:
    return "[ # c ]\n" + "".join(f"  {item}, # , ]\n" for item in items) + "]"


def _inline(items: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"k{i}{'' if bare else ' '}= {v}" for i, (bare, v) in enumerate(items)) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(_list),
        st.lists(st.tuples(st.booleans(), inner), max_size=3).map(_inline),
    ),
    max_leaves=5,
)
PAIRS = st.tuples(st.lists(KEYS, min_size=1, max_size=3), VALUES, COMMENTS).map(
    lambda t: " . ".join(t[0]) + " = " + t[1] + t[2]
)
HEADERS = st.tuples(st.lists(KEYS, min_size=1, max_size=3), st.booleans(), COMMENTS).map(
    lambda t: ("[[ " + ".".join(t[0]) + " ]]" if t[1] else "[" + " . ".join(t[0]) + "]") + t[2]
)


@settings(max_examples=30)
@given(st.lists(st.one_of(PAIRS, PAIRS, HEADERS, COMMENTS), max_size=12), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_every_key_that_tomllib_finds_has_a_line_that_holds_it(statements: list[str], newline: str) -> None:
    text = ""
    for statement in statements:  # keep what makes valid TOML together with what stands already
        longer = text + statement + newline
        try:
            tomllib.loads(longer)
        except tomllib.TOMLDecodeError:
            continue
        text = longer
    found, rows = lines(text), text.replace("\r\n", "\n").split("\n")
    for path in key_paths(tomllib.loads(text)):
        assert path in found, (path, text)
        if isinstance(path[-1], str):
            row = rows[found[path] - 1]
            assert path[-1] in row or json.dumps(path[-1], ensure_ascii=False) in row, (path, row)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_quoted_paths_split_into_their_parts(parts: list[str]) -> None:
    assert split_path(".".join(json.dumps(part, ensure_ascii=False) for part in parts)) == tuple(parts)


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "a b", 'a."b', "a\nb", "a = 1\nb", "a#b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no dotted path"):
        split_path(path)


def test_a_preset_is_told_from_a_scenario() -> None:
    with pytest.raises(InputError, match='is a governance preset.*preset = "closed_regime"') as told:
        load.load(load.presets()["closed_regime"])
    assert len(told.value.problems) == 1
