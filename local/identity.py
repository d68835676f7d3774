"""Google's part in signing in: a key pair of this machine, its public half on a local address, tokens of Google's shape."""

import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from .ports import HOST

ISSUER = "https://accounts.google.com"
SCHEDULER_ACCOUNT = "scheduler@demo-cryptoprism.iam.gserviceaccount.com"
_LIFETIME = timedelta(hours=1)


class KeyPair:
    """An RS256 key kept in a folder, made on first use and readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "private-key.pem"
        if not file.exists():
            _make(file)
        self._private = load_pem_private_key(file.read_bytes(), password=None)

    @property
    def jwks(self) -> Mapping[str, object]:
        """Return the public half as a JSON Web Key Set."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from jwt.algorithms import RSAAlgorithm

        public = cast("RSAPublicKey", self._private.public_key())
        key = RSAAlgorithm.to_jwk(public, as_dict=True)
        return {"keys": [{**key, "kid": self._name, "use": "sig", "alg": "RS256"}]}

    @property
    def _name(self) -> str:
        return "local"

    def mint(self, claims: Mapping[str, object]) -> str:
        """Return a signed token with these claims."""
        import jwt

        return jwt.encode(dict(claims), self._private, algorithm="RS256", headers={"kid": self._name})  # type: ignore[arg-type]


def _make(file: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(text)


def scheduler_claims(audience: str, now: datetime, *, account: str = SCHEDULER_ACCOUNT) -> dict[str, object]:
    """Return what Google says in a token that Cloud Scheduler sends.

    Source: https://cloud.google.com/scheduler/docs/http-target-auth
    """
    return {
        "iss": ISSUER,
        "aud": audience,
        "azp": "100000000000000000000",
        "sub": "100000000000000000000",
        "email": account,
        "email_verified": True,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
    }


class KeySetServer:
    """Serves a key set on a free port, in a thread; PyJWT fetches keys over HTTP only."""

    def __init__(self, jwks: Mapping[str, object]) -> None:
        body = json.dumps(jwks).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
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
        """Return where the keys are."""
        return f"http://{HOST}:{self._server.server_port}/jwks"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
