"""The laws of the method, checked on the very run."""
