"""Bredband: gap analysis of broadband coverage in 250 m cells for a Swedish län.

The folders stand in the order of the flow, and a module imports from its own and those before it: see
``docs/arkitektur.md``. The steps stand in ``steps``.
"""

__version__ = "0.1.0"
