"""Settles the interaction records of the queues and keeps a row of each (step 7a)."""
