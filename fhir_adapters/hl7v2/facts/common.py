"""What every fact is: a value that can be told by its content."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

NO_ARRIVAL = (0, 0)
Arrival = tuple[int, int]
"""Where a fact stands among all that arrived: the place of its message in the inbox, and its own therein. Of
equal times the later arrival counts. It is no part of what was said, and not kept with it.
"""


_CANONICAL = json.JSONEncoder(sort_keys=True).encode
"""The one way of writing content that its hash is made of: what is stored was hashed so."""


def content_hash(fact: BaseModel) -> str:
    """SHA-256 of a fact's content."""
    return hash_of(fact.model_dump(mode="json"))


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of what a fact is written down as."""
    if isinstance(content.get("cleared"), list):
        content = {**content, "cleared": sorted(content["cleared"])}
    return hashlib.sha256(_CANONICAL(content).encode()).hexdigest()
