"""The ledger of refresh runs."""
