"""Files sent by a form: each is added, or refused in words beside the field that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

from api.evidence.queries import FilesOfCase
from api.evidence.service import ADD, SentFile, add_file
from api.evidence.views import ItemFiles, item_files
from api.web import names
from api.web.bodies import FILES_TOGETHER
from api.web.page import words
from api.web.page.visit import Visit
from discharge.cases.command_stages import may_ask
from discharge.errors import HomewardError
from housing_checks.evidence.rules import may_add, takes_files

CANNOT_BE_PUT_RIGHT = frozenset(
    {"not-found", "role-not-allowed", "part-not-allowed", "no-such-item", "evidence-of-safety"}
)
"""Refusals that another file would meet as well."""

TAKEN, CHOSEN = "photo", "file"
"""The fields of the form: a photo taken now, and files that are there already."""


@dataclass(frozen=True)
class Uploaded:
    """What became of the files of one form. `refused` are lines of an error summary, each with the place of
    its field.
    """

    added: int = 0
    there: int = 0
    refused: tuple[dict[str, Any], ...] = ()
    status: int = 200

    @property
    def words(self) -> str:
        """How many were added, and how many were there before."""
        return added_words(self.added, self.there)

    @property
    def query(self) -> str:
        """The same for an address."""
        return f"added={self.added}&there={self.there}"


NOTHING_SENT = Uploaded()


def _nothing_taken(why: str, field: str) -> Uploaded:
    return Uploaded(refused=({"text": why, "href": f"#{field}"},), status=422)


async def upload(visit: Visit, case_id: UUID, item: str, form: FormData) -> Uploaded:
    """Add one file of a form after the other; those that are refused are named by place. Raises what another
    file would meet as well.
    """
    chosen = await _chosen(form, visit.services.settings.files.each)
    if not chosen:
        return _nothing_taken("Take a photo, or choose a file", TAKEN)
    if len(chosen) > FILES_TOGETHER:
        return _nothing_taken(f"Choose at most {FILES_TOGETHER} files at once. None was added", CHOSEN)
    added, there, refused, status = 0, 0, [], 200
    for number, (field, content) in enumerate(chosen, 1):
        try:
            done = await add_file(visit.services, visit.caller, SentFile(case_id, item, content))
        except HomewardError as error:
            if error.row.http >= 500 or error.code in CANNOT_BE_PUT_RIGHT:
                raise
            refused.append(_refused(error, field, number if len(chosen) > 1 else 0))
            status = error.row.http
        else:
            added, there = added + (not done.repeated), there + done.repeated
    return Uploaded(added, there, tuple(refused), status)


async def _chosen(form: FormData, most: int) -> Sequence[tuple[str, bytes]]:
    """The files that were chosen, each with its field; of one that is too large enough to tell. An input that
    was left empty sends one without a name.
    """
    files = [
        (CHOSEN if name != TAKEN else TAKEN, each)
        for name, each in form.multi_items()
        if isinstance(each, UploadFile) and each.filename
    ]
    return [(name, await each.read(most + 1)) for name, each in files[: FILES_TOGETHER + 1]]


def _refused(error: HomewardError, field: str, number: int) -> dict[str, Any]:
    limit = f" ({error.detail})" if error.code in ("file-too-large", "files-full") else ""
    why = f"{error.row.title}{limit}. {error.row.words}"
    return {"text": f"File {number}: {why}" if number else why, "href": f"#{field}"}


def added_words(added: int, there: int) -> str:
    """How many files were added, and how many were there before; nothing where none was sent."""
    said = [f"{words.count(added, 'file')} added."] if added > 0 else []
    if there > 0:
        said.append(f"{words.count(there, 'file')} {'was' if there == 1 else 'were'} here already.")
    return " ".join(said)


def files_shown(visit: Visit, listed: FilesOfCase, item: str, known: names.Directory) -> ItemFiles:
    """What is on an item, for any page that shows it."""
    case = listed.found.case
    asked = may_add(case, visit.caller.organisation_id, item) and takes_files(case, item)
    adds = asked and visit.caller.may_on(case, ADD) and may_ask(case, ADD)
    return item_files(listed, visit.caller, known, item, visit.services.settings.files, adds=adds)
