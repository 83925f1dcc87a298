"""The command `advosim`."""

from advosim.cli.wiring import app, main

__all__ = ["app", "main"]
