"""Turns what processors and tables send into the API's own messages.

Pure: no service is called here and nothing is read from a disk. What decides is in the packs.
"""
