"""Events on their way out, to servers on this machine."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.core.clock import SystemClock
from shared.http.webhooks import WebhookSender
from tests.alerting import SECRET

PAYLOAD = '{"type":"alert.fired","data":{"name":"₿"}}'
OLD = "whsec_" + "b2xkLXNhbmRib3gtc2VjcmV0"


class Server:
    """Answers every request with one text, and keeps what it was sent."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") -> None:
        self.answer = answer
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.port = 0
        self.endless = False

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Server"]:
        server = await asyncio.start_server(self._served, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(
                next(line.partition(":")[2] for line in head.lower().split("\r\n") if "content-length" in line)
            )
            self.heads.append(head)
            self.bodies.append(await reader.readexactly(length))
            writer.write(self.answer)
            while self.endless:
                writer.write(b"x" * 65_536)
                await writer.drain()
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.heads[-1].split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


def sender(server: Server, **more: object) -> WebhookSender:
    return WebhookSender(SystemClock(), allowed=frozenset({f"127.0.0.1:{server.port}"}), **more)  # type: ignore[arg-type]


async def sent(server: Server, secrets: tuple[str, ...] = (SECRET,)) -> str:
    url = f"http://127.0.0.1:{server.port}/hook?a=1"
    return await sender(server).send(url, event_id="evt_1", payload=PAYLOAD, secrets=secrets)


async def test_a_receiver_verifies_what_it_gets_with_the_schemes_own_library() -> None:
    async with Server().running() as server:
        result = await sent(server)

    assert result == "200"
    assert server.heads[0].startswith("POST /hook?a=1 HTTP/1.1\r\n")
    assert server.headers["webhook-id"] == "evt_1"
    assert Webhook(SECRET).verify(server.bodies[0], server.headers) == {"type": "alert.fired", "data": {"name": "₿"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(server.bodies[0], server.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(server.bodies[0] + b" ", server.headers)


async def test_while_a_secret_changes_both_verify() -> None:
    async with Server().running() as server:
        await sent(server, (SECRET, OLD))

    assert Webhook(SECRET).verify(server.bodies[0], server.headers)
    assert Webhook(OLD).verify(server.bodies[0], server.headers)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with Server().running() as inside:
        place = f"HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:{inside.port}/\r\ncontent-length: 0\r\n\r\n"
        async with Server(place.encode()).running() as server:
            result = await sent(server)

    assert result == "307"
    assert inside.heads == []


async def test_an_endless_answer_is_not_read() -> None:
    server = Server(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    server.endless = True
    async with server.running():
        result = await asyncio.wait_for(sent(server), 5)
        server.endless = False

    assert result == "200"


async def test_a_receiver_that_does_not_answer_is_a_timeout() -> None:
    release = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        patience = WebhookSender(
            SystemClock(), allowed=frozenset({f"127.0.0.1:{port}"}), timeout=dt.timedelta(milliseconds=50)
        )
        result = await patience.send(f"http://127.0.0.1:{port}/", event_id="e", payload="{}", secrets=[SECRET])
        release.set()

    assert result == "timeout"


async def test_nobody_listening_and_nonsense_are_no_connection() -> None:
    async with Server().running() as server:
        pass
    garbage = Server(b"SSH-2.0-OpenSSH\r\n")

    assert (await sent(server)).startswith("no connection")
    async with garbage.running():
        assert (await sent(garbage)).startswith("no connection")


async def test_an_inside_address_is_refused_when_it_is_sent_to() -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["169.254.169.254"]

    out = WebhookSender(SystemClock(), resolve=inside)

    result = await out.send("https://hooks.example.org/", event_id="e", payload="{}", secrets=[SECRET])

    assert result == "address refused: hooks.example.org points to 169.254.169.254"


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Return a server's and a client's side for a name, signed by an authority that the client trusts."""

    def made(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(file)
        asking = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
        return serving, asking

    return made


@pytest.mark.parametrize(
    ("certified", "result"), [("hooks.example.org", "200"), ("other.example.org", "no connection")]
)
async def test_the_connection_goes_to_the_address_and_the_certificate_must_be_the_names(
    authority: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]], certified: str, result: str
) -> None:
    serving, asking = authority(certified)

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with Server().running(serving) as server:
        named = f"hooks.example.org:{server.port}"
        out = WebhookSender(SystemClock(), allowed=frozenset({named}), resolve=here, trust=asking)
        said = await out.send(f"https://{named}/hook", event_id="e", payload="{}", secrets=[SECRET])

    assert said.startswith(result)
    if result == "200":
        assert server.headers["host"] == named


async def test_nobody_believes_a_certificate_that_no_authority_has_signed(
    authority: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]],
) -> None:
    serving, _ = authority("localhost")

    async with Server().running(serving) as server:
        named = f"localhost:{server.port}"
        out = WebhookSender(SystemClock(), allowed=frozenset({named}))
        said = await out.send(f"https://{named}/hook", event_id="e", payload="{}", secrets=[SECRET])

    assert said.startswith("no connection")
    assert server.heads == []
