"""A scenario from the plain values that manifests and states keep of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from advosim.scenario import refusals
from advosim.scenario.layers import Layer, Merged, tables
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem

STAMP = re.compile(r"(?P<name>.+) sha256:(?P<hash>[0-9a-f]{64})")
"""A file of a network in a manifest: its name and what it holds."""


def scenario(table: Mapping[str, Any], file: Path) -> Scenario:
    """The scenario that `resolved` gave as `table`, which stands in `file`.

    Raises InputError where this version has none like it, or where a network's file is not found as it was.
    """
    told = json.loads(json.dumps(table))
    for _, polity in tables(told, "polity"):
        for _, layer in tables(polity, "network"):
            if layer.get("file"):
                layer["file"] = str(_network(str(layer["file"]), file))
    found, _, problems = refusals.refused(Scenario, Merged(Layer(str(file), file.parent, {}), _whole(told, file)))
    if found is None or problems:
        of_another = "its scenario is of another version"
        raise InputError([replace(each, what=f"{of_another}: {each.what}") for each in problems])
    return found


def _whole(told: Any, file: Path) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise InputError(Problem(str(file), None, "its scenario is no table: was it edited?"))
    return told


def _network(stamp: str, file: Path) -> Path:
    """The file of a network, looked for beside `file` and in the current folder."""
    found = STAMP.fullmatch(stamp)
    if found is None:
        raise InputError(Problem(str(file), None, f"the network's file was gone when it was saved: {stamp}"))
    for folder in (file.parent, Path()):
        path = folder / found["name"]
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == found["hash"]:
            return path.absolute()
    what = f"the network's file {found['name']} is needed as it was (sha256 {found['hash'][:12]}...)"
    raise InputError(Problem(str(file), None, what, hint="put it beside the manifest, or call from its folder"))
