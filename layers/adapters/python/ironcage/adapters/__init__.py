"""Every line that leaves the process: AWS, model providers, logs."""
