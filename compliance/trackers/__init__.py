"""Tasks in the issue trackers that developers work in: status and comments, both ways."""
