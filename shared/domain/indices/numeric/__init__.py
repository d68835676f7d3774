"""Pure numeric code of the index; only refreshers and the worker import it."""
