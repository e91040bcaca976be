"""Learners of the platform this one replaces: who they are, what they have earned, and how they come over."""
