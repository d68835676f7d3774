"""Alerts: conditions on stored facts, events that happen once, webhooks that are signed and tried again."""
