"""What the demonstration firm's people, places, companies and papers are called, and what is said about them."""


def listed(words: str) -> list[str]:
    """Words that a bar separates, so that they may hold blanks."""
    return words.split("|")
