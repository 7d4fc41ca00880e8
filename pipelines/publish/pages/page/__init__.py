"""The pages' templates, style sheet, texts and script."""
