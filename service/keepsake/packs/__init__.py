"""Packs: read from folders of YAML, checked whole, and watched."""
