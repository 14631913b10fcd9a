"""The five tables of DynamoDB, one file per port; keys come from `keys.py` alone."""
