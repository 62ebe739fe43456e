"""A list that was refused whole, with every fault, for whoever gave it."""

from __future__ import annotations

from discharge.errors import HomewardError
from fhir_adapters.listed import LineFault, ListInvalid


class ListRefused(HomewardError):
    """Nothing of a list was taken; `faults` say line, column and what to do, and repeat no value."""

    def __init__(self, invalid: ListInvalid) -> None:
        super().__init__("invalid-body", detail=f"{len(invalid.faults)} faults", where="list")
        self.faults: list[LineFault] = invalid.faults
