"""Settings, errors, logging and the clock. Imports nothing of ours."""
