"""Models and predictions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from shared.cache.freshness import PREDICTIONS
from shared.core.errors import PermissionDeniedError
from shared.domain.ml.asking import ModelAsking
from shared.domain.ml.models import (
    ModelDetail,
    ModelSummary,
    ModelWants,
    Predicted,
    PredictionRequest,
    TokenForecast,
    TokenPredicted,
)
from shared.domain.ml.service import ModelService
from shared.domain.ml.statements import Order, Sort
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import PageQuery
from shared.http.provided import provided
from shared.http.signed import Keyed
from shared.records.caller import Caller

router = APIRouter(prefix="/api/v1/ml", tags=["ml"])

Models = Annotated[ModelService, provided(ModelService)]
Asking = Annotated[ModelAsking, provided(ModelAsking)]
ModelId = Annotated[str, Path(max_length=80, description="Id of a model.", examples=["20260301-1f2e3d4c"])]
TokenId = Annotated[str, Path(max_length=200, description="Slug of a token.", examples=["bitcoin"])]
SortedBy = Annotated[Sort, Query(description="What the list is sorted by; equal ones by id.")]
Ordered = Annotated[Order, Query(description="`desc`: the largest first.")]
Snapshot = Annotated[
    str | None,
    Query(max_length=32, description="`meta.snapshot` of the first page: pages then come from the same predictions."),
]
Named = Annotated[
    str | None,
    Query(alias="model", min_length=1, max_length=80, description="Id of a model; the one that serves by default."),
]


async def may_predict(caller: Keyed) -> Caller:
    """Return who asks for a prediction.

    Raises:
        PermissionDeniedError: by a key that was not made for it.
    """
    if not caller.may("predict"):
        raise PermissionDeniedError("This key may not predict: make one with the scope 'predict'")
    return caller


Predicting = Annotated[Caller, Depends(may_predict)]


@router.get(
    "/models",
    summary="Models and their records",
    response_model=Envelope[list[ModelSummary]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(PREDICTIONS)],
)
async def models(request: Request, page: PageQuery, known: Models) -> Response:
    """Every model that was ever trained, newest first, refused ones too; `meta.serving` is the one that predicts.

    `record` is out of sample: what a model said of weeks that it had not learned from. `live` is what came of what it said in service.
    """
    return answered(request, await known.models(limit=page.limit, offset=page.offset))


@router.get(
    "/models/{model_id}",
    summary="One model",
    response_model=Envelope[ModelDetail],
    responses=errors("model_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(PREDICTIONS)],
)
async def model(request: Request, model_id: ModelId, known: Models) -> Response:
    """What it learned from and how, its record fold by fold, why it serves, was retired or refused, and how it did in service."""
    return answered(request, await known.model(model_id))


@router.get(
    "/predictions",
    summary="Predictions of all tokens",
    response_model=Envelope[list[TokenForecast]],
    responses=errors("snapshot_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(PREDICTIONS)],
)
async def predictions(
    request: Request,
    page: PageQuery,
    known: Models,
    sort: SortedBy = "probability",
    order: Ordered = "desc",
    snapshot: Snapshot = None,
) -> Response:
    """What the serving model says of the seven days from `meta.counts_from` to `meta.counts_to`, relative to the market.

    Made of completed days: `meta.as_of` is the end of the last one. Of `meta.unpredicted` tokens it says nothing, and
    `/api/v1/ml/predictions/{token_id}` says why. Read `/api/v1/ml/models/{model_id}` of `meta.model` first: a model without skill says the
    same of every token. A snapshot lasts until other predictions are made, which is seldom more than once a day; sorted by `market_cap`,
    the order is that of the newest quotes all the same.
    """
    answer = await known.predictions(sort=sort, order=order, limit=page.limit, offset=page.offset, snapshot=snapshot)
    return answered(request, answer)


@router.get(
    "/predictions/{token_id}",
    summary="One token's prediction",
    response_model=Envelope[TokenPredicted],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(PREDICTIONS)],
)
async def prediction(request: Request, token_id: TokenId, known: Models) -> Response:
    """What the serving model says of one token, and which data points made it say so; null, and why, where it says nothing."""
    return answered(request, await known.prediction(token_id))


@router.get(
    "/predict",
    summary="What a prediction takes",
    response_model=Envelope[ModelWants],
    responses=errors("forbidden", "model_not_found", "model_outdated", "no_data", "database_unavailable"),
)
async def wants(request: Request, _: Predicting, asking: Asking, model_id: Named = None) -> Response:
    """The data points that a model reads, and between which values most of what it learned from lay. A key needs the scope `predict`."""
    return answered(request, await asking.wants(model_id))


@router.post(
    "/predict",
    summary="Predict for data points of your own",
    response_model=Envelope[Predicted],
    responses=errors("forbidden", "model_not_found", "model_outdated", "no_data", "database_unavailable"),
)
async def predict(request: Request, _: Predicting, asked: PredictionRequest, asking: Asking) -> Response:
    """What a model says of a vector of data points, raw values as `/api/v1/signals/{token_id}` tells them.

    Leave out what you do not know, or give null: the model takes it as unknown, and `missing` lists it. Without one of `required` of
    `GET /api/v1/ml/predict` it says nothing (422); what is no data point at all is a 422 as well. `unused` lists what this model does not read,
    `beyond` what lies outside of nearly all that it learned from. A key needs the scope `predict`.
    """
    return answered(request, await asking.predict(asked.model, asked.features))
