"""Makes any text safe to stand inside one line of Markdown, readable in its source as well."""

import re

from feedback_app.llm.drafter.notes import clean

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]*;)")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_EMPHASIS = re.compile(r"(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])")


def inline(text: str) -> str:
    """`text` as one line whose Markdown and HTML signs mean only themselves."""
    text = _BACKSLASH.sub(r"\\\\", clean(text))
    text = re.sub(r"[\[\]`]", r"\\\g<0>", text)
    text = _EMPHASIS.sub(r"\\\g<0>", text)
    text = _TAG.sub(r"\\<", text)
    text = _ENTITY.sub(r"\\&", text)
    return text.replace("~", r"\~") if text.count("~") > 1 else text


def quote(text: str) -> str:
    """`text` in typographic quotes, without a closing full stop."""
    text = clean(text)
    if text.endswith(".") and not text.endswith("..") and "." not in text[-4:-1]:
        text = text[:-1]
    return f"“{inline(text)}”"


def sentence(text: str) -> str:
    """`text` ended by a full stop, unless a quote at its end already closes with a mark."""
    return text if re.search(r"[.!?…。！？।]”?$", text) else f"{text}."
