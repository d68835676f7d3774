"""Terraform's configuration checked without a cloud: planned offline, and the plan held against the manifests."""
