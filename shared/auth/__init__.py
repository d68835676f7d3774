"""Who is calling: verifiers, imported on first use."""
