"""The HTML report in a real browser: Debian's package `chromium`, or whatever CHROMIUM names."""
