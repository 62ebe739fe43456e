"""How often Python looks for rings of objects that nothing refers to from outside.

A process that has loaded our libraries holds some hundred thousand objects that live as long as it does. By
Python's own thresholds the collector goes over all of them time and again while messages are interpreted,
which took a fifth of the drain's time, and a fifth of every start. Nothing is looked at while a program
loads; what is loaded is left out from then on, and new objects are looked at less often. (`gc.freeze`:
https://docs.python.org/3/library/gc.html.)
"""

import gc

NEW_OBJECTS, YOUNG_GOES, OLDER_GOES = 200_000, 20, 100
"""After so many new objects the youngest are looked at, after so many times the older ones, and so on. A
batch of the drain holds a hundred thousand until it is committed, and leaves no rings.
"""


def wait_for_what_is_loaded() -> None:
    """Call it before anything large is imported."""
    gc.disable()


def leave_out_what_is_loaded() -> None:
    """Call it once, when everything that the process needs has been imported. The little that loading threw
    away stays: to look for it would take 0.2 s of every start.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_GOES, OLDER_GOES)
    gc.enable()
