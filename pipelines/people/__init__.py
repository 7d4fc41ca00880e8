"""People and households on addresses."""
