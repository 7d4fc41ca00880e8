"""The web map's template, style sheet and texts in two languages."""
