"""Pages of people and organisations; the first file holds what is no page of signing in."""
