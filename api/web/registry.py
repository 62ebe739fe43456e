"""Every interface for programs, and every page."""

from __future__ import annotations

from fastapi import APIRouter

from api.alarms import pages as alarm_pages
from api.alarms import routes as alarm_routes
from api.alerts import pages as alert_pages
from api.alerts import routes as alert_routes
from api.bed_days import pages as bed_day_pages
from api.bed_days import routes as bed_day_routes
from api.case_notes import pages as case_note_pages
from api.case_notes import routes as case_note_routes
from api.cases import pages as case_pages
from api.cases import routes as case_routes
from api.check_domains import pages as check_domain_pages
from api.check_items import pages as check_item_pages
from api.check_items import routes as check_item_routes
from api.checks import pages as check_pages
from api.checks import proposals as check_proposals
from api.checks import routes as check_routes
from api.codes import routes as code_routes
from api.commands import pages as command_pages
from api.contact_details import pages as contact_detail_pages
from api.contact_details import routes as contact_detail_routes
from api.dead_letters import pages as dead_letter_pages
from api.dead_letters import routes as dead_letter_routes
from api.documents import pages as document_pages
from api.documents import routes as document_routes
from api.duplicates import pages as duplicate_pages
from api.duplicates import routes as duplicate_routes
from api.edits import pages as edit_pages
from api.edits import routes as edit_routes
from api.evidence import pages as evidence_pages
from api.evidence import routes as evidence_routes
from api.failed_commands import pages as failed_command_pages
from api.failed_commands import routes as failed_command_routes
from api.feeds import pages as feed_pages
from api.feeds import routes as feed_routes
from api.fhir import routes as fhir_routes
from api.gate import routes as gate_routes
from api.hazards import pages as hazard_pages
from api.hazards import routes as hazard_routes
from api.hidings import pages as hiding_pages
from api.hidings import routes as hiding_routes
from api.homes import pages as home_pages
from api.homes import routes as home_routes
from api.messages import pages as message_pages
from api.messages import routes as message_routes
from api.offline_checks import pages as offline_check_pages
from api.place_readers import pages as place_reader_pages
from api.place_readers import routes as place_reader_routes
from api.referral_requests import pages as referral_request_pages
from api.referral_requests import routes as referral_request_routes
from api.referrals import details
from api.referrals import pages as referral_pages
from api.referrals import routes as referral_routes
from api.replays import pages as replay_pages
from api.replays import routes as replay_routes
from api.safety import pages as safety_pages
from api.safety import routes as safety_routes
from api.shadow import pages as shadow_pages
from api.shadow import routes as shadow_routes
from api.shadow_rules import pages as shadow_rules_pages
from api.shadow_rules import routes as shadow_rules_routes
from api.unmapped import pages as unmapped_pages
from api.users import routes as user_routes
from api.web import clock, health
from api.web.sign_in import pages as sign_in_pages
from api.worklist import pages as worklist_pages

ROUTERS = (
    health.router,
    clock.router,
    check_routes.router,
    check_proposals.router,
    code_routes.router,
    referral_routes.router,
    referral_request_routes.router,
    case_routes.router,
    case_note_routes.router,
    contact_detail_routes.router,
    gate_routes.router,
    hazard_routes.router,
    check_item_routes.router,
    place_reader_routes.router,
    document_routes.router,
    evidence_routes.router,
    safety_routes.router,
    alert_routes.router,
    feed_routes.router,
    dead_letter_routes.router,
    failed_command_routes.router,
    hiding_routes.router,
    home_routes.router,
    duplicate_routes.router,
    message_routes.router,
    replay_routes.router,
    edit_routes.router,
    alarm_routes.router,
    user_routes.router,
    bed_day_routes.router,
    shadow_routes.router,
    shadow_rules_routes.router,
    fhir_routes.router,
)


PAGES: tuple[APIRouter, ...] = (
    sign_in_pages.router,
    worklist_pages.router,
    details.router,  # before the referrals, whose people stand at the same place of an address
    referral_pages.router,
    referral_request_pages.router,
    case_pages.router,
    case_note_pages.router,
    contact_detail_pages.router,
    place_reader_pages.router,
    check_pages.router,
    offline_check_pages.router,
    hazard_pages.router,
    safety_pages.router,
    check_proposals.page_router,
    check_domain_pages.router,
    check_item_pages.router,
    command_pages.router,
    document_pages.router,
    evidence_pages.router,
    hiding_pages.router,
    home_pages.router,
    alert_pages.router,
    bed_day_pages.router,
    alarm_pages.router,
    replay_pages.router,
    edit_pages.router,  # before the messages, whose ids stand at the same place of an address
    message_pages.router,
    dead_letter_pages.router,
    failed_command_pages.router,
    duplicate_pages.router,
    shadow_pages.router,
    shadow_rules_pages.router,
    feed_pages.router,
    unmapped_pages.router,
)
