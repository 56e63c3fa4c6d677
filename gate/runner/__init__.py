"""Plans waves of conversations and plays them. Records events; judges nothing."""
