"""The data product specification."""
