"""How policies do over what is unknown: robustness, regret and trade-offs."""
