"""May this be done, and what happens if it is? One decider for each kind of command.

``decide(case, envelope, now, policy) -> events`` is pure: ``now`` is case time, ``policy`` what is in force;
ids are derived from the command's own id so that deciding twice gives the same events. A rule that says no
raises :class:`discharge.errors.Refused`. Commands about the home have their deciders one floor up.
"""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases.decide import (
    after,
    choice,
    death,
    departure,
    end,
    hospital,
    participation,
    referral,
    stay_notices,
    wait,
)
from discharge.cases.decide.common import Decider

DECIDERS: Mapping[str, Decider] = {
    **referral.DECIDERS,
    **participation.DECIDERS,
    **hospital.DECIDERS,
    **wait.DECIDERS,
    **departure.DECIDERS,
    **death.DECIDERS,
    **after.DECIDERS,
    **end.DECIDERS,
    **choice.DECIDERS,
    **stay_notices.DECIDERS,
}
"""Command kind -> its decider, for the commands of this floor."""

__all__ = ["DECIDERS", "Decider"]
