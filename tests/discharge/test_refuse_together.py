"""Where several rules refuse, all are told: the first leads, the others follow it."""

from __future__ import annotations

import pytest

from discharge.errors import HomewardError, Refused, refuse_all, refuse_together


def refusing(code: str, where: str) -> None:
    raise Refused(code, where=where)


def test_given_several_rules_when_some_refuse_then_the_first_is_raised_with_the_others() -> None:
    with pytest.raises(Refused) as refused:
        refuse_together(
            lambda: None,
            lambda: refusing("reason-needed", "reason"),
            lambda: refuse_together(
                lambda: refusing("note-needed", "note"), lambda: refusing("decider-needed", "decided_by")
            ),
        )
    assert refused.value.where == "reason"
    assert [each.where for each in refused.value.others] == ["note", "decided_by"]


def test_given_rules_that_all_agree_then_nothing_is_refused() -> None:
    refuse_together(lambda: None)
    refuse_all([])


def test_given_one_refusal_then_it_has_no_others() -> None:
    with pytest.raises(HomewardError) as refused:
        refuse_all([Refused("reason-needed")])
    assert refused.value.others == ()
