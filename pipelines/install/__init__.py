"""A finished edition put in place, whole or not at all."""
