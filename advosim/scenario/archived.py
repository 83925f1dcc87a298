"""A scenario from the plain values that manifests and states keep of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError, Problem

STAMP = re.compile(r"(?P<name>.+) sha256:(?P<hash>[0-9a-f]{64})")
"""A file of a network in a manifest: its name and what it holds."""


def scenario(table: Mapping[str, Any], file: Path) -> Scenario:
    """The scenario that `resolved` gave as `table`, which stands in `file`.

    Raises InputError where this version has none like it, or where a network's file is not found as it was.
    """
    told = json.loads(json.dumps(table))
    for polity in told.get("polity", {}).values():
        for layer in polity.get("network", {}).values():
            if layer.get("file"):
                layer["file"] = str(_network(layer["file"], file))
    try:
        return Scenario.model_validate(told)
    except ValidationError as error:
        problems = []
        for wrong in error.errors(include_url=False):
            what = f"its scenario is of another version: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
            problems.append(Problem(str(file), None, what))
        raise InputError(problems) from None


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
