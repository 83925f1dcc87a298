"""Many runs of a design, which nothing can lose."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.experiment.sweep.running")
