"""How deep the markets are: order books on demand, and what was measured on them every minute."""
