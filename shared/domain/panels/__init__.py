"""Daily history of all tokens as arrays: what every computation of the analytics reads."""
