"""Whether what lies in a package is what its name and description say; nothing in it is believed."""
