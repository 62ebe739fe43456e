"""Errors of access: who may not."""

from __future__ import annotations

from discharge.errors.row import Row

# fmt: off
ACCESS: tuple[Row, ...] = (
    ("not-signed-in", 401, "login", None, False, "sender",
     "You are not signed in",
     "Sign in and try again."),
    ("form-expired", 403, "expired", None, False, "sender",
     "This page was open too long",
     "Go back, reload the page and send it again. Nothing was changed."),
    ("role-not-allowed", 403, "forbidden", None, False, "sender",
     "Your role does not allow this",
     "Ask somebody whose role allows it, or ask an administrator to check your role."),
    ("part-not-allowed", 403, "forbidden", None, False, "sender",
     "Your organisation's part in this case does not include this",
     "Ask the responsible trust or the housing lead of the case to do it. The case page names them."),
    ("evidence-withheld", 403, "suppressed", None, False, "sender",
     "This photo or document is withheld",
     "The person's whereabouts are hidden, and it may show where they live. It is kept and shown to nobody."),
    ("filter-not-seen", 403, "forbidden", None, False, "sender",
     "Your organisation's part in its cases does not show this",
     "A list cannot be filtered or searched by something that you do not see. Leave that filter out."),
    ("not-found", 404, "not-found", None, False, "sender",
     "We cannot find that",
     "It does not exist, or your organisation takes no part in it. Check the link."),
    ("content-not-kept", 404, "not-found", None, False, "us",
     "The content of this message is no longer kept",
     "The month in which it was received was archived. Ask the owner of the database for the archive."),
)
# fmt: on
