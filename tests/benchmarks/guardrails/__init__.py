"""What the guardrails find, miss and cost, beside packaged peers, in one run."""
