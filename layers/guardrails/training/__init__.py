"""How the models that we ship are made. Nothing here ships."""
