"""CryptoScore and its parts: how durable, how much in trend and how cheap a token is, compared with all others."""
