"""What tests on real history say of scores and signals, in the answers that they are about."""
