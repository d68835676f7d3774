import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from local.child import Child
from local.gateway import gateway_program
from local.ports import free_ports
from local.web import Reply, ask
from tools.gateway.envoy import Backend

pytestmark = pytest.mark.platform

PRICES = "/api/v1/prices"


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.rfile.read(int(headers.get("content-length", 0)))
        body = json.dumps({"path": self.path, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def do_OPTIONS(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gateway")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    port, nobody = free_ports(2)
    backends = [Backend("prices", [PRICES], server.server_port, 5), Backend("market", ["/api/v1/market"], nobody, 5)]
    child = Child(gateway_program(backends, port=port, folder=folder, log=Path(folder / "log")))
    child.start()
    child.wait_ready()
    yield f"http://127.0.0.1:{port}"
    child.stop()
    server.shutdown()
    thread.join()
    server.server_close()


def got(url: str, **options: object) -> Reply:
    reply = ask(url, **options)  # type: ignore[arg-type]
    assert reply is not None
    return reply


def seen(url: str, **options: object) -> Any:
    return json.loads(got(url, **options).body)


def test_a_callers_token_goes_on_under_another_name(gateway: str) -> None:
    headers = seen(gateway + PRICES, headers={"Authorization": "Bearer mine"})["headers"]

    assert headers["x-forwarded-authorization"] == "Bearer mine"
    assert "authorization" not in headers


def test_what_only_a_gateway_may_say_is_taken_from_callers(gateway: str) -> None:
    forged = {"X-Forwarded-Authorization": "Bearer forged", "X-Apigateway-Api-Userinfo": "forged"}

    headers = seen(gateway + PRICES, headers=forged)["headers"]

    assert not {"x-forwarded-authorization", "x-apigateway-api-userinfo"} & set(headers)


def test_path_and_query_arrive_as_they_were_sent(gateway: str) -> None:
    assert seen(f"{gateway}{PRICES}/a%2Fb?x=1&y=%20")["path"] == f"{PRICES}/a%2Fb?x=1&y=%20"


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_every_method_reaches_the_function(gateway: str, method: str) -> None:
    assert got(gateway + PRICES, method=method).status == 200


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/pricesx", "/api/v1/prices/../../../etc/passwd", "/api/v2"])
def test_other_paths_are_a_problem_in_our_form(gateway: str, path: str) -> None:
    reply = got(gateway + path)

    problem = json.loads(reply.body)
    assert (reply.status, problem["status"], problem["code"]) == (404, 404, "not_found")
    assert problem["request_id"]


def test_a_function_that_is_down_is_a_503(gateway: str) -> None:
    reply = got(f"{gateway}/api/v1/market")

    assert (reply.status, json.loads(reply.body)["code"]) == (503, "unavailable")


def test_a_body_over_a_mebibyte_is_refused(gateway: str) -> None:
    fits = got(gateway + PRICES, method="POST", body=b"x" * 1024 * 1024)
    reply = got(gateway + PRICES, method="POST", body=b"x" * (1024 * 1024 + 1))

    assert (fits.status, reply.status, json.loads(reply.body)["code"]) == (200, 413, "body_too_large")


def test_headers_over_60_kilobytes_are_refused(gateway: str) -> None:
    reply = got(gateway + PRICES, headers={"X-Long": "x" * 61 * 1024})

    assert (reply.status, json.loads(reply.body)["code"]) == (431, "headers_too_large")
