"""The candidates of the demo's backend job, with their CVs."""

from feedback_app.db.demo_data.shapes import DemoCandidate

AMARA = DemoCandidate(
    name="Amara Osei-Tutu",
    headline="Staff engineer at a parcel carrier, nine years",
    cv="""\
Amara Osei-Tutu
Backend engineer, nine years in logistics and payments

EXPERIENCE

Staff engineer, parcel carrier (2021 to now)
- Leads four engineers on customs billing: 1.2 million invoices a month in eleven currencies.
- Replaced nightly reconciliation by an append-only ledger; unexplained differences fell from \
about 300 a month to 6.
- Wrote the incident guide that the other nine teams now use.

Senior engineer, online grocer (2018 to 2021)
- Rebuilt slot booking as a reservation service with expiry; overselling stopped.
- Took the checkout from 900 ms to 240 ms at the 95th percentile, mostly by asking fewer questions \
of the database.

Software engineer, card processor (2015 to 2018)
- Settlement files for 40 banks, in as many dialects of the same standard.

TOOLS
Python, Go, PostgreSQL, Kafka, Terraform

EDUCATION
BSc Computer Engineering, first class

OUTSIDE WORK
Mentors in a returners' programme; plays bass in a highlife band.
""",
)
LUKAS = DemoCandidate(
    name="Lukas Brandt",
    headline="Backend engineer at a betting platform, six years",
    cv="""\
Lukas Brandt
Software engineer (Java, Kotlin, some Python)

2020 to now: backend engineer, sports betting platform
- Odds feed: 25,000 updates a second at peak, from five providers.
- Moved 14 services from virtual machines to Kubernetes.
- On call one week in five.

2018 to 2020: software engineer, insurance portal
- REST endpoints and reports for claims handlers.
- Introduced integration tests with real databases.

Education: MSc Informatics, thesis on consensus in lossy networks
Languages: German, English
Interests: long-distance cycling, home automation
""",
)
SIONE = DemoCandidate(
    name="Sione Taufa",
    headline="Platform engineer at a hospital group, seven years",
    cv="""\
Sione Taufa
Platform and backend engineer

Hospital group, platform engineer (2019 to now)
- Message bus between 31 clinical systems; wrote the replay tool that operators use at night.
- Cut a 40-page release checklist to a pipeline with two approvals.
- Runs the weekly review of everything that paged somebody.

Regional council, developer (2017 to 2019)
- Rates and water billing: migrated 20 years of accounts with a reconciliation report per account.

Python, C#, PostgreSQL, RabbitMQ. Diploma in Software Development.
Volunteer: youth rugby coach, food bank stock system.
""",
)
OSKAR = DemoCandidate(
    name="Oskar Nyland",
    headline="Backend engineer at a map service, five years",
    cv="""\
Oskar Nyland
Backend engineer

Map service (2021 to now): routing back end in Rust and Python. Built the job that folds 60 GB of \
road changes into the graph every night; it resumes where it stopped.

Student union ticket shop (2018 to 2021, part time): wrote and ran the shop that sold 30,000 \
festival tickets a year, alone at first, later with two others.

BSc Mathematics and Computer Science. Maintains a small open source library for time zones.
""",
)
BEN = DemoCandidate(
    name="Beniamin Ashworth",
    headline="Engineering lead at a charity platform, eleven years",
    cv="""\
Beniamin Ashworth
Engineering lead, still writing code

Donations platform for charities (2016 to now)
- Third engineer; now leads eight. Took monthly volume from 2 to 48 million.
- Owns direct debit: mandates, retries, refunds, and the phone when a run fails.

Agency developer (2013 to 2016)
- Shops and booking sites, one a month.

PHP, Python, MySQL, PostgreSQL. Talks at local meetups about boring technology.
""",
)
