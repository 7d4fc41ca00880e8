"""The catalogue of what is published: DCAT-AP-SE and ISO 19139."""
