"""Documents without end, the same in every run: text for Markdown files and a long PDF."""

from __future__ import annotations

import io
import random

WORDS = """
appointment, booking, calendar, cancellation, charge, customer, delivery, deposit, discount,
document, employee, fee, guarantee, holiday, insurance, invoice, membership, notice,
opening, parking, payment, policy, price, product, receipt, refund, rental, repair, return,
room, schedule, service, session, shipping, staff, subscription, support, tax, term, ticket,
transfer, treatment, visit, voucher, warranty, week
""".replace(",", "").split()
VERBS = (
    "begins",
    "changes",
    "covers",
    "ends",
    "excludes",
    "follows",
    "includes",
    "needs",
    "requires",
)
SENTENCES = 4
PARAGRAPHS = 8
LINES_A_PAGE = 30


class Corpus:
    """A writer with a seed of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def sentence(self) -> str:
        """About a dozen words and a number."""
        pick = self._random
        verb = pick.choice(VERBS)
        first, *rest = (pick.choice(WORDS) for _ in range(8))
        named = " ".join(rest[:3])
        return (
            f"The {first} of the {named} {verb} the {' '.join(rest[3:])} "
            f"after {pick.randint(2, 90)} days."
        )

    def markdown(self, title: str) -> str:
        """A document of about 450 words under headings."""
        sections = [
            f"## {self.sentence()[4:40].rsplit(' ', 1)[0].capitalize()}\n\n"
            + " ".join(self.sentence() for _ in range(SENTENCES))
            for _ in range(PARAGRAPHS)
        ]
        return f"# {title}\n\n" + "\n\n".join(sections) + "\n"

    def pdf(self, pages: int) -> bytes:
        """A PDF of so many pages, some 400 words each."""
        from reportlab.pdfgen.canvas import Canvas

        written = io.BytesIO()
        canvas = Canvas(written)
        for number in range(1, pages + 1):
            lines = canvas.beginText(60, 780)
            lines.setFont("Helvetica", 9)
            lines.setLeading(14)
            lines.textLine(f"Chapter {number}")
            for _ in range(LINES_A_PAGE):
                lines.textLine(self.sentence())
            canvas.drawText(lines)
            canvas.showPage()
        canvas.save()
        return written.getvalue()
