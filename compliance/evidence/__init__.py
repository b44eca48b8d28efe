"""Documents and captures that prove a requirement (증적), and their review."""
