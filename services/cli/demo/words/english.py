"""What is noted, said and written about clients who speak English; the form is that of `french.py`."""

from services.cli.demo.words.french import Said

TALKS: list[Said] = [
    ("note", "", "Missing documents, {month}", "<p>Still missing for <strong>{month} {year}</strong>:</p><ul><li>bank "
     "statement;</li><li>fuel receipts;</li><li>credit card statement.</li></ul>"),
    ("note", "", "{vat} return for {month}", "<p>Reconciled; the difference of <strong>{amount}</strong> is a credit "
     "note. Ready to file.</p>"),
    ("note", "", "", "<p>{who} will drop off the originals by the end of the week.</p>"),
    ("call", "<", "Question about the instalment", "<p>{who} doesn't recognise the amount ({amount}). Explained how it "
     "is worked out.</p>"),
    ("call", ">", "Reminder: {month} documents", "<p>Left a message, then reached {who}: <em>by next Monday</em>.</p>"),
    ("phone_message", "<", "Call {who} back", "<p>About the payroll for {month}. Best after 4 p.m.</p>"),
    ("email", ">", "Your {month} documents", "<p>Hello,</p><p>We have not received your documents for {month} yet. "
     "Could you send them <strong>before the 10th</strong>?</p><p>Kind regards,</p>"),
    ("email", "<", "RE: draft statements {year}", "<p>Thank you, this looks fine. What about the {amount} "
     "shareholder loan?</p>"),
]  # fmt: skip
PLANNED: list[Said] = [
    ("note", "", "{vat} due", "<p>File the return; documents are expected a week earlier.</p>"),
    ("call", ">", "Quarterly review with {who}", "<p>Interim results, forecast, salary or dividend.</p>"),
]
COMMENTS = [
    "<p>Received this morning, filed.</p>",
    "<p>Called again, no answer.</p>",
    "<p>Done, <strong>thanks</strong>.</p>",
    "<p>I'll take care of it on Monday.</p>",
    "<p>Same as last year, see the earlier note.</p>",
]
LATER = "<p><em>Completed after checking:</em> nothing else to report.</p>"
REGISTRATION = ("Registration", "Numbers taken from the register:")
