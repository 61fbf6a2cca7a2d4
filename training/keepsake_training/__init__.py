"""Train the models Keepsake decides with, and tell honestly how good they are."""
