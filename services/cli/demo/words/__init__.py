"""What the demonstration firm's people, places, companies and papers are called, and what is said about them."""
