"""The reporters, tested on reports and events made by hand."""
