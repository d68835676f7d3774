"""Google's part in signing in: a key pair of this machine, accounts, tokens of Google's and of Firebase's shape."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

ISSUER = "https://accounts.google.com"
SCHEDULER_ACCOUNT = "scheduler@demo-cryptoprism.iam.gserviceaccount.com"
_LIFETIME = timedelta(hours=1)
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_YEARS = timedelta(days=20 * 365)


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
    def certificates(self) -> Mapping[str, str]:
        """Return the public half as Firebase publishes it: certificates in PEM by the names of their keys."""
        from cryptography import x509
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding

        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cryptoprism.local")])
        made = (
            x509.CertificateBuilder(name, name, self._private.public_key(), x509.random_serial_number())  # type: ignore[arg-type]
            .not_valid_before(_SINCE)
            .not_valid_after(_SINCE + _YEARS)
            .sign(self._private, SHA256())  # type: ignore[arg-type]
        )
        return {self._name: made.public_bytes(Encoding.PEM).decode()}

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


def id_claims(
    uid: str, project: str, now: datetime, *, email: str | None = None, plan: str = "free"
) -> dict[str, object]:
    """Return what Firebase says in the ID token of somebody who signed in with a password.

    Source: https://firebase.google.com/docs/auth/admin/verify-id-tokens
    """
    at = int(now.timestamp())
    known: dict[str, object] = {} if email is None else {"email": email, "email_verified": True}
    return {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "sub": uid,
        "user_id": uid,
        "name": uid.title(),
        "auth_time": at,
        "iat": at,
        "exp": at + int(_LIFETIME.total_seconds()),
        "plan": plan,
        **known,
        "firebase": {"identities": {}, "sign_in_provider": "password"},
    }


class Accounts:
    """People of this machine: everybody exists; whose tokens were revoked, and who is disabled, stands in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "accounts.json"

    def revoke(self, uid: str, now: datetime) -> None:
        """Believe no token of a sign-in before now."""
        self._change(uid, {"validSince": str(int(now.timestamp()) + 1)})

    def disable(self, uid: str) -> None:
        """Let nobody act under this name."""
        self._change(uid, {"disabled": True})

    def look_up(self, uid: str) -> Mapping[str, object]:
        """Return an account as Identity Toolkit tells it."""
        return {"localId": uid, "validSince": "0", "disabled": False, **self._read().get(uid, {})}

    def _read(self) -> dict[str, dict[str, object]]:
        if not self._file.exists():
            return {}
        read: dict[str, dict[str, object]] = json.loads(self._file.read_text(encoding="utf-8"))
        return read

    def _change(self, uid: str, fields: Mapping[str, object]) -> None:
        accounts = self._read()
        accounts[uid] = {**accounts.get(uid, {}), **fields}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(accounts, indent=1), encoding="utf-8")
        partial.replace(self._file)
