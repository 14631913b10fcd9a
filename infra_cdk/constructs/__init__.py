"""Building blocks that the stacks share."""
