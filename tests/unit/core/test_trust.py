"""Certificates are checked, by one context for all of a process's clients."""

import ssl

from shared.core.trust import authorities


def test_a_server_must_prove_its_name_to_an_authority() -> None:
    context = authorities()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_authorities_are_read_once() -> None:
    assert authorities() is authorities()
