"""HTTP on a real socket: requests as data in, responses as data out. Keep-alive, threads, TLS if asked for."""

import json
import socket
import ssl
import sys
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from dunning_plugin.sandbox.directadmin.bodies import Truncated, Unusable, read_body


@dataclass
class Request:
    """One request. `form` holds query and body, the body winning; keys may come in any order."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str
    secure: bool = False
    """Did it come over TLS?"""
    raw_path: str = ""
    """The path as it was sent, percent-encoded."""
    keep: Optional[int] = None
    """Set by a planned fault: a batch acts on its first so many accounts only."""

    @property
    def form(self) -> Dict[str, str]:
        """Parameters of the query and of a urlencoded body, whatever the body calls itself: DirectAdmin takes a
        urlencoded body labelled application/json (a Go client sends one)."""
        values = dict(parse_qsl(self.query, keep_blank_values=True))
        text = self.body.decode("utf-8", "replace")
        if text.lstrip().startswith("{"):
            values.update(self._flat())
        elif text:
            values.update(parse_qsl(text, keep_blank_values=True))
        return values

    def _flat(self) -> Dict[str, str]:
        """The texts of a JSON object: a Go client sends its parameters to an old command so."""
        try:
            given = self.json
        except ValueError:
            return {}
        return {key: value for key, value in given.items() if isinstance(value, str)}

    @property
    def json(self) -> Dict[str, Any]:
        """The body as a JSON object; ValueError if it is none, or holds half characters that nothing could write."""
        try:
            loaded = json.loads(self.body or b"{}")
            json.dumps(loaded, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not isinstance(loaded, dict):
            raise ValueError("no object")
        return loaded

    @property
    def json_list(self) -> List[str]:
        """The body as a JSON list of texts; empty if it is none."""
        try:
            loaded = json.loads(self.body)
        except (ValueError, RecursionError):
            return []
        return loaded if isinstance(loaded, list) and all(isinstance(one, str) for one in loaded) else []

    @property
    def cookies(self) -> Dict[str, str]:
        """Cookies by name."""
        pairs = (part.strip().partition("=") for part in self.header("cookie").split(";"))
        return {name: value for name, _, value in pairs if name}

    def header(self, name: str) -> str:
        """A header's value, '' without one; names in any case."""
        return self.headers.get(name.lower(), "")


@dataclass
class Response:
    """One answer. `cut`: close the connection instead of sending it. `raw`: the whole answer, sent as it is."""

    status: int = 200
    body: bytes = b""
    type: str = "text/plain"
    headers: List[Tuple[str, str]] = field(default_factory=list)
    cut: bool = False
    raw: bool = False


Handler = Callable[[Request], Response]


class CannotListen(OSError):
    """A port cannot be used; `port` is which."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(reason)
        self.port, self.reason = port, reason


class Server(ThreadingHTTPServer):
    """A threaded server on a real socket that hands every request to one function."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, address: Tuple[str, int], handler: Handler, name: str, tls: Optional[ssl.SSLContext] = None
    ) -> None:
        self.handle_one, self.name = handler, name
        self.mistakes: List[str] = []
        """Tracebacks of requests that the sandbox itself failed at: tests see that there are none."""
        try:
            super().__init__(address, _Handler)
        except OSError as error:
            raise CannotListen(address[1], error.strerror or str(error)) from None
        if tls is not None:
            # The handshake waits until the connection's own thread reads: a silent caller must not hold up the others.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no trouble of ours; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.mistakes.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 65

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _serve(self) -> None:
        try:
            lengths = [value.strip() for value in self.headers.get_all("Content-Length", [])]
            body = read_body(lengths, self.headers.get("Transfer-Encoding", ""), self.rfile)
            parts = urlsplit(self.path)
        except Truncated:
            self.close_connection = True
            return
        except Unusable as problem:
            self._give_up(problem.status, str(problem))
            return
        except ValueError:
            self._give_up(400, "no usable address\n")
            return
        request = Request(
            self.command,
            unquote_to_bytes(parts.path.encode("latin-1")).decode("utf-8", "replace"),
            parts.query,
            {k.lower(): v for k, v in self.headers.items()},
            body,
            self.client_address[0],
            isinstance(self.connection, ssl.SSLSocket),
            parts.path,
        )
        try:
            answer = self.server.handle_one(request)
        except Exception:
            self.server.mistakes.append(traceback.format_exc())
            answer = Response(500, b"the sandbox failed, see its mistakes\n")
        self._send(answer)

    def _give_up(self, status: int, words: str) -> None:
        """Answer and close: where the next request would begin is not known."""
        self._send(Response(status, words.encode(), headers=[("Connection", "close")]))
        self.close_connection = True

    def _send(self, answer: Response) -> None:
        if answer.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if answer.raw:
            self.close_connection = True
            self.wfile.write(answer.body)
            return
        self.send_response(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        if answer.status != 204 and "content-type" not in names:
            self.send_header("Content-Type", answer.type)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(answer.body)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def version_string(self) -> str:
        return self.server.name

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept as data, not printed."""
