"""The jobs of both companies, as an administrator would have pasted them."""

from feedback_app.db.demo_data.shapes import DemoJob

BACKEND = DemoJob(
    department="Engineering",
    title="Senior backend engineer",
    summary=(
        "Quillhaven sells tickets and settles payments for some four thousand independent venues. "
        "This person owns the settlement service: the ledger, the payouts, and what happens when "
        "a bank answers late or twice."
    ),
    competencies=(
        (
            "System design",
            "Breaks an unclear problem into parts, names the trade-offs, and designs for failure.",
        ),
        ("Code quality", "Writes code that is simple, tested and easy for others to change."),
        ("Debugging", "Finds causes by evidence, under pressure, without guessing."),
        ("Collaboration", "Listens, disagrees openly, and makes the people around them better."),
        ("Ownership", "Follows a thing through to people using it, and cares what it costs."),
    ),
    description="""\
Senior backend engineer (f/m/x)

Quillhaven sells tickets and settles payments for some four thousand independent venues. You will \
own the settlement service: the ledger, the payouts, and what happens when a bank answers late or \
twice.

What you will do
- Design and run the settlement service, from the ledger to the payouts
- Improve the reconciliation with eleven banks, so that nobody does it by hand
- Take part in the on-call rotation, about one week in six
- Mentor two engineers who have just joined

What we are looking for
- Five or more years of experience with backend systems that handle money
- Strong knowledge of PostgreSQL: transactions, locks, query plans
- Fluent Python or Go, and tests you would trust on a Friday
- Experience with incidents in production, and with writing about them afterwards
- Clear written English

Nice to have
- You have worked with payment providers
- Terraform

We offer
- Four days in any place, one in Lisbon
- 30 days of holiday
""",
)

FRONTEND = DemoJob(
    department="Engineering",
    title="Frontend engineer",
    summary=(
        "The box office of a venue is one person, one laptop and a queue. This person builds the "
        "screens they sell from, which must be quick, clear and usable with a keyboard alone."
    ),
    competencies=(
        ("Interface craft", "Builds interfaces that are fast, robust and pleasant in detail."),
        ("Accessibility", "Builds for keyboards, screen readers and tired eyes from the start."),
        ("Problem solving", "Takes a problem apart and gets to something that works."),
        ("Communication", "Explains choices clearly to people who do other work."),
    ),
    description="""\
Frontend engineer

The box office of a venue is one person, one laptop and a queue. You build the screens they sell \
from.

Your tasks
- Build the seat map and the till in TypeScript and React
- Keep every screen usable with a keyboard alone, and with a screen reader
- Measure the loading times on the old laptops that venues have
- Work with the designer on flows before they are drawn

Requirements
- Three years of experience with TypeScript
- Solid HTML and CSS, without a framework between you and them
- Good knowledge of accessibility: roles, focus, contrast
- You explain a choice to people who do other work

Nice to have
- Canvas or SVG
""",
)

MANAGER = DemoJob(
    department="Product and design",
    title="Product manager, box office",
    summary=(
        "Decides what the box office team builds next, from evenings spent behind real counters, "
        "and says no to the rest in a way that people can live with."
    ),
    competencies=(
        ("Customer insight", "Learns first-hand what people do and need, and checks it."),
        ("Prioritisation", "Chooses, says why, and says what will not be done."),
        ("Working with data", "Uses numbers to decide, and knows what they cannot tell."),
        ("Alignment", "Brings people with different interests to one plan."),
    ),
    description="""\
Product manager, box office

What you will do
- Decide what the box office team builds next, and what it does not
- Spend an evening a month behind a real counter
- Work with four engineers and one designer
- Report on what was promised and what came of it

What you bring
- Four years of experience in product management
- Customer interviews that you led yourself
- SQL for your own questions
- Experience with saying no to people who are louder than you

Benefits
- Tickets for every venue we serve
""",
)

DESIGNER = DemoJob(
    department="Product and design",
    title="Product designer",
    summary=(
        "Designs for people who sell 300 tickets in the last 20 minutes before the doors open, "
        "with one engineer and one product manager at the same table."
    ),
    competencies=(
        ("Interaction design", "Designs flows that hold up under pressure and in odd cases."),
        ("Research", "Asks the right people the right questions, and changes course on answers."),
        ("Visual craft", "Uses type, space and colour to make the important thing plain."),
        ("Presenting work", "Shows reasons, hears criticism, separates work from self."),
    ),
    description="""\
Product designer

You design for people who sell 300 tickets in the last 20 minutes before the doors open.

Responsibilities
- Design the flows of the till, the refunds and the guest list
- Test the drafts with cashiers, each week
- Look after the component library together with the frontend engineer

You have
- A portfolio of tools for work, not only of campaigns
- Experience with research: you ask, and you change course
- Strong typography and layout
- Practice in presenting work to people who will disagree
""",
)

COORDINATOR = DemoJob(
    department="Patient services",
    title="Patient services coordinator",
    summary=(
        "The first voice a patient hears at any of our five clinics: books, reassures, and knows "
        "when to fetch a nurse."
    ),
    competencies=(
        ("Calm under pressure", "Stays clear and kind when the queue is long and loud."),
        ("Accuracy", "Gets names, dates and doses right, and checks."),
        ("Empathy", "Hears what a patient needs behind what they say."),
        ("Teamwork", "Hands over so that nobody has to ask again."),
    ),
    description="""\
Patient services coordinator

You are the first voice a patient hears at any of our five clinics.

Your role
- Answer the phone and book the appointments
- Greet patients, and notice who needs a nurse now
- Keep the records: names, dates, doses
- Hand over to the next shift, so that nobody has to ask again

You need
- Two years of experience at a front desk, in a clinic, a hotel or the like
- Exact typing and a habit of checking
- Calm manners when the queue is long
- Spoken English and Spanish
""",
)
