"""Governance settings from V-Dem, the Varieties of Democracy data: files, countries, the mapping, and presets."""

from advosim.vdem.deriving import Derivation, derive, derive_each
from advosim.vdem.mapping import MAPPING, Setting
from advosim.vdem.preset import preset_text, summary

__all__ = ["MAPPING", "Derivation", "Setting", "derive", "derive_each", "preset_text", "summary"]
