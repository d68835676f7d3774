"""What happens on the chains: fees, activity, flows."""
