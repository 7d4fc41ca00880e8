"""Every cell with land; every address in its cell and class."""
