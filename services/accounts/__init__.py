"""Client accounts: what the firm works for and bills, its links to contacts, and who of the team may see it."""
