"""Invented people: names from lists, NHS numbers from the 999 test range, addresses and telephones that
exist nowhere.

Postcodes use the area HV, which is not assigned; telephones come from the ranges that Ofcom keeps free for
drama.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

TEST_RANGE = "999"
INVALID_CHECK = 10

WOMEN = (
    "Ada", "Beatrice", "Carys", "Dorothy", "Edith", "Fatima", "Gwen", "Hilda", "Ivy", "Joyce",
    "Kamala", "Lorna", "Mavis", "Nasreen", "Olive", "Priya", "Rosina", "Sheila", "Thelma", "Una",
    "Vera", "Winifred", "Yvonne", "Zofia",
)  # fmt: skip
MEN = (
    "Albert", "Bernard", "Clive", "Desmond", "Ernest", "Farid", "Gordon", "Harold", "Idris", "Jack",
    "Kwame", "Leonard", "Mohan", "Norman", "Oswald", "Percy", "Ronald", "Stanley", "Tariq", "Uriah",
    "Victor", "Walter", "Yusuf", "Zygmunt",
)  # fmt: skip
FAMILIES = (
    "Abernathy", "Birtwhistle", "Culpepper", "Dunmore", "Eastlake", "Fairweather", "Greenhalgh", "Hathersage",
    "Inkpen", "Jessop", "Kettlewell", "Longbottom", "Merriweather", "Netherfield", "Ollerenshaw", "Pemberley",
    "Quickfall", "Ramsbottom", "Saltmarsh", "Thistlewood", "Underhill", "Vexley", "Wainfleet", "Yarborough",
)  # fmt: skip
STREETS = ("Mill Lane", "Quarry Road", "Chapel Street", "Orchard Close", "Station Terrace", "Weir View")
TOWN = "Harrow Vale"
TENURES = ("owner", "owner", "social", "social", "private", "sheltered")
KIN = ("1", "2", "9", "14", "15", "20")
"""Relationship codes of NK1-3 (ITK table 0063): spouse, partner, child, sister, brother, carer."""


@dataclass(frozen=True, slots=True)
class SimPerson:
    """One invented person. `sex` is the code of PID-8 (1 male, 2 female); `kin` is name, relationship,
    telephone.
    """

    number: int
    nhs_number: str
    hospital_number: str
    family: str
    given: str
    sex: str
    born: date
    line: str
    town: str
    postcode: str
    phone: str
    kin: tuple[str, str, str]
    tenure: str
    lives_alone: str
    hidden: bool = False


def nhs_number(middle: int) -> str | None:
    """The number 999 and six digits with its check digit; None where modulus 11 gives no valid one."""
    digits = f"{TEST_RANGE}{middle:06d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return None if check == INVALID_CHECK else f"{digits}{check}"


def people(count: int, today: date, dice: Random) -> list[SimPerson]:
    """`count` people of 58 to 97, no two with the same NHS number."""
    numbers = _numbers(count, dice)
    return [_person(index, number, today, dice) for index, number in enumerate(numbers, start=1)]


def _numbers(count: int, dice: Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        number = nhs_number(dice.randrange(1, 1_000_000))
        if number:
            found[number] = None
    return list(found)


def _person(index: int, number: str, today: date, dice: Random) -> SimPerson:
    woman = dice.random() < 0.55
    family = dice.choice(FAMILIES)
    kin = f"{dice.choice(WOMEN + MEN)} {family}"
    return SimPerson(
        number=index,
        nhs_number=number,
        hospital_number=f"HV{number[3:9]}",
        family=family,
        given=dice.choice(WOMEN if woman else MEN),
        sex="2" if woman else "1",
        born=today - timedelta(days=dice.randrange(58 * 365, 97 * 365)),
        line=f"{dice.randrange(1, 120)} {dice.choice(STREETS)}",
        town=TOWN,
        postcode=_postcode(dice),
        phone=f"01632 960{dice.randrange(1000):03d}",
        kin=(kin, dice.choice(KIN), f"07700 900{dice.randrange(1000):03d}"),
        tenure=dice.choice(TENURES),
        lives_alone=dice.choice(("yes", "no", "unknown")),
    )


def _postcode(dice: Random) -> str:
    inward = f"{dice.randrange(1, 10)}{dice.choice('ABDEFGH')}{dice.choice('JLNPQR')}"
    return f"HV{dice.randrange(1, 10)} {inward}"
