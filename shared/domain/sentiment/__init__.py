"""Fear and greed: our own index from open components, beside the one that everybody quotes."""
