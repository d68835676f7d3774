"""Reports on real history, made anew by a command each."""
