"""Two accounts of one person become one: what would move, what stands in the way, and the move itself."""
