"""A way to a server that can fall silent, as when a machine vanishes or a firewall forgets: nobody is told."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Passes bytes on between its callers and a server on this machine, until it falls silent."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.port = 0
        self._silent = threading.Event()
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.open()

    def open(self) -> None:
        """Listens; a second time on the same port."""
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, args=[self._listener], daemon=True).start()

    def fall_silent(self) -> None:
        """Connections that stand stay open, and nothing ever comes through them again; new ones are as ever."""
        self._silent.set()
        self._silent = threading.Event()

    def close(self) -> None:
        """Every connection breaks off, and new ones are refused."""
        self.fall_silent()
        with self._lock:
            self._closed = True
            for one in [self._listener, *self._sockets]:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._sockets.clear()

    def _listen(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                caller, _ = listener.accept()
                self._join(caller)

    def _join(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            caller.close()
            return
        with self._lock:  # a caller who comes while it closes is closed as well
            if self._closed:
                caller.close()
                server.close()
                return
            self._sockets += [caller, server]
        for source, target in ((caller, server), (server, caller)):
            threading.Thread(target=self._pass_on, args=[source, target, self._silent], daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if silent.is_set():
                    return
                target.sendall(data)
            if not silent.is_set():
                target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_to(server_port: int) -> Iterator[Proxy]:
    """A proxy for as long as the block runs."""
    proxy = Proxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
