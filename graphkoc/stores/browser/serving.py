"""The pack over HTTP: Neo4j Browser loads a guide from an address, and from no file.

What is in a pack may be personal data. So only this machine can connect, only the files of a pack are given out, and a
page in a browser may read them only when it comes from this machine or from the host of the store.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from http import HTTPStatus
from http.server import HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from graphkoc.errors import UsageError
from graphkoc.files import describe_error

__all__ = ["DEFAULT_PORT", "open_browser_server"]

DEFAULT_PORT = 8001
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS = "*"
"""What Browser may send with a request: Pragma and Cache-Control, and to localhost also headers of its telemetry."""


def open_browser_server(folder: Path, names: Collection[str], port: int = DEFAULT_PORT, url: str = "") -> HTTPServer:
    """A server of the files of a pack, on this machine alone; the caller runs it (`serve_forever`) and closes it.

    names: the files' paths below the folder. port: 0 for a free one, which `server_port` then says. url: the store's
    address; pages from its host may read the files too, because Neo4j Browser may be one. Raises UsageError for a port
    that cannot be had.
    """
    host = urlsplit(url).hostname
    handler = partial(_Handler, names=frozenset(names), hosts=HERE | ({host} if host else set()), directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        hint = "Name another one with --port."
        raise UsageError(f"port {port} cannot be used: {describe_error(error)}", hint=hint) from error


class _Handler(SimpleHTTPRequestHandler):
    """Gives out the files of a pack, with leave for Neo4j Browser to read them."""

    def __init__(self, *arguments: object, names: frozenset[str], hosts: frozenset[str], directory: str) -> None:
        self._names = names
        self._hosts = hosts
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_OPTIONS(self) -> None:
        """Answer a browser that asks whether it may send its headers."""
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Find a file of the pack; nothing else is there, whatever the folder holds."""
        known = urlsplit(self.path).path.removeprefix("/") in self._names
        if not known or self._read_host(f"//{self.headers.get('Host', '')}") not in HERE:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        """Add the leave for pages of the hosts that may read the pack."""
        origin = self.headers.get("Origin") if self.headers else None
        if origin and self._read_host(origin) in self._hosts:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Headers", HEADERS)
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: the terminal shows the line to type."""

    @staticmethod
    def _read_host(address: str) -> str | None:
        try:
            return urlsplit(address).hostname
        except ValueError:
            return None
