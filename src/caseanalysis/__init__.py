"""Rebuild the figures, forecasts and savings of a case for an NHS provider group."""

__version__ = "0.1.0"
