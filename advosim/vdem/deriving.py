"""Governance settings of real countries and years from a V-Dem country-year file."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advosim.scenario.problems import InputError, Problem
from advosim.vdem.countries import find_country
from advosim.vdem.mapping import ELECTORAL_REGIME, MAPPING, Coded, Index, Percent, Rule, Scaled, Setting
from advosim.vdem.sheet import Sheet, find_year, read

LEAST_ROWS, LEAST_COUNTRIES = 300, 30  # a world to rank a score in (a convention of this program)


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


def derive(
    file: str | Path, code: str, year: int, known: Mapping[str, Setting], *, excerpt: bool = False
) -> Derivation:
    """Settings of country `code` (or a name of it, in any case) in `year`; see `derive_each`."""
    return derive_each(file, [(code, year)], known, excerpt=excerpt)[0]


def derive_each(
    file: str | Path, wanted: Sequence[tuple[str, int]], known: Mapping[str, Setting], *, excerpt: bool = False
) -> list[Derivation]:
    """Settings of each (country, year) of `wanted`, in one reading of the file; each once.

    `known`: the schema's settings and their defaults, dotted for subtables (`initiative.allowed`); no other setting
    is derived, and those that the file cannot give come back in `missing`. A model score becomes its rank among the
    file's country-years, which needs a world to rank in: a file with less is refused unless `excerpt` says that its
    ranks are meant. Raises InputError for a file that cannot be used and for countries and years that it does not have.
    """
    rules = {setting: rule for setting, rule in MAPPING.items() if setting in known}
    sheet = read(Path(file), rules)
    found: dict[int, str] = {}
    problems: list[Problem] = []
    for code, year in wanted:
        try:
            country = find_country(sheet.names_by_code, code, str(sheet.path))
            row = find_year(sheet, country, year)
            if not excerpt:
                _refuse_small_worlds(sheet, rules, row)
            found[row] = country
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return [_derived(sheet, rules, row, country, known) for row, country in found.items()]


def _derived(
    sheet: Sheet, rules: Mapping[str, Rule], row: int, country: str, known: Mapping[str, Setting]
) -> Derivation:
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
        country=sheet.names[row] or country,
        code=country,
        year=sheet.years[row],
        values=values,
        how=how,
        missing=missing,
        why=why,
        file=sheet.path.name,
        version=_version(sheet.path.name, sheet.inner),
        rows=len(sheet.codes),
        countries=len(sheet.names_by_code),
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


def _version(*names: str) -> str:
    """The version in a name such as V-Dem-CY-Full+Others-v14.csv; the file's columns do not hold it."""
    for name in names:
        match = re.search(r"[-_ ]v(\d+(?:\.\d+)?)(?=[-_. ]|$)", name, flags=re.IGNORECASE)
        if match:
            return match.group(1)
    return "unknown"
