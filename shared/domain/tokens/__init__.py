"""The catalogue of tokens: names, contracts, links, categories, and which tokens are trending."""
