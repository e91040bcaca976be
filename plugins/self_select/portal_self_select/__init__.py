"""课程资源: choose single courses."""

MODE = "self_select"
