"""ID photos: checked, re-encoded, stored; the newest one counts."""
