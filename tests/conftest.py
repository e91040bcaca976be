"""Settings of all tests."""

import os

from hypothesis import HealthCheck, settings

# How fast examples come depends on what else the machine does; no test may depend on that. `make test` says of one
# commit the same thing every time, so its examples are drawn from a fixed seed; `make search` draws new ones, and more.
settings.register_profile("test", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile(
    "search", deadline=None, suppress_health_check=list(HealthCheck), max_examples=2000, print_blob=True
)
settings.load_profile("search" if os.environ.get("SEARCH") else "test")
