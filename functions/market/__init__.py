"""The top 100 by market capitalisation, gainers and losers."""
