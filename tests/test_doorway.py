"""Lines to the classroom's server on which nobody asks or listens do not shut out those who do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("uvicorn", reason="the classroom needs the extra 'app'")
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from advosim.classroom import doorway
from advosim.classroom.server import answered

LARGE = b"x" * 20_000_000
"""More than the system takes for who does not read."""


async def asked(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("here")


async def large(request: Request) -> Response:
    return Response(LARGE)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that has patience for half a second and for eight lines."""
    monkeypatch.setattr(doorway, "PATIENCE", 0.5)
    monkeypatch.setattr(doorway, "MOST_LINES", 8)
    app = Starlette(routes=[Route("/", answered(asked), methods=["GET", "POST"]), Route("/large", answered(large))])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = int(taken.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(app, http=doorway.Doorway, ws="none", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield number
        server.should_exit = True
        thread.join()


def line(port: int, said: bytes = b"") -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=10)
    one.sendall(said)
    return one


def ended(one: socket.socket) -> bool:
    """Whether the server closes a line, within the patience of the test."""
    with contextlib.suppress(ConnectionResetError):
        return one.recv(100) == b""
    return True


def test_a_crowd_that_stands_in_the_door_shuts_out_nobody(port: int) -> None:
    crowd = [line(port, b"GET / HTTP/1.1\r\n") for _ in range(30)]
    assert httpx.get(f"http://127.0.0.1:{port}/").text == "here"
    assert all(ended(one) for one in crowd)


def test_a_request_that_does_not_come_whole_is_not_waited_for(port: int) -> None:
    half = line(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    left = line(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    left.close()
    assert ended(half)
    assert httpx.get(f"http://127.0.0.1:{port}/").text == "here"


def test_an_answer_that_nobody_takes_is_not_kept(port: int) -> None:
    deaf = line(port, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(1.5)
    taken = 0
    with contextlib.suppress(ConnectionResetError):
        while part := deaf.recv(1_000_000):
            taken += len(part)
    assert taken < len(LARGE)
    assert len(httpx.get(f"http://127.0.0.1:{port}/large").content) == len(LARGE)
