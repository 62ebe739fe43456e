"""The JSON API, the FHIR endpoint and the web pages."""
