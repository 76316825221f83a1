"""Answers that a model would never write for people, each the more costly the longer it is."""

from itertools import cycle, islice

UNITS = {
    "items": "- a\n",
    "brackets": "[",
    "images": "![",
    "links": "[a](",
    "emphasis": "*a **b _c __d ",
    "lines": "a line without an end of its paragraph\n",
    "one line": "word ",
    "paragraphs": "a\n\n",
    "rows": "|a|b|\n|-|-|\n|c|d|\n",
    "breaks": "a\\\n",
    "quotations": "> a\n\n",
    "nested lists": "- - - - - - - - - - a\n",
    "nested quotations": "> > > > > > > > > > > > > > > > > > > > > > > > a\n\n",
    "open fence": "```\n" + "x\n" * 9,
    "blanks": " \n",
    "dashes": "- - - ",
}
PIECE = 60
"""Characters that a page is sent at a time."""


def hostile(name: str, length: int) -> str:
    """So many characters of that kind."""
    return "".join(islice(cycle(UNITS[name]), length))


def wide_table(columns: int, rows: int = 3) -> str:
    """A table as wide as that."""
    return "\n".join("|" + f"{cell}|" * columns for cell in ("a", "-", *"b" * rows)) + "\n"


def pieces(text: str) -> list[str]:
    """The text as it comes."""
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
