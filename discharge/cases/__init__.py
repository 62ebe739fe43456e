"""One person's case: its coded state, commands that ask, events that happened, and the rules between.

``model``, ``commands``, ``events``, ``decide`` and ``evolve`` have the same rooms, in pathway order:
``referral``, ``participation``, ``hospital``, ``waiting``, ``home``, ``strands``, ``leaving``, ``after`` and
``ending``. Commands about the home and its strands have their deciders one floor up, in ``housing_checks``.
"""
