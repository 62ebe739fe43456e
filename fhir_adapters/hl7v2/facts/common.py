"""What every fact is: a value that can be told by its content."""

import hashlib
import json

from pydantic import BaseModel

NO_ARRIVAL = (0, 0)
Arrival = tuple[int, int]
"""Where a fact stands among all that arrived: the place of its message in the inbox, and its own therein. Of
equal times the later arrival counts. It is no part of what was said, and not kept with it.
"""


def content_hash(fact: BaseModel) -> str:
    """SHA-256 of a fact's content."""
    content = fact.model_dump(mode="json")
    if isinstance(content.get("cleared"), list):
        content["cleared"] = sorted(content["cleared"])
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
