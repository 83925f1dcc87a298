"""Governance settings from V-Dem files: formulas by hand, names of columns, what is missing, what is wrong, presets."""

from __future__ import annotations

import bz2
import functools
import gzip
import lzma
import os
import re
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from advosim import vdem
from advosim.scenario.problems import InputError
from advosim.scenario.schema import Governance
from advosim.vdem import countries, sheet

ROOT = Path(__file__).parents[1]
PRESETS = ROOT / "advosim" / "scenario" / "catalogue" / "governance"
FROM_DATA = ("che_2012", "chn_2012", "ecu_2012", "ind_2000", "rus_2012", "vnm_2012")
STYLISED = ("closed_regime", "open_democracy")
REAL_FILE = "vdem_civil_society_1990_2013.csv"

KNOWN: dict[str, vdem.Setting] = {
    "repression": 0.1,
    "accommodation": 0.5,
    "entry_cost": 0.3,
    "assembly_cost": 0.1,
    "openness": 0.7,
    "access": 0.5,
    "contestation": 0.9,
    "electoral_system": "majority",
    "election_interval": 208,
    "initiative.allowed": False,
    "initiative.signature_share": 0.02,
    "initiative.quorum": 0.0,
    "initiative.binding": True,
    "referendum.allowed": False,
    "recall.allowed": False,
    "veto_players": 2,
    "media_freedom": 0.9,
    "internet_access": 0.7,
    "platform_regulation": 0.1,
    "surveillance": 0.2,
    "external_vulnerability": 0.3,
}
derive = functools.partial(vdem.derive, excerpt=True)
derive_each = functools.partial(vdem.derive_each, excerpt=True)
"""The files made up below are no worlds to rank a country in."""
NEVER = {"recall.allowed", "veto_players", "external_vulnerability", "election_interval"}


def written(folder: Path, text: str, name: str = "vdem.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(folder: Path, columns: str, *rows: str) -> Path:
    """A file with the key columns of V-Dem before the given ones."""
    return written(folder, "\n".join([f"country_name,country_text_id,year,{columns}", *rows]) + "\n")


def refusal(path: Path | str, code: str = "AAA", year: int = 2000) -> InputError:
    with pytest.raises(InputError) as caught:
        derive(path, code, year, KNOWN)
    return caught.value


# ---------------------------------------------------------------- a world to rank in


def test_a_rank_needs_a_world_to_rank_in(tmp_path: Path) -> None:
    rows = [f"Land {i},L{i:02},{year},{(i * 7 + year) % 50}" for i in range(40) for year in range(2000, 2010)]
    whole, few, one = (tmp_path / name for name in ("whole", "few", "one"))
    for folder, kept in ((whole, rows), (few, rows[:290]), (one, rows[:10])):
        folder.mkdir()
        table(folder, "v2csreprss", *kept)
    assert 0 < float(vdem.derive(whole / "vdem.csv", "L00", 2000, KNOWN).values["repression"]) < 1
    with pytest.raises(InputError, match="repression would be a rank .* 10 country-years of 1 country only") as caught:
        vdem.derive(one / "vdem.csv", "L00", 2000, KNOWN)
    assert "--excerpt" in caught.value.problems[0].hint
    with pytest.raises(InputError, match="290 country-years of 29 countries"):
        vdem.derive(few / "vdem.csv", "L00", 2000, KNOWN)
    told = vdem.derive(one / "vdem.csv", "L00", 2000, KNOWN, excerpt=True)
    assert "10 country-years of 1 country" in vdem.summary(told)
    assert "An excerpt" in vdem.preset_text(told)


def test_experts_scales_need_no_world(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp,v2csreprss", "Aland,AAA,2000,3,-1")
    assert vdem.derive(file, "AAA", 2000, KNOWN).values["repression"] == 0.25


def test_doubled_columns_are_refused(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp,v2csreprss_osp", "Aland,AAA,2000,3,1")
    assert refusal(file).problems[0].what == "the column v2csreprss_osp is there twice"


# ---------------------------------------------------------------- formulas


@pytest.mark.parametrize(
    ("setting", "column", "value", "expected"),
    [
        ("repression", "v2csreprss_osp", 3.1, 1 - 3.1 / 4),
        ("repression", "v2csreprss_osp", 4, 0.0),
        ("repression", "v2csreprss_osp", 0, 1.0),
        ("accommodation", "v2cscnsult_osp", 1.5, 1.5 / 2),
        ("accommodation", "v2dlengage_osp", 2, 2 / 5),
        ("entry_cost", "v2cseeorgs_osp", 1, 1 - 1 / 4),
        ("assembly_cost", "v2caassemb_osp", 3, 1 - 3 / 4),
        ("openness", "v2cscnsult_osp", 1.5, 1.5 / 2),
        ("access", "v2dlconslt_osp", 4, 4 / 5),
        ("media_freedom", "v2mecenefm_osp", 3, 3 / 4),
        ("internet_access", "v2smonex_osp", 1.2, 1.2 / 3),
        ("platform_regulation", "v2smgovsmcenprc_osp", 3.8, 1 - 3.8 / 4),
        ("surveillance", "v2smarrest_osp", 2.1, 1 - 2.1 / 3),
    ],
)
def test_osp_value_by_its_maximum(tmp_path: Path, setting: str, column: str, value: float, expected: float) -> None:
    derivation = derive(table(tmp_path, column, f"Aland,AAA,2000,{value}"), "AAA", 2000, KNOWN)
    assert derivation.values[setting] == expected
    assert column in derivation.how[setting]
    assert "rank" not in derivation.how[setting]


def test_accommodation_is_the_mean_of_two_columns(tmp_path: Path) -> None:
    file = table(tmp_path, "v2cscnsult_osp,v2dlengage_osp", "Aland,AAA,2000,1,4", "Bland,BBB,2000,,4")
    assert derive(file, "AAA", 2000, KNOWN).values["accommodation"] == (1 / 2 + 4 / 5) / 2
    alone = derive(file, "BBB", 2000, KNOWN)
    assert alone.values["accommodation"] == 4 / 5
    assert "v2cscnsult_osp is empty in 2000" in alone.how["accommodation"]
    assert "openness" in alone.missing


def test_model_score_by_its_rank_in_the_file(tmp_path: Path) -> None:
    rows = ["Aland,AAA,2000,-1.2", "Aland,AAA,2001,0.5", "Bland,BBB,2000,0.5", "Bland,BBB,2001,2", "Cland,CCC,2000,NA"]
    file = table(tmp_path, "v2csreprss", *rows)
    # four scores; below and half of the ties: -1.2 -> 0.5/4, 0.5 -> (1 + 1)/4, 2 -> 3.5/4
    assert derive(file, "AAA", 2000, KNOWN).values["repression"] == 1 - 0.125
    assert derive(file, "AAA", 2001, KNOWN).values["repression"] == 1 - 0.5
    assert derive(file, "BBB", 2000, KNOWN).values["repression"] == 1 - 0.5
    assert derive(file, "BBB", 2001, KNOWN).values["repression"] == 1 - 0.875
    how = derive(file, "AAA", 2000, KNOWN).how["repression"]
    assert how == "1 - percentile rank of v2csreprss (model score -1.2) among 4 country-years in the file"
    assert "repression" in derive(file, "CCC", 2000, KNOWN).missing


def test_osp_goes_before_the_score_and_the_score_before_nothing(tmp_path: Path) -> None:
    rows = ["Aland,AAA,2000,3,-1", "Bland,BBB,2000,,1"]
    file = table(tmp_path, "v2csreprss_osp,v2csreprss", *rows)
    first, second = (derive(file, code, 2000, KNOWN) for code in ("AAA", "BBB"))
    assert first.values["repression"] == 0.25
    assert "v2csreprss_osp / 4" in first.how["repression"]
    assert second.values["repression"] == 1 - 0.75
    assert "percentile rank of v2csreprss " in second.how["repression"]


@pytest.mark.parametrize("column", ["v2csreprss", "v2csreprss_osp"])
def test_a_higher_score_means_less_repression(tmp_path: Path, column: str) -> None:
    scores = [0, 0.4, 1.1, 1.1, 2.5, 3.9]
    file = table(tmp_path, column, *(f"Land {i},L{i},2000,{score}" for i, score in enumerate(scores)))
    repression = [derive(file, f"L{i}", 2000, KNOWN).values["repression"] for i in range(len(scores))]
    assert repression == sorted(repression, key=lambda value: -float(value))
    assert repression[2] == repression[3]
    assert len(set(repression)) == len(scores) - 1


@pytest.mark.parametrize(("code", "name"), [(0, "majority"), (1, "proportional"), (2, "mixed")])
def test_electoral_system(tmp_path: Path, code: int, name: str) -> None:
    file = table(tmp_path, "v2elparlel", f"Aland,AAA,2000,{code}")
    assert derive(file, "AAA", 2000, KNOWN).values["electoral_system"] == name


def test_electoral_system_that_the_model_does_not_have(tmp_path: Path) -> None:
    derivation = derive(table(tmp_path, "v2elparlel", "Aland,AAA,2000,3"), "AAA", 2000, KNOWN)
    assert derivation.missing["electoral_system"] == "majority"
    assert "does not have" in derivation.why["electoral_system"]


def test_electoral_system_holds_until_the_next_election(tmp_path: Path) -> None:
    rows = ["Aland,AAA,2003,0", "Aland,AAA,2002,", "Bland,BBB,2001,2", "Aland,AAA,1999,1", "Aland,AAA,2000,"]
    file = table(tmp_path, "v2elparlel", *rows)
    derivation = derive(file, "AAA", 2002, KNOWN)
    assert derivation.values["electoral_system"] == "proportional"
    assert "in 1999, the last election before 2002" in derivation.how["electoral_system"]


def test_electoral_system_ends_with_the_electoral_regime(tmp_path: Path) -> None:
    rows = ["Aland,AAA,1999,1,1", "Aland,AAA,2000,,0", "Aland,AAA,2001,,1"]
    derivation = derive(table(tmp_path, "v2elparlel,v2x_elecreg", *rows), "AAA", 2001, KNOWN)
    assert "electoral_system" in derivation.missing
    assert "in 2000" in derivation.why["electoral_system"]


@pytest.mark.parametrize(("code", "binding"), [(1, False), (2, True)])
def test_initiative_allowed(tmp_path: Path, code: int, binding: bool) -> None:
    file = table(tmp_path, "v2ddlexci,v2ddsigpci,v2ddpartci,v2xdd_i_rf", f"Aland,AAA,2000,{code},2.5,0,0.4")
    values = derive(file, "AAA", 2000, KNOWN).values
    assert values == {
        "initiative.allowed": True,
        "initiative.signature_share": 0.025,
        "initiative.quorum": 0.0,
        "initiative.binding": binding,
        "referendum.allowed": True,
    }


def test_initiative_not_allowed_has_no_thresholds(tmp_path: Path) -> None:
    file = table(tmp_path, "v2ddlexci,v2ddsigpci,v2ddpartci,v2xdd_i_rf", "Aland,AAA,2000,0,0,0,0")
    derivation = derive(file, "AAA", 2000, KNOWN)
    assert derivation.values == {"initiative.allowed": False, "referendum.allowed": False}
    assert derivation.missing["initiative.signature_share"] == KNOWN["initiative.signature_share"]


def test_no_share_of_signatures_is_no_threshold_of_zero(tmp_path: Path) -> None:
    file = table(tmp_path, "v2ddlexci,v2ddsigpci", "Aland,AAA,2000,2,0")
    assert "initiative.signature_share" in derive(file, "AAA", 2000, KNOWN).missing


# ---------------------------------------------------------------- what the file has and lacks


def test_missing_settings_come_with_their_defaults_and_why(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp,v2mecenefm_osp", "Aland,AAA,2000,3,")
    derivation = derive(file, "AAA", 2000, KNOWN)
    assert set(derivation.values) == set(derivation.how) == {"repression"}
    assert derivation.missing == {name: default for name, default in KNOWN.items() if name != "repression"}
    assert set(derivation.why) == set(derivation.missing)
    assert derivation.why["media_freedom"] == "v2mecenefm_osp is empty in 2000"
    assert derivation.why["surveillance"] == "no column v2smarrest_osp or v2smarrest in the file"
    assert all("set it yourself" in derivation.why[name] for name in NEVER)


def test_only_settings_that_the_schema_knows(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp,v2mecenefm_osp", "Aland,AAA,2000,3,2")
    derivation = derive(file, "AAA", 2000, {"media_freedom": 0.9, "veto_players": 2})
    assert derivation.values == {"media_freedom": 0.5}
    assert derivation.missing == {"veto_players": 2}


def test_empty_cells_alone_give_no_setting(tmp_path: Path) -> None:
    assert derive(table(tmp_path, "v2csreprss", "Aland,AAA,2000,"), "AAA", 2000, KNOWN).values == {}


@pytest.mark.parametrize("empty", ["", "NA", "NaN", ".", "  "])
def test_ways_to_write_an_empty_cell(tmp_path: Path, empty: str) -> None:
    file = table(tmp_path, "v2csreprss", f"Aland,AAA,2000,{empty}", "Bland,BBB,2000,1")
    assert "repression" in derive(file, "AAA", 2000, KNOWN).missing
    assert "among 1 country-years" in derive(file, "BBB", 2000, KNOWN).how["repression"]


@pytest.mark.parametrize(
    "header",
    ["country,iso3,year", "country_name,country_text_id,year", "histname,country_text_id,year", "country,iso3, year"],
)
def test_names_of_the_key_columns(tmp_path: Path, header: str) -> None:
    file = written(tmp_path, f"{header},v2csreprss_osp\nAland,AAA,2000,3\n")
    derivation = derive(file, "AAA", 2000, KNOWN)
    assert derivation.values["repression"] == 0.25
    assert derivation.country == ("AAA" if header.startswith("hist") else "Aland")


@pytest.mark.parametrize("asked", ["CIV", "civ", "Côte d\u2019Ivoire", "cote d'ivoire", " CÔTE  D'IVOIRE "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_code_or_name_in_any_case_and_encoding(tmp_path: Path, asked: str, encoding: str) -> None:
    apostrophe = "'" if encoding == "cp1252" else "\u2019"
    path = tmp_path / "vdem.csv"
    text = f"country,iso3,year,v2csreprss_osp\nCôte d{apostrophe}Ivoire,CIV,2000,3\n"
    path.write_bytes(text.encode(encoding))
    derivation = derive(path, asked, 2000, KNOWN)
    assert (derivation.code, derivation.country) == ("CIV", f"Côte d{apostrophe}Ivoire")


def test_quoted_names_line_ends_blank_lines_and_years_with_a_point(tmp_path: Path) -> None:
    path = tmp_path / "vdem.csv"
    path.write_bytes(b'country,iso3,year,v2csreprss_osp\r\n"Korea, South",KOR,2000.0,3\r\n\r\n')
    derivation = derive(path, "korea, south", 2000, KNOWN)
    assert (derivation.country, derivation.year, derivation.values["repression"]) == ("Korea, South", 2000, 0.25)


@pytest.mark.parametrize(
    ("name", "version"),
    [("V-Dem-CY-Full+Others-v14.csv", "14"), ("V-Dem-CY-Core-v11.1.csv", "11.1"), ("vdem_1990_2013.csv", "unknown")],
)
def test_version_from_the_name_of_the_file(tmp_path: Path, name: str, version: str) -> None:
    file = written(tmp_path, "country,iso3,year,v2csreprss_osp\nAland,AAA,2000,3\n", name)
    derivation = derive(file, "AAA", 2000, KNOWN)
    assert derivation.version == version
    assert f"version {version} " in tomllib.loads(vdem.preset_text(derivation))["source"]


# ---------------------------------------------------------------- kinds of files

HEADER = ["country_name", "country_text_id", "year", "histname", "v2csreprss_osp", "v2mecenefm"]
ROWS = [
    ["Aland", "AAA", 2000, "x", 3.0, -1.5],
    ["Bland", "BBB", 2000, "x", None, 0.5],
    ["Bland", "BBB", 2001, "x", 1.0, 2.0],
]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=HEADER)


def as_stata(path: Path, version: int = 118) -> None:
    frame().to_stata(path, write_index=False, version=version)


def as_r(path: Path) -> None:
    pyreadr = pytest.importorskip("pyreadr")
    pyreadr.write_rds(str(path), frame(), compress="gzip")


def as_rdata(path: Path) -> None:
    pyreadr = pytest.importorskip("pyreadr")
    pyreadr.write_rdata(str(path), frame(), df_name="vdem")


def zipped(path: Path, inner: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x.csv", "x")
        archive.writestr("V-Dem/codebook.pdf", "x")
        archive.writestr(f"V-Dem/{inner}", content)


def zipped_stata(path: Path) -> None:
    as_stata(path.with_name("inner.dta"))
    zipped(path, "V-Dem-CY-Full+Others-v14.dta", path.with_name("inner.dta").read_bytes())


def text(separator: str = ",", upper: bool = False, decimal: str = ".") -> str:
    made = frame()
    made.columns = made.columns.str.upper() if upper else made.columns
    return made.to_csv(index=False, sep=separator, decimal=decimal)


KINDS: dict[str, Callable[[Path], object]] = {
    "vdem.dta": as_stata,
    "older.dta": lambda path: as_stata(path, 114),
    "vdem.rds": as_r,
    "vdem.RData": as_rdata,
    "vdem.parquet": lambda path: frame().to_parquet(path),
    "vdem.csv.gz": lambda path: path.write_bytes(gzip.compress(text().encode())),
    "vdem.csv.bz2": lambda path: path.write_bytes(bz2.compress(text().encode())),
    "vdem.csv.xz": lambda path: path.write_bytes(lzma.compress(text().encode())),
    "csv.zip": lambda path: zipped(path, "V-Dem-CY-Core-v14.csv", text().encode()),
    "dta.zip": zipped_stata,
    "semicolons.csv": lambda path: path.write_text(text(";")),
    "decimal_commas.csv": lambda path: path.write_text(text(";", decimal=",")),
    "tabs.tsv": lambda path: path.write_text(text("\t")),
    "bars.txt": lambda path: path.write_text(text("|")),
    "capitals.csv": lambda path: path.write_text(text(upper=True)),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    KINDS[name](path)
    found = derive_each(path, [("aland", 2000), ("BBB", 2000), ("BBB", 2001)], KNOWN)
    assert [one.values.get("repression") for one in found] == [0.25, None, 0.75]
    assert [one.values["media_freedom"] for one in found] == pytest.approx([1 / 6, 3 / 6, 5 / 6])
    assert [(one.country, one.year) for one in found] == [("Aland", 2000), ("Bland", 2000), ("Bland", 2001)]
    assert found[0].version == ("14" if name.endswith(".zip") else "unknown")


def test_without_its_reader_a_file_of_r_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vdem.rds").write_bytes(gzip.compress(b"X\n\0\0\0\3rest"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    error = refusal(tmp_path / "vdem.rds")
    assert error.problems[0].file == str(tmp_path / "vdem.rds")
    assert 'pip install "advosim[vdem]"' in str(error) and "write.csv(readRDS(" in str(error)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Ivory Coast", "CIV"), ("Vietnam", "VNM"), ("viet nam", "VNM"), ("the Gambia", "GMB"), ("Burma", "MMR"),
        ("USA", "USA"), ("Trinidad & Tobago", "TTO"), ("Congo (Kinshasa)", "COD"), ("Congo-Brazzaville", "COG"),
        ("Korea, North", "PRK"), ("St. Lucia", "LCA"), ("Türkiye", "TUR"), ("czech republic", "CZE"), ("uk", "GBR"),
    ],
)  # fmt: skip
def test_common_names_of_countries(tmp_path: Path, asked: str, code: str) -> None:
    names = {"CIV": "Côte d'Ivoire", "VNM": "Viet Nam", "GMB": "Gambia", "MMR": "Myanmar", "COG": "Congo", "PRK": "",
             "COD": "Congo, Dem. Rep.", "USA": "United States of America", "TTO": "Trinidad and Tobago",
             "LCA": "Saint Lucia", "TUR": "Turkey", "CZE": "Czechia", "GBR": "United Kingdom"}  # fmt: skip
    rows = [f'"{name}",{one},2000,3' for one, name in names.items()]
    assert derive(table(tmp_path, "v2csreprss_osp", *rows), asked, 2000, KNOWN).code == code


def test_a_common_name_of_a_country_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp", "Viet Nam,VNM,2000,3", "Norway,NOR,2000,3")
    assert "unknown country 'Ivory Coast'" in str(refusal(file, "Ivory Coast"))
    assert "nearest: VNM (Viet Nam)" in str(refusal(file, "Vietnm"))


def test_no_name_means_two_countries() -> None:
    for name, codes in countries.common_names().items():
        assert len(set(codes)) == 1 or name == "kosovo", name


def test_all_that_is_wrong_with_several_is_told_at_once(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss_osp", "Aland,AAA,2000,3")
    with pytest.raises(InputError) as caught:
        vdem.derive_each(file, [("AAA", 2000), ("QQQ", 2000), ("AAA", 1990)], KNOWN)
    assert [problem.what for problem in caught.value.problems] == ["unknown country 'QQQ'", "no row for AAA in 1990"]


# ---------------------------------------------------------------- what is wrong


def test_no_such_file(tmp_path: Path) -> None:
    assert "no such file" in str(refusal(tmp_path / "none.csv"))


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in str(refusal(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf \r\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vdem.csv").write_bytes(content)
    assert "is empty" in str(refusal(tmp_path / "vdem.csv"))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\0\0", "year,iso3".encode("utf-16")])
def test_a_binary_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vdem.zip").write_bytes(content)
    assert "content is binary" in str(refusal(tmp_path / "vdem.zip"))


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\x1f\x8b\x08rest", b"BZh9rest", b"\xfd7zXZ\0rest"])
def test_a_damaged_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vdem.zip").write_bytes(content)
    assert "cannot be unpacked" in str(refusal(tmp_path / "vdem.zip"))


@pytest.mark.parametrize("content", [b"PAR1rest", b"RDX3\nrest", b"<stata_dta>rest"])
def test_a_damaged_data_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vdem.dta").write_bytes(content)
    assert "the file is damaged" in str(refusal(tmp_path / "vdem.dta"))


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    rows = "".join(f"Land {i},L{i},2000,{i % 4}\n" for i in range(5000))
    whole = gzip.compress(f"country,iso3,year,v2csreprss_osp\n{rows}".encode())
    (tmp_path / "vdem.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "cut off or damaged" in str(refusal(tmp_path / "vdem.csv.gz", "L1"))


def test_an_archive_without_or_with_several_tables(tmp_path: Path) -> None:
    for names, said in ((["codebook.pdf"], "holds no table"), (["a.csv", "b.dta"], "holds 2 tables: a.csv, b.dta")):
        with zipfile.ZipFile(tmp_path / "vdem.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        assert said in str(refusal(tmp_path / "vdem.zip"))


def test_a_quote_that_never_closes(tmp_path: Path) -> None:
    file = written(tmp_path, 'country,iso3,year,v2csreprss\n"Aland,AAA,2000,3\n')
    assert "not a CSV file" in str(refusal(file))


def test_no_rows(tmp_path: Path) -> None:
    assert "no rows" in str(refusal(table(tmp_path, "v2csreprss")))


def test_all_lacking_columns_at_once(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, "this is,no such file\n1,2\n"))
    assert len(error.problems) == 3
    text = str(error)
    assert "country_text_id or iso3" in text
    assert "allowed: year" in text
    assert "v2csreprss_osp, v2csreprss" in text
    assert "v2xdd_i_rf" in text


@pytest.mark.parametrize(
    ("header", "lacking"),
    [
        ("country,year,v2csreprss", "no column with country codes"),
        ("country,iso3,v2csreprss", "no column with years"),
        ("country,iso3,year", "no column that a governance setting"),
    ],
)
def test_one_lacking_column(tmp_path: Path, header: str, lacking: str) -> None:
    error = refusal(written(tmp_path, f"{header}\nAland,AAA,2000\n"))
    assert [problem.what.startswith(lacking) for problem in error.problems] == [True]


def test_separated_by_something_else(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, "country#iso3#year#v2csreprss\nAland#AAA#2000#3\n"))
    assert "separated by a comma, semicolon, tab or |" in str(error)


def test_unknown_country_names_the_nearest(tmp_path: Path) -> None:
    rows = ["Switzerland,CHE,2000,3", "China,CHN,2000,1", "Norway,NOR,2000,4"]
    file = table(tmp_path, "v2csreprss", *rows)
    assert "CHE (Switzerland)" in str(refusal(file, "CHX"))
    assert "CHN (China)" in str(refusal(file, "CHX"))
    assert "CHE (Switzerland)" in str(refusal(file, "Swiss"))
    assert "nearest: NOR (Norway)" in str(refusal(file, "Norwy"))
    assert "nearest: " in str(refusal(file, "QQ"))
    assert "nearest: " in str(refusal(file, ""))


def test_unknown_year_names_the_nearest_and_the_range(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss", "Aland,AAA,1990,3", "Aland,AAA,1997,1", "Bland,BBB,2005,4")
    text = str(refusal(file, "AAA", 2005))
    assert "no row for AAA in 2005" in text
    assert "1990 to 1997" in text
    assert "nearest year in the file is 1997" in text
    assert "nearest year in the file is 1990" in str(refusal(file, "AAA", 1993))


@pytest.mark.parametrize("column", ["v2csreprss", "v2csreprss_osp", "v2elparlel", "v2ddsigpci"])
@pytest.mark.parametrize("cell", ["high", "inf", "1;2"])
def test_a_cell_that_is_no_number(tmp_path: Path, column: str, cell: str) -> None:
    file = table(tmp_path, column, "Aland,AAA,2000,1", f"Bland,BBB,2000,{cell}")
    assert f"{file}:3: {column} is '{cell}'" in str(refusal(file))


@pytest.mark.parametrize(
    ("column", "cell"),
    [("v2csreprss_osp", "4.2"), ("v2csreprss_osp", "-1"), ("v2elparlel", "7"), ("v2ddsigpci", "101")],
)
def test_a_number_off_its_scale(tmp_path: Path, column: str, cell: str) -> None:
    file = table(tmp_path, column, f"Aland,AAA,2000,{cell}")
    assert "a number from 0 to" in str(refusal(file))


def test_a_year_that_is_none_and_a_row_that_is_cut_off(tmp_path: Path) -> None:
    file = table(tmp_path, "v2csreprss", "Aland,AAA,MM,1", "Bland,BBB,2000")
    assert [problem.line for problem in refusal(file).problems] == [2, 3]


def test_many_problems_are_counted(tmp_path: Path) -> None:
    problems = refusal(table(tmp_path, "v2csreprss", *["Aland,AAA,2000,bad"] * 50)).problems
    assert len(problems) == sheet.PROBLEMS_SHOWN + 1
    assert problems[-1].what.startswith("30 more")


def test_two_rows_for_a_year(tmp_path: Path) -> None:
    error = refusal(table(tmp_path, "v2csreprss", "Aland,AAA,2000,1", "Aland,AAA,2000,2"))
    assert error.problems[0].line == 3
    assert "country-date" in str(error)


# ---------------------------------------------------------------- preset and summary


@pytest.fixture
def mixed(tmp_path: Path) -> vdem.Derivation:
    columns = "v2csreprss_osp,v2cscnsult,v2elparlel,v2ddlexci,v2ddsigpci,v2mecenefm_osp"
    file = table(tmp_path, columns, 'A "land"\\,AAA,2000,3.1,-1.25,1,2,1.96,', "Bland,BBB,2000,1,2,,,,")
    return derive(file, "AAA", 2000, KNOWN)


def flat(table: dict[str, object], path: str = "") -> dict[str, object]:
    """Nested tables as dotted names."""
    out: dict[str, object] = {}
    for name, value in table.items():
        out.update(flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: value})
    return out


def rounded(values: dict[str, vdem.Setting]) -> dict[str, vdem.Setting]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


def test_preset_round_trips(mixed: vdem.Derivation) -> None:
    preset = tomllib.loads(vdem.preset_text(mixed))
    assert list(preset) == ["title", "source", "terms", "governance"]
    assert preset["title"] == 'A "land"\\ 2000'
    assert "CC BY-SA 4.0" in preset["terms"]
    assert flat(preset["governance"]) == rounded(mixed.values)


def test_preset_with_its_comments_brought_in_has_every_setting(mixed: vdem.Derivation) -> None:
    _, body = vdem.preset_text(mixed).split("[governance]\n")
    everything = tomllib.loads(re.sub(r"^# ", "", body, flags=re.MULTILINE))
    assert flat(everything) == rounded(mixed.values) | mixed.missing


def test_preset_keeps_no_cell_of_the_data(mixed: vdem.Derivation) -> None:
    text = vdem.preset_text(mixed)
    assert "-1.25" in mixed.how["openness"]
    assert not re.search(r"-1\.25|\(model score|\b3\.1\b|\b1\.96\b", text)
    assert "percentile rank of v2cscnsult among 2 country-years" in text
    assert "1 - v2csreprss_osp / 4" in text


def test_summary_shows_every_setting_once(mixed: vdem.Derivation) -> None:
    lines = vdem.summary(mixed).splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [*mixed.values, *mixed.missing]
    assert "derived from the file" in lines
    assert "left at their defaults" in lines


# ---------------------------------------------------------------- the shipped presets and the real file


def preset(name: str) -> dict[str, object]:
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def test_every_preset_is_tested() -> None:
    assert {path.stem for path in PRESETS.glob("*.toml")} == {*FROM_DATA, *STYLISED}


@pytest.mark.parametrize("name", FROM_DATA + STYLISED)
def test_preset_carries_source_terms_and_shares(name: str) -> None:
    content = preset(name)
    assert list(content) == ["title", "source", "terms", "governance"]
    assert all(content[key] for key in content)
    settings = flat(content["governance"])  # type: ignore[arg-type]
    assert set(settings) <= set(KNOWN)
    assert all(0 <= value <= 1 for key, value in settings.items() if isinstance(value, float) and key != "veto_players")


def test_stylised_presets_are_opposites() -> None:
    closed, opened = (flat(preset(name)["governance"]) for name in STYLISED)  # type: ignore[arg-type]
    assert set(closed) == set(opened)
    for name in ("repression", "entry_cost", "assembly_cost", "platform_regulation", "surveillance"):
        assert closed[name] > opened[name]  # type: ignore[operator]
    for name in ("accommodation", "openness", "access", "media_freedom", "internet_access", "veto_players"):
        assert closed[name] < opened[name]  # type: ignore[operator]


@pytest.fixture
def real_file() -> Path:
    folder = Path(os.environ.get("ADVOSIM_DATA") or ROOT.parent / "shared" / "data")
    path = folder / REAL_FILE
    if not path.is_file():
        pytest.skip(f"no {REAL_FILE} in the folder named by ADVOSIM_DATA, nor in ../shared/data")
    return path


@pytest.mark.parametrize("name", FROM_DATA)
def test_shipped_preset_is_what_the_file_gives(real_file: Path, name: str) -> None:
    code, year = name.split("_")
    derivation = derive(real_file, code, int(year), KNOWN)
    assert flat(preset(name)["governance"]) == rounded(derivation.values)  # type: ignore[arg-type]
    assert set(derivation.values) == {
        "repression", "accommodation", "entry_cost", "openness", "contestation", "media_freedom",
    }  # fmt: skip


def test_the_mapping_and_the_schema_name_the_same_settings() -> None:
    assert set(vdem.MAPPING) <= set(flat(Governance().model_dump()))


@pytest.mark.parametrize("name", FROM_DATA)
def test_shipped_preset_lists_the_defaults_in_force(real_file: Path, name: str) -> None:
    """Fails when a default of the schema has changed: write the presets anew (docs/how_to/governance_from_data.md)."""
    code, year = name.split("_")
    derivation = derive(real_file, code, int(year), flat(Governance().model_dump()))  # type: ignore[arg-type]
    assert (PRESETS / f"{name}.toml").read_text(encoding="utf-8") == vdem.preset_text(derivation)


@pytest.mark.parametrize("name", FROM_DATA + STYLISED)
def test_preset_fits_the_schema(name: str) -> None:
    Governance.model_validate(preset(name)["governance"])


def real(file: Path, code: str, year: int) -> dict[str, float]:
    return {name: float(value) for name, value in derive(file, code, year, KNOWN).values.items()}


def test_face_validity(real_file: Path) -> None:
    """Orders that no country expert would dispute."""
    norway, china, russia = (real(real_file, code, 2012) for code in ("NOR", "CHN", "RUS"))
    assert norway["repression"] < 0.2 < 0.6 < russia["repression"] < china["repression"]
    assert norway["openness"] > 0.9 > 0.4 > russia["openness"]
    assert norway["media_freedom"] > 0.9 > 0.3 > russia["media_freedom"] > china["media_freedom"]
    assert norway["entry_cost"] < russia["entry_cost"] < china["entry_cost"]
    before, after = real(real_file, "TUN", 2010), real(real_file, "TUN", 2012)
    assert after["repression"] < before["repression"]
    assert after["media_freedom"] > before["media_freedom"]


def test_shipped_presets_contrast(real_file: Path) -> None:
    """No two of the six are near each other on repression, openness and media freedom together."""
    points = [real(real_file, name[:3], int(name[4:])) for name in FROM_DATA]
    axes = ("repression", "openness", "media_freedom")
    gaps = [max(abs(a[axis] - b[axis]) for axis in axes) for i, a in enumerate(points) for b in points[:i]]
    assert min(gaps) > 0.1
    assert all(max(p[axis] for p in points) - min(p[axis] for p in points) > 0.7 for axis in axes)


def test_a_full_name_and_a_year_off_the_real_file(real_file: Path) -> None:
    assert derive(real_file, "switzerland", 2012, KNOWN).code == "CHE"
    assert "nearest year in the file is 2013" in str(refusal(real_file, "CHE", 2020))
