"""The gateway Lambda: the eleven steps behind `/v1` (steps 1 to 9)."""
