"""Pages of this room; one module for each of what people do."""
