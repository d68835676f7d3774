"""The whole system on one machine: `python -m local`, or `nox -s up`."""
