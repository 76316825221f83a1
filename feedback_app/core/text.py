"""Text as it can be kept anywhere."""


def storable(text: str) -> str:
    """The text without what a database cannot hold: NULs go, half characters become `?`."""
    return text.replace("\0", "").encode(errors="replace").decode()
