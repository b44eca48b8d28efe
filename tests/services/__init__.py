"""Real servers for tests: private, on free loopback ports, ended with the process that began them."""
