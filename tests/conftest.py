"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# How fast examples come depends on what else the machine does; no test may depend on that.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")
