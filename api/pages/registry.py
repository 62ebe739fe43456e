"""Every page."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    alarms,
    alerts,
    bed_days,
    cases,
    checks,
    commands,
    dead_letters,
    documents,
    duplicates,
    failed_commands,
    feeds,
    hidings,
    homes,
    messages,
    place_readers,
    referral_details,
    referral_requests,
    referrals,
    replays,
    shadow,
    sign_in,
    unmapped,
    worklist,
)

PAGES: tuple[APIRouter, ...] = (
    sign_in.router,
    worklist.router,
    referral_details.router,  # before the referrals, whose people stand at the same place of an address
    referrals.router,
    referral_requests.router,
    cases.router,
    place_readers.router,
    checks.router,
    commands.router,
    documents.router,
    hidings.router,
    homes.router,
    alerts.router,
    bed_days.router,
    alarms.router,
    replays.router,  # before the messages, whose ids stand at the same place of an address
    messages.router,
    dead_letters.router,
    failed_commands.router,
    duplicates.router,
    shadow.router,
    feeds.router,
    unmapped.router,
)
