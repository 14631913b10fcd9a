"""The input firewall: what it sees in texts before a model gets them (step 2)."""
