"""The portal judged by the profile that it ships, with what its own test run leaves behind."""
