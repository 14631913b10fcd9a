"""Checks that run in another environment than the tests' own."""
