"""A server that speaks PostgreSQL's protocol, remembers what it is told and answers as it likes."""

import re
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from support.listening import Listener

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
TEXT = 25  # PostgreSQL's number of the type text
SETTINGS = {
    "server_version": "15.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
}
Row = Sequence[tuple[str, int, str]]  # name, number of the type, value as text


class FalseServer(Listener):
    """Listens on a port of this machine and lets everybody in, whatever they are called.

    ``said`` are the statements that were sent, ``guests`` the startup parameters of each who
    connected. ``answers`` is by a pattern of the statement: one row. Anything else has no rows.
    """

    def __init__(self, answers: Mapping[str, Row]) -> None:
        self.said: list[str] = []
        self.guests: list[str] = []
        self._answers = answers
        super().__init__()

    def url(self, host: str = "127.0.0.1", name: str = "epicevents") -> str:
        """Return the URL by which a workstation is sent here."""
        return f"postgresql://epicevents_cli@{host}:{self.port}/{name}"

    def meet(self, guest: socket.socket) -> None:
        """Let a guest in, and answer each statement."""
        with suppress(OSError, EOFError), guest:
            startup = _body(guest)
            while _code(startup) in {SSL_REQUEST, GSS_REQUEST}:
                guest.sendall(b"N")
                startup = _body(guest)
            self.guests.append(startup[4:].decode())
            guest.sendall(_message(b"R", struct.pack("!i", 0)))
            for name, value in SETTINGS.items():
                guest.sendall(_message(b"S", f"{name}\0{value}\0".encode()))
            guest.sendall(_message(b"Z", b"I"))
            while (kind := _exactly(guest, 1)) != b"X":
                body = _body(guest)
                if kind == b"Q":
                    self._answer(guest, body[:-1].decode())

    def _answer(self, guest: socket.socket, statement: str) -> None:
        self.said.append(statement)
        row = next((row for words, row in self._answers.items() if re.search(words, statement)), ())
        if row:
            described = b"".join(
                name.encode() + b"\0" + struct.pack("!ihihih", 0, 0, kind, -1, -1, 0)
                for name, kind, _value in row
            )
            values = b"".join(
                struct.pack("!i", len(value.encode())) + value.encode() for _n, _k, value in row
            )
            guest.sendall(_message(b"T", struct.pack("!h", len(row)) + described))
            guest.sendall(_message(b"D", struct.pack("!h", len(row)) + values))
        status = b"T" if statement.startswith("BEGIN") or row else b"I"
        guest.sendall(_message(b"C", b"SELECT 1\0") + _message(b"Z", status))


@contextmanager
def listening(answers: Mapping[str, Row] | None = None) -> Iterator[FalseServer]:
    """Run a false server for a while."""
    server = FalseServer(answers or {})
    try:
        yield server
    finally:
        server.close()


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _body(guest: socket.socket) -> bytes:
    (length,) = struct.unpack("!i", _exactly(guest, 4))
    return _exactly(guest, length - 4)


def _code(startup: bytes) -> int:
    return int(struct.unpack("!i", startup[:4])[0])


def _exactly(guest: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = guest.recv(count - len(found))
        if not more:
            raise EOFError
        found += more
    return found
