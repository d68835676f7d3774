"""Computes all data points and the signals made of them every five minutes."""
