"""Scenarios compared over paired seeds."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.experiment.compare.comparison")
