"""A made-up company in the middle of its preparation, for the first look and for the journeys."""
