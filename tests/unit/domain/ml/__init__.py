"""Models and predictions, without a database."""
