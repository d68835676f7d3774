"""Finds tokens by any number that is known of them."""
