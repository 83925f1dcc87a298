"""Which setting of governance comes from which columns of V-Dem: `MAPPING` is the table, one row a setting.

Scale maxima and the meaning of codes: V-Dem codebook v16 (Coppedge et al. 2026).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

Setting = float | str | bool
ELECTORAL_REGIME = "v2x_elecreg"


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


def limits(rules: Mapping[str, Rule]) -> dict[str, tuple[float, float]]:
    """Column -> lowest and highest value that it can hold, for all columns that the rules read."""
    found: dict[str, tuple[float, float]] = {}
    for rule in rules.values():
        if isinstance(rule, Scaled):
            for column, maximum in rule.scales:
                found[f"{column}_osp"] = (0.0, maximum)
                found[column] = (-math.inf, math.inf)
        elif isinstance(rule, Percent):
            found[rule.column] = (0.0, 100.0)
            found.setdefault(rule.where, (0.0, math.inf))
        elif isinstance(rule, Index):
            found[rule.column] = (0.0, 1.0)
        else:
            found[rule.column] = (0.0, rule.maximum)
            if isinstance(rule, Coded):
                found[ELECTORAL_REGIME] = (0.0, 1.0)
    return found
