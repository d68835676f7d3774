"""CryptoScore and its parts: durability, momentum and valuation of every token."""
