"""A sweep in a page: to look at, to narrow down, and to find a run in."""
