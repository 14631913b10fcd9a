"""How the prompt-injection classifier is made: data, training, export, evaluation."""
