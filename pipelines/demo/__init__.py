"""The demo region: a made-up county in the publishers' own formats, from one seed."""
