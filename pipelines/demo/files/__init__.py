"""The made-up county as the publishers would have told it."""
