"""Tables for papers: LaTeX with booktabs' rules, every character that LaTeX reads as a command escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advosim.scenario.plain_text import one_line

if TYPE_CHECKING:
    import pandas as pd

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "\N{MULTIPLICATION SIGN}": r"\ensuremath{\times}",
}


@dataclass(frozen=True)
class Raw:
    """LaTeX that is meant as such: it is not escaped. No str, for pandas makes plain ones of those."""

    text: str

    def __str__(self) -> str:
        return self.text


def escaped(text: Any) -> str:
    """A text as LaTeX prints it, on one line."""
    if isinstance(text, Raw):
        return text.text
    return "".join(SPECIAL.get(letter, letter) for letter in one_line(str(text)))


def number(value: float, digits: int = 3) -> Raw:
    """A number with `digits` significant digits in math mode, very large and small ones with a power of ten."""
    if math.isnan(value):
        return Raw("--")
    if math.isinf(value):
        return Raw(r"$\infty$" if value > 0 else r"$-\infty$")
    return Raw(f"${_plain_or_power(value, digits)}$")


def _plain_or_power(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if -5 < size < 6:
        return f"{value:.{max(0, digits - 1 - size)}f}"
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return rf"{mantissa} \times 10^{{{int(power)}}}"


def interval(low: float, high: float, digits: int = 3) -> Raw:
    """`[low, high]` in math mode, with as many decimals as the wider bound needs."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return Raw(f"[{number(low, digits)}, {number(high, digits)}]")
    size = max(abs(low), abs(high))
    decimals = max(0, digits - 1 - math.floor(math.log10(size))) if size > 0 else 0
    if decimals > 6 or size >= 1e6:
        return Raw(rf"$[{_plain_or_power(low, digits)},\ {_plain_or_power(high, digits)}]$")
    return Raw(rf"$[{low:.{decimals}f},\ {high:.{decimals}f}]$")


def booktabs(
    table: pd.DataFrame,
    *,
    caption: str = "",
    label: str = "",
    note: str = "",
    columns: Mapping[str, str | Raw] | None = None,
    group: str | None = None,
    digits: int = 3,
) -> Table:
    r"""A LaTeX table of `table`, to be `\input` under `\usepackage{booktabs}`.

    columns: the columns to show and their headings. group: a column whose values become lines above their rows.
    Numbers stand right in math mode with `digits` significant digits, texts left, all escaped but `Raw`. The result's
    `long` is the same table for `\usepackage{longtable}`, which breaks over pages.
    """
    shown: dict[str, str | Raw] = dict(columns or {name: name for name in table.columns if name != group})
    names = [rf"\caption{{{escaped(caption)}}}"] if caption else []
    names += [rf"\label{{{label}}}"] if label else []
    across = _alignment(table, list(shown))
    head = [r"\toprule", " & ".join(escaped(heading) for heading in shown.values()) + r" \\", r"\midrule"]
    body = _body(table, list(shown), group, digits)
    below = rf"\footnotesize {escaped(note)}" if note else ""
    lines = [r"\begin{table}[htbp]", r"\centering", *names, rf"\begin{{tabular}}{{{across}}}", *head, *body]
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [r"\par\smallskip", rf"\parbox{{\linewidth}}{{{below}}}"] if note else []
    found = Table("\n".join([*lines, r"\end{table}", ""]))
    found.long = _long(names, across, head, body, below)
    return found


class Table(str):
    """A table that stays on one page, as text."""

    long: str
    """The same table as a longtable, which breaks over pages."""


def _long(names: list[str], across: str, head: list[str], body: list[str], below: str) -> str:
    columns = len(across)
    lines = [rf"\begin{{longtable}}{{{across}}}"]
    lines += ["".join(names) + r" \\"] if names else []
    lines += [*head, r"\endfirsthead", *head, r"\endhead", r"\midrule"]
    lines += [rf"\multicolumn{{{columns}}}{{r}}{{\footnotesize continued on the next page}} \\", r"\endfoot"]
    lines += [r"\bottomrule"]
    lines += [rf"\multicolumn{{{columns}}}{{p{{0.95\linewidth}}}}{{{below}}} \\"] if below else []
    return "\n".join([*lines, r"\endlastfoot", *body, r"\end{longtable}", ""])


def _alignment(table: pd.DataFrame, names: Sequence[str]) -> str:
    left = [table[name].map(lambda cell: isinstance(cell, str)).any() for name in names]
    return "".join("l" if is_text else "r" for is_text in left)


def _body(table: pd.DataFrame, names: Sequence[str], group: str | None, digits: int) -> list[str]:
    lines: list[str] = []
    above = None
    for _, row in table.iterrows():
        if group is not None and row[group] != above:
            lines += [r"\addlinespace"] if lines else []
            lines.append(rf"\multicolumn{{{len(names)}}}{{l}}{{\emph{{{escaped(row[group])}}}}} \\")
            above = row[group]
        lines.append(" & ".join(_cell(row[name], digits) for name in names) + r" \\")
    return lines


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, str | Raw):
        return escaped(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"${value}$"
    return number(float(value), digits).text if hasattr(value, "__float__") else escaped(value)
