"""Puts every interaction record away where nobody can change it (step 9)."""
