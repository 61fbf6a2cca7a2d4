"""Keepsake decides what to offer a customer who is about to be lost, and says why."""
