"""The grounds on which a remark is about a person and not about their work."""

from enum import StrEnum


class Ground(StrEnum):
    PREGNANCY_FAMILY = "pregnancy_family"
    HEALTH = "health"
    AGE = "age"
    RELIGION = "religion"
    ORIGIN = "origin"
    LANGUAGE = "language"
    CITIZENSHIP = "citizenship"
    GENDER = "gender"
    ORIENTATION = "orientation"
    LOOKS = "looks"
    POLITICS = "politics"
    PRIVATE_LIFE = "private_life"

    @property
    def reason(self) -> str:
        """One sentence that tells the writer why a remark is left out."""
        return _REASONS[self]


_REASONS = {
    Ground.PREGNANCY_FAMILY: "About family or family plans, not the work.",
    Ground.HEALTH: "About health or a disability, not the work.",
    Ground.AGE: "About age, not the work.",
    Ground.RELIGION: "About religion or belief, not the work.",
    Ground.ORIGIN: "About origin or ethnicity, not the work.",
    Ground.LANGUAGE: "About accent or mother tongue, not the work.",
    Ground.CITIZENSHIP: "About citizenship or permission to work, which is not for feedback.",
    Ground.GENDER: "About gender, not the work.",
    Ground.ORIENTATION: "About sexual orientation, not the work.",
    Ground.LOOKS: "About looks, not the work.",
    Ground.POLITICS: "About politics or a union, not the work.",
    Ground.PRIVATE_LIFE: "About private life, not the work.",
}
