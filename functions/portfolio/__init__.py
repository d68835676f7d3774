"""Portfolios: transactions, holdings, gains, returns, risk."""
