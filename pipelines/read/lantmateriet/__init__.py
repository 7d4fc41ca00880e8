"""Lantmäteriet: addresses, boundaries, water."""
