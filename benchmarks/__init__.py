"""What is measured about memory-gate itself."""
