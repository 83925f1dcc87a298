"""Governance settings of a real country and year from a V-Dem country-year file.

`MAPPING` is the table: one row a setting. `derive` reads the file, `preset_text` writes a preset, `summary` a table to
print. Scale maxima and the meaning of codes: V-Dem codebook v16 (Coppedge et al. 2026).
"""

from __future__ import annotations

import csv
import difflib
import json
import math
import os
import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from advosim.scenario.problems import InputError, Problem

Setting = float | str | bool

CODE_COLUMNS = ("country_text_id", "iso3")
NAME_COLUMNS = ("country_name", "country")
YEAR_COLUMN = "year"
ELECTORAL_REGIME = "v2x_elecreg"
EMPTY = frozenset({"", "NA", "N/A", "NaN", "nan", "."})  # how R, pandas and Stata write a missing cell
TERMS = "CC BY-SA 4.0 (V-Dem Institute); settings derived from the data, no rows of it copied"
PROBLEMS_SHOWN = 20
LEAST_ROWS, LEAST_COUNTRIES = 300, 30  # a world to rank a score in (a convention of this program)
CELL = re.compile(r" \([^()]*\)")  # in `Derivation.how`


@dataclass(frozen=True)
class Scaled:
    """Expert-coded columns, each with the maximum of its ordinal scale: mean of value/maximum, or 1 minus it."""

    scales: tuple[tuple[str, float], ...]
    reverse: bool = False


@dataclass(frozen=True)
class Index:
    """A column that is an index in 0..1 itself."""

    column: str


@dataclass(frozen=True)
class Coded:
    """A column of codes that exists in election years only, so the last election's code holds until the next."""

    column: str
    names: Mapping[int, str]
    maximum: float


@dataclass(frozen=True)
class Percent:
    """A column in percent of registered voters, as a share; nothing where the column `where` is 0.

    `zero` says whether 0 % is an answer (no quorum) or none (a vote that nobody has to sign for).
    """

    column: str
    where: str
    zero: bool


@dataclass(frozen=True)
class Above:
    """True where a column is above `bound`; nothing where the column `where`, if one is named, is 0."""

    column: str
    bound: float
    maximum: float
    where: str = ""


Rule = Scaled | Index | Coded | Percent | Above

MAPPING: Mapping[str, Rule] = {
    "repression": Scaled((("v2csreprss", 4),), reverse=True),
    "accommodation": Scaled((("v2cscnsult", 2), ("v2dlengage", 5))),
    "entry_cost": Scaled((("v2cseeorgs", 4),), reverse=True),
    "assembly_cost": Scaled((("v2caassemb", 4),), reverse=True),
    "openness": Scaled((("v2cscnsult", 2),)),
    "access": Scaled((("v2dlconslt", 5),)),
    "contestation": Index("v2x_polyarchy"),
    "electoral_system": Coded("v2elparlel", {0: "majority", 1: "proportional", 2: "mixed"}, maximum=3),
    "initiative.allowed": Above("v2ddlexci", 0, maximum=2),
    "initiative.signature_share": Percent("v2ddsigpci", where="v2ddlexci", zero=False),
    "initiative.quorum": Percent("v2ddpartci", where="v2ddlexci", zero=True),
    "initiative.binding": Above("v2ddlexci", 1, maximum=2, where="v2ddlexci"),
    "referendum.allowed": Above("v2xdd_i_rf", 0, maximum=2),
    "media_freedom": Scaled((("v2mecenefm", 4),)),
    "internet_access": Scaled((("v2smonex", 3),)),
    "platform_regulation": Scaled((("v2smgovsmcenprc", 4),), reverse=True),
    "surveillance": Scaled((("v2smarrest", 3),), reverse=True),
}
"""Setting -> what of V-Dem it comes from. A setting that is not here (`veto_players`, `recall.*`,
`external_vulnerability`, ...) is derived from no V-Dem column and stays with the user."""


@dataclass(frozen=True)
class Derivation:
    """Settings of one country in one year, each with how it was derived, and the defaults of the rest."""

    country: str
    code: str
    year: int
    values: dict[str, Setting]  # shares and indices 0..1, booleans, names
    how: dict[str, str]  # setting -> formula and columns, with the cells that it used in parentheses
    missing: dict[str, Setting]  # setting -> default
    why: dict[str, str]  # missing setting -> why the file cannot give it
    file: str  # the file's name without its folder
    version: str  # of the dataset, from the file's name; "unknown" without one
    rows: int  # country-years in the file
    countries: int  # in the file


@dataclass(frozen=True)
class Sheet:
    """The columns of a V-Dem file that the mapping reads; row i of each belongs together, NaN is an empty cell."""

    path: Path
    codes: list[str]
    names: list[str]
    years: array[int]
    lines: array[int]  # line of the file, from 1
    columns: dict[str, array[float]]


def derive(
    file: str | Path, code: str, year: int, known: Mapping[str, Setting], *, excerpt: bool = False
) -> Derivation:
    """Settings of country `code` (or its full name, in any case) in `year`.

    `known`: the schema's settings and their defaults, dotted for subtables (`initiative.allowed`); no other setting
    is derived, and those that the file cannot give come back in `missing`. A model score becomes its rank among the
    file's country-years, which needs a world to rank in: a file with less is refused unless `excerpt` says that its
    ranks are meant. Raises InputError for a file that cannot be used and for a country or year that it does not have.
    """
    path = Path(file)
    rules = {setting: rule for setting, rule in MAPPING.items() if setting in known}
    sheet = _read(path, rules)
    found = _find_country(sheet, code)
    row = _find_year(sheet, found, year)
    if not excerpt:
        _refuse_small_worlds(sheet, rules, row)
    values: dict[str, Setting] = {}
    how: dict[str, str] = {}
    why: dict[str, str] = {}
    for setting, rule in rules.items():
        value, text = _apply(rule, sheet, row)
        if value is None:
            why[setting] = text
        else:
            values[setting], how[setting] = value, text
    missing = {setting: default for setting, default in known.items() if setting not in values}
    why = {setting: why.get(setting, "derived from no V-Dem column: set it yourself") for setting in missing}
    return Derivation(
        country=sheet.names[row] or found,
        code=found,
        year=year,
        values=values,
        how=how,
        missing=missing,
        why=why,
        file=path.name,
        version=_version(path.name),
        rows=len(sheet.codes),
        countries=len(set(sheet.codes)),
    )


def _refuse_small_worlds(sheet: Sheet, rules: Mapping[str, Rule], row: int) -> None:
    """InputError where a score would be ranked among so few that its rank says little about the world."""
    problems = []
    for setting, rule in rules.items():
        for column, _ in rule.scales if isinstance(rule, Scaled) else ():
            if not math.isnan(_cell(sheet, f"{column}_osp", row)) or math.isnan(_cell(sheet, column, row)):
                continue
            scored = [code for code, score in zip(sheet.codes, sheet.columns[column], strict=True) if score == score]
            countries = len(set(scored))
            if len(scored) < LEAST_ROWS or countries < LEAST_COUNTRIES:
                have = f"{len(scored):,} country-year{'' if len(scored) == 1 else 's'} of {countries:,} countr"
                text = f"{setting} would be a rank of {column} among {have}{'y' if countries == 1 else 'ies'} only"
                allowed = f"{LEAST_ROWS} country-years of {LEAST_COUNTRIES} countries, or a column {column}_osp"
                hint = "use the whole V-Dem file; --excerpt takes ranks within this one"
                problems.append(Problem(str(sheet.path), None, text, allowed, hint))
    if problems:
        raise InputError(problems)


# From a row of the file to a setting


def _apply(rule: Rule, sheet: Sheet, row: int) -> tuple[Setting | None, str]:
    """The setting's value and how it was derived, or None and why not."""
    if isinstance(rule, Scaled):
        return _scaled(rule, sheet, row)
    if isinstance(rule, Coded):
        return _coded(rule, sheet, row)
    absent = _absent(sheet, row, rule.column)
    if absent:
        return None, absent
    if isinstance(rule, Index):
        return _cell(sheet, rule.column, row), f"{rule.column}, an index in 0..1"
    if rule.where and _cell(sheet, rule.where, row) == 0:
        return None, f"{rule.where} is 0: there is none"
    if isinstance(rule, Percent):
        return _percent(rule, _cell(sheet, rule.column, row))
    value = _cell(sheet, rule.column, row)
    relation = "above" if value > rule.bound else "not above"
    return value > rule.bound, f"{rule.column} is {relation} {rule.bound:g} (code {value:g})"


def _scaled(rule: Scaled, sheet: Sheet, row: int) -> tuple[float | None, str]:
    """Mean over the columns that this row has, of the `_osp` value by its maximum, else of the score's rank."""
    parts: list[float] = []
    texts: list[str] = []
    gaps: list[str] = []
    for column, maximum in rule.scales:
        expert, score = _cell(sheet, f"{column}_osp", row), _cell(sheet, column, row)
        if not math.isnan(expert):
            parts.append(expert / maximum)
            texts.append(f"{column}_osp / {maximum:g} ({expert:g} on its scale of 0 to {maximum:g})")
        elif not math.isnan(score):
            share, count = _rank(sheet.columns[column], score)
            parts.append(share)
            texts.append(
                f"percentile rank of {column} (model score {score:g}) among {count:,} country-years in the file"
            )
        else:
            gaps.append(_absent(sheet, row, f"{column}_osp", column))
    if not parts:
        return None, "; ".join(gaps)
    mean = sum(parts) / len(parts)
    text = texts[0] if len(texts) == 1 else "mean of " + " and ".join(texts)
    text = "; ".join([f"1 - {text}" if rule.reverse else text, *gaps])
    return (1 - mean if rule.reverse else mean), text


def _rank(scores: Sequence[float], score: float) -> tuple[float, int]:
    """Share of the file's scores below `score`, ties counted half, in (0,1); and how many scores there are.

    Mid-rank keeps the ends off 0 and 1, which a model score never reaches, and is the same for equal scores.
    """
    below = sum(1 for other in scores if other < score)
    equal = sum(1 for other in scores if other == score)
    count = sum(1 for other in scores if not math.isnan(other))
    return (below + 0.5 * equal) / count, count


def _coded(rule: Coded, sheet: Sheet, row: int) -> tuple[str | None, str]:
    """The code of this year, else of the last election before it; nothing once elections were suspended.

    V-Dem fills election variables forward in the same way, until `v2x_elecreg` is 0 (vdemdata, fill_vars).
    """
    codes = sheet.columns.get(rule.column)
    if codes is None:
        return None, f"no column {rule.column} in the file"
    for i in _years_back(sheet, row):
        if not math.isnan(codes[i]):
            when = "" if i == row else f" in {sheet.years[i]}, the last election before {sheet.years[row]} in the file"
            name = rule.names.get(int(codes[i]))
            text = f"{rule.column} (code {codes[i]:g}){when}"
            return (name, text) if name else (None, f"{text}: a system that the model does not have")
        if _cell(sheet, ELECTORAL_REGIME, i) == 0:
            return None, f"{rule.column} is empty and {ELECTORAL_REGIME} is 0 in {sheet.years[i]}: no elections held"
    return None, f"{rule.column} is empty up to {sheet.years[row]}"


def _years_back(sheet: Sheet, row: int) -> list[int]:
    """Rows of the same country from `row`'s year backwards."""
    code, year = sheet.codes[row], sheet.years[row]
    rows = [i for i, other in enumerate(sheet.codes) if other == code and sheet.years[i] <= year]
    return sorted(rows, key=lambda i: -sheet.years[i])


def _percent(rule: Percent, value: float) -> tuple[float | None, str]:
    if value == 0 and not rule.zero:
        return (
            None,
            f"{rule.column} is 0 %: the file gives no share, perhaps because the law gives a number of signatures",
        )
    return value / 100, f"{rule.column} / 100 ({value:g} % of registered voters)"


def _cell(sheet: Sheet, column: str, row: int) -> float:
    """The value, NaN where the cell is empty or the file has no such column."""
    return sheet.columns[column][row] if column in sheet.columns else math.nan


def _absent(sheet: Sheet, row: int, *columns: str) -> str:
    """Why none of the columns has a value here; empty where one has."""
    here = [column for column in columns if column in sheet.columns]
    if not here:
        return f"no column {' or '.join(columns)} in the file"
    if all(math.isnan(_cell(sheet, column, row)) for column in here):
        return f"{' and '.join(here)} {'is' if len(here) == 1 else 'are'} empty in {sheet.years[row]}"
    return ""


# The country and the year


def _find_country(sheet: Sheet, asked: str) -> str:
    """The file's code for a code or a full name in any case; InputError with the nearest where it has none."""
    names = dict(zip(sheet.codes, sheet.names, strict=True))
    wanted = _fold(asked)
    by_code = {_fold(code): code for code in names if code}
    by_name = {_fold(name): code for code, name in names.items() if name}
    code = by_code.get(wanted) or by_name.get(wanted)
    if wanted and code:
        return code
    near = [f"{code} ({names[code]})" if names[code] else code for code in _nearest(wanted, by_code, by_name)]
    raise InputError(
        Problem(
            str(sheet.path),
            None,
            f"unknown country '{asked}'",
            f"one of the {len(by_code)} country codes in the file, or a full name as the file writes it",
            f"nearest: {', '.join(near)}",
        )
    )


def _nearest(wanted: str, by_code: Mapping[str, str], by_name: Mapping[str, str]) -> list[str]:
    """Up to five codes, at least one: names that hold the word, like names, names that start alike, like codes."""
    holds = [by_name[name] for name in by_name if len(wanted) > 2 and (wanted in name or name in wanted)]
    like_names = [by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.6)]
    alike = [by_name[name] for name in by_name if len(wanted) > 3 and name[:3] == wanted[:3]]
    cutoff = 0.5 if holds or like_names or alike else 0.0
    like_codes = [by_code[code] for code in difflib.get_close_matches(wanted[:4], by_code, n=3, cutoff=cutoff)]
    return list(dict.fromkeys(holds[:3] + like_names + alike[:2] + like_codes))[:5]


def _find_year(sheet: Sheet, code: str, year: int) -> int:
    """The row of the country in that year; InputError with the nearest year and the range where there is none."""
    rows = [i for i, other in enumerate(sheet.codes) if other == code]
    here = [i for i in rows if sheet.years[i] == year]
    if len(here) == 1:
        return here[0]
    if here:
        raise InputError(
            Problem(
                str(sheet.path),
                sheet.lines[here[1]],
                f"{code} has {len(here)} rows for {year}",
                "one row a country and year",
                "use V-Dem's country-year file, not its country-date file",
            )
        )
    years = sorted(sheet.years[i] for i in rows)
    nearest = min(years, key=lambda other: abs(other - year))
    raise InputError(
        Problem(
            str(sheet.path),
            None,
            f"no row for {code} in {year}",
            f"{years[0]} to {years[-1]}",
            f"the nearest year in the file is {nearest}",
        )
    )


def _fold(text: str) -> str:
    """Lower case, without accents, with one kind of apostrophe, single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


# Reading the file


def _read(path: Path, rules: Mapping[str, Rule]) -> Sheet:
    """The columns that `rules` need, in one pass that keeps nothing else; InputError with all that is wrong."""
    _refuse_what_is_no_text(path)
    # surrogateescape: a Latin-1 file differs from UTF-8 in names only, which `_name` mends, so one pass serves both
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        try:
            return _read_rows(path, stream, rules)
        except csv.Error as error:
            raise InputError(Problem(str(path), None, f"not a CSV file: {error}", "", _hint_export())) from None


def _read_rows(path: Path, stream: TextIO, rules: Mapping[str, Rule]) -> Sheet:
    reader = csv.reader(stream, strict=True)
    header = [cell.strip() for cell in next(reader, [])]
    limits = _limits(rules)
    twice = sorted(column for column in {*limits, *CODE_COLUMNS, YEAR_COLUMN} if header.count(column) > 1)
    if twice:
        raise InputError([Problem(str(path), 1, f"the column {column} is there twice") for column in twice])
    code_at, name_at, year_at = _key_columns(path, header, limits)
    at = {column: header.index(column) for column in limits if column in header}
    sheet = Sheet(path, [], [], array("l"), array("l"), {column: array("d") for column in at})
    problems: list[Problem] = []
    for cells in reader:
        if not cells:
            continue
        line = reader.line_num
        if len(cells) != len(header):
            what = f"the row has {len(cells)} cells, the header {len(header)}"
            problems.append(Problem(str(path), line, what, "", "is the file cut off, or a comma not in quotes?"))
            continue
        sheet.codes.append(cells[code_at].strip())
        sheet.names.append(_name(cells[name_at]) if name_at is not None else "")
        sheet.lines.append(line)
        sheet.years.append(_year(path, line, cells[year_at], problems))
        for column, i in at.items():
            sheet.columns[column].append(_number(path, line, column, cells[i], limits[column], problems))
    if problems:
        raise InputError(_shortened(path, problems))
    if not sheet.codes:
        raise InputError(Problem(str(path), None, "no rows below the header", "", _hint_export()))
    return sheet


def _refuse_what_is_no_text(path: Path) -> None:
    """InputError for what cannot be a CSV file at all: nothing there, a folder, empty, binary, not readable."""
    problem = ""
    hint = _hint_export()
    try:
        if os.path.isdir(path):
            problem, hint = "is a folder, not a file", "name the CSV file in it"
        elif not os.path.isfile(path):
            problem = "no such file"
        else:
            with path.open("rb") as stream:
                start = stream.read(65536)
            if not start.strip(b"\xef\xbb\xbf \t\r\n"):
                problem = "is empty"
            elif b"\0" in start or start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
                problem = "not a CSV file: its content is binary"
                hint = "unpack an archive first; export .rds or .dta files as CSV (UTF-8)"
    except OSError as error:
        problem, hint = f"cannot be read: {error.strerror or error}", ""
    if problem:
        raise InputError(Problem(str(path), None, problem, "", hint))


def _key_columns(
    path: Path, header: Sequence[str], limits: Mapping[str, tuple[float, float]]
) -> tuple[int, int | None, int]:
    """Where code, name (if any) and year stand; InputError that names all that the header lacks."""
    code = next((header.index(column) for column in CODE_COLUMNS if column in header), None)
    name = next((header.index(column) for column in NAME_COLUMNS if column in header), None)
    year = header.index(YEAR_COLUMN) if YEAR_COLUMN in header else None
    mapped = [column for column in limits if column != ELECTORAL_REGIME]
    lacking: list[tuple[str, str]] = []
    if code is None:
        lacking.append(("no column with country codes", " or ".join(CODE_COLUMNS)))
    if year is None:
        lacking.append(("no column with years", YEAR_COLUMN))
    if not any(column in header for column in mapped):
        lacking.append(("no column that a governance setting can be derived from", "any of " + ", ".join(mapped)))
    if code is None or year is None or lacking:
        alone = len(header) == 1 and re.search(r"[;\t|]", header[0])
        hint = "the columns must be separated by commas" if alone else _hint_export()
        raise InputError([Problem(str(path), 1, what, allowed, hint) for what, allowed in lacking])
    return code, name, year


def _limits(rules: Mapping[str, Rule]) -> dict[str, tuple[float, float]]:
    """Column -> lowest and highest value that it can hold, for all columns that the rules read."""
    limits: dict[str, tuple[float, float]] = {}
    for rule in rules.values():
        if isinstance(rule, Scaled):
            for column, maximum in rule.scales:
                limits[f"{column}_osp"] = (0.0, maximum)
                limits[column] = (-math.inf, math.inf)
        elif isinstance(rule, Percent):
            limits[rule.column] = (0.0, 100.0)
            limits.setdefault(rule.where, (0.0, math.inf))
        elif isinstance(rule, Index):
            limits[rule.column] = (0.0, 1.0)
        else:
            limits[rule.column] = (0.0, rule.maximum)
            if isinstance(rule, Coded):
                limits[ELECTORAL_REGIME] = (0.0, 1.0)
    return limits


def _number(
    path: Path, line: int, column: str, cell: str, limits: tuple[float, float], problems: list[Problem]
) -> float:
    """The cell's number, NaN if empty; what is no finite number within the limits is added to `problems`."""
    text = cell.strip()
    if text in EMPTY:
        return math.nan
    low, high = limits
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and low <= value <= high:
        return value
    allowed = "a number" if math.isinf(high) else f"a number from {low:g} to {high:g}"
    shown = text if len(text) <= 40 else text[:40] + "..."
    problems.append(Problem(str(path), line, f"{column} is '{shown}'", f"{allowed}, or an empty cell"))
    return math.nan


def _year(path: Path, line: int, cell: str, problems: list[Problem]) -> int:
    """The year of a row; `2012.0` is what a table program makes of 2012 when other cells of the column are empty."""
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if value.is_integer() and abs(value) < 10_000:
        return int(value)
    problems.append(Problem(str(path), line, f"year is '{cell.strip()[:40]}'", "a whole number, e.g. 2012"))
    return 0


def _name(cell: str) -> str:
    """A country's name, from Latin-1 where its bytes were no UTF-8."""
    if not cell.isascii() and any("\udc80" <= c <= "\udcff" for c in cell):
        cell = cell.encode("utf-8", "surrogateescape").decode("latin-1")
    return " ".join(cell.split())


def _shortened(path: Path, problems: list[Problem]) -> list[Problem]:
    """The first problems, and one that counts the rest: a shifted column gives one a row."""
    more = len(problems) - PROBLEMS_SHOWN
    if more <= 0:
        return problems
    return [*problems[:PROBLEMS_SHOWN], Problem(str(path), None, f"{more} more problems of this kind")]


def _hint_export() -> str:
    return "use V-Dem's country-year dataset as a CSV file, from https://v-dem.net/data/"


def _version(file: str) -> str:
    """The version in a name such as V-Dem-CY-Full+Others-v14.csv; the file's columns do not hold it."""
    match = re.search(r"[-_ ]v(\d+(?:\.\d+)?)(?=[-_. ]|$)", file, flags=re.IGNORECASE)
    return match.group(1) if match else "unknown"


# Writing


def preset_text(derivation: Derivation) -> str:
    """The text of a preset file: `title`, `source` and `terms` at the top, then one table `[governance]`.

    A loader reads `[governance]`; settings of subtables are dotted keys in it (`initiative.allowed = true`), so that
    each line can be changed, or brought in by deleting its `#`, without touching another. Numbers have six decimals.
    Cells of the data are left out, so that a preset can be passed on without them.
    """
    d = derivation
    what = f"Governance settings of {d.country} ({d.code}) in {d.year}"
    source = (
        f"V-Dem Institute, Varieties of Democracy (V-Dem) dataset, version {d.version} (Coppedge et al.); "
        f"{d.code} {d.year} in {d.file}"
    )
    lines = [
        _comment(f"{what}, derived from a V-Dem file of {d.rows:,} country-years."),
        *(["# An excerpt: its ranks are among so few that they say little about the world."] if _is_excerpt(d) else []),
        "# Behind each setting stands how it was derived. A rank depends on the countries and years in the file.",
        "# Commented lines are settings that the file cannot give, with their defaults: change what you know better.",
        f"title = {_toml(f'{d.country} {d.year}')}",
        f"source = {_toml(source)}",
        f"terms = {_toml(TERMS)}",
        "",
        "[governance]",
        *(
            f"{setting} = {_toml(value)}  {_comment(CELL.sub('', d.how[setting]))}"
            for setting, value in d.values.items()
        ),
        *(
            _comment(f"{name} = {_toml(value)}  # default; {CELL.sub('', d.why[name])}")
            for name, value in d.missing.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def summary(derivation: Derivation) -> str:
    """A table to print: the settings derived, each with how, and those left at their default, each with why."""
    d = derivation
    size = f"{d.rows:,} country-years of {_countries(d)}"
    lines = [f"{d.country} ({d.code}) {d.year}, from {d.file} ({size}, V-Dem version {d.version})"]
    width = max((len(name) for name in [*d.values, *d.missing]), default=0)
    lines += ["", "derived from the file" if d.values else "derived from the file: none"]
    lines += _rows(d.values, d.how, width)
    lines += ["", "left at their defaults" if d.missing else "left at their defaults: none"]
    lines += _rows(d.missing, d.why, width)
    return "\n".join(lines)


def _is_excerpt(d: Derivation) -> bool:
    return d.rows < LEAST_ROWS or d.countries < LEAST_COUNTRIES


def _countries(d: Derivation) -> str:
    return f"{d.countries:,} countr{'y' if d.countries == 1 else 'ies'}"


def _rows(values: Mapping[str, Setting], texts: Mapping[str, str], width: int) -> Iterator[str]:
    for name, value in values.items():
        shown = f"{value:.3f}" if isinstance(value, float) else _toml(value).strip('"')
        yield f"  {name:<{width}}  {shown:>12}  {texts[name]}"


def _toml(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(round(value, 6))
    # a JSON string is a TOML string, but for the one control character that JSON leaves bare
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """A comment on one line: TOML forbids control characters there, and a name comes from a file."""
    return "# " + " ".join("".join(c if c.isprintable() else " " for c in text).split())
