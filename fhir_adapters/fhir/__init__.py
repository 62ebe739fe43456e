"""FHIR R4 at the hospital's boundary: reading referrals, showing cases, telling partners, naming errors."""
