"""Input of people who come from other programs, by mistake or by ill will: told by file and line, never a failure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from advosim.results import codebook
from advosim.results.folder import write_csv
from advosim.results.latex import escaped
from advosim.scenario import load
from advosim.scenario.csv_rows import read_rows
from advosim.scenario.plain_text import printable
from advosim.scenario.problems import InputError, Problem
from advosim.scenario.refusals import shown
from advosim.world.columns import Column

TITLE = 'title = "X"\nextends = "baseline"\n'


def written(folder: Path, text: str, name: str = "x.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def problems(scenario: str | Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load.read(scenario)
    return caught.value.problems


# ---------------------------------------------------------------- habits of other programs


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("repression = 0,8", "write 0.8"),
        ("repression = 30%", "write 0.3"),
        ("repression = .5", "write 0.5"),
        ("repression = 1.", "write 1.0"),
        ("repression = None", "leave the line out"),
        ("repression = 0.5;", "no semicolon"),
        ("repression: 0.5", "write ="),
        ("shutdown = True", "write true"),
        ("shutdown = No", "write false"),
        ("preset = \u201cclosed_regime\u201d", "straight quotes"),
        ("preset = closed_regime", "texts stand in quotes"),
        ('preset = "C:\\Users\\me\\x.toml"', "write / in paths"),
    ],
)
def test_habits_of_other_programs_get_a_hint(line: str, hint: str, tmp_path: Path) -> None:
    gets_a_hint("openness = 0.5", line, hint, tmp_path)


def gets_a_hint(before: str, line: str, hint: str, folder: Path) -> None:
    """One problem, at the line that is wrong and not at that before."""
    (told,) = problems(written(folder, f"{TITLE}[polity.home.governance]\n{before}\n{line}\n"))
    assert told.line == 5
    assert hint in told.hint


def test_all_breaches_of_toml_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = f"{TITLE}weeks = 20 0\n[polity.home.governance]\nrepression = 0,8\nopenness = True\n\nmedia_freedom = 30%\n"
    assert [p.line for p in problems(written(tmp_path, text + "[polity.home\ncitizens = = 4\n"))] == [3, 5, 6, 8, 9, 10]


def test_what_cannot_be_left_out_alone_ends_the_search(tmp_path: Path) -> None:
    text = TITLE + "[[reform]]\nweek = ?\nset = [ ?,\n 1,\n]\nweeks = ?\n"
    assert [p.line for p in problems(written(tmp_path, text))] == [4, 5]


def test_utf_16_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(TITLE.encode("utf-16"))
    (told,) = problems(path)
    assert "UTF-16" in told.what and "UTF-8" in told.hint


# ---------------------------------------------------------------- numbers, depths and names without end


@pytest.mark.parametrize("digits", [20, 400, 5_000, 500_000])
def test_numbers_of_any_length_are_told_with_their_line(digits: int, tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, f"{TITLE}weeks = {'9' * digits}\n"))
    assert told.line == 3
    assert load.toml_value("9" * 5_000) == "9" * 5_000
    with pytest.raises(InputError):
        load.read("baseline", {"weeks": "9" * digits})
    with pytest.raises(InputError):
        load.load("baseline").but({"polity.home.governance.repression": 10**digits})


@pytest.mark.parametrize("depth", [40, 1_000, 100_000])
@pytest.mark.parametrize("shape", ["[{}]\n", "{} = 1\n"])
def test_keys_of_any_depth_are_told_with_their_line(depth: int, shape: str, tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, TITLE + shape.format(".".join("a" * depth))))
    assert (told.line, told.what) == (3, "is nested too deeply")


def test_lists_of_any_depth_are_told_with_their_line(tmp_path: Path) -> None:
    for depth in (40, 900, 20_000):
        (told,) = problems(written(tmp_path, f"{TITLE}weeks = {'[' * depth}{']' * depth}\n"))
        assert (told.line, told.what) == (3, "is nested too deeply")


def test_places_that_are_none(tmp_path: Path) -> None:
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    for place in (loop, "~nosuchuser/x.toml", "x" * 5_000, "a\0b", "/dev/zero", tmp_path):
        assert len(problems(place)) == 1
        (told,) = problems(written(tmp_path, f"title = 'X'\nextends = {str(place)!r}\n".replace("\\x00", "")))
        assert told.line == 2
    written(tmp_path, f"{TITLE}[polity.home.network.social]\nkind = 'edge_list'\nfile = '{loop.name}'\n")
    assert [p.line for p in problems(tmp_path / "x.toml")] == [5]


# ---------------------------------------------------------------- the user's line, and not what others' files hold


def test_a_named_file_that_is_none_of_its_kind_is_told_where_it_is_named(tmp_path: Path) -> None:
    written(tmp_path, "root:secret:0:0\nuser:hidden:1:1\n", "accounts")
    (base,) = problems(written(tmp_path, "title = 'X'\n\nextends = 'accounts'\n"))
    (preset,) = problems(written(tmp_path, f"{TITLE}[polity.home.governance]\npreset = 'accounts'\n"))
    for told, line in ((base, 3), (preset, 4)):
        assert (told.file, told.line) == (str(tmp_path / "x.toml"), line)
        assert "accounts" in told.what
        assert "secret" not in str(told)
    written(tmp_path, "title = 'P'\n", "empty.toml")
    (told,) = problems(written(tmp_path, f"{TITLE}[polity.home.governance]\npreset = 'empty.toml'\n"))
    assert (told.line, "no table [governance]" in told.what) == (4, True)


# ---------------------------------------------------------------- what was not meant


def test_a_country_by_mistake_is_refused_and_a_second_one_is_not(tmp_path: Path) -> None:
    text = f"{TITLE}[polity.hom.governance]\nrepression = 0.4\n"
    (told,) = problems(written(tmp_path, text))
    assert (told.line, told.hint) == (3, "did you mean 'home'?")
    second = f"{TITLE}[polity.north]\ncitizens = 500\n"
    assert list(load.read(written(tmp_path, second)).polity) == ["home", "north"]


@pytest.mark.parametrize("slip", ["hme", "hoome", "hone", "hoem"])
def test_a_country_that_a_letter_parts_from_another_is_refused(slip: str, tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, f"{TITLE}[polity.{slip}]\ncitizens = 500\n"))
    assert (told.line, told.hint.startswith("did you mean 'home'?")) == (3, True)


def test_a_rule_that_is_given_a_number_is_told_with_its_settings(tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, f"{TITLE}[mechanism]\nrecall = true\n"))
    assert told.line == 4 and told.allowed.startswith("on, ") and told.hint == "write mechanism.recall.on = true"


def test_a_long_text_that_is_shown_ends_as_it_begins() -> None:
    assert shown("x" * 50) == f'"{"x" * 34} ..."'


@pytest.mark.parametrize(
    "settings",
    [
        '"polity.home.governance.repression" = 0.5, "polity.home.governance" = { repression = 0.7 }',
        '"polity.home.governance" = { repression = 0.7 }, "polity.home.governance.repression" = 0.5',
        '"polity.home.governance.repression" = 0.5, "polity.\'home\'.governance.repression" = 0.7',
    ],
)
def test_a_reform_that_contradicts_itself_is_refused(settings: str, tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, f"{TITLE}[[reform]]\nweek = 3\nset = {{ {settings} }}\n"))
    assert told.line == 5
    assert "contradict" in told.what and "repression" in told.what


def test_one_setting_is_set_once() -> None:
    with pytest.raises(InputError, match="'weeks' is set twice"):
        load.settings(["weeks=3", "weeks=4"])


def test_what_a_reform_sets_anew_is_told() -> None:
    scenario = load.load("opening_and_crackdown")
    weeks = sorted(reform.week for reform in scenario.reform)
    path = "polity.home.governance.repression"
    (told,) = load.overwritten(scenario, [path, "weeks"])
    assert told.startswith(f"{path}: ")
    assert all(str(week) in told for week in weeks)
    assert load.overwritten(scenario, ["polity.home.governance.preset"])
    assert not load.overwritten(scenario.but({"weeks": weeks[0] - 1}), [path])


# ---------------------------------------------------------------- tables


def test_blank_lines_and_line_ends_in_quotes_count(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, 'a,b\n\n\n1,"x\ny"\n\n2,3,4\n5,6\n', "x.csv"))
    assert (rows.cells, rows.lines) == ([["1", "x\ny"], ["5", "6"]], [4, 8])
    assert [(p.line, p.what) for p in rows.problems] == [(7, "3 values for 2 columns")]


@pytest.mark.parametrize(
    ("raw", "line", "what", "hint"),
    [
        (b"a;b\n0,1;0,9\n", 1, "semicolons", "0.8, not 0,8"),
        (b"a\tb\n1\t2\n", 1, "tabs", "commas"),
        (b"a,a\n1,2\n", 1, "'a' is there twice", ""),
        (b"a,\n1,2\n", 1, "column 2 has no name", ""),
        (b'a,b\n1,"2\n', 2, "is no CSV", "quotation mark"),
        (b"", None, "holds nothing", ""),
        ("a,b\n1,2\n".encode("utf-16"), 1, "UTF-16", "UTF-8"),
        (b"PK\x03\x04....", None, "workbook", "CSV"),
        (b"root:x:0:0:root:/root:/bin/sh\nsecret:x:1\n", 1, "column 1 has no name that a header has", ""),
    ],
)
def test_what_is_no_table_is_told(raw: bytes, line: int | None, what: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read_rows(tmp_path / "x.csv")
    (told,) = caught.value.problems
    assert told.line == line
    assert what in told.what and hint in told.hint
    assert "secret" not in str(told)


def test_devices_are_no_tables() -> None:
    with pytest.raises(InputError, match="is a device or a pipe"):
        read_rows("/dev/zero")


# ---------------------------------------------------------------- signs and encodings of other programs


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("repression = 1/3", "write 0.333333"),
        ("repression = 0.5 // half", "comments begin with #"),
        ("repression = 0.5 -- half", "comments begin with #"),
        ("// half", "comments begin with #"),
        ("repression\u00a0= 0.5", "a plain space instead of U+00A0 in column 11"),
        ("repression = \ufeff0.5", "the invisible character U+FEFF in column 14"),
        ("\ufeffrepression = 0.5", "the invisible character U+FEFF in column 1"),
        ("repression = 0.5\u200b", "the invisible character U+200B in column 17"),
        ("repression = \u22120.5", "write -0.5"),
        ("repression = 0\u00b75", "write 0.5"),
        ("repression = \uff10.\uff14", "write 0.4"),
        ("repression = 5*0.1", "nothing is calculated"),
        ('repression = "1/4"', "write 0.25"),
        ('repression = "\u00bd"', "write 0.5"),
    ],
)
def test_signs_of_other_programs_get_a_hint(line: str, hint: str, tmp_path: Path) -> None:
    gets_a_hint("openness = 0.5  # 30%; // as told", line, hint, tmp_path)


def test_what_stands_in_quotes_is_the_authors_own(tmp_path: Path) -> None:
    text = 'title = "\u201cYes\u201d // 30% \u00a0"\nextends = "baseline" ; x\n'
    (told,) = problems(written(tmp_path, text))
    assert (told.line, told.hint) == (2, "comments begin with #")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_encodings_are_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(TITLE.encode(encoding))
    (told,) = problems(path)
    assert encoding[:6].upper() in told.what and "UTF-8" in told.hint
    (tmp_path / "x.csv").write_bytes("polity.home.governance.openness\n0.5\n".encode(encoding))
    with pytest.raises(InputError, match=encoding[:6].upper()):
        read_rows(tmp_path / "x.csv")


def test_line_ends_of_old_macs_are_told_with_all_else(tmp_path: Path) -> None:
    text = f"{TITLE}[polity.home.governance]\nrepression = 0,8\n".replace("\n", "\r")
    ends, number = problems(written(tmp_path, text))
    assert (ends.line, "carriage return" in ends.what) == (1, True)
    assert (number.line, "write 0.8" in number.hint) == (4, True)


def test_more_than_is_allowed_is_told_where_it_begins(tmp_path: Path) -> None:
    text = TITLE + "".join(f"[polity.p{i}]\ncitizens = 300\n" for i in range(30))
    (told,) = problems(written(tmp_path, text))
    assert (told.line, told.what, told.allowed) == (3, "there are 31 polities", "1 to 20")


def test_a_stop_that_names_no_condition_is_refused(tmp_path: Path) -> None:
    (told,) = problems(written(tmp_path, f"{TITLE}[stop]\n"))
    assert (told.line, "unchanged = 52" in told.hint) == (3, True)
    load.read("baseline").but({"stop.unchanged": 5}).but({"stop.unchanged": None})


def test_polities_whose_names_are_nearly_alike_are_noted(tmp_path: Path) -> None:
    text = "title = 'X'\n[polity.home]\n[polity.hme]\n"
    assert any("'home' and 'hme'" in note for note in load.notes(load.read(written(tmp_path, text))))
    far = load.read(written(tmp_path, f"{TITLE}[polity.home_2]\ncitizens = 2000\n"))
    assert not any("nearly the same name" in note for note in load.notes(far))


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+cmd|calc", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1", "\r=1"])
def test_no_text_of_a_csv_is_a_formula_or_a_command_of_a_terminal(text: str, tmp_path: Path) -> None:
    told = pd.DataFrame({"plain": [text], "packed": pd.Categorical([text]), "number": [-1.5], "title": ["a\x1b[2J"]})
    write_csv(told.assign(text=told["plain"].astype("string")), tmp_path / "x.csv")
    codebook.write(tmp_path, {"runs": [Column(text, "meaning")]})
    read = pd.read_csv(tmp_path / "x.csv", dtype=str, keep_default_na=False).iloc[0]
    cells = [*read[["plain", "packed", "text"]], pd.read_csv(tmp_path / "codebook.csv", dtype=str)["column"][0]]
    assert [cell[:2] for cell in cells] == [f"'{printable(text)[0]}"] * 4
    assert (read["number"], read["title"]) == ("-1.5", "a\\x1b[2J")
    assert escaped("a\x1b[2J\\input{x}") == r"a\textbackslash{}x1b[2J\textbackslash{}input\{x\}"
