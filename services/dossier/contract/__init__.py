"""What can be asked of the read side."""
