"""The market's regime over HTTP."""
