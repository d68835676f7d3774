"""Terraform made ready once; tests that need it are skipped, with the reason, where it cannot be had."""

import pytest

from tools.infrastructure.terraform import NoProvidersError
from tools.infrastructure.workplace import make_workplace

from .plans import Workplace


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("infrastructure") / "whole"
    make_workplace(folder)
    made = Workplace(folder)
    try:
        made.terraform.start()
    except NoProvidersError as reason:
        pytest.skip(str(reason))
    return made
