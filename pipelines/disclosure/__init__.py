"""What gets out: the one place to read for what the published edition may tell."""
