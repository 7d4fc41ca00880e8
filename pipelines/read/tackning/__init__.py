"""Evidence of coverage, from whoever gave it."""
