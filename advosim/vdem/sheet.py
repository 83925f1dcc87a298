"""The columns of a V-Dem file that the mapping reads, checked cell by cell."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from advosim.scenario.problems import InputError, Problem
from advosim.vdem.files import Cell, Table, hint_export, opened
from advosim.vdem.mapping import ELECTORAL_REGIME, Rule, limits

CODE_COLUMNS = ("country_text_id", "iso3")
NAME_COLUMNS = ("country_name", "country")
YEAR_COLUMN = "year"
EMPTY = frozenset({"", "NA", "N/A", "NaN", "nan", "."})  # how R, pandas and Stata write a missing cell
PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class Sheet:
    """The columns that the mapping reads; row i of each belongs together, NaN is an empty cell."""

    path: Path
    inner: str
    """Name of the file in an archive."""
    codes: list[str]
    names: list[str]
    years: array[int]
    lines: array[int]
    """Line of a text, row of a data file, from 1."""
    columns: dict[str, array[float]]

    @cached_property
    def names_by_code(self) -> dict[str, str]:
        """The last name of each country in the file."""
        return dict(zip(self.codes, self.names, strict=True))


def read(path: Path, rules: Mapping[str, Rule]) -> Sheet:
    """The columns that `rules` need, in one pass that keeps nothing else; InputError with all that is wrong.

    Names of columns count in any case: some programs write them in capitals.
    """
    ranges = limits(rules)
    known = {*ranges, *CODE_COLUMNS, *NAME_COLUMNS, YEAR_COLUMN}
    with ExitStack() as closing:
        table = opened(path, lambda name: name.lower() in known, closing)
        return _rows(path, table, ranges)


def _rows(path: Path, table: Table, ranges: Mapping[str, tuple[float, float]]) -> Sheet:
    header = [name.lower() for name in table.header]
    twice = sorted(column for column in {*ranges, *CODE_COLUMNS, YEAR_COLUMN} if header.count(column) > 1)
    if twice:
        raise InputError([Problem(str(path), 1, f"the column {column} is there twice") for column in twice])
    code_at, name_at, year_at = _key_columns(path, header, ranges)
    at = {column: header.index(column) for column in ranges if column in header}
    sheet = Sheet(path, table.inner, [], [], array("l"), array("l"), {column: array("d") for column in at})
    problems: list[Problem] = []
    for line, cells in table.rows:
        if len(cells) != len(header):
            what = f"the row has {len(cells)} cells, the header {len(header)}"
            problems.append(Problem(str(path), line, what, "", "is the file cut off, or a comma not in quotes?"))
            continue
        sheet.codes.append(_word(cells[code_at]))
        sheet.names.append(_word(cells[name_at]) if name_at is not None else "")
        sheet.lines.append(line)
        sheet.years.append(_year(path, line, cells[year_at], problems))
        for column, i in at.items():
            cell = _point(cells[i]) if table.decimal_comma else cells[i]
            sheet.columns[column].append(_number(path, line, column, cell, ranges[column], problems))
    if problems:
        raise InputError(_shortened(path, problems))
    if not sheet.codes:
        raise InputError(Problem(str(path), None, "no rows below the header", "", hint_export()))
    return sheet


def _key_columns(
    path: Path, header: Sequence[str], ranges: Mapping[str, tuple[float, float]]
) -> tuple[int, int | None, int]:
    """Where code, name (if any) and year stand; InputError that names all that the header lacks."""
    code = next((header.index(column) for column in CODE_COLUMNS if column in header), None)
    name = next((header.index(column) for column in NAME_COLUMNS if column in header), None)
    year = header.index(YEAR_COLUMN) if YEAR_COLUMN in header else None
    mapped = [column for column in ranges if column != ELECTORAL_REGIME]
    lacking: list[tuple[str, str]] = []
    if code is None:
        lacking.append(("no column with country codes", " or ".join(CODE_COLUMNS)))
    if year is None:
        lacking.append(("no column with years", YEAR_COLUMN))
    if not any(column in header for column in mapped):
        lacking.append(("no column that a governance setting can be derived from", "any of " + ", ".join(mapped)))
    if code is None or year is None or lacking:
        alone = len(header) == 1 and re.search(r"\W", header[0])
        hint = "cells are separated by a comma, semicolon, tab or |" if alone else hint_export()
        raise InputError([Problem(str(path), 1, what, allowed, hint) for what, allowed in lacking])
    return code, name, year


def find_year(sheet: Sheet, code: str, year: int) -> int:
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


# ---------------------------------------------------------------- cells


def _number(
    path: Path, line: int, column: str, cell: Cell, ends: tuple[float, float], problems: list[Problem]
) -> float:
    """The cell's number, NaN if empty; what is no finite number within the limits is added to `problems`."""
    text = cell.strip() if isinstance(cell, str) else "" if cell is None or cell != cell else cell
    if text in EMPTY:
        return math.nan
    low, high = ends
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and low <= value <= high:
        return value
    allowed = "a number" if math.isinf(high) else f"a number from {low:g} to {high:g}"
    shown = str(text) if len(str(text)) <= 40 else str(text)[:40] + "..."
    problems.append(Problem(str(path), line, f"{column} is '{shown}'", f"{allowed}, or an empty cell"))
    return math.nan


def _point(cell: Cell) -> Cell:
    """`0,5` as programs in many countries write a half."""
    return cell.replace(",", ".") if isinstance(cell, str) and cell.count(",") == 1 and "." not in cell else cell


def _year(path: Path, line: int, cell: Cell, problems: list[Problem]) -> int:
    """The year of a row; `2012.0` is what a table program makes of 2012 when other cells of the column are empty."""
    try:
        value = float(cell if cell is not None else "")
    except ValueError:
        value = math.nan
    if value.is_integer() and abs(value) < 10_000:
        return int(value)
    shown = "" if cell is None else str(cell).strip()[:40]
    problems.append(Problem(str(path), line, f"year is '{shown}'", "a whole number, e.g. 2012"))
    return 0


def _word(cell: Cell) -> str:
    """A country's code or name, from Latin-1 where its bytes were no UTF-8."""
    text = "" if cell is None else str(cell)
    if not text.isascii() and any("\udc80" <= c <= "\udcff" for c in text):
        text = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return " ".join(text.split())


def _shortened(path: Path, problems: list[Problem]) -> list[Problem]:
    """The first problems, and one that counts the rest: a shifted column gives one a row."""
    more = len(problems) - PROBLEMS_SHOWN
    if more <= 0:
        return problems
    return [*problems[:PROBLEMS_SHOWN], Problem(str(path), None, f"{more} more problems of this kind")]
