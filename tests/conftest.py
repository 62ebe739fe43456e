"""What every test may ask for."""

import hypothesis  # noqa: F401 - pytest's summary imports it, and CPython 3.11 cannot compile after greenlets ran

pytest_plugins = ["tests.fixtures.postgres"]
