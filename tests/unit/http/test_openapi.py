"""The OpenAPI document of routers."""

import pytest
from fastapi import APIRouter, Depends

from shared.http.documented import codes_of
from shared.http.openapi import document, errors
from shared.http.signed import Anybody, Keyed, SignedIn

from .routes import Market


def test_document_is_openapi_3_1_over_all_routers() -> None:
    other = APIRouter()

    @other.get("/other", responses=errors("token_not_found"))
    async def other_route() -> int:
        return 1

    told = document([Market().router, other], title="T", version="1", description="D")

    assert told["openapi"].startswith("3.1")
    assert told["info"] == {"title": "T", "version": "1", "description": "D"}
    assert {"/api/v1/list", "/api/v1/item/{name}", "/api/v1/orders", "/other"} <= told["paths"].keys()


def test_errors_are_documented_as_problems() -> None:
    router = APIRouter()

    @router.get("/things", responses=errors("token_not_found", "no_data", "price_stale"))
    async def things() -> int:
        return 1

    told = document([router], title="T", version="1", description="D")

    answers = told["paths"]["/things"]["get"]["responses"]
    content = answers["503"]["content"]
    assert list(answers) == ["200", "404", "422", "429", "503"]
    assert list(content) == ["application/problem+json"]
    assert content["application/problem+json"]["schema"]["properties"]["code"] == {"enum": ["no_data", "price_stale"]}
    assert "detail" in told["components"]["schemas"]["Problem"]["properties"]


def test_what_follows_from_whom_a_route_asks_and_what_it_takes_is_documented() -> None:
    router = APIRouter()

    @router.get("/mine", responses=errors("portfolio_not_found"))
    async def mine(caller: SignedIn) -> int:
        return 1

    @router.post("/mine", responses=errors("too_many_portfolios"))
    async def make(caller: SignedIn, body: dict[str, int]) -> int:
        return 1

    told = document([router], title="T", version="1", description="D")["paths"]["/mine"]

    asked = {(401, "unauthenticated"), (401, "invalid_token"), (403, "forbidden"), (429, "rate_limited")}
    away = {(503, "unavailable"), (503, "documents_unavailable")}
    taken = {(400, "bad_request"), (413, "body_too_large"), (415, "unsupported_media_type")}
    assert codes_of(told["get"]) == {(404, "portfolio_not_found"), *asked, *away}
    assert codes_of(told["post"]) == {(409, "too_many_portfolios"), *asked, *away, *taken}
    assert all("422" in operation["responses"] for operation in told.values())


def test_a_code_that_does_not_exist_is_not_documented() -> None:
    with pytest.raises(ValueError, match="'no_such' is no error's code"):
        errors("no_such")


def test_statement_of_freshness_is_no_parameter() -> None:
    told = document([Market().router], title="T", version="1", description="D")

    assert [parameter["name"] for parameter in told["paths"]["/api/v1/list"]["get"]["parameters"]] == ["limit", "fill"]


def test_what_a_route_asks_of_its_callers_is_documented() -> None:
    router = APIRouter()

    @router.get("/mine")
    async def mine(caller: SignedIn) -> int:
        return 1

    @router.get("/keyed")
    async def keyed(caller: Keyed) -> int:
        return 1

    @router.get("/either")
    async def either(caller: Anybody) -> int:
        return 1

    @router.get("/public")
    async def public() -> int:
        return 1

    told = document([router], title="T", version="1", description="D")

    asked = {path: item["get"].get("security") for path, item in told["paths"].items()}
    assert asked == {
        "/mine": [{"idToken": []}],
        "/keyed": [{"idToken": []}, {"apiKey": []}],
        "/either": [{}, {"idToken": []}, {"apiKey": []}],
        "/public": None,
    }
    assert told["components"]["securitySchemes"].keys() == {"idToken", "apiKey"}


def test_a_dependency_that_asks_who_it_is_counts_for_its_route() -> None:
    router = APIRouter()

    async def portfolio_of(caller: SignedIn) -> str:
        return caller.uid

    @router.get("/deep", dependencies=[Depends(portfolio_of)])
    async def deep() -> int:
        return 1

    told = document([router], title="T", version="1", description="D")

    assert told["paths"]["/deep"]["get"]["security"] == [{"idToken": []}]
