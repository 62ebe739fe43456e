"""Names that FHIR gives to identifiers, codes and extensions; ours live under one base of our own.

Sources: UK Core STU2 2.0.2 and the HL7 UK registry of identifier systems. UK Core has no element for an
expected date of discharge, fitness, a pathway, or a barrier at home, so those are extensions of ours.
"""

from __future__ import annotations

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_ORGANISATION = "https://fhir.nhs.uk/Id/ods-organization-code"

UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/"
UK_CORE_PATIENT = UK_CORE + "UKCore-Patient"
UK_CORE_ENCOUNTER = UK_CORE + "UKCore-Encounter"
UK_CORE_SERVICE_REQUEST = UK_CORE + "UKCore-ServiceRequest"
NHS_NUMBER_STATUS = UK_CORE + "Extension-UKCore-NHSNumberVerificationStatus"
NHS_NUMBER_STATUS_CODES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
ADDRESS_KEY = UK_CORE + "Extension-UKCore-AddressKey"
DISCHARGE_DESTINATIONS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland"
HTTP_ERRORS = "https://fhir.nhs.uk/CodeSystem/http-error-codes"
DOCUMENT_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0270"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
INTEGRITY = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
REFERRAL_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0281"

BASE = "https://homeward.example/fhir"

EXTENSION = BASE + "/StructureDefinition/"
EXPECTED_DISCHARGE = EXTENSION + "expected-discharge-date"
DISCHARGE_READY = EXTENSION + "discharge-ready-date"
HOUSING_BARRIER = EXTENSION + "housing-barrier"
HOUSING_NEED = EXTENSION + "housing-need"
TENURE = EXTENSION + "tenure"
LIVES_ALONE = EXTENSION + "lives-alone"
HOMELESS = EXTENSION + "homeless-or-at-risk"
PATHWAY = EXTENSION + "discharge-pathway"
SHARING_BASIS = EXTENSION + "sharing-basis"
MEDICALLY_FIT = EXTENSION + "medically-fit"

CASE_ID = BASE + "/Id/case"
REQUEST_ID = BASE + "/Id/referral-request"
SPELL_ID = BASE + "/Id/spell"
PERSON_ID = BASE + "/Id/person"
REFERRAL_ID = BASE + "/Id/referral"
DOCUMENT_NUMBER = BASE + "/Id/document-number"
MESSAGE_ID = BASE + "/Id/message"
ORGANISATION_CODE = BASE + "/Id/organisation-code"

CODES = BASE + "/CodeSystem/"
BARRIER_CODES = CODES + "housing-barrier"
SERVICE_CODES = CODES + "service"
STAGE_CODES = CODES + "case-stage"
ERROR_CODES = CODES + "error"
RULE_CODES = CODES + "alert-rule"
ALERT_LEVELS = CODES + "alert-level"
MESSAGE_CODES = CODES + "message-kind"
ITEM_CODES = CODES + "strand-item"
