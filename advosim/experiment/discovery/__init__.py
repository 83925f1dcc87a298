"""In which settings something happens."""
