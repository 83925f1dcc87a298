"""Who may keep a line to the classroom's server open: who asks and listens, and no more of them than a class has tabs.

A server gives each line a file of its own, of which a process may have a thousand: lines that nobody uses would shut
out all others.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_LINES = 400
"""At once; a browser has up to six."""
PATIENCE = 30.0
"""Seconds within which a request is there whole, and within which somebody takes some of an answer."""
LOOKS = 6
"""In that time."""


class Doorway(H11Protocol):
    """A line that is closed where nobody asks or listens."""

    _since = 0.0
    _begun = False
    _unread = 0
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody comes."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._look = self.loop.call_later(PATIENCE / LOOKS, self._watch)
        if len(self.connections) > MOST_LINES:
            # Not whoever comes last: a crowd that only stands there would shut out those who ask.
            lines: list[Any] = [*self.connections]
            waiting = [line for line in lines if line.asks() and line is not self]
            min(waiting, key=lambda line: line._since, default=self).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody goes."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request comes."""
        if not self._begun:
            self._begun, self._since = True, self.loop.time()
        super().data_received(data)

    def on_response_complete(self) -> None:
        """An answer is given: a new request may begin."""
        self._begun, self._since = False, self.loop.time()
        super().on_response_complete()

    def asks(self) -> bool:
        """Whether it is the other side's turn: its request is not there yet, or not whole."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _watch(self) -> None:
        """Close a line whose request does not come, or whose answer is not taken."""
        now, unread = self.loop.time(), self.transport.get_write_buffer_size()
        if (unread == 0 and not self.asks()) or unread != self._unread:
            self._since = now  # it is the server's turn, or some of the answer was taken
        self._unread = unread
        if now - self._since > PATIENCE:
            self.transport.abort()
            return
        self._look = self.loop.call_later(PATIENCE / LOOKS, self._watch)
