"""The catalogue as metadata records, ISO 19139."""
