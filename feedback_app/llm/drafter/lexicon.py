"""The words by which a remark shows plainly that it praises or faults. Data only.

Kept narrow on purpose: a word that often describes the candidate's project, tools or former
employer rather than the candidate is not in here. Words are listed unstemmed.
"""

from feedback_app.llm.drafter.words import word_set

POSITIVE = {
    "en": word_set(
        "good strong solid excellent great clear clearly crisp impressive impressed outstanding "
        "exceptional superb fantastic brilliant thorough thoroughly thoughtful insightful accurate "
        "accurately precise precisely articulate articulately concise concisely fluent fluently "
        "confident confidently calm calmly structured methodical methodically systematic "
        "systematically correctly quickly effortlessly smoothly nailed aced excelled shone "
        "proactive proactively persuasive convincing convincingly rigorous rigorously sharp "
        "well-structured well-prepared well-reasoned well-organised well-organized "
        "knowledgeable patiently attentive empathetic resourceful pragmatic flawless flawlessly "
        "spot-on delightful elegantly elegant competent skilled capable reliable comfortable "
        "👍 💯 🔥"
    ),
    "de": word_set(
        "gut gute guter gutes guten stark starke starker starkes starken klar klare klarer klares "
        "klaren überzeugend überzeugende überzeugender überzeugte souverän souveräne souveräner "
        "strukturiert strukturierte strukturierter hervorragend hervorragende ausgezeichnet "
        "ausgezeichnete exzellent exzellente präzise präziser fundiert fundierte fundiertes sauber "
        "saubere sauberer gründlich gründliche verständlich verständliche nachvollziehbar "
        "kompetent zuverlässig zügig sicher 👍"
    ),
}

NEGATIVE = {
    "en": word_set(
        "weak weakly poor poorly bad badly unclear vague vaguely confused confusing struggled "
        "struggles struggling struggle unable shallow superficial superficially disorganised "
        "disorganized unstructured unprepared underprepared incorrect incorrectly wrongly rambled "
        "rambles rambling sloppy careless inconsistent incoherent defensive dismissive hesitant "
        "evasive unconvincing unconvinced disappointing disappointed lacked lacks lacking "
        "overlooked "
        "forgot missed muddled rushed patchy thin shaky rusty stuck flustered couldn't can't "
        "cannot "
        "concern concerns concerned concerning worried worrying worry mistake mistakes inaccurate "
        "imprecise interrupted guessed fumbled stumbled floundered failed-to "
        "👎 🚩"
    ),
    "de": word_set(
        "schwach schwache schwacher schwaches schwachen schlecht schlechte schlechter unklar "
        "unklare "
        "unklarer unsicher unsichere unsicherer oberflächlich oberflächliche lückenhaft "
        "lückenhafte "
        "falsch falsche falschen unstrukturiert vage fehlte fehlten mangelnde mangelndes "
        "schwierigkeiten unvorbereitet umständlich ungenau ungenaue überfordert bedenken "
        "unvollständig widersprüchlich 👎"
    ),
}

ONLY_WHEN_NEGATED = {
    "en": word_set(
        "problem problems issue issues trouble hesitation hint hints help prompting doubt doubts "
        "complaint complaints difficulty difficulties flag flags gaps gap errors error"
    ),
    "de": word_set("problem probleme problemen zögern hilfe zweifel fehler lücken"),
}
"""Neutral by themselves ("asked for help"), praise when denied ("needed no help")."""

NEGATORS = {
    "en": word_set(
        "not no never without didn't doesn't don't wasn't isn't weren't aren't hasn't haven't "
        "hadn't "
        "won't wouldn't nothing none nor neither hardly barely rarely seldom zero lacks lacked "
        "lacking less least nowhere n't"
    ),
    "de": word_set(
        "nicht kein keine keinen keiner keinem keines ohne nie niemals kaum nichts weder wenig"
    ),
}
EXCESS = word_set("too overly excessively")
"""Before a word of praise these make it a fault ("too confident")."""

FAULT_WHEN_NEGATED = {
    "en": word_set(
        "know understand explain answer mention consider test finish manage remember recall listen "
        "justify solve realise realize recognise recognize notice prepare provide describe "
        "complete demonstrate address grasp clarify quantify validate verify prioritise prioritize "
        "explained answered mentioned considered tested finished understood listened checked "
        "check example examples experience evidence structure idea plan preparation able"
    ),
    "de": word_set(
        "wusste konnte kannte verstand erklärte beantwortete erwähnte bedachte beherrscht weiß "
        "kennt "
        "versteht kann erklären beantworten nennen erläutern erfahrung vorbereitung struktur"
    ),
}

UNSURE = {
    "en": word_set(
        "would should could might may maybe perhaps if unless wish hopefully said says saying told "
        "claims claimed claim believes believed mentioned complained stated feels according hire "
        "hired hiring recommend recommends recommended recommendation reject rejected ignore "
        "instructions initially eventually until despite except almost nearly only after before "
        "previously improve improved improving better best used former last old previous audio "
        "connection someone "
        "fit personality vibe vibes likeable likable nice"
    ),
    "de": word_set(
        "würde sollte könnte hätte wäre wenn falls sagte meinte laut angeblich vielleicht anfangs "
        "zunächst später erst nur fast bisher früher ehemaligen einstellen empfehle empfehlung "
        "absagen sympathisch bin unsicher-ob"
    ),
}
"""A remark with one of these is about a condition, a report, a change or a verdict."""

CONTRAST = {
    "en": word_set("but however although though yet still while whereas nevertheless"),
    "de": word_set("aber jedoch allerdings obwohl trotzdem dennoch sondern zwar hingegen"),
}

NEUTRAL_PHRASES = (
    r"separation of concerns|error[- ]handling|strong consistency|strongly[- ]typed|strong typing|"
    r"weak(?:ly)? (?:references?|typed|consistency|supervision)|missing (?:values?|data)|bad data|"
    r"(?:bad|poor|weak) (?:audio|connection|line|sound|video|signal)|best practices?|in good time|"
    r"a good (?:while|deal|amount|bit|part)|good (?:morning|afternoon|day|question)|great circle|"
    r"good luck|clear(?:ed)? (?:of|the)|poor soil|shallow (?:copy|copies|clone)|thin client|"
    r"stuck to|no problem(?!s)|missed calls?|sharp objects?|strong(?:est)? password|bad debt|"
    r"structured data|structured logs?|structured query|unstructured data|solid state|"
    r"not just|not only|not merely|not least|nicht nur|reliable (?:delivery|transport)"
)
"""Set expressions whose words would otherwise count."""

GENERIC_NAME_WORDS = word_set(
    "system systems problem technical work working data process quality skills skill ability "
    "abilities knowledge general time people management thinking focus oriented development "
    "product business competence level team and"
)
"""Words of competency names too common to tie a remark to the competency by themselves."""

CONCEPTS: tuple[tuple[str, str], ...] = (
    (
        "communication communicate communicator presentation presenting kommunikation storytelling",
        "explain articulate concise listen listened ramble rambling jargon wording understandable "
        "summarise summary erklären erklärt verständlich zuhören clarity vague",
    ),
    (
        "collaboration teamwork cooperation team zusammenarbeit teamarbeit stakeholder partnering",
        "team colleague peer pair pairing together conflict feedback disagree disagreement "
        "stakeholder kollegen crossfunctional",
    ),
    (
        "problem debugging analytical troubleshooting problemlösung analysis",
        "debug root cause hypothesis diagnose isolate approach narrow solve solved edge break",
    ),
    (
        "architecture design scalability distributed systemdesign architektur",
        "scale scaling cache queue shard replica database latency throughput load trade-off "
        "tradeoff index consistency idempotency bottleneck partition architecture skaliert",
    ),
    (
        "coding programming code implementation programmierung craft",
        "code refactor function complexity readable syntax loop implement bug naming types",
    ),
    (
        "leadership leading führung supervision coaching mentoring",
        "lead led mentor delegate coach motivate roster accountability supervise crew führte",
    ),
    (
        "ownership initiative drive accountability verantwortung",
        "own owned initiative proactive responsibility drove follow-up accountable",
    ),
    (
        "customer client service sales kundenorientierung vertrieb",
        "customer client user prospect pain budget kunde kunden complaint needs objection",
    ),
    (
        "discovery qualifying qualification",
        "ask pitch pain budget stack needs features pitched open-ended",
    ),
    (
        "patient clinical nursing safety care sicherheit pflege",
        "patient triage medication protocol handover escalate hygiene incident ppe lift risk "
        "hazard near-miss dose family",
    ),
    (
        "planning organisation organization prioritisation prioritization scheduling planung",
        "schedule deadline backlog prioritise prioritize calendar shift rota priority",
    ),
    (
        "statistics statistical machine modelling modeling experimentation ml statistik",
        "regression overfit validation leakage feature auc p-value p-wert konfidenzintervall "
        "ausreißer stichprobe experiment sample significance "
        "confidence baseline power hypothesis",
    ),
    (
        "visual interaction ux ui research prototyping usability",
        "layout hierarchy contrast typography prototype usability figma accessibility persona "
        "participant interview spacing",
    ),
)
"""Words that commonly name a competency, and words by which notes commonly speak of it."""
