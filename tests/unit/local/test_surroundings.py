import socket
import subprocess
from pathlib import Path

import pytest

from local.documents import NoEmulatorError, choose_documents
from local.functions import Surroundings, function_environment
from local.lock import AlreadyRunningError, FolderLock
from local.options import read_options
from local.ports import PortInUseError, free_ports, require_free
from local.upstreams import SecretsFileError, Upstreams, live_upstreams, replay_upstreams, sandbox_upstreams
from shared.core.settings import Settings
from shared.providers.depth import book_providers
from shared.providers.gas import gas_providers
from tools.manifests import ROOT, read_manifests

MANIFESTS = read_manifests()


def around(folder: Path, upstreams: Upstreams) -> Surroundings:
    return Surroundings(
        folder=folder,
        logs=folder,
        ports=dict.fromkeys(MANIFESTS, 9000),
        gateway_url="http://127.0.0.1:8080",
        google_url="http://127.0.0.1:1",
        socket="/run/.s.PGSQL.5432",
        documents={"DOCUMENTS_FILE": "documents.sqlite"},
        upstreams=upstreams,
        tokens=6000,
        revision="1",
    )


def environment_of(name: str, folder: Path, upstreams: Upstreams) -> dict[str, str]:
    return function_environment(MANIFESTS[name], MANIFESTS, around(folder, upstreams))


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_function_can_read_its_settings(name: str, tmp_path: Path) -> None:
    upstreams = sandbox_upstreams(port=1, tokens=6000, seed=1, log=tmp_path / "log")

    settings = Settings.from_environment(environment_of(name, tmp_path, upstreams))

    assert (settings.function, settings.data_source) == (name, "sandbox")
    assert (settings.database is None) == (MANIFESTS[name].database == "none")
    assert (settings.scheduler is None) == (MANIFESTS[name].kind == "api")


def test_a_function_that_asks_on_demand_asks_the_stand_ins(tmp_path: Path) -> None:
    environment = environment_of("market", tmp_path, sandbox_upstreams(port=7, tokens=1, seed=1, log=tmp_path))

    assert environment["BINANCE_URL"] == "http://127.0.0.1:7/binance"


def test_a_reader_gets_neither_keys_nor_addresses_of_providers(tmp_path: Path) -> None:
    environment = environment_of("prices", tmp_path, live_upstreams({"COINGECKO_PRO_KEY": "secret"}, tmp_path / "none"))

    assert environment["DB_USER"] == "cryptoprism_reader"
    assert not [name for name in environment if name.startswith(("COIN", "BINANCE"))]


def test_a_refresher_gets_the_secrets_of_its_manifest_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.local.env"
    file.write_text("# keys\nCOINCAP_KEYS='a,b'\nNEWSAPI_KEY=c\n")
    file.chmod(0o600)
    upstreams = live_upstreams({"COINGECKO_PRO_KEY": "d"}, file)

    environment = environment_of("refresh_market", tmp_path, upstreams)

    assert (environment["COINCAP_KEYS"], environment["COINGECKO_PRO_KEY"]) == ("a,b", "d")
    assert "NEWSAPI_KEY" not in environment
    assert "COINGECKO_URL" not in environment
    assert environment["DATA_SOURCE"] == "live"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_keys_that_others_may_read_are_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "secrets.local.env"
    file.write_text("NEWSAPI_KEY=c\n")
    file.chmod(mode)

    with pytest.raises(SecretsFileError, match="chmod 600"):
        live_upstreams({}, file)


def test_git_ignores_the_file_of_keys() -> None:
    told = subprocess.run(["git", "check-ignore", "secrets.local.env"], cwd=ROOT, check=False, capture_output=True)

    assert told.returncode == 0


def test_a_refresher_knows_what_to_warm_and_how_much_to_ask_for(tmp_path: Path) -> None:
    environment = environment_of("refresh_market", tmp_path, replay_upstreams(port=7, folder=tmp_path, log=tmp_path))

    assert "http://127.0.0.1:8080/api/v1/prices/live" in environment["WARM_URLS"].split(",")
    assert environment["MARKET_TOKENS"] == "6000"
    assert environment["COINGECKO_URL"] == "http://127.0.0.1:7/coingecko/api/v3"
    assert environment["COINCAP_URL"] == "http://127.0.0.1:7/coincap/v2"


@pytest.mark.parametrize("name", ["market", "on_chain", "refresh_depth"])
def test_what_asks_for_books_and_fees_never_leaves_a_sandbox(name: str, tmp_path: Path) -> None:
    environment = environment_of(name, tmp_path, sandbox_upstreams(port=7, tokens=60, seed=1, log=tmp_path / "log"))

    asked = (*book_providers(Settings.from_environment({})), *gas_providers(Settings.from_environment({})))
    addresses = {each.id: environment.get(each.adapter.descriptor.url_setting, "") for each in asked}
    assert [each for each, address in addresses.items() if not address.startswith("http://127.0.0.1:7/")] == []


def test_two_platforms_never_share_a_folder(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(AlreadyRunningError, match=r"is in use by .* \(process \d+\)"):
        FolderLock(tmp_path).__enter__()

    with FolderLock(tmp_path):
        pass


def test_a_busy_port_is_named_with_a_way_out() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        with pytest.raises(PortInUseError, match=f"port {port} is in use; choose another with --port"):
            require_free(port)


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(20))) == 20


@pytest.mark.parametrize("arguments", [["--scale", "0"], ["--scale", "many"], ["--port", "70000"], ["--replay", "/no"]])
def test_senseless_options_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        read_options(arguments)

    assert refusal.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_live_and_replay_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        read_options(["--live", "--replay", str(tmp_path)])


def test_the_default_is_the_sandbox_on_port_8080() -> None:
    options = read_options([])

    assert (options.source, options.tokens, options.port, options.documents) == ("sandbox", 250, 8080, "auto")


def test_a_running_emulator_is_used_and_not_started_again(tmp_path: Path) -> None:
    environ = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:8200"}

    documents = choose_documents("auto", folder=tmp_path, log=tmp_path, port=1, environ=environ)

    assert (documents.kind, documents.program) == ("firestore", None)
    assert documents.environment["FIRESTORE_EMULATOR_HOST"] == "127.0.0.1:8200"


def test_documents_are_embedded_on_request(tmp_path: Path) -> None:
    documents = choose_documents("embedded", folder=tmp_path, log=tmp_path, port=1, environ={})

    assert documents.kind == "embedded"
    assert documents.environment == {"DOCUMENTS_FILE": str(tmp_path / "documents.sqlite")}


def test_firestore_without_an_emulator_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoEmulatorError, match="--documents embedded"):
        choose_documents("firestore", folder=tmp_path, log=tmp_path, port=1, environ={})
