"""Learning, testing and applying models: arrays in, arrays out."""
