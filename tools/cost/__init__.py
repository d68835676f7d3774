"""What the platform costs a month, from list prices, the manifests and the environments' values."""
