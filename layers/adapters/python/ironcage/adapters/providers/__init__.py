"""Model providers over their own wire formats (step 7)."""
