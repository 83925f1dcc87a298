"""What each organisation contributed, and by which route."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.experiment.contribution.ranking")
