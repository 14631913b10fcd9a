"""The guardrails measured: what they see, what they must leave alone, and what they cost."""
