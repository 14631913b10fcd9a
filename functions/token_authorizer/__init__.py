"""API Gateway's authorizer: proves an IC token before anything else runs (step 0)."""
