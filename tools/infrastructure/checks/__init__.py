"""Every check of a plan by its name; each yields what is wrong, one line a problem."""

from collections.abc import Callable, Iterable

from tools.infrastructure.plan import Planned

from . import access, documents, functions, gateway, postgres, schedules, secrets, watching

Check = Callable[[Planned], Iterable[str]]

_MODULES = (access, secrets, functions, schedules, gateway, postgres, documents, watching)
CHECKS: dict[str, Check] = {check.__name__: check for module in _MODULES for check in module.CHECKS}


def problems_of(planned: Planned) -> dict[str, list[str]]:
    """Return the checks that failed with what they found."""
    found = {name: list(check(planned)) for name, check in CHECKS.items()}
    return {name: problems for name, problems in found.items() if problems}
