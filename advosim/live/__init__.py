"""A run while it goes on: copies from which other histories branch off, and one week at a time as plain data."""
