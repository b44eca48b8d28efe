"""A handful of types that every room uses. No models."""
