"""Drafts and orders: from a proposal to a paid or closed order, by one state table."""
