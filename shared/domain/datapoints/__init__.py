"""What can be measured of a token: the catalogue of data points, and the numbers behind them."""
