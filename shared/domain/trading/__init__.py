"""Paper trading at the prices of the moment, with money conserved to the last digit."""
