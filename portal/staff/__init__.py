"""Screens of the staff: one declaration of a model becomes list, form, REST, menu entry, permissions and export."""
