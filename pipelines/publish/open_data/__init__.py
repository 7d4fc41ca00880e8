"""The open edition as files."""
