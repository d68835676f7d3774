"""The providers of sentiment, set up as the environment says."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.sentiment import SentimentRecord

from .adapters.alternative_me_sentiment import ALTERNATIVE_ME, AlternativeMe, SentimentRequest
from .contract import Http
from .registry import assembled
from .sources import Sources

__all__ = ["SentimentRequest", "SentimentSources", "sentiment_sources"]

SentimentSources = Sources[SentimentRequest, SentimentRecord]


def sentiment_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> SentimentSources:
    """Return the providers of sentiment.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    providers = assembled(((ALTERNATIVE_ME, AlternativeMe),), settings)
    return Sources("sentiment", providers, documents, clock, http=http)
