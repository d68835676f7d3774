"""The way to the real Firestore: TLS, and a token with every call."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from local.ports import HOST
from shared.cache.firestore import FirestoreDocuments
from shared.cache.firestore_messages import messages

PATIENCE = timedelta(seconds=20)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)


@asynccontextmanager
async def token_server() -> AsyncIterator[str]:
    """Yield the address of a server that gives everybody the same token."""

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"access_token": "given", "expires_in": 3600, "token_type": "Bearer"}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(give, HOST, 0)
    async with server:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}/token"


class KeepingFirestore(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers every commit and keeps what came with it."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}

    def service(self, details: Any) -> Any:
        async def commit(request: Any, context: Any) -> Any:
            self.metadata = dict(context.invocation_metadata())
            return messages()["CommitResponse"]()

        assert details.method == "/google.firestore.v1.Firestore/Commit"
        return grpc.unary_unary_rpc_method_handler(
            commit,
            request_deserializer=messages()["CommitRequest"].FromString,
            response_serializer=messages()["CommitResponse"].SerializeToString,
        )


@asynccontextmanager
async def secure_server(firestore: KeepingFirestore, chain: bytes) -> AsyncIterator[str]:
    """Yield the address of a server that speaks TLS only."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([firestore])
    port = server.add_secure_port(f"{HOST}:0", grpc.ssl_server_credentials([(KEY_PEM, chain)]))
    await server.start()
    try:
        yield f"localhost:{port}"
    finally:
        await server.stop(None)


def service_account(token_uri: str) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "demo-project",
            "client_email": "reader@example.com",
            "private_key": KEY_PEM.decode(),
            "token_uri": token_uri,
        }
    )


async def test_calls_carry_a_token_and_name_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account, roots, chain = tmp_path / "account.json", tmp_path / "roots.pem", certificate()
    roots.write_bytes(chain)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    monkeypatch.setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", str(roots))
    monkeypatch.setenv("NO_PROXY", f"{HOST},localhost")
    firestore = KeepingFirestore()

    async with token_server() as token_uri, secure_server(firestore, chain) as host:
        account.write_text(service_account(token_uri))
        store = FirestoreDocuments("demo-project", timeout=PATIENCE, host=host)
        await store.set("cache/a", {"value": 1})
        await store.close()

    assert firestore.metadata["authorization"] == "Bearer given"
    assert firestore.metadata["google-cloud-resource-prefix"] == "projects/demo-project/databases/(default)"
    assert firestore.metadata["x-goog-request-params"] == "database=projects/demo-project/databases/%28default%29"
