"""Google's addresses for signing in, on this machine: `/jwks`, `/certs`, `/v1/projects/<project>/accounts:lookup`."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .identity import Accounts, KeyPair
from .ports import HOST

_LARGEST_BODY = 10_000


class KeySetServer:
    """Serves them on a free port, in a thread; PyJWT and firebase-admin fetch keys over HTTP only."""

    def __init__(self, keys: KeyPair, accounts: Accounts) -> None:
        documents = {"/jwks": keys.jwks, "/certs": keys.certificates}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                document = documents.get(self.path)
                self._answer(404 if document is None else 200, document or {})

            def do_POST(self) -> None:
                """Tell accounts, by the protocol of Identity Toolkit."""
                length = int(self.headers.get("Content-Length", "0"))
                if not self.path.endswith("/accounts:lookup") or length > _LARGEST_BODY:
                    self._answer(404, {})
                    return
                asked = json.loads(self.rfile.read(length))
                self._answer(200, {"users": [accounts.look_up(uid) for uid in asked.get("localId", [])]})

            def _answer(self, status: int, document: Mapping[str, object]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Cache-Control", "public, max-age=3600")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing: the display belongs to the platform."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="keys", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the address that the paths go on from."""
        return f"http://{HOST}:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
