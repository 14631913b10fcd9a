"""The operators' function: tenants, projects, providers, policies, agents, tokens, budgets."""
