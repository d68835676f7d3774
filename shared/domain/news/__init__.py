"""News: which articles are the same, which tokens they are about, how they sound, and the answers about them."""
