"""Referrals: from a page, a program or FHIR, by the same way."""
