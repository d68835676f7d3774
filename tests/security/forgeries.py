"""Tokens that nobody may believe, each with its name: how it is made, and in which headers it comes."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from local.identity import id_claims, scheduler_claims
from tests.identities import PROJECT, Identities, now

Headers = list[tuple[str, str]]
Forgery = Callable[["Forger"], Headers]


class Forger:
    """Somebody who has seen ann's token, knows everything that is public, and has keys of their own."""

    def __init__(self, people: Identities, folder: Path) -> None:
        self.people = people
        self.seen = people.token("ann")
        self.own_key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        certificate = load_pem_x509_certificate(people.keys.certificates["local"].encode())
        self.certificate = people.keys.certificates["local"].encode()
        self.public_pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        # Firebase's own, for what only a mistake of Firebase's, or a token for something else, could bring about.
        self.firebase_key = load_pem_private_key((folder / "private-key.pem").read_bytes(), password=None)

    def claims(self, **changes: object) -> dict[str, Any]:
        said = id_claims("ann", PROJECT, now(), email="ann@example.org") | changes
        return {name: value for name, value in said.items() if value is not None}

    def parts(self) -> list[str]:
        return self.seen.split(".")

    def genuine(
        self, payload: object | None = None, header: Mapping[str, object] | None = None, **changes: object
    ) -> str:
        """Return what Firebase's key signed, whatever it is."""
        return self.signed(self.firebase_key, payload, header, **changes)

    def signed(
        self, key: Any, payload: object | None = None, header: Mapping[str, object] | None = None, **changes: object
    ) -> str:
        head = encoded({"alg": "RS256", "typ": "JWT", "kid": "local"} | dict(header or {}))
        body = encoded(self.claims(**changes) if payload is None else payload)
        signature = key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), SHA256())
        return f"{head}.{body}.{base64url(signature)}"

    def hmac(self, secret: bytes, **header: object) -> str:
        import hashlib
        import hmac

        head, body = encoded({"alg": "HS256", "typ": "JWT", "kid": "local"} | header), encoded(self.claims())
        return f"{head}.{body}.{base64url(hmac.new(secret, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"

    def unsigned(self, algorithm: str, signature: str = "") -> str:
        return f"{encoded({'alg': algorithm, 'typ': 'JWT', 'kid': 'local'})}.{encoded(self.claims())}.{signature}"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(value: object) -> str:
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def bearer(token: str) -> Headers:
    return [("authorization", f"Bearer {token}")]


def _flipped(token: str) -> str:
    head, body, signature = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    raw[len(raw) // 2] ^= 1
    return f"{head}.{body}.{base64url(bytes(raw))}"


def _with_algorithm(forger: Forger, name: str, key: Any) -> str:
    return jwt.encode(forger.claims(), key, algorithm=name, headers={"kid": "local"})


def _own_jwk(forger: Forger) -> Mapping[str, object]:
    return jwt.algorithms.RSAAlgorithm.to_jwk(forger.own_key.public_key(), as_dict=True)


FORGERIES: dict[str, Forgery] = {
    # The algorithm
    "alg none without a signature": lambda f: bearer(f.unsigned("none")),
    "alg none with a signature": lambda f: bearer(f.unsigned("none", f.parts()[2])),
    "alg nOnE": lambda f: bearer(f.unsigned("nOnE", "eA")),
    "alg missing": lambda f: bearer(f.genuine(header={"alg": None})),
    "alg empty": lambda f: bearer(f.genuine(header={"alg": ""})),
    "alg a list": lambda f: bearer(f.genuine(header={"alg": ["RS256"]})),
    "HS256 with the public key": lambda f: bearer(f.hmac(f.public_pem)),
    "HS256 with the certificate": lambda f: bearer(f.hmac(f.certificate)),
    "HS256 with an empty secret": lambda f: bearer(f.hmac(b"")),
    "HS256 with the project's name": lambda f: bearer(f.hmac(PROJECT.encode())),
    "HMAC that says it is RS256": lambda f: bearer(f.hmac(f.public_pem, alg="RS256")),
    "RS384 by the right key": lambda f: bearer(_with_algorithm(f, "RS384", f.firebase_key)),
    "PS256 by the right key": lambda f: bearer(_with_algorithm(f, "PS256", f.firebase_key)),
    "ES256 by a key of one's own": lambda f: bearer(
        _with_algorithm(f, "ES256", ec.generate_private_key(ec.SECP256R1()))
    ),
    # The key
    "another key under the right name": lambda f: bearer(f.signed(f.own_key)),
    "another key under its own name": lambda f: bearer(f.signed(f.own_key, header={"kid": "mine"})),
    "no key id": lambda f: bearer(f.genuine(header={"kid": None})),
    "empty key id": lambda f: bearer(f.genuine(header={"kid": ""})),
    "key id a number": lambda f: bearer(f.genuine(header={"kid": 1})),
    "key id a path": lambda f: bearer(f.signed(f.own_key, header={"kid": "../../../dev/null"})),
    "key id an address": lambda f: bearer(f.signed(f.own_key, header={"kid": "http://127.0.0.1:1/certs"})),
    "key id with SQL": lambda f: bearer(f.signed(f.own_key, header={"kid": "x' UNION SELECT 'key'--"})),
    "key inside the token": lambda f: bearer(f.signed(f.own_key, header={"jwk": _own_jwk(f)})),
    "key at an address of the token's": lambda f: bearer(
        f.signed(f.own_key, header={"jku": "http://127.0.0.1:1/jwks"})
    ),
    "certificate inside the token": lambda f: bearer(f.signed(f.own_key, header={"x5c": [f.certificate.decode()]})),
    "critical extension": lambda f: bearer(f.genuine(header={"crit": ["exp"]})),
    # The signature
    "payload swapped": lambda f: bearer(".".join([f.parts()[0], encoded(f.claims(sub="bob")), f.parts()[2]])),
    "plan swapped": lambda f: bearer(".".join([f.parts()[0], encoded(f.claims(plan="operator")), f.parts()[2]])),
    "header swapped": lambda f: bearer(".".join([encoded({"alg": "RS256", "kid": "local"}), *f.parts()[1:]])),
    "signature of another token": lambda f: bearer(".".join([*f.parts()[:2], f.people.token("bob").split(".")[2]])),
    "signature cut short": lambda f: bearer(f.seen[:-10]),
    "signature with one bit changed": lambda f: bearer(_flipped(f.seen)),
    "signature empty": lambda f: bearer(".".join([*f.parts()[:2], ""])),
    "signature of zeros": lambda f: bearer(".".join([*f.parts()[:2], base64url(bytes(256))])),
    # Whose it is and whom it is for
    "issuer of another project": lambda f: bearer(f.genuine(iss="https://securetoken.google.com/another")),
    "issuer Google": lambda f: bearer(f.genuine(iss="https://accounts.google.com")),
    "issuer of session cookies": lambda f: bearer(f.genuine(iss=f"https://session.firebase.google.com/{PROJECT}")),
    "issuer with a slash more": lambda f: bearer(f.genuine(iss=f"https://securetoken.google.com/{PROJECT}/")),
    "issuer without TLS": lambda f: bearer(f.genuine(iss=f"http://securetoken.google.com/{PROJECT}")),
    "no issuer": lambda f: bearer(f.genuine(iss=None)),
    "audience another project": lambda f: bearer(f.genuine(aud="another")),
    "audience of custom tokens": lambda f: bearer(
        f.genuine(aud="https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit")
    ),
    "audience a list with ours in it": lambda f: bearer(f.genuine(aud=["another", PROJECT])),
    "no audience": lambda f: bearer(f.genuine(aud=None)),
    "the scheduler's token": lambda f: bearer(f.people.keys.mint(scheduler_claims(PROJECT, now()))),
    "no subject": lambda f: bearer(f.genuine(sub=None)),
    "empty subject": lambda f: bearer(f.genuine(sub="")),
    "subject a number": lambda f: bearer(f.genuine(sub=42)),
    "subject too long": lambda f: bearer(f.genuine(sub="a" * 129)),
    # When
    "expired": lambda f: bearer(f.people.token("ann", ago=timedelta(hours=2))),
    "expired a second ago": lambda f: bearer(f.genuine(exp=int(now().timestamp()) - 1)),
    "no expiry": lambda f: bearer(f.genuine(exp=None)),
    "expiry a text": lambda f: bearer(f.genuine(exp="4000000000")),
    "expiry true": lambda f: bearer(f.genuine(exp=True)),
    "expiry beyond all time": lambda f: bearer(f.genuine(exp=10**30)),
    "expiry not a number": lambda f: bearer(
        f.genuine(json.dumps(f.claims(exp=0)).replace('"exp": 0', '"exp": NaN').encode())
    ),
    "expiry infinite": lambda f: bearer(
        f.genuine(json.dumps(f.claims(exp=0)).replace('"exp": 0', '"exp": 1e999').encode())
    ),
    "issued in the future": lambda f: bearer(f.people.token("ann", ago=-timedelta(minutes=5))),
    "no time of issue": lambda f: bearer(f.genuine(iat=None)),
    "signed in in the future": lambda f: bearer(f.genuine(auth_time=int(now().timestamp()) + 300)),
    "no time of sign-in": lambda f: bearer(f.genuine(auth_time=None)),
    "not yet valid": lambda f: bearer(f.genuine(nbf=int(now().timestamp()) + 300)),
    # Not tokens at all
    "payload a list": lambda f: bearer(f.genuine([f.claims()])),
    "payload null": lambda f: bearer(f.genuine(b"null")),
    "payload no JSON": lambda f: bearer(f.genuine(b"{'sub': 'ann'}")),
    "payload no UTF-8": lambda f: bearer(f.genuine(b"\xff\xfe\xfd")),
    "payload nested too deep": lambda f: bearer(f.genuine(b"[" * 3000)),
    "a claim given twice": lambda f: bearer(
        f.genuine(json.dumps(f.claims()).replace('"sub": "ann"', '"sub": "bob", "sub": "ann"').encode())
    ),
    "header no JSON": lambda f: bearer(".".join([base64url(b"RS256"), *f.parts()[1:]])),
    "header a text": lambda f: bearer(".".join([encoded("RS256"), *f.parts()[1:]])),
    "two parts": lambda f: bearer(".".join(f.parts()[:2])),
    "four parts": lambda f: bearer(f.seen + ".AAAA"),
    "five parts, as an encrypted token has": lambda f: bearer(f.seen + ".AAAA.AAAA"),
    "only dots": lambda f: bearer(".."),
    "padding": lambda f: bearer(".".join([f"{part}=" for part in f.parts()])),
    "not base64": lambda f: bearer(f.seen.replace(".", ".*", 1)),
    "one letter": lambda f: bearer("a"),
    "oversized": lambda f: bearer(f.genuine(note="x" * 9_000)),
    "vastly oversized": lambda f: bearer("a." + "x" * 50_000 + ".b"),
    "a database's word": lambda f: bearer("' OR 1=1 --"),
    # How it comes
    "Basic": lambda f: [("authorization", "Basic YW5uOnNlY3JldA==")],
    "Basic with a good token": lambda f: [("authorization", f"Basic {f.seen}")],
    "without a scheme": lambda f: [("authorization", f.seen)],
    "scheme only": lambda f: [("authorization", "Bearer")],
    "scheme and blanks": lambda f: [("authorization", "Bearer    ")],
    "two good tokens in two headers": lambda f: [*bearer(f.seen), *bearer(f.people.token("bob"))],
    "the same good token in two headers": lambda f: [*bearer(f.seen), *bearer(f.seen)],
    "two good tokens in one header": lambda f: bearer(f"{f.seen}, Bearer {f.people.token('bob')}"),
    "two good tokens with a blank between": lambda f: bearer(f"{f.seen} {f.people.token('bob')}"),
    "a good token after a bad one": lambda f: [*bearer("forged"), *bearer(f.seen)],
    "userinfo of a gateway": lambda f: [("x-apigateway-api-userinfo", encoded(f.claims()))],
    "userinfo of an endpoint": lambda f: [("x-endpoint-api-userinfo", encoded(f.claims()))],
    "userinfo beside a forged token": lambda f: [
        ("x-apigateway-api-userinfo", encoded(f.claims())),
        *bearer(f.signed(f.own_key)),
    ],
    "a forwarded token outside the gateway": lambda f: [("x-forwarded-authorization", f"Bearer {f.seen}")],
    "a forwarded token beside a forged one": lambda f: [
        ("x-forwarded-authorization", f"Bearer {f.seen}"),
        *bearer(f.signed(f.own_key)),
    ],
    "a good token in a cookie": lambda f: [("cookie", f"__session={f.seen}; token={f.seen}")],
    "a good token as a key": lambda f: [("x-api-key", f.seen)],
    "a uid as a key": lambda f: [("x-api-key", "ann")],
    "a key that nobody made": lambda f: [("x-api-key", f"cp_{'0' * 16}_{'A' * 43}")],
    "a key that nobody made, as a bearer": lambda f: bearer(f"cp_{'0' * 16}_{'A' * 43}"),
}

BEHIND_THE_GATEWAY: dict[str, Forgery] = {
    "the gateway's own identity is no caller's": lambda f: bearer(f.seen),
    "userinfo of the gateway's without a token": lambda f: [("x-apigateway-api-userinfo", encoded(f.claims()))],
    "a forged token forwarded beside a good one": lambda f: [
        ("x-forwarded-authorization", f"Bearer {f.signed(f.own_key)}"),
        *bearer(f.seen),
    ],
    "two forwarded tokens": lambda f: [
        ("x-forwarded-authorization", f"Bearer {f.seen}"),
        ("x-forwarded-authorization", f"Bearer {f.people.token('bob')}"),
    ],
    "an unsigned token forwarded": lambda f: [("x-forwarded-authorization", f"Bearer {f.unsigned('none')}")],
}
