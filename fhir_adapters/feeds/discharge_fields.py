"""How and where to somebody left: the two contradictory fields, told apart by profile and by value.

HL7 UK A.3 (3.5.2.36) has the destination in PV1-36, the ITK reference tables in PV1-37; live feeds have
either. The profile says which; a value that can only be the other thing shows that this message has them the
other way round. Where the profile does not know (`by-value`), only values that can be one thing count.
Nothing is guessed: the raw pair is always kept, and what cannot be told is `unmapped`.
"""

from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from fhir_adapters.feeds.profile import DischargeFields, Profile
from fhir_adapters.hl7v2.facts import DischargeCodes


def _destination(value: str, fields: DischargeFields) -> str | None:
    return value if DISCHARGE_DESTINATIONS.known(value) else fields.words.get(value.casefold())


def _method(value: str, fields: DischargeFields) -> str | None:
    return value if DISCHARGE_METHODS.known(value) else fields.method_words.get(value.casefold())


def resolve_discharge(raw_36: str, raw_37: str, profile: Profile) -> DischargeCodes | None:
    """Destination and method of a pair of raw values; None where both are empty."""
    if not raw_36 and not raw_37:
        return None
    fields = profile.discharge
    codes = DischargeCodes(raw_36=raw_36, raw_37=raw_37)
    if fields.destination_field == "by-value":
        return _by_value(codes, fields)
    pair = (raw_36, raw_37) if fields.destination_field == 36 else (raw_37, raw_36)
    return _by_profile(codes, *pair, fields)


def _by_profile(
    codes: DischargeCodes, destination: str, method: str, fields: DischargeFields
) -> DischargeCodes:
    if not DISCHARGE_DESTINATIONS.known(destination) and _swapped(destination, method):
        update = {"destination": method, "method": destination or None, "check": "swapped"}
        return codes.model_copy(update=update)
    found, how = _destination(destination, fields), _method(method, fields)
    missed = (destination and not found) or (method and not how)
    worded = (found or destination) != destination or (how or method) != method
    check = "unmapped" if missed else "words" if worded else "profile"
    return codes.model_copy(update={"destination": found, "method": how, "check": check})


def _swapped(destination: str, method: str) -> bool:
    """Whether the fields hold each other's codes: a destination's, and a method's or nothing."""
    return DISCHARGE_DESTINATIONS.known(method) and (not destination or DISCHARGE_METHODS.known(destination))


def _by_value(codes: DischargeCodes, fields: DischargeFields) -> DischargeCodes:
    """Each value as the one thing that it can be; none where it could be either, or where both are the same
    thing.
    """
    values = [value for value in (codes.raw_36, codes.raw_37) if value]
    places = {found for value in values if (found := _destination(value, fields))}
    ways = {found for value in values if (found := _method(value, fields))}
    told = len(values) == len(places) + len(ways) and len(places) <= 1 and len(ways) <= 1
    if not told:
        return codes.model_copy(update={"check": "unmapped"})
    update = {"destination": next(iter(places), None), "method": next(iter(ways), None), "check": "by-value"}
    return codes.model_copy(update=update)
