"""One stack per capability; each is deployable on top of those it depends on."""
