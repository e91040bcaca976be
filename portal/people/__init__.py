"""Accounts, learners, organisations, employment, agreements."""
