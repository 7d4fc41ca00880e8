"""Processes: who runs where, and several that work at the same time."""
