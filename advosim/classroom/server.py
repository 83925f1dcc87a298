"""The classroom's server: a page, and weeks of histories for it. Of tabs it knows only which histories they watch.

Pull, not push: a browser gives a host six connections, so each answer is short and says what there is. It binds to this
machine alone unless `--lan` asks for more, and answers only under its own names.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from advosim.classroom import keep, wire
from advosim.classroom.asked import MOST_TEXT, MOST_UPLOAD, Asked, Shelf, changes, read
from advosim.classroom.controls import controls, seats
from advosim.classroom.histories import ROOM, Full, Histories, map_large
from advosim.classroom.lessons import Lesson, answer, shown
from advosim.classroom.lessons import library as lessons_of
from advosim.classroom.twins import MOST_PAIRS, Witnesses, told
from advosim.live.frame import MEASURES
from advosim.processors import processors
from advosim.scenario.problems import InputError, Problem

PAGE = Path(__file__).parent / "page"
AHEAD = 104
"""Weeks that one request can ask for."""
SLICE = 0.04
"""Seconds of work after which another history has its turn."""
PATIENCE = 150
"""Milliseconds after which an answer goes out with the weeks that there are, unless the page can wait longer."""
MOST_PATIENCE = 1000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass
class Room:
    """What the server keeps between requests."""

    histories: Histories
    witnesses: Witnesses
    lessons: dict[str, Lesson]
    lan: str = ""
    """The address under which others in the network reach it; empty where they do not."""
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(processors()))

    async def work(self, action: Callable[..., Any], *how: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(action, *how))


def application(
    shelf: Shelf,
    lessons: Mapping[str, Lesson] | None = None,
    hosts: Sequence[str] = LOCAL,
    *,
    lan: str = "",
    room: int = ROOM,
) -> Starlette:
    """The page and what it asks for, under the names `hosts` alone. room: bytes of histories that are kept."""
    histories = Histories(shelf, room)
    routes = [
        Route("/", home),
        Route("/page/{name}", part),
        Route("/shelf", answered(shelf_of)),
        Route("/stage", answered(stage)),
        Route("/weeks", answered(weeks)),
        Route("/leave", answered(leave), methods=["POST"]),
        Route("/controls", answered(controls_of)),
        Route("/seats", answered(seats_of)),
        Route("/scenario.toml", answered(scenario_file)),
        Route("/one-file", answered(one_file)),
        Route("/twins", answered(twins)),
        Route("/lessons", answered(lesson_list)),
        Route("/lesson", answered(lesson_shown)),
        Route("/answer", answered(lesson_answer)),
        Route("/qr.svg", answered(qr)),
        Route("/upload", answered(upload), methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))])
    known = lessons_of([], shelf) if lessons is None else dict(lessons)
    app.state.room = Room(histories, Witnesses(shelf), known, lan)
    return app


def room_of(request: Request) -> Room:
    room: Room = request.app.state.room
    return room


Handler = Callable[[Request], Awaitable[Response]]


def answered(respond: Handler) -> Handler:
    """Wrong input is told with 422, too much of it with 413, a full house with 503."""

    async def safe(request: Request) -> Response:
        try:
            if len(request.url.query) > 2 * MOST_TEXT:
                return _told(413, [Problem("", None, "the request is too long")])
            response = await respond(request)
        except InputError as error:
            response = _told(422, error.problems)
        except ClientDisconnect:
            response = Response(status_code=400)  # nobody is there to read it
        except Full:
            response = _told(503, [Problem("", None, "too many histories are watched at once", hint="close some tabs")])
        response.headers.update(HEADERS)
        return response

    return safe


def _told(status: int, problems: Sequence[Problem]) -> Response:
    texts = [
        str(Problem("", None, f"line {p.line}: {p.what}" if p.line else p.what, p.allowed, p.hint)) for p in problems
    ]
    return JSONResponse({"problems": [text[:500] for text in texts[:20]]}, status)


# ---------------------------------------------------------------- the page


async def home(request: Request) -> Response:
    """The page, its modules announced: they come at once, not one after the other as they import each other."""
    announced = "".join(f'<link rel="modulepreload" href="page/{file.name}">\n' for file in sorted(PAGE.glob("*.js")))
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(page.replace("</head>", f"{announced}</head>", 1), headers=HEADERS)


async def part(request: Request) -> Response:
    file = PAGE / request.path_params["name"]
    if file.suffix not in (".js", ".css") or file.name not in {each.name for each in PAGE.iterdir()}:
        return PlainTextResponse("There is no such part of the page.", 404, headers=HEADERS)
    return FileResponse(file, headers=HEADERS)


# ---------------------------------------------------------------- histories


def _asked(request: Request) -> Asked:
    return read(request.query_params.get("q", ""))


def _tab(request: Request) -> str:
    """By what a tab calls itself, its histories are kept while it watches them."""
    return request.query_params.get("tab", "")[:20]


def _number(request: Request, name: str, low: int, high: int) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not low <= int(text) <= high:
        raise InputError(Problem("", None, f"{name} = {text[:20]} is not allowed", f"{low} to {high}"))
    return int(text)


async def shelf_of(request: Request) -> Response:
    room = room_of(request)
    shelf = room.histories.shelf
    return JSONResponse({"first": shelf.first, "titles": await room.work(shelf.titles), "lan": room.lan})


async def stage(request: Request) -> Response:
    room = room_of(request)
    history = await room.work(room.histories.of, _asked(request))
    return JSONResponse(wire.stage(history.scenario, history.cast))


async def controls_of(request: Request) -> Response:
    room = room_of(request)
    scenario = room.histories.shelf.scenario(request.query_params.get("s", ""))
    return JSONResponse(await room.work(controls, scenario))


async def seats_of(request: Request) -> Response:
    room = room_of(request)
    scenario = room.histories.shelf.scenario(request.query_params.get("s", ""))
    return JSONResponse(await room.work(seats, scenario))


async def weeks(request: Request) -> Response:
    """Weeks of a history from `from` on: those there are, at least one, and what can be made in `wait` milliseconds."""
    room, asked = room_of(request), _asked(request)
    first, most = _number(request, "from", 1, 10**6), _number(request, "most", 1, AHEAD)
    wait = _number(request, "wait", 0, MOST_PATIENCE) if "wait" in request.query_params else PATIENCE
    history = await room.work(room.histories.of, asked, _tab(request))
    until, end = min(history.scenario.weeks, first - 1 + most), time.monotonic() + wait / 1000
    while first <= until and len(history.weeks) < until and (len(history.weeks) < first or time.monotonic() < end):
        # The first week goes out at once: somebody waits for it.
        await room.work(history.go_on, max(first, min(until, len(history.weeks) + most)), SLICE)
    return Response(b"".join(history.weeks[first - 1 : until]), media_type="application/octet-stream")


async def leave(request: Request) -> Response:
    """A tab looks at a history no longer: it may go where room is scarce."""
    room_of(request).histories.leave(_asked(request), _tab(request))
    return Response(status_code=204)


async def scenario_file(request: Request) -> Response:
    room = room_of(request)
    text = await room.work(keep.toml, room.histories.shelf, _asked(request))
    return PlainTextResponse(text, headers={"Content-Disposition": 'attachment; filename="scenario.toml"'})


async def one_file(request: Request) -> Response:
    """Both sides of a view as one page: {"s", "seed", "a": changes, "b": changes, ...}."""
    room, view = room_of(request), request.query_params.get("view", "")
    sides = sides_of(view)
    text = await room.work(keep.one_file, room.histories, sides, json.loads(view))
    return HTMLResponse(text, headers={"Content-Disposition": 'attachment; filename="advosim.html"'})


def sides_of(view: str) -> tuple[Asked, Asked]:
    """The two histories of a view as the address holds it. Raises InputError."""
    one = read(view)
    table = json.loads(view)
    for side in ("a", "b"):
        if not isinstance(table.get(side, []), list):
            raise InputError(Problem("", None, f"'{side}' is no list of changes"))
    sides = (Asked(one.scenario, one.seed, changes(table.get(side, []))) for side in ("a", "b"))
    return next(sides), next(sides)


# ---------------------------------------------------------------- twins and lessons


async def twins(request: Request) -> Response:
    """The band of differences between both sides of a view, as far as twins have run; asking makes them run on."""
    room, sides = room_of(request), sides_of(request.query_params.get("view", ""))
    number, measure = _number(request, "n", 1, MOST_PAIRS), request.query_params.get("measure", "")
    if measure not in MEASURES:
        raise InputError(Problem("", None, f"there is no measure '{measure[:40]}'", ", ".join(MEASURES)))
    scenario = await room.work(room.histories.shelf.scenario, sides[0].scenario)
    polity = _number(request, "polity", 0, len(scenario.polity) - 1)
    issue = _number(request, "issue", 0, len(scenario.issue) - 1)
    known = await room.work(room.witnesses.of, sides, number)
    return JSONResponse(await room.work(told, known, number, measure, polity, issue))


def _lesson(request: Request) -> tuple[str, Lesson]:
    name, known = request.query_params.get("name", ""), room_of(request).lessons
    if name not in known:
        raise InputError(Problem("", None, f"there is no lesson '{name[:40]}'", ", ".join(known)))
    return name, known[name]


async def lesson_list(request: Request) -> Response:
    known = room_of(request).lessons.items()
    return JSONResponse([{"name": name, "title": lesson.title, "about": lesson.about} for name, lesson in known])


async def lesson_shown(request: Request) -> Response:
    name, lesson = _lesson(request)
    room = room_of(request)
    scenario = await room.work(room.histories.shelf.resolved, lesson.sides[0])
    return JSONResponse(shown(name, lesson, scenario))


async def lesson_answer(request: Request) -> Response:
    """In how many twins each option holds so far; asking makes them run on."""
    _, lesson = _lesson(request)
    room, number = room_of(request), _number(request, "n", 1, MOST_PAIRS)
    known = await room.work(room.witnesses.of, lesson.sides, number)
    return JSONResponse(await room.work(answer, lesson, known.scenarios[1], known, number))


async def qr(request: Request) -> Response:
    """The address for the network, to be read by a camera."""
    lan = room_of(request).lan
    if not lan:
        return PlainTextResponse("This server is open to this machine alone.", 404)
    import segno

    return Response(segno.make(lan).svg_inline(scale=6, border=2, xmldecl=True), media_type="image/svg+xml")


async def upload(request: Request) -> Response:
    """A scenario file of the viewer's own, laid on the shelf until the server ends."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    if origin.partition("://")[2] != host:
        return _told(403, [Problem("", None, "only this page may upload")])
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_UPLOAD:
            return _told(413, [Problem("", None, f"a file of more than {MOST_UPLOAD:,} bytes is too large")])
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Problem("", None, "the file is not text in UTF-8")) from None
    room = room_of(request)
    name = await room.work(room.histories.shelf.lay, text)
    return JSONResponse({"name": name, "title": room.histories.shelf.scenario(name).title})


# ---------------------------------------------------------------- to the world


def warm(app: Starlette) -> None:
    """Make the first weeks of what is shown first: the first founding costs a second more than later ones."""
    map_large()
    room: Room = app.state.room
    history = room.histories.of(Asked(room.histories.shelf.first, 1))
    history.go_on(AHEAD, 10.0)


def serve(app: Starlette, address: str, port: int) -> None:
    """Answer until Ctrl-C."""
    import uvicorn

    from advosim.classroom.doorway import Doorway

    how: Any = {"log_level": "error", "server_header": False, "timeout_keep_alive": 30, "ws": "none"}
    uvicorn.run(app, host=address, port=port, http=Doorway, **how)
