"""Health, status, catalogue, changelog and documentation over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from shared.cache.freshness import CATALOG, STATUS
from shared.core.settings import Settings
from shared.domain.status.coverage import CoverageRepository
from shared.domain.status.health import HealthService
from shared.domain.status.models import Health, Liveness, PlatformStatus
from shared.domain.status.service import StatusService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.records.answer import Answer
from shared.records.provider import PROVIDERS

from .catalog import groups_of
from .documentation import Documentation
from .models import Catalog, Coverage, ProviderEntry, Release

router = APIRouter(tags=["system"])

HealthAnswers = Annotated[HealthService, provided(HealthService)]
Packaged = Annotated[Documentation, provided(Documentation)]
Environment = Annotated[Settings, provided(Settings)]


# The lower decorator registers first, so in the documentation each address comes before its alias.
@router.get("/api/v1/health", summary="Health, below the API's prefix")
@router.get("/health", summary="Health of the process and its stores")
async def health(service: HealthAnswers) -> Health:
    """Always 200 and never slow: `status` is `degraded` when PostgreSQL or the document store is down."""
    return await service.health()


@router.get("/api/v1/health/live", summary="Liveness, below the API's prefix")
@router.get("/health/live", summary="Whether the process answers")
async def live(service: HealthAnswers) -> Liveness:
    """Asks no store."""
    return service.live()


@router.get("/api/v1/health/ready", summary="Readiness, below the API's prefix", responses=errors("unavailable"))
@router.get("/health/ready", summary="Whether anything can be served", responses=errors("unavailable"))
async def ready(service: HealthAnswers) -> Health:
    """503 when neither PostgreSQL nor the document store answers, otherwise the health."""
    return await service.ready()


@router.get(
    "/api/status",
    summary="Status, at its short address",
    response_model=Envelope[PlatformStatus],
    responses=errors("documents_unavailable"),
    dependencies=[fresh_for(STATUS)],
)
@router.get(
    "/api/v1/status",
    summary="Every provider and every refresh",
    response_model=Envelope[PlatformStatus],
    responses=errors("documents_unavailable"),
    dependencies=[fresh_for(STATUS)],
)
async def status(request: Request, service: Annotated[StatusService, provided(StatusService)]) -> Response:
    """State, success rate, latency, quota and last error of each provider; last success, age and rows of each refresh.

    `meta.stale` is true when a refresh is late: nothing has succeeded within three times its promise.
    """
    return answered(request, await service.status())


@router.get(
    "/api/v1/catalog",
    summary="What exists, with limits and coverage",
    response_model=Envelope[Catalog],
    dependencies=[fresh_for(CATALOG)],
)
async def catalog(
    request: Request,
    documentation: Packaged,
    coverage: Annotated[CoverageRepository, provided(CoverageRepository)],
    settings: Environment,
) -> Response:
    """Every operation with its parameters, limits, freshness, formats and errors; which providers and how many tokens."""
    tokens = await coverage.tokens()
    providers = [
        ProviderEntry(kind=kind, id=name, family=family)
        for kind, named in PROVIDERS.items()
        for name, family in named.items()
    ]
    found = Catalog(
        version=documentation.api["info"]["version"],
        groups=groups_of(documentation.api),
        coverage=Coverage(providers=providers, tokens=tokens),
    )
    answer = answered(request, Answer(data=found.model_dump_json(), as_of=None, source=settings.data_source))
    if tokens is None:
        # What is unknown for the moment must not be told for an hour.
        answer.headers["cache-control"] = STATUS.cache_control
    return answer


@router.get(
    "/api/v1/changelog",
    summary="What changed for callers",
    response_model=Envelope[list[Release]],
    dependencies=[fresh_for(CATALOG)],
)
async def changelog(request: Request, documentation: Packaged, settings: Environment) -> Response:
    """Releases, newest first, each with what was added, changed, deprecated, removed, fixed and secured."""
    return answered(request, Answer(data=documentation.changelog, as_of=None, source=settings.data_source))


@router.get("/api/v1/openapi.json", summary="This API as OpenAPI 3.1", dependencies=[fresh_for(CATALOG)])
async def openapi(documentation: Packaged) -> Response:
    """The document that clients are generated from."""
    return Response(documentation.openapi, media_type="application/json")


@router.get(
    "/api/v1/llms.txt",
    summary="This API in a page, below the API's prefix",
    response_class=PlainTextResponse,
    dependencies=[fresh_for(CATALOG)],
)
@router.get(
    "/llms.txt",
    summary="This API in a page, for agents",
    response_class=PlainTextResponse,
    dependencies=[fresh_for(CATALOG)],
)
async def llms(documentation: Packaged) -> Response:
    """What there is and how to read it, as Markdown; everything else is in the OpenAPI document."""
    return PlainTextResponse(documentation.llms)


@router.get(
    "/api/v1/docs",
    summary="Documentation to read and try",
    response_class=HTMLResponse,
    dependencies=[fresh_for(CATALOG)],
)
async def docs(documentation: Packaged) -> HTMLResponse:
    """One page without outside references, so it works offline."""
    page = documentation.page
    headers = {
        "content-security-policy": page.policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(page.html, headers=headers)
