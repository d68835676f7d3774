from pathlib import Path

import pytest

from local.identity import Accounts, KeyPair
from local.identity_server import KeySetServer
from local.token import main
from shared.auth.callers import callers_of
from shared.core.errors import TokenRefusedError
from shared.core.settings import Settings
from tests.fakes_documents import MemoryDocuments


async def test_a_printed_token_signs_in_at_the_local_functions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--uid", "ann", "--email", "ann@example.org", "--plan", "pro", "--data", str(tmp_path)]
    folder = tmp_path / "sandbox" / "identity"

    assert main(arguments) == 0

    headers = {"authorization": f"Bearer {capsys.readouterr().out.strip()}"}
    server = KeySetServer(KeyPair(folder), Accounts(folder))
    try:
        settings = Settings.from_environment({"FIREBASE_STAND_IN_URL": server.url})
        caller = await callers_of(settings, MemoryDocuments()).identify(headers, strictly=True)
        main(["--uid", "ann", "--revoke", "--data", str(tmp_path)])
        with pytest.raises(TokenRefusedError, match="revoked"):
            await callers_of(settings, MemoryDocuments()).identify(headers, strictly=True)
    finally:
        server.close()
    assert caller is not None
    assert (caller.uid, caller.email, caller.plan) == ("ann", "ann@example.org", "pro")
