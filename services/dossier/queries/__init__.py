"""The questions about dossiers, one module per use case; each answers only what its caller may see."""
