"""What each table between two steps, and each published layer, must look like."""
