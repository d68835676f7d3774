"""Live quotes, market overview, price history and the price at an instant."""
