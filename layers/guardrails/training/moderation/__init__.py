"""The local moderation model: its texts, its training and its evaluation. Nothing here ships."""
