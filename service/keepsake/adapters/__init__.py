"""Adapters: one file for each thing outside the core."""
