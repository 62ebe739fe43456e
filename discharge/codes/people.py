"""Who somebody is to the person, as feeds send it."""

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code

RELATIONSHIPS = code_list("relationships", Code)
