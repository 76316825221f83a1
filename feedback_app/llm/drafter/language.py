"""Guesses the language of a remark, far enough to know whether its words can be judged."""

from feedback_app.llm.drafter.words import Language, word_set, words

_COMMON: dict[str, frozenset[str]] = {
    "en": word_set(
        "the and of to is was were with for on at but not he she they his her their it that this "
        "had has have did didn't no very about when how from be by as an could would asked"
    ),
    "de": word_set(
        "der die das und ist war mit für auf nicht er sie ein eine einen einer zu im von den dem "
        "des hat hatte sich bei aber sehr wie wurde auch kein keine über als nach wusste"
    ),
    "other": word_set(
        "le la les et est était avec pour une dans des du pas il elle très sur qui que mais "
        "el los las y es con para por muy pero lo su se no del fue che di il per non è molto una "
        "het een en van niet op zijn heeft maar o os um uma não com mas foi i w na jest nie się "
        "och att är inte som med på var hon han og ikke det ve bir çok ile için"
    ),
}


def guess_language(text: str, default: Language) -> Language:
    """The language with most common words in `text`; `default` where nothing tells."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(c < "\u0250" or "\u1e00" <= c < "\u2000" for c in letters) * 2 < len(
        letters
    ):
        return "other"
    counts = dict.fromkeys(_COMMON, 0)
    for word in words(text):
        for language, common in _COMMON.items():
            counts[language] += word in common
    en, de, other = counts["en"], counts["de"], counts["other"]
    if de > max(en, other):
        return "de"
    if other > max(en, de):
        return "other" if other - max(en, de) >= 2 else default
    return "en" if en > max(de, other) else default
