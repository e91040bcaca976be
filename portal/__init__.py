"""Xueshi: the core of a portal for continuing education. It knows no plugin by name."""

__version__ = "0.1.0"
