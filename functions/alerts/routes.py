"""Alerts over HTTP; every path belongs to whoever asks."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from shared.core.errors import InvalidParameterError
from shared.domain.alerts.models import AlertGiven, AlertMade, AlertTold, DeliveryTold, MeasureTold, SecretTold
from shared.domain.alerts.service import AlertService
from shared.http.addresses import AddressRefusedError, check_url
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import SignedIn

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])


@dataclass(frozen=True, slots=True)
class Receivers:
    """Addresses of receivers that are let through though they are not on the internet, as `host:port`."""

    allowed: frozenset[str] = frozenset()

    def check(self, url: str | None) -> None:
        """Return when events may be sent there.

        Raises:
            InvalidParameterError: they may not.
        """
        try:
            if url is not None:
                check_url(url, allowed=self.allowed)
        except AddressRefusedError as error:
            raise InvalidParameterError("webhook_url", str(error), url) from error


Alerts = Annotated[AlertService, provided(AlertService)]
Allowed = Annotated[Receivers, provided(Receivers)]
AlertId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-z]+$", description="As an answer told it.")]


@router.get("", summary="Your alerts", response_model=Envelope[list[AlertTold]])
async def mine(request: Request, caller: SignedIn, alerts: Alerts) -> Response:
    """Every alert of yours as it stands, the oldest first; there are a hundred at most."""
    return answered(request, await alerts.mine(caller.uid))


@router.post(
    "",
    summary="Make an alert",
    status_code=201,
    response_model=Envelope[AlertMade],
    responses=errors(
        "chain_not_found", "token_not_found", "changed_meanwhile", "too_many_alerts", "no_data", "database_unavailable"
    ),
)
async def make(request: Request, caller: SignedIn, given: AlertGiven, alerts: Alerts, allowed: Allowed) -> Response:
    """The alert, with the secret that its events are signed with, which is shown only now.

    It fires when the number is at or beyond the threshold, at once if it is already, and again only after the number has gone
    back by the hysteresis and the cool-down is over. Numbers older than three promises of their refresh fire nothing.
    """
    allowed.check(given.webhook_url)
    answer = answered(request, await alerts.make(caller.uid, given))
    answer.status_code = 201
    return answer


@router.get(
    "/measures",
    summary="What can be watched",
    response_model=Envelope[list[MeasureTold]],
)
async def measures(request: Request, caller: SignedIn, alerts: Alerts) -> Response:
    """Every measure with its subject and its unit."""
    return answered(request, alerts.measures())


@router.get("/{alert_id}", summary="One alert", response_model=Envelope[AlertTold], responses=errors("alert_not_found"))
async def one(request: Request, caller: SignedIn, alert_id: AlertId, alerts: Alerts) -> Response:
    """How the alert stands."""
    return answered(request, await alerts.one(caller.uid, alert_id))


@router.put(
    "/{alert_id}",
    summary="Change an alert",
    response_model=Envelope[AlertTold],
    responses=errors(
        "alert_not_found", "chain_not_found", "token_not_found", "changed_meanwhile", "no_data", "database_unavailable"
    ),
)
async def change(
    request: Request, caller: SignedIn, alert_id: AlertId, given: AlertGiven, alerts: Alerts, allowed: Allowed
) -> Response:
    """The alert as it is now; what is not given gets its default. Another condition, or switching it on again, arms it anew.

    A webhook that had none before gets a secret, which `POST /alerts/{alert_id}/secret` shows by making a new one.
    """
    allowed.check(given.webhook_url)
    return answered(request, await alerts.change(caller.uid, alert_id, given))


@router.delete(
    "/{alert_id}",
    summary="Remove an alert",
    status_code=204,
    responses=errors("alert_not_found"),
    response_class=Response,
)
async def remove(caller: SignedIn, alert_id: AlertId, alerts: Alerts) -> Response:
    """Nothing; the alert is gone, and events of it that were not told yet are not told any more."""
    await alerts.remove(caller.uid, alert_id)
    return Response(status_code=204)


@router.get(
    "/{alert_id}/deliveries",
    summary="Events of an alert",
    response_model=Envelope[list[DeliveryTold]],
    responses=errors("alert_not_found"),
)
async def deliveries(
    request: Request,
    caller: SignedIn,
    alert_id: AlertId,
    alerts: Alerts,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=80, description="As `meta.cursor` of the page before.")] = None,
) -> Response:
    """Events, the newest first, each with how often it was sent and what came of it; they are kept for 90 days."""
    return answered(request, await alerts.deliveries(caller.uid, alert_id, cursor=cursor, limit=limit))


@router.post(
    "/{alert_id}/test",
    summary="Try an alert out",
    status_code=202,
    response_model=Envelope[DeliveryTold],
    responses=errors("alert_not_found"),
)
async def try_out(request: Request, caller: SignedIn, alert_id: AlertId, alerts: Alerts) -> Response:
    """An event of the type `alert.test`, which is sent within a minute like any other, and tells no number."""
    answer = answered(request, await alerts.try_out(caller.uid, alert_id))
    answer.status_code = 202
    return answer


@router.post(
    "/{alert_id}/secret",
    summary="Change the signing secret",
    response_model=Envelope[SecretTold],
    responses=errors("alert_not_found", "changed_meanwhile"),
)
async def new_secret(request: Request, caller: SignedIn, alert_id: AlertId, alerts: Alerts) -> Response:
    """A new secret, shown only now; for a day events carry the signature of the one before as well."""
    return answered(request, await alerts.new_secret(caller.uid, alert_id))
