"""What lies in RAW: which files are input, listed by content, demo and real kept apart."""
