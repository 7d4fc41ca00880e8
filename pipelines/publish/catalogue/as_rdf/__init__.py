"""The catalogue as DCAT-AP-SE, in RDF."""
