"""Whom a process believes over TLS: the system's authorities, which are read once and not for each client.

Reading them takes 37 ms of processor time. A context may be shared: it holds nothing of one connection or one host.
"""

import ssl
from functools import cache


@cache
def authorities() -> ssl.SSLContext:
    """Return the context that certificates of the public internet are checked with; names of hosts are checked too."""
    import httpx2

    # trust_env would let the environment choose whom we believe.
    return httpx2.create_ssl_context(trust_env=False)
