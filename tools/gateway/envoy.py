"""Envoy's configuration: this machine's stand-in for API Gateway, with the same view of headers and paths.

Sent to a function is everything below the prefixes of its manifest. Envoy itself answers the rest, in the API's own
error form and with CORS headers, which Google's gateway would leave out.

Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/api
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .envoy_replies import local_replies

_LARGEST_BODY = 1024 * 1024
HEADERS_KB = 60
"""The same limit as API Gateway's."""
_CONNECTIONS = 10_000
_PREFIX = "type.googleapis.com/envoy.extensions"

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Backend:
    """One function: the path prefixes sent to it, where it listens, and how long it may take."""

    name: str
    prefixes: Sequence[str]
    port: int
    timeout_s: int


def envoy_config(backends: Sequence[Backend], *, host: str, port: int, origin: str = "*") -> Config:
    """Return the whole configuration, to be written as JSON or YAML."""
    return {
        "node": {"id": "local", "cluster": "cryptoprism"},
        "static_resources": {
            "listeners": [_listener(backends, host, port, origin)],
            "clusters": [_cluster(backend, host) for backend in backends],
        },
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": f"{_PREFIX}.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                        "max_active_downstream_connections": _CONNECTIONS,
                    },
                }
            ]
        },
    }


def _listener(backends: Sequence[Backend], host: str, port: int, origin: str) -> Config:
    return {
        "name": "gateway",
        "address": {"socket_address": {"address": host, "port_value": port}},
        "per_connection_buffer_limit_bytes": _LARGEST_BODY,
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": {
                            "@type": f"{_PREFIX}.filters.network.http_connection_manager.v3.HttpConnectionManager",
                            **_connection_manager(backends, origin),
                        },
                    }
                ]
            }
        ],
    }


def _connection_manager(backends: Sequence[Backend], origin: str) -> Config:
    return {
        "stat_prefix": "gateway",
        "use_remote_address": True,
        "generate_request_id": True,
        "preserve_external_request_id": True,
        "server_header_transformation": "PASS_THROUGH",
        "max_request_headers_kb": HEADERS_KB,
        "request_headers_timeout": "10s",
        "request_timeout": "60s",
        "stream_idle_timeout": "300s",
        "common_http_protocol_options": {"idle_timeout": "120s"},
        "normalize_path": True,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "local_reply_config": local_replies(origin),
        "http_filters": [_buffer(), _router()],
        "route_config": {"virtual_hosts": [_virtual_host(backends)]},
    }


def _virtual_host(backends: Sequence[Backend]) -> Config:
    """Return the routes, longest prefix first.

    A caller's `Authorization` goes on as `X-Forwarded-Authorization`, as API Gateway does it, and what only a gateway
    may say is taken from callers. Envoy applies a route's changes first, the virtual host's after them, and within
    each it removes before it adds.
    """
    pairs = [(prefix, backend) for backend in backends for prefix in backend.prefixes]
    longest_first = sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))
    return {
        "name": "api",
        "domains": ["*"],
        "routes": [_route(prefix, backend) for prefix, backend in longest_first],
        "request_headers_to_remove": ["authorization"],
    }


def _route(prefix: str, backend: Backend) -> Config:
    return {
        "match": {"path_separated_prefix": prefix},
        "route": {
            "cluster": backend.name,
            "timeout": f"{backend.timeout_s}s",
            # gunicorn closes idle connections after 2 s, perhaps while a request is on its way.
            "retry_policy": {"retry_on": "connect-failure,refused-stream,reset-before-request", "num_retries": 2},
        },
        "request_headers_to_remove": ["x-forwarded-authorization", "x-apigateway-api-userinfo"],
        "request_headers_to_add": [
            {"header": {"key": "X-Forwarded-Authorization", "value": "%REQ(AUTHORIZATION)%"}},
        ],
    }


def _buffer() -> Config:
    # Answers 413 to bodies that are too large, before a function sees any of them.
    return {
        "name": "envoy.filters.http.buffer",
        "typed_config": {"@type": f"{_PREFIX}.filters.http.buffer.v3.Buffer", "max_request_bytes": _LARGEST_BODY},
    }


def _router() -> Config:
    return {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{_PREFIX}.filters.http.router.v3.Router", "suppress_envoy_headers": True},
    }


def _cluster(backend: Backend, host: str) -> Config:
    endpoint = {"endpoint": {"address": {"socket_address": {"address": host, "port_value": backend.port}}}}
    return {
        "name": backend.name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": backend.name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        "circuit_breakers": {"thresholds": [{"max_connections": 1024, "max_pending_requests": 4096}]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{_PREFIX}.upstreams.http.v3.HttpProtocolOptions",
                "common_http_protocol_options": {"idle_timeout": "1.5s"},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }
