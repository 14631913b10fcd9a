"""The numbers that the README quotes: medians and ratios of one run, never a pass or fail."""
