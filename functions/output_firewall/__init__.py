"""The output firewall: what it sees in texts before a client gets them (step 8)."""
