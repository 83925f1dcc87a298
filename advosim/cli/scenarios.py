"""The commands that help to write a scenario."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from advosim.cli.console import hand_out, say
from advosim.scenario.problems import InputError, Problem

MOST_OF_A_NAME = 80
"""Letters of a starter's name, which takes after its folder's."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, made if need be.")],
    empty: Annotated[
        bool, typer.Option("--empty", help="A world of its own with two publics and two organisations to change.")
    ] = False,
) -> None:
    """Write a starter scenario with comments, and the schema that helps an editor."""
    from advosim.results.folder import check_folder

    check_folder(folder)
    name = re.sub(r"[^\w-]+", "_", Path(os.path.realpath(folder)).name)[:MOST_OF_A_NAME] or "scenario"
    starter = folder / f"{name}.toml"
    text = EMPTY if empty else STARTER
    _write_new({starter: text.replace("NAME", name), folder / "advosim.schema.json": _schema()})
    say(f"Wrote {starter}. Next: advosim check {starter}; advosim run {starter}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    hand_out(_schema())


def country(
    countries: Annotated[
        list[str],
        typer.Argument(
            metavar="COUNTRY...", help="V-Dem's code of a country (CHE) or its name; with a year: CHE:2012."
        ),
    ],
    vdem: Annotated[Path, typer.Option(metavar="FILE", help="A V-Dem country-year file: CSV, Stata, R, Parquet, zip.")],
    years: Annotated[
        list[int] | None, typer.Option("--year", help="The year; can be repeated: each country in each year.")
    ] = None,
    excerpt: Annotated[
        bool, typer.Option("--excerpt", help="Take ranks within FILE though it is no whole world.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PLACE", help="Write the preset to this file, not to the screen; several into a folder."),
    ] = None,
) -> None:
    """Derive the governance settings of countries and years from V-Dem, as presets."""
    from advosim import vdem as source
    from advosim.scenario.declare import parameters
    from advosim.scenario.schema import Governance

    wanted = _country_years(countries, years or [])
    if len(wanted) > 1 and out is None:
        hint = f"write --out presets: each is a file of its own there, like {_preset_name(*wanted[0])}"
        raise InputError(Problem("--out", None, f"{len(wanted)} presets need a folder", hint=hint))
    settings = {path: field.default for path, field in parameters(Governance)}
    derived = source.derive_each(vdem, wanted, settings, excerpt=excerpt)
    if out is None:
        say(source.summary(derived[0]), err=True)
        hand_out(source.preset_text(derived[0]))
        return
    many = len(wanted) > 1 or out.is_dir()
    places = [out / _preset_name(one.code, one.year) if many else out for one in derived]
    _write_new({place: source.preset_text(one) for place, one in zip(places, derived, strict=True)})
    say("\n\n".join(source.summary(one) for one in derived))
    for place in places:
        say(f"Preset written to {place}")


def _country_years(countries: list[str], years: list[int]) -> list[tuple[str, int]]:
    """Each country with its own year, or with each of `years`."""
    found: list[tuple[str, int]] = []
    problems = []
    for asked in countries:
        own = re.fullmatch(r"(.+):\s*(-?\d{1,4})", asked.strip())
        if own:
            found.append((own[1].strip(), int(own[2])))
        elif years:
            found += [(asked, year) for year in years]
        else:
            problems.append(Problem("--year", None, f"no year for {asked}", hint=f"write {asked}:2012, or --year 2012"))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(found))


def _preset_name(code: str, year: int) -> str:
    return f"{code.lower()}_{year}.toml"


COMMANDS = (init, schema, country)


def _schema() -> str:
    import json

    from advosim.scenario import load

    return json.dumps(load.json_schema(), indent=2, ensure_ascii=False) + "\n"


def _write_new(texts: dict[Path, str]) -> None:
    """Write files of which none may exist yet: all of them, or none."""
    taken = [Problem(str(file), None, "is there already and stays as it is") for file in texts if os.path.lexists(file)]
    if taken:
        raise InputError(taken)
    begun: list[Path] = []
    made: list[Path] = []
    for file, text in texts.items():
        try:
            made += [each for each in (file.parent, *file.parent.parents) if not os.path.lexists(each)]
            file.parent.mkdir(parents=True, exist_ok=True)
            begun.append(file)
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            for one in begun:
                one.unlink(missing_ok=True)
            for folder in made:
                with contextlib.suppress(OSError):
                    folder.rmdir()
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

EMPTY = """\
# NAME: a scenario for advosim with nothing but what it needs. Change every line, then add what is yours.
# Lines that start with # are off; take the # away to use one. `advosim schema` tells all settings.
#:schema ./advosim.schema.json

title = "NAME"
question = "What do you want to know?"
source = "Where does the question come from?"
weeks = 104                 # length of a run
seed = 1                    # another seed is another history of the same world

# ---- What is contested: +1 is the reform, -1 its opposite; attitudes and policy lie between
[issue.reform]
meaning = "what the reform is"

# ---- The state and its government: how it meets advocacy (0 = not at all, 1 = fully)
[polity.home]
citizens = 5_000            # below 1,000 the results are for tests only
districts = 5
# policy = { reform = -0.2 }    # where the law stands at the start

[polity.home.governance]
# preset = "che_2012.toml"  # a country and year: see `advosim country --help`
repression = 0.3            # threat and use of force against protest
openness = 0.5              # share of insider contacts that get in
media_freedom = 0.7         # what outlets may cover

# ---- Publics: parts of the citizens; `share` is a weight
[polity.home.public.first]
share = 0.6
# digital = 0.5             # how much more online than others (log odds)
# attitude = { reform = 0.1 }

[polity.home.public.second]
share = 0.4
# digital = -0.5
# attitude = { reform = -0.1 }
# stake = { reform = 0.3 }  # how far they are affected (0 to 1)

# ---- Organisations: kind is ngo, grassroots, movement or business_association
[polity.home.organisation.supporters]
kind = "ngo"
stance = 0.6                # +1 for the reform, -1 against it
# count = 3                 # alike ones
# frames = ["justice", "security"]

[polity.home.organisation.opponents]
kind = "business_association"
stance = -0.6
"""
