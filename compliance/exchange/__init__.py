"""Documents that come in as a profile and go back out with the answers."""
