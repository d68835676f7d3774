"""The library that every function shares."""
