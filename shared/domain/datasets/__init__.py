"""Which facts were refreshed when: what tells a reader that they are late."""
