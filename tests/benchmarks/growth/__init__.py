"""How the firm bears growth: the same questions to a firm of one, ten and a hundred times the demonstration's size."""
