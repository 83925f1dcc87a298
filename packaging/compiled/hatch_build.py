"""Names the wheel after the Python and the system that its code was compiled by."""

from __future__ import annotations

import sys
import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Tagged(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # Rules call nothing of the C library, whichever Linux they are compiled on.
        system = "manylinux_2_17_x86_64" if sys.platform == "linux" else sysconfig.get_platform()
        python = f"cp{sys.version_info.major}{sys.version_info.minor}"
        build_data["pure_python"] = False
        build_data["tag"] = f"{python}-{python}-{system.replace('-', '_').replace('.', '_')}"
