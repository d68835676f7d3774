"""A release: traffic moved to new revisions step by step, back at once if they are worse, and a record of both."""
