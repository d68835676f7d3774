"""Market data: which token a record speaks of, what the sources agree on, how it is stored and read."""
