"""One module for each provider: `fetch` does the I/O, `normalise` is pure."""
