"""The command `advosim`: parses, calls the library, prints. What is heavy is imported where it is used."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from advosim.cli import analyses as cli_analysis
from advosim.cli import calibration as cli_calibrate
from advosim.cli import demo as cli_demo
from advosim.cli import experiments as cli_sweep
from advosim.cli.console import STOPPED, hand_out, hear_no_more, say, settle
from advosim.scenario.limits import MOST_SEED, MOST_WEEKS
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario

T = TypeVar("T")
STAGES = {"compile": "compiling the rules (kept for later runs)", "found": "founding the world", "weeks": "weeks"}

app = typer.Typer(
    name="advosim",
    help="An agent-based laboratory for advocacy politics.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ScenarioArgument = Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")]


def main() -> None:
    """Run the command line."""
    settle()
    try:
        app(prog_name="advosim")
    except KeyboardInterrupt:
        hear_no_more()
        sys.exit(STOPPED)


def _version(wanted: bool) -> None:
    if wanted:
        from advosim.version import __version__

        say(f"advosim {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    debug: Annotated[
        bool, typer.Option("--debug", envvar="ADVOSIM_DEBUG", help="Show the traceback of a failure.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    _Failure.shown = debug


# ---------------------------------------------------------------- commands


@app.command()
def check(scenario: ScenarioArgument) -> None:
    """Read a scenario and say all that is wrong with it."""
    with _told():
        from advosim.scenario import load
        from advosim.scenario.size import shortages, size

        read = load.load(scenario)
        networks = _edge_lists(read)
        if short := list(shortages([read])):
            raise InputError(short)
        say(f"{scenario}: no errors")
        say(_described(read))
        say(f"A run takes {size(read)}.")
        for note in (*networks, *load.notes(read)):
            say(f"note: {note}")


@app.command()
def run(
    scenario: ScenarioArgument,
    seed: Annotated[int | None, typer.Option(min=0, max=MOST_SEED, help="Seed of all chance.")] = None,
    weeks: Annotated[int | None, typer.Option(min=1, max=MOST_WEEKS, help="Length of the run.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value at a dotted path; can be repeated."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads for large worlds; the results are the same.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the results, by default results/SCENARIO-HASH.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write where other files are too; they stay beside the results.")
    ] = False,
) -> None:
    """Run a scenario; write tables, figures, a story and a manifest; print a summary."""
    with _told():
        from datetime import UTC, datetime

        from advosim.results import folder as results

        started = datetime.now(UTC)
        given = {name: value for name, value in (("seed", seed), ("weeks", weeks)) if value is not None}
        chosen, folder = _checked(scenario, changes or [], given, out, force)
        from advosim.simulation import simulate

        with _Bars() as bars:
            record = simulate(chosen, threads=threads, progress=bars)
        results.write(record, folder, started, force)
        say(results.summary(record, folder))


@app.command()
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
    with _told():
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


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    with _told():
        import json

        from advosim.scenario import load

        hand_out(json.dumps(load.json_schema(), indent=2, ensure_ascii=False) + "\n")


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, made if need be.")]) -> None:
    """Write a starter scenario with comments, and the schema that helps an editor."""
    with _told():
        import json

        from advosim.scenario import load

        name = re.sub(r"[^\w-]+", "_", folder.resolve().name)
        starter = folder / f"{name}.toml"
        schema = json.dumps(load.json_schema(), indent=2, ensure_ascii=False) + "\n"
        _write_new({starter: STARTER.replace("NAME", name), folder / "advosim.schema.json": schema})
        say(f"Wrote {starter}. Next: advosim check {starter}; advosim run {starter}")


@app.command()
def warmup() -> None:
    """Compile all rules now, so that later runs start at once."""
    with _told():
        from advosim import simulation

        with _Bars() as bars:
            simulation.warmup(bars)
        say("All rules are compiled.")


# ---------------------------------------------------------------- what the commands share


def _checked(
    name: str, changes: list[str], given: dict[str, int], out: Path | None, force: bool
) -> tuple[Scenario, Path]:
    """The scenario and the place of its results, after all that can be wrong before a run has been looked for."""
    from advosim.results import folder as results
    from advosim.scenario import load
    from advosim.scenario.size import shortages

    problems: list[Problem] = []
    settings = _collect(problems, lambda: load.settings(changes))
    chosen = _collect(problems, lambda: load.read(name, {**(settings or {}), **given}))
    networks: list[str] = []
    if chosen is not None:
        networks = _collect(problems, lambda: _edge_lists(chosen)) or []
        out = out or results.default_place(Path(name).stem, chosen)
        problems += shortages([chosen], out)
    if out is not None:
        _collect(problems, lambda: results.check_place(out, force))
    if problems or chosen is None or out is None:
        raise InputError(problems)
    for note in (*networks, *load.overwritten(chosen, [*(settings or {}), *given])):
        say(f"note: {note}", err=True)
    return chosen, out


def _edge_lists(scenario: Scenario) -> list[str]:
    """What the files of networks hold, in sentences. Raises InputError with what is wrong in them."""
    problems: list[Problem] = []
    said: list[str] = []
    for polity in scenario.polity.values():
        for layer in (polity.network.face_to_face, polity.network.social):
            if layer.file is not None:
                from advosim.world import edge_lists

                ties = _collect(problems, partial(edge_lists.of_layer, layer, polity.citizens))
                said += [] if ties is None else [edge_lists.described(ties, polity.citizens)]
    if problems:
        raise InputError(problems)
    return said


def _collect(problems: list[Problem], action: Callable[[], T]) -> T | None:
    try:
        return action()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _described(scenario: Scenario) -> str:
    organisations = sum(o.count for p in scenario.polity.values() for o in p.organisation.values())
    citizens = sum(p.citizens for p in scenario.polity.values())
    return (
        f"{scenario.title}: {scenario.weeks} weeks, polities: {', '.join(scenario.polity)}; "
        f"issues: {', '.join(scenario.issue)}; {citizens:,} citizens, {organisations} organisations, "
        f"{len(scenario.reform)} reforms"
    )


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


class _Bars:
    """Progress on stderr: a bar for each stage, at once on a terminal, else only for what takes longer."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.__exit__()
            self._stage, self._bar = stage, self._new(stage, total)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _new(self, stage: str, total: int) -> Any:
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        return tqdm(
            desc=STAGES.get(stage, stage),
            total=total,
            file=sys.stderr,
            delay=0 if terminal else 1,
            mininterval=0.1 if terminal else 5,
            leave=stage != "compile" or not terminal,
            dynamic_ncols=True,
        )


@contextmanager
def _told() -> Iterator[None]:
    """Ends a command with a sentence and an exit code: 2 for wrong input, 130 for Ctrl-C, 1 for a failure."""
    try:
        yield
    except InputError as error:
        _refuse(error.problems)
    except KeyboardInterrupt as stopped:
        hear_no_more()
        say(str(stopped) or "Stopped before the end; nothing was saved.", err=True)
        raise typer.Exit(STOPPED) from None
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            _refuse([Problem(f"{str(error.filename)[:60]}...", None, "this name is too long for a file")])
        _fail(error)


def _refuse(problems: Sequence[Problem]) -> NoReturn:
    for problem in problems:
        say(f"error: {problem}", err=True)
    count = len(problems)
    say(f"{count} error{'' if count == 1 else 's'}; nothing was run or written.", err=True)
    raise typer.Exit(2) from None


class _Failure:
    """Whether a failure shows its traceback: `--debug`, or ADVOSIM_DEBUG=1."""

    shown = False


def _fail(error: Exception) -> NoReturn:
    from advosim.results.folder import SaveError

    if _Failure.shown:
        raise error
    known = isinstance(error, SaveError)
    say(f"error: {error}" if known else f"error: the command failed: {_brief(error)}", err=True)
    raise typer.Exit(1) from None


def _brief(error: Exception) -> str:
    """The failure in one sentence, and where its traceback was saved."""
    import tempfile
    import traceback

    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    try:
        handle, name = tempfile.mkstemp(prefix="advosim-traceback-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        return f"{said}. The traceback could not be saved; `advosim --debug ...` shows it."
    return f"{said}. The traceback is in {name}; `advosim --debug ...` shows it."


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

cli_analysis.add_to(app, _told)
cli_calibrate.add_to(app, _told, _Bars)
cli_demo.add_to(app, _told, _Bars)
cli_sweep.add_to(app, _told)
