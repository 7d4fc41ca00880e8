"""The open cells as vector tiles."""
