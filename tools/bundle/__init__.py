"""One deployable zip for each function: what it imports, what that needs, and nothing else."""
