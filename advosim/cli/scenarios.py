"""The commands that help to write a scenario."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from advosim.cli.console import hand_out, say
from advosim.scenario.problems import InputError, Problem


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, made if need be.")]) -> None:
    """Write a starter scenario with comments, and the schema that helps an editor."""
    name = re.sub(r"[^\w-]+", "_", folder.resolve().name)
    starter = folder / f"{name}.toml"
    _write_new({starter: STARTER.replace("NAME", name), folder / "advosim.schema.json": _schema()})
    say(f"Wrote {starter}. Next: advosim check {starter}; advosim run {starter}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    hand_out(_schema())


def country(
    code: Annotated[str, typer.Argument(help="V-Dem's code of the country (CHE), or its name.")],
    year: Annotated[int, typer.Option(help="The year.")],
    vdem: Annotated[Path, typer.Option(metavar="FILE", help="A V-Dem country-year file (CSV).")],
    excerpt: Annotated[
        bool, typer.Option("--excerpt", help="Take ranks within FILE though it is no whole world.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the preset here, not to the screen.")] = None,
) -> None:
    """Derive the governance settings of a country and year from V-Dem, as a preset."""
    from advosim.scenario import vdem as source
    from advosim.scenario.declare import parameters
    from advosim.scenario.schema import Governance

    settings = {path: field.default for path, field in parameters(Governance)}
    derived = source.derive(vdem, code, year, settings, excerpt=excerpt)
    preset = source.preset_text(derived)
    if out is None:
        say(source.summary(derived), err=True)
        hand_out(preset)
        return
    _write_new({out: preset})
    say(source.summary(derived))
    say(f"Preset written to {out}")


COMMANDS = (init, schema, country)


def _schema() -> str:
    import json

    from advosim.scenario import load

    return json.dumps(load.json_schema(), indent=2, ensure_ascii=False) + "\n"


def _write_new(texts: dict[Path, str]) -> None:
    """Write files of which none may exist yet."""
    taken = [Problem(str(file), None, "is there already and stays as it is") for file in texts if file.exists()]
    if taken:
        raise InputError(taken)
    for file, text in texts.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise InputError(Problem(str(file), None, f"cannot be written: {error.strerror}")) from None


STARTER = """\
# NAME: a scenario for advosim. Lines that start with # are off; take the # away to use one.
#:schema ./advosim.schema.json

title = "NAME"
question = "What do you want to know?"
source = "Where does the question come from?"
extends = "baseline"        # everything that is not said here is as in the shipped baseline
# weeks = 208               # length of a run
# seed = 1                  # another seed is another history of the same world

# ---- The government: how it meets advocacy (0 = not at all, 1 = fully)
[polity.home.governance]
# preset = "closed_regime"  # or "open_democracy", or a country and year: see `advosim country --help`
repression = 0.3
# openness = 0.7            # do officials listen to organisations?
# media_freedom = 0.9       # may media cover protest?

# ---- The citizens
# [polity.home]
# citizens = 20_000
# [polity.home.network.face_to_face]
# kind = "small_world"
# degree = 6.0

# ---- An organisation of your own beside those of the baseline
# [polity.home.organisation.greens]
# kind = "ngo"              # ngo, grassroots, movement, business_association
# stance = 0.6              # +1 for the reform, -1 against it

# ---- Rules of the model: change a parameter, or switch a rule off
# [mechanism.influence]
# epsilon = 0.4
# on = false

# ---- A change in mid-run
# [[reform]]
# week = 104
# set = { "polity.home.governance.repression" = 0.8 }
"""
