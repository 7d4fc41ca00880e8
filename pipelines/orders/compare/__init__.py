"""``make compare``: what has changed since an earlier edition."""
