"""The region's configuration: one TOML, closed, every key bounded, every fault told in Swedish."""
