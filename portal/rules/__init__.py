"""Rule sets: hours, prices, tests, refunds as versioned data with effective dates."""
