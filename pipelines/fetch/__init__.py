"""``make fetch``: the publishers' files to RAW."""
