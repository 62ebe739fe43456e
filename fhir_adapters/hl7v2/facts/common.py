"""What every fact is: a value that can be told by its content."""

import hashlib
import json

from pydantic import BaseModel


def content_hash(fact: BaseModel) -> str:
    """SHA-256 of a fact's content: equal facts are one, and it breaks ties in time."""
    content = fact.model_dump(mode="json")
    if isinstance(content.get("cleared"), list):
        content["cleared"] = sorted(content["cleared"])
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
