"""The operators' function: tenants, providers, agents, tokens and budgets."""
