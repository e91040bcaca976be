"""Spreadsheets people send: read in a guarded child, mapped to columns, checked, and handed back for repair."""
