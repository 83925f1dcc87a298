"""Calibration over a plain `simulate(theta, seed) -> outcomes`: priors, targets, runs, and three ways to fit.

Nothing here knows the model; `advosim.experiment.calibrate` brings the two together.
"""
