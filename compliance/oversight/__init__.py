"""The audit log as people use it: read, taken along, shipped, kept, and reviewed again and again."""
