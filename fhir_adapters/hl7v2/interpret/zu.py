"""ZU1 and ZU8, and PV1-16: medically fit, and whether the person's whereabouts must be hidden.

ZU8-4 in {1, 2} or PV1-16 in {Y, S} hides (ITK table ZU057, HL7 table 0099); where one field hides, another
that does not cannot lift it in the same message.
"""

from datetime import date

from fhir_adapters.feeds.hl7_tables import YES_NO
from fhir_adapters.hl7v2.interpret.fields import Reader


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


def read_fitness(reader: Reader) -> tuple[bool | None, date | None]:
    """The medically fit indicator (ZU1-22) and the day the person was first fit (ZU1-24).

    A date alone does not say that the person is fit now.
    """
    fitness = reader.profile.fitness
    fit = YES_NO.get(reader.value(fitness.indicator).upper()) if fitness.indicator else None
    stamp = reader.time(fitness.fit_on) if fitness.fit_on else None
    return fit, stamp.day if stamp and fit is not False else None
