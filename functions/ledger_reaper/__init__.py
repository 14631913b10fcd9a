"""Expires the holds of requests that never reported, each minute."""
