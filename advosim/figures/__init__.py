"""The figures of a run."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.figures.panels")
