"""One module per product: each reads the stages' tables and builds files under ``paths.built``."""
