"""课程资源: choose single courses."""
