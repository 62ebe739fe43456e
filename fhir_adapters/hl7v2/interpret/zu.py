"""ZU1 and ZU8, and PV1-16: medically fit, and whether the person's whereabouts must be hidden.

ZU8-4 in {1, 2} or PV1-16 in {Y, S} hides (ITK table ZU057, HL7 table 0099); where one field hides, another
that does not cannot lift it in the same message.
"""

from datetime import date

from fhir_adapters.feeds.hl7_tables import YES_NO
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader


def read_hidden(reader: Reader) -> bool | None:
    """True when any field hides, False when one lifts and none hides, None when nothing is said."""
    said: list[bool] = []
    for rule in reader.profile.hidden_when:
        value = reader.value(rule.place).upper()
        if value in rule.values:
            said.append(True)
        elif value in rule.lifted_by:
            said.append(False)
    return any(said) if said else None


def read_fitness(reader: Reader, notes: Notes) -> tuple[bool | None, date | None]:
    """The medically fit indicator (ZU1-22) and the day the person was first fit (ZU1-24).

    A date alone does not say that the person is fit now. One that stands for "not known", or has not come by
    the day of the message, is not used; fit without a date is noted, and begins on the day of the message.
    """
    fitness = reader.profile.fitness
    own = reader.profile.observations
    fit = YES_NO.get(reader.value(fitness.indicator).upper()) if fitness.indicator else None
    if fit is None:
        fit = YES_NO.get(reader.observed(own.medically_fit).upper())
    if fit is False:
        return fit, None
    day = _possible(reader, fitness.fit_on, notes) if fitness.fit_on else None
    if day is None and reader.observed(own.fit_on):
        day = _come(reader, reader.observed_day(own.fit_on), notes)
        fit = True if day else fit
    if fit and day is None:
        notes.codes.append("fit-without-date")
    return fit, day


def _possible(reader: Reader, place: str, notes: Notes) -> date | None:
    stamp = reader.time(place)
    return _come(reader, stamp.day if stamp else None, notes) if reader.value(place) else None


def _come(reader: Reader, day: date | None, notes: Notes) -> date | None:
    """The day, where it can be read and has come by the day of the message."""
    said_on = reader.day()
    if day is None or (said_on and day > said_on):
        notes.codes.append("fit-date-not-used")
        return None
    return day
