"""Which document store the settings ask for; neither is opened, nor its packages imported, before its first use."""

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings

from .documents import DocumentStore


def open_documents(settings: Settings, *, clock: Clock | None = None) -> DocumentStore:
    """Return the embedded store where `DOCUMENTS_FILE` names its file, otherwise Firestore or its emulator."""
    if settings.documents_file is not None:
        from .embedded import EmbeddedDocuments

        return EmbeddedDocuments(settings.documents_file, clock=clock or SystemClock())
    from .firestore import FirestoreDocuments

    return FirestoreDocuments(settings.project, emulator=settings.environment.get("FIRESTORE_EMULATOR_HOST") or None)
