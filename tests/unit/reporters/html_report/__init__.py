"""The HTML report without a browser."""
