"""Plans the waves and plays the scenarios. Records events; judges nothing."""
