"""The archive package: written by :mod:`write`, checked by :mod:`verify`."""
