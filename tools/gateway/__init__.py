"""The gateway from one source: the public document, the API Gateway configuration and the local Envoy configuration."""
