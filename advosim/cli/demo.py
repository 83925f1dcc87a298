"""The command `advosim demo`: the classroom in a browser, one exported page, and the check of a lesson."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advosim.cli.console import Bars, say
from advosim.scenario.limits import MOST_SEED
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.classroom.asked import Shelf

PORT = 8123
TWINS = 50


def demo(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Scenarios to choose from; by default all that are shipped.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = PORT,
    address: Annotated[str, typer.Option(help="Address to answer at.")] = "127.0.0.1",
    lan: Annotated[bool, typer.Option("--lan", help="Let everybody in this network open the page.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    lessons: Annotated[
        list[Path] | None, typer.Option("--lesson", metavar="FILE|DIR", help="Lessons of your own.")
    ] = None,
    check_lesson: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Count a lesson's answers in pairs of twins, and end.")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, max=10_000, help=f"With --check-lesson: pairs of twins, by default {TWINS}.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write one page that plays without a server, and end.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--change", metavar="PATH=VALUE[@WEEK]", help="With --export: a change of the right side."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=MOST_SEED, help="With --export: seed of all chance.")] = None,
) -> None:
    """Open the classroom: two histories side by side in a browser, with one change between them."""
    _refuse_what_does_not_go_together(check_lesson, runs, export, changes, seed, lessons)
    _needs_app()
    from advosim.classroom.asked import Shelf

    shelf = Shelf(scenarios or [])
    if check_lesson is not None:
        _check(check_lesson, shelf, runs or TWINS)
    elif export is not None:
        _export(export, shelf, changes or [], seed)
    else:
        _open(shelf, lessons or [], "0.0.0.0" if lan else address, port, lan, browser)


COMMANDS = (demo,)


def _refuse_what_does_not_go_together(
    check_lesson: Path | None, runs: int | None, export: Path | None, changes: list[str] | None, seed: int | None,
    lessons: list[Path] | None,
) -> None:  # fmt: skip
    """Raises InputError for options of another use of the command than the one that is asked for."""
    problems = []
    if check_lesson is not None and export is not None:
        problems.append(Problem("--export", None, "does not go with --check-lesson", hint="give two commands"))
    if runs is not None and check_lesson is None:
        problems.append(Problem("--runs", None, "goes with --check-lesson"))
    if changes and export is None:
        problems.append(Problem("--change", None, "goes with --export", hint="the page has a tab Change"))
    if lessons and export is not None:
        problems.append(Problem("--lesson", None, "does not go with --export", hint="a page that is exported has none"))
    if seed is not None and export is None:
        problems.append(Problem("--seed", None, "goes with --export", hint="the page has a field for the seed"))
    if problems:
        raise InputError(problems)


def _needs_app() -> None:
    try:
        import starlette
        import uvicorn
    except ImportError:
        text = "the classroom needs starlette and uvicorn"
        raise InputError(Problem("", None, text, hint="pip install 'advosim[app]'")) from None
    del starlette, uvicorn


def _compile() -> None:
    from advosim.simulation import compile_all

    with Bars() as progress:
        compile_all(progress)


def _check(file: Path, shelf: Shelf, runs: int) -> None:
    from advosim.classroom import lessons

    lesson = lessons.read(file, shelf)
    _compile()
    with Bars() as progress:
        found = lessons.check(lesson, shelf, runs, lambda done, total: progress("pairs of twins", done, total))
    say(str(found))


def _export(file: Path, shelf: Shelf, changes: list[str], seed: int | None) -> None:
    from advosim.classroom import asked, keep
    from advosim.classroom.histories import Histories

    name = shelf.first
    scenario = shelf.scenario(name)
    seed = scenario.seed if seed is None else seed
    rows = _rows(changes)
    try:
        sides = (asked.Asked(name, seed), asked.Asked(name, seed, asked.changes(rows)))
        shelf.resolved(sides[1])
    except InputError as error:
        found = [Problem("--change", None, p.what, p.allowed, p.hint) for p in error.problems]
        raise InputError(found) from None
    _check_page(file)
    _compile()
    view: dict[str, Any] = {"s": name, "seed": seed, "a": [], "b": rows, "tab": "story"}
    page = keep.one_file(Histories(shelf), sides, view)
    partial = file.with_name(f".advosim-page-{os.getpid()}.partial")
    try:
        partial.write_text(page, encoding="utf-8", newline="\n")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    say(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB): open it in any browser.")


def _check_page(file: Path) -> None:
    """Raises InputError where no page can be written, or where something lies that is none."""
    from advosim.results import folder as results

    problem = ""
    if file.suffix.lower() not in (".html", ".htm") or file.is_dir():
        problem = "is no name of a page"
    elif not file.parent.is_dir():
        problem = f"there is no folder '{file.parent}'"
    elif file.exists() and not file.is_file():
        problem = "is there already, and is no page"
    if problem:
        raise InputError(Problem(str(file), None, problem, "FILE.html in a folder that is there"))
    results.check_file(file)


def _rows(changes: list[str]) -> list[list[Any]]:
    """`path=value@week` as a page asks for it; without a week a change holds from the start."""
    from advosim.scenario import load

    rows, problems = [], []
    for text in changes:
        setting, _, week = text.rpartition("@") if "@" in text else (text, "", "1")
        path, equals, value = setting.partition("=")
        if not equals or not path.strip() or not week.strip().isdecimal():
            hint = "write --change polity.home.governance.repression=0.8@53"
            problems.append(Problem("--change", None, f"'{text}' is no path=value@week", hint=hint))
        else:
            rows.append([int(week), path.strip(), load.toml_value(value.strip())])
    if problems:
        raise InputError(problems)
    return rows


def _open(shelf: Shelf, lessons: list[Path], address: str, port: int, lan: bool, browser: bool) -> None:
    import threading
    import webbrowser

    from advosim.classroom import lessons as files
    from advosim.classroom import server

    known = files.library(lessons, shelf)
    port = _free(address, port)
    _compile()
    own = _own_address() if lan else ""
    here = f"http://{'127.0.0.1' if address in ('0.0.0.0', '::') else address}:{port}/"
    network = f"http://{own}:{port}/" if own else ""
    hosts = list(dict.fromkeys([*server.LOCAL, address, *([own] if own else [])]))
    app = server.application(shelf, known, hosts, lan=network)
    threading.Thread(target=server.warm, args=(app,), daemon=True).start()
    say(f"The classroom is at {here}  (Ctrl-C ends it)")
    if lan:
        say(f"Open to everybody in this network at {network or 'this machine’s address'}: they can play and")
        say("upload scenarios, and read nothing else of this machine. Without --lan it is open to you alone.")
    if browser:
        threading.Timer(0.5, webbrowser.open, [here]).start()
    server.serve(app, address, port)


def _free(address: str, port: int) -> int:
    """The port, or a free one for 0. Raises InputError where it cannot be had."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            what = f"{address}, port {port}, cannot be used: {error.strerror or error}"
            raise InputError(Problem("", None, what, hint="another --port, or --port 0 for a free one")) from None
        return int(probe.getsockname()[1])


def _own_address() -> str:
    """This machine's address in its network: where a datagram would leave from; none is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
