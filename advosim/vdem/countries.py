"""Countries by their code, by the name in the file, or by a name that people use for them (`countries.csv`)."""

from __future__ import annotations

import csv
import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping
from importlib import resources

from advosim.scenario.problems import InputError, Problem


def find_country(names: Mapping[str, str], asked: str, file: str) -> str:
    """The code for a code or a name in any case; `names` by code, as the file has them.

    Raises InputError with the nearest where there is none.
    """
    wanted = fold(asked)
    by_code = {fold(code): code for code in names if code}
    by_name = {fold(name): code for code, name in names.items() if name}
    common = {name: code for name, codes in common_names().items() for code in codes[::-1] if code in names}
    code = by_code.get(wanted) or by_name.get(wanted) or common.get(wanted)
    if wanted and code:
        return code
    near = [f"{code} ({names[code]})" if names[code] else code for code in _nearest(wanted, by_code, common | by_name)]
    raise InputError(
        Problem(
            file,
            None,
            f"unknown country '{asked}'",
            f"one of the {len(by_code)} country codes in the file, or a name",
            f"nearest: {', '.join(near)}",
        )
    )


@functools.cache
def common_names() -> Mapping[str, list[str]]:
    """Names that people use, folded, each with the codes that V-Dem or ISO 3166 have for the country."""
    text = resources.files(__package__).joinpath("countries.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(fold(row["name"]), []).append(row["code"])
    return found


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes, points and articles; `&` and `St` spelled out, single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and "))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[^\w]+", " ", letters).split()
    return " ".join("saint" if word == "st" else word for word in words if word != "the")


def _nearest(wanted: str, by_code: Mapping[str, str], by_name: Mapping[str, str]) -> list[str]:
    """Up to five codes, at least one: names that hold the word, like names, names that start alike, like codes."""
    holds = [by_name[name] for name in by_name if len(wanted) > 2 and (wanted in name or name in wanted)]
    like_names = [by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.6)]
    alike = [by_name[name] for name in by_name if len(wanted) > 3 and name[:3] == wanted[:3]]
    cutoff = 0.5 if holds or like_names or alike else 0.0
    like_codes = [by_code[code] for code in difflib.get_close_matches(wanted[:4], by_code, n=3, cutoff=cutoff)]
    return list(dict.fromkeys(holds[:3] + like_names + alike[:2] + like_codes))[:5]
