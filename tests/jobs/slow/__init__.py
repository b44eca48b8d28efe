"""Work for the tests that kill its worker: each step and each ending leaves a line in a file."""
