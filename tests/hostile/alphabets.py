"""Texts of any length that make careless patterns and parsers try everything again and again."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Alphabet:
    """A text: a beginning, a part that is repeated, and an end that fits nothing before it."""

    unit: str
    begin: str = ""
    end: str = "x"

    def text(self, length: int) -> str:
        """The text of exactly `length` characters."""
        return _text(self, length)


@lru_cache(maxsize=400)
def _text(alphabet: Alphabet, length: int) -> str:
    room = length - len(alphabet.begin) - len(alphabet.end)
    repeated = alphabet.unit * (room // len(alphabet.unit) + 1)
    return f"{alphabet.begin}{repeated[:room]}{alphabet.end}"


ALPHABETS = {
    "blanks": Alphabet(" "),
    "tabs": Alphabet("\t"),
    "wide blanks": Alphabet("\u3000"),
    "an open tag": Alphabet(" ", "<"),
    "open tags": Alphabet("< / "),
    "letter tags": Alphabet("<a "),
    "a word and blanks": Alphabet(" ", "word"),
    "a comma and blanks": Alphabet(" ", "a,"),
    "a figure and blanks": Alphabet(" ", "4"),
    "back-ticks": Alphabet("`"),
    "fences": Alphabet("```\n"),
    "fence signs and blanks": Alphabet(" ", "```"),
    "straight quotes": Alphabet('"'),
    "opening quotes": Alphabet("“"),
    "low quotes": Alphabet("„"),
    "angle quotes": Alphabet("«"),
    "corner quotes": Alphabet("「"),
    "words in open quotes": Alphabet("“a "),
    "apostrophes": Alphabet("'"),
    "curly apostrophes": Alphabet("‘"),
    "apostrophes before words": Alphabet(" 'a"),
    "round brackets": Alphabet("("),
    "square brackets": Alphabet("["),
    "closing brackets": Alphabet("]"),
    "wide brackets": Alphabet("（【「『"),
    "empty brackets": Alphabet("( )[ ]"),
    "images": Alphabet("!["),
    "links": Alphabet("[a](b"),
    "bars": Alphabet("|"),
    "cells": Alphabet("| a "),
    "commas": Alphabet(","),
    "blanks before commas": Alphabet(" ,"),
    "hanging conjunctions": Alphabet("and "),
    "commas and conjunctions": Alphabet(", and"),
    "semicolons": Alphabet(";"),
    "dashes": Alphabet("-"),
    "long dashes": Alphabet(" – "),
    "arrows": Alphabet("-> "),
    "equals signs": Alphabet("="),
    "digits": Alphabet("1"),
    "numbered": Alphabet("1. "),
    "decimals": Alphabet("1.", end="a"),
    "thousands": Alphabet(",000", "$1"),
    "ratings": Alphabet("4/4 "),
    "times": Alphabet("10:30 "),
    "years": Alphabet("2019 - "),
    "ages": Alphabet("30 years "),
    "bullets": Alphabet("- a\n"),
    "bullet signs": Alphabet("- "),
    "nested bullets": Alphabet("- - * + "),
    "colons": Alphabet(":"),
    "questions": Alphabet("Q: "),
    "dialogue": Alphabet("Q: why?\nA: so.\n"),
    "question marks": Alphabet("?"),
    "full stops": Alphabet("."),
    "sentences": Alphabet("a. "),
    "ellipses": Alphabet("…"),
    "exclamations": Alphabet("! "),
    "abbreviations": Alphabet("e.g. "),
    "quoted lines": Alphabet("> a\n"),
    "quote signs": Alphabet(">"),
    "hashes": Alphabet("# "),
    "stars": Alphabet("*"),
    "underscores": Alphabet("_"),
    "open emphasis": Alphabet("*a **b _c __d "),
    "tildes": Alphabet("~ "),
    "plus signs": Alphabet("+ "),
    "entities": Alphabet("&a"),
    "backslashes": Alphabet("\\"),
    "labels": Alphabet("Problem solving: good\n"),
    "label-like": Alphabet("a - "),
    "citations": Alphabet("[3, 7-8]"),
    "open citations": Alphabet("[1, 2, "),
    "one word": Alphabet("a"),
    "capitals": Alphabet("A "),
    "words": Alphabet("she did well "),
    "hyphenated": Alphabet("a-"),
    "initials": Alphabet("a."),
    "elisions": Alphabet("l'a "),
    "addresses": Alphabet("https://a@"),
    "scripts": Alphabet("<script "),
    "combining marks": Alphabet("a\u0301\u0323"),
    "marks alone": Alphabet("\u0301"),
    "marks out of order": Alphabet("\u0301\u0323"),
    "Japanese": Alphabet("彼女は良いが、"),
    "kana": Alphabet("アイウ"),
    "ideographs": Alphabet("設計"),
    "Arabic": Alphabet("مرحبا "),
    "ligatures": Alphabet("\ufdfa"),
    "full width": Alphabet("ａ："),
    "emoji": Alphabet("👩\u200d💻"),
    "flags": Alphabet("🇩🇪"),
    "praise signs": Alphabet("👍\ufe0f "),
    "zero-width joiners": Alphabet("\u200d"),
    "zero-width spaces": Alphabet("\u200b"),
    "NULs": Alphabet("\0"),
    "carriage returns": Alphabet("\r"),
    "line separators": Alphabet("\u2028"),
    "empty lines": Alphabet("\n"),
    "short lines": Alphabet("a\n"),
    "half characters": Alphabet("\ud800"),
    "private use": Alphabet("\ue0001"),
}
