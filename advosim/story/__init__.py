"""A run told in sentences."""

from advosim.moved import names_of

__getattr__ = names_of(__name__, "advosim.story.page")
