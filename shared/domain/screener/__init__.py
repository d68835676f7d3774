"""The screener: every number known of a token, filtered, sorted and paged."""
