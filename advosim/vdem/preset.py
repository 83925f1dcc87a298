"""Settings that were derived, as a preset file and as a table to print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from advosim.vdem.deriving import LEAST_COUNTRIES, LEAST_ROWS, Derivation
from advosim.vdem.mapping import Setting

TERMS = "CC BY-SA 4.0 (V-Dem Institute); settings derived from the data, no rows of it copied"
CELL = re.compile(r" \([^()]*\)")  # in `Derivation.how`


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
