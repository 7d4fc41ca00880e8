"""Bredband: gap analysis of broadband coverage in 250 m cells for a Swedish län.

The data flows in one direction, and so do the imports::

    sources  ->  stages  ->  publish

``region`` (configuration), ``contracts`` (table schemas), ``grid`` (pure arithmetic), ``files``,
``ledger`` and ``errors`` are shared by all three and import none of them.
"""

__version__ = "0.1.0"
