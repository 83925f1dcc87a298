"""Numbers as people write them elsewhere, and how they are written here."""

from __future__ import annotations

import re
import unicodedata

_DECIMAL = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_COMMA = re.compile(r"[+-]?\d*,\d+")
_PERCENT = re.compile(r"([+-]?\d*(?:[.,]\d*)?)\s*%")
_FRACTION = re.compile(rf"({_DECIMAL})\s*/\s*({_DECIMAL})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[ '_]\d{3})+(?:\.\d+)?")
_MORE_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?")
_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | dict.fromkeys("\u2018\u2019", "'"))
_POINTS = str.maketrans(dict.fromkeys("\u00b7\u02d9\u22c5\u2219\u066b", "."))
_LONGEST = 60


def meant(text: str) -> tuple[str, str]:
    """How a text is written right that is nearly a number, and why; two empty texts where that cannot be told.

    The decimal comma, percentages, fractions, parted thousands, and the signs and digits of other scripts.
    """
    plain = text.strip()
    if len(plain) > _LONGEST or not any(sign.isdecimal() or unicodedata.numeric(sign, None) for sign in plain):
        return "", ""
    known = unicodedata.normalize("NFKC", plain.translate(_POINTS)).replace("\u2044", "/").translate(_SIGNS)
    known = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in known)
    new, why = _rewritten(known)
    return (new, f"write {new}{why}") if new and new != plain else ("", "")


def _rewritten(text: str) -> tuple[str, str]:
    """The number that an ASCII text means, and the reason to write it so."""
    if _MORE_THOUSANDS.fullmatch(text):
        return text.replace(",", "_"), ": thousands are parted by _ or by nothing"
    if _COMMA.fullmatch(text):
        return _full(text.replace(",", ".")), ": decimals take a point"
    if percent := _PERCENT.fullmatch(text):
        return _decimal(percent[1].replace(",", "."), 0.01), ": a share, not a percentage"
    if fraction := _FRACTION.fullmatch(text):
        below = float(fraction[2])
        return (_decimal(fraction[1], 1 / below), ": nothing is calculated here") if below else ("", "")
    if _THOUSANDS.fullmatch(text):
        return re.sub("[ ']", "_", text), ": thousands are parted by _ or by nothing"
    return (_full(text), "") if re.fullmatch(_DECIMAL, text) else ("", "")


def _decimal(text: str, times: float) -> str:
    try:
        return f"{float(text) * times:g}"
    except ValueError:
        return ""


def _full(text: str) -> str:
    """With a digit before the point and behind it."""
    text = re.sub(r"^([+-]?)\.", r"\g<1>0.", text)
    return f"{text}0" if text.endswith(".") else text
