"""Signs tokens as Google would, with a key pair made for the test run."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

ISSUER = "https://issuer.test"
AUDIENCE = "https://refresh-market.test"
ACCOUNT = "scheduler@demo-cryptoprism.iam.gserviceaccount.com"


@cache
def private_key(name: str = "first") -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def key_set(*names: str) -> dict[str, Any]:
    """The public halves, as a JSON Web Key Set whose key ids are `names`."""
    return {"keys": [_public(name) for name in names or ("first",)]}


@contextmanager
def published_keys(*names: str) -> Iterator[str]:
    """Serve the key set on localhost and give the address that a verifier reads it from."""
    body = json.dumps(key_set(*names)).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/certs"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def signed(now: datetime, *, key: str = "first", key_id: str | None = None, **changed: Any) -> str:
    """A good token of the scheduler's account, but for the claims that are `changed`; `None` leaves one out."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
        "email": ACCOUNT,
        "email_verified": True,
        "sub": "1",
    } | changed
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, private_key(key), algorithm="RS256", headers={"kid": key_id or key})


def _public(name: str) -> dict[str, str]:
    numbers = private_key(name).public_key().public_numbers()
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": name, "n": _encoded(numbers.n), "e": _encoded(numbers.e)}


def _encoded(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
