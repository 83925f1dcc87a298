"""The folder that a run or an analysis leaves."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.results.folder")
