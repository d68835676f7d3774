"""The normal form: one frozen type per fact, units in the names or types."""
