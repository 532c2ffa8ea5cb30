"""What the servers of tests have in common: they listen, and meet each guest in a thread."""

import socket
from contextlib import suppress
from threading import Thread


class Listener:
    """Listens on a free port of this machine; ``meet`` talks with each who connects."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._listener = socket.create_server((host, 0))
        self.port = int(self._listener.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        with suppress(OSError):
            # Wakes whoever waits in accept().
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def meet(self, guest: socket.socket) -> None:
        """Talk with one who connected, in a thread of their own."""
        raise NotImplementedError

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                guest, _address = self._listener.accept()
                Thread(target=self.meet, args=(guest,), daemon=True).start()
