"""What schemathesis may find and we do not answer for: what the gateway refuses by itself, before any of ours sees it."""

from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response

from tools.gateway.envoy import HEADERS_KB


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case[Any], response: Response
) -> bool:
    """Return whether a failure counts: 431 to a request whose address and headers are over the gateway's limit does not."""
    request = response.request
    size = len(str(request.url)) + sum(len(name) + len(value) for name, value in request.headers.items())
    return response.status_code != 431 or size <= HEADERS_KB * 1024
