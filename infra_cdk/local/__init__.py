"""The local cloud: the same app as production, deployed into MiniStack on this machine."""
