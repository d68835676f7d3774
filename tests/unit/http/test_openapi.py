"""The OpenAPI document of routers."""

from fastapi import APIRouter

from shared.http.openapi import document, errors

from .routes import Market


def test_document_is_openapi_3_1_over_all_routers() -> None:
    other = APIRouter()

    @other.get("/other", responses=errors(404))
    async def other_route() -> int:
        return 1

    told = document([Market().router, other], title="T", version="1", description="D")

    assert told["openapi"].startswith("3.1")
    assert told["info"] == {"title": "T", "version": "1", "description": "D"}
    assert {"/api/v1/list", "/api/v1/item/{name}", "/api/v1/orders", "/other"} <= told["paths"].keys()


def test_errors_are_documented_as_problems() -> None:
    router = APIRouter()

    @router.get("/things", responses=errors(404, 429))
    async def things() -> int:
        return 1

    told = document([router], title="T", version="1", description="D")

    answers = told["paths"]["/things"]["get"]["responses"]
    assert {"200", "404", "429", "503"} == answers.keys()
    assert list(answers["404"]["content"]) == ["application/problem+json"]
    assert "detail" in told["components"]["schemas"]["Problem"]["properties"]


def test_statement_of_freshness_is_no_parameter() -> None:
    told = document([Market().router], title="T", version="1", description="D")

    assert [parameter["name"] for parameter in told["paths"]["/api/v1/list"]["get"]["parameters"]] == ["limit", "fill"]
