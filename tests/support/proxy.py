"""A TCP proxy before the database that loses the reply to COMMIT, as a bad network does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

from support.listening import Listener

COMMIT = b"COMMIT\0"


class Proxy(Listener):
    """Passes on what clients and the server say, and loses the first ``losses`` replies to COMMIT.

    The server gets each COMMIT; the client's connection is closed before the reply. With ``goes``
    nobody is let in again after the first that was lost.
    """

    def __init__(self, server: str, losses: int, *, goes: bool) -> None:
        self._server = server
        self.losses = losses
        self._goes = goes
        self._lock = Lock()
        super().__init__()

    def meet(self, guest: socket.socket) -> None:
        """Connect a client to the server, a thread for each direction."""
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        Thread(target=_pass_on, args=(server, guest), daemon=True).start()
        self._requests(guest, server)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                lost = COMMIT in said and self._loses()
                if lost:
                    client.shutdown(socket.SHUT_RDWR)
                server.sendall(said)
                if lost:
                    return
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _loses(self) -> bool:
        with self._lock:
            if self.losses == 0:
                return False
            self.losses -= 1
        if self._goes:
            self.close()
        return True


def _pass_on(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError), server, client:
        while said := server.recv(65536):
            with suppress(OSError):
                client.sendall(said)


@contextmanager
def losing(parameters: dict[str, str], losses: int = 1, *, goes: bool = False) -> Iterator[Proxy]:
    """Stand before the server that listens on the socket of libpq's ``parameters``."""
    path = f"{parameters['host']}/.s.PGSQL.{parameters.get('port', '5432')}"
    proxy = Proxy(path, losses, goes=goes)
    try:
        yield proxy
    finally:
        proxy.close()
