"""Work that is done by another function, later: Cloud Tasks in the cloud, its stand-in on one machine, both by the same protocol."""
