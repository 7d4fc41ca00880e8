"""What the reader finds a place by: names, ids, the own position."""
