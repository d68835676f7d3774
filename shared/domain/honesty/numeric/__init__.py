"""Pure numeric code of the honesty section."""
