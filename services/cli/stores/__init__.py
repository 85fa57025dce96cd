"""The stores of a firm, read and written row by row, whatever engine they lie in: for backups, moves and checks."""
