"""The press: sections are compiled once, kept by their content, and linked into one PDF."""
