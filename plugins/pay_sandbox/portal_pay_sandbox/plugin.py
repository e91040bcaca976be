"""Sandbox gateway: pays without money."""
