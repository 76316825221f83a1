"""What a browser calls itself, in words short enough for a list: `Firefox on Linux`."""

_MOST_READ = 400
"""Characters of the header that are looked at."""
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""Both by what marks them, the first that is found: browsers name the ones they are like, too."""


def browser_named(user_agent: str) -> str:
    """The browser and its system in a `User-Agent` header; empty if neither is known."""
    read = user_agent[:_MOST_READ]
    browser = next((name for mark, name in _BROWSERS if mark in read), "")
    system = next((name for mark, name in _SYSTEMS if mark in read), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system
