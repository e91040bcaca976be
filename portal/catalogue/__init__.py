"""What can be studied: categories, specialties, courses with lessons, yearly projects and their classes."""
