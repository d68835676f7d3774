"""Everything that can go wrong, as one tree.

PrismError
├── SettingsError                 a setting is missing or unreadable                       500
├── CallerError                   the caller can mend it
│   ├── InvalidParameterError     a parameter's value is refused                           422
│   ├── AuthenticationError       no token, or one that is not good                        401
│   │   └── TokenRefusedError     expired, malformed, foreign, forged or revoked           401
│   ├── FileRefusedError          a file of history cannot be what it should be          422
│   ├── PermissionDeniedError     the token is good but may not do this                    403
│   ├── NotFoundError             the thing asked for does not exist                       404
│   ├── NotSupportedError         it exists, and has not what is asked of it               404
│   └── ConflictError             it contradicts what is there                             409
├── UnavailableError              nothing can be answered for now; ask again               503
│   ├── NoDataError               the data was never loaded                                503
│   ├── PriceStaleError           the newest price is older than it may be for trading     503
│   ├── AllowanceSpentError       the caller used what is allowed for now                  429
│   ├── TasksUnavailableError     the task queue took nothing                              503
│   ├── DatabaseUnavailableError  PostgreSQL did not answer                                503
│   └── DocumentsUnavailableError the document store did not answer                        503
├── DocumentTooLargeError         a document is over the store's limit                     500
└── UpstreamError                 one provider failed one request                          502
    ├── ConnectionFailedError     no connection, or it broke                               502
    ├── DeadlineExceededError     no full answer within the time allowed                   504
    ├── ServerFailedError         HTTP 5xx                                                 502
    ├── RefusedError              HTTP 4xx other than the two below                        502
    ├── RateLimitedError          HTTP 429 or 418, or the same said with another status    502
    ├── KeyRejectedError          the API key is invalid, expired or used up               502
    ├── BadPayloadError           the answer cannot be read                                502
    ├── FrozenAnswerError         the answer has not moved for longer than is possible     502
    └── NotListedError            the provider is well and does not know what is asked for 502
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal


class PrismError(Exception):
    """Root of everything this project raises on purpose."""

    status = 500
    code = "internal"


class SettingsError(PrismError):
    """A setting is missing or unreadable."""

    code = "settings"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"setting {name}: {reason}")
        self.name = name


class CallerError(PrismError):
    """The caller can mend it."""

    status = 400
    code = "bad_request"


class InvalidParameterError(CallerError):
    """A parameter's value is refused."""

    status = 422
    code = "invalid_parameter"

    def __init__(
        self, parameter: str, message: str, value: object = None, *, place: Literal["query", "body"] = "query"
    ) -> None:
        super().__init__(f"{parameter}: {message}")
        self.place = place
        self.parameter = parameter
        self.message = message
        self.value = value


class FileRefusedError(CallerError):
    """A file of history cannot be what it should be; nothing of it is kept."""

    status = 422

    def __init__(self, file: str, why: str, *, code: str, line: int | None = None) -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {why}")
        self.file = file
        self.line = line
        self.code = code


class AuthenticationError(CallerError):
    """The caller's token is missing, expired, malformed, foreign or forged."""

    status = 401
    code = "unauthenticated"


class TokenRefusedError(AuthenticationError):
    """The caller's token or key is expired, malformed, foreign, forged or revoked; the message says which."""

    code = "invalid_token"


class PermissionDeniedError(CallerError):
    """The caller is known but may not do this."""

    status = 403
    code = "forbidden"


class NotFoundError(CallerError):
    """The thing asked for does not exist; `kind` makes the machine-readable code."""

    status = 404

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind.capitalize()} '{name}' not found")
        self.code = f"{kind}_not_found"


class NotSupportedError(CallerError):
    """What is asked about exists, and has not what is asked of it; the message names what it has."""

    status = 404

    def __init__(self, kind: str, name: str, *, of: str, supported: Sequence[str]) -> None:
        super().__init__(f"{kind.capitalize()} '{name}' is not supported for '{of}'; supported: {', '.join(supported)}")
        self.code = f"{kind}_not_supported"


class ConflictError(CallerError):
    """What is asked contradicts what is there: too little cash, a limit, a key used for something else; `code` says which."""

    status = 409

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnavailableError(PrismError):
    """Nothing can be answered for now; the caller may ask again after `retry_after`."""

    status = 503
    code = "unavailable"

    def __init__(self, message: str, retry_after: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoDataError(UnavailableError):
    """The data was never loaded."""

    code = "no_data"


class PriceStaleError(UnavailableError):
    """The newest price is older than one may be that something is traded at."""

    code = "price_stale"

    def __init__(self, token_id: str, age: timedelta | None) -> None:
        known = "has no price" if age is None else f"was last priced {age.total_seconds():.0f} s ago"
        super().__init__(f"'{token_id}' {known}; nothing is traded at that", timedelta(seconds=60))


class AllowanceSpentError(UnavailableError):
    """The caller used what is allowed for now."""

    status = 429
    code = "allowance_spent"


class TasksUnavailableError(UnavailableError):
    """The task queue took nothing."""

    code = "tasks_unavailable"


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL did not answer."""

    code = "database_unavailable"


class DocumentsUnavailableError(UnavailableError):
    """The document store did not answer in time."""

    code = "documents_unavailable"


class DocumentTooLargeError(PrismError):
    """A document is over the store's limit."""

    code = "document_too_large"

    def __init__(self, path: str, size: int, limit: int) -> None:
        super().__init__(f"document {path} has {size} bytes, over {limit}")
        self.size = size


class UpstreamError(PrismError):
    """One provider failed one request."""

    status = 502
    code = "upstream"

    def __init__(self, provider: str, reason: str) -> None:
        super().__init__(f"{provider}: {reason}")
        self.provider = provider
        self.reason = reason


class ConnectionFailedError(UpstreamError):
    """The provider could not be reached, or the connection broke."""

    code = "connection_failed"


class DeadlineExceededError(UpstreamError):
    """The provider gave no full answer within the time allowed."""

    status = 504
    code = "deadline_exceeded"

    def __init__(self, provider: str, allowed: timedelta) -> None:
        super().__init__(provider, f"no answer within {allowed.total_seconds():.1f} s")
        self.allowed = allowed


class ServerFailedError(UpstreamError):
    """The provider answered HTTP 5xx."""

    code = "server_failed"

    def __init__(self, provider: str, http_status: int) -> None:
        super().__init__(provider, f"answered HTTP {http_status}")
        self.http_status = http_status


class RefusedError(UpstreamError):
    """The provider refused the request: our request is wrong for it, or it changed its interface."""

    code = "refused"

    def __init__(self, provider: str, http_status: int, message: str) -> None:
        super().__init__(provider, f"refused with HTTP {http_status}: {message}")
        self.http_status = http_status


class RateLimitedError(UpstreamError):
    """The provider asks for patience; it may be asked again after `retry_after`."""

    code = "rate_limited"

    def __init__(self, provider: str, retry_after: timedelta) -> None:
        super().__init__(provider, f"rate limited for {retry_after.total_seconds():.0f} s")
        self.retry_after = retry_after


class KeyRejectedError(UpstreamError):
    """The API key is invalid, expired or used up."""

    code = "key_rejected"


class BadPayloadError(UpstreamError):
    """The answer cannot be read; it is refused whole."""

    code = "bad_payload"


class FrozenAnswerError(UpstreamError):
    """The answer has not moved for longer than a living market allows."""

    code = "frozen"


class NotListedError(UpstreamError):
    """The provider is well and does not know the symbol, chain or token that is asked for."""

    code = "not_listed"
