"""Numbers that declarations share with what reads them, kept apart so that reading one does not load the schema."""

MOST_SEED = 2**63 - 1
"""The largest seed: that of a signed 64-bit integer."""
MOST_WEEKS = 5200
"""The longest run: a hundred years."""
ONSET = 0.0005
"""Protest by this share of the citizens and more counts as one, to governments and to who reads a run."""
