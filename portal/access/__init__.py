"""Login, sessions, permissions, scope: who is asking, and what they may do."""
