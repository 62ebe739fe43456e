"""Outages: something we need is away, or a fault is ours."""

from __future__ import annotations

from discharge.errors.row import TRY_LATER, Row

# fmt: off
OUTAGES: tuple[Row, ...] = (
    ("database-unavailable", 503, "transient", TRY_LATER, True, "us",
     "We cannot store anything at the moment",
     "We cannot be sure that your request was stored. Send it again in a minute: it counts only once."),
    ("workflow-unavailable", 503, "transient", None, True, "us",
     "The case engine is not answering",
     "Your request is stored and will be done when the engine is back. You do not need to send it again."),
    ("sign-in-unavailable", 503, "transient", None, True, "us",
     "Signing in does not work at the moment",
     "The service that knows your account is not answering. Please try again in a minute."),
    ("partner-unavailable", 503, "transient", None, True, "receiver",
     "The partner is not answering",
     "The item is waiting and will be sent again automatically. Nobody needs to do anything yet."),
    ("partner-setup-wrong", 502, "processing", None, False, "us",
     "The connection to the partner is set up wrongly",
     "The partner says that the address or our sign-in is wrong. Correct it, then try the partner again."),
    ("partner-switched-off", 503, "transient", None, True, "us",
     "The partner is switched off",
     "Items for it are waiting here and nothing is lost. Switch the partner on to send them."),
    ("partner-refused", 502, "processing", None, False, "receiver",
     "The partner refused the item",
     "The partner will not accept this item. Read its answer, then release, replace or skip the item."),
    ("database-busy", 503, "timeout", TRY_LATER, True, "us",
     "The database took too long",
     "The request took longer than is allowed. Please try again in a minute."),
    ("recorded-by-newer-version", 503, "transient", TRY_LATER, True, "us",
     "A newer version of Homeward recorded this",
     "This part of Homeward is older and does not know all that is recorded. Try again after the upgrade."),
    ("internal", 500, "exception", TRY_LATER, True, "us",
     "Something went wrong here",
     "The fault is ours and has been logged. Please try again. If it happens again, tell us the reference."),
)
# fmt: on
