"""The API as Python: generated from protos/keepsake/v1 by `make proto`, never edited."""
