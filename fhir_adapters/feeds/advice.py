"""What to write in a profile for a value that it does not map: the same words in the check and the queue."""

from collections.abc import Mapping

_WRITE: Mapping[str, str] = {
    "sex": 'sex: {{"{value}": female}} (or male, indeterminate, unknown)',
    "classes": 'classes: {{inpatient: ["{value}"]}}, or not_inpatient if it is not a stay in a bed',
    "discharge.words": 'discharge: {{words: {{"{value}": "19"}}}} (19 or another destination code)',
    "discharge.method_words": 'discharge: {{method_words: {{"{value}": "1"}}}} (1 or another method code)',
    "encounter_status.words": 'encounter_status: {{words: {{"{value}": left}}}} (or another state)',
    "hidden_when": 'hidden_when: on {place}, "{value}" in values (hides), lifted_by or ignored',
    "location.ward": "location: {{ward: [the component of PV1-3 that holds the ward]}}",
    "referrals.reasons": 'referrals: {{reasons: {{"{value}": a code of the referral reasons}}}}',
}
"""Key of the profile -> what to add there, beside what is there already."""

NO_KEY = "No key maps this field. The value is kept as sent; ask the trust what it means."


def what_to_write(key: str, place: str, value: str) -> str:
    """Key and value to add to the profile, in YAML as far as that can be said."""
    if key.startswith("identifiers."):
        return _pattern(key.removeprefix("identifiers."), place, value)
    if not key:
        return NO_KEY
    return _WRITE.get(key, "{key}: map this value").format(key=key, place=place, value=value)


def _pattern(kind: str, place: str, written: str) -> str:
    """A pattern that takes numbers written like this, `AUTHORITY^TYPE`."""
    authority, _, type_ = written.partition("^")
    asks = [f"field: {place.partition('-')[2]}"]
    asks += [f"authority: {authority}"] if authority else []
    asks += [f"type: {type_}"] if type_ else []
    asks += [] if authority or type_ else ["bare: true"]
    return f"identifiers: {{{kind}: [{{{', '.join(asks)}}}]}}"
