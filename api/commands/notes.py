"""What a command says in words: notes, which the record keeps beside it; the command names them by id."""

from __future__ import annotations

from api.commands.asked import AskedCommand
from discharge.cases.commands import (
    Command,
    ConfirmDischarge,
    ConfirmItem,
    SaveAnswers,
)
from discharge.store import commands as store
from discharge.store.tables.persons import DANGER, ORDINARY, OWN_WORDS
from housing_checks.checks.own_words import for_the_team


def with_names(command: Command, notes: tuple[store.NewNote, ...]) -> Command:
    """A name is kept as a note; the command says which, and never what a client sends in its place."""
    named = {note.item: note.id for note in notes if note.item in (store.DECIDED_BY, store.TOLD_BY)}
    if isinstance(command, ConfirmDischarge):
        return command.model_copy(update={"decided_by_note": named.get(store.DECIDED_BY)})
    if isinstance(command, ConfirmItem | SaveAnswers):
        return command.model_copy(update={"told_note_id": named.get(store.TOLD_BY)})
    return command


def with_words(command: Command, worded: frozenset[str], notes: tuple[store.NewNote, ...]) -> Command:
    """Answers in words are kept as notes; the command says which. One item that is answered names every note
    on it: with a note, also what is known already is recorded.
    """
    noted = worded | ({command.item} if isinstance(command, ConfirmItem) else set())
    found = {note.item: note.id for note in notes if note.item in noted}
    if not found:
        return command
    return command.model_copy(update={"text_notes": found})


def notes_of(asked: AskedCommand) -> tuple[store.NewNote, ...]:
    """What a command says in words, as the notes that the record keeps: its own first."""
    kept = OWN_WORDS if asked.command.declared.own_words else ORDINARY
    own = (_note(asked.note, None, kept, about_danger=asked.about_danger),) if asked.note else ()
    names = (
        (store.DECIDED_BY, asked.decided_by, False),
        (store.TOLD_BY, asked.told_by_name, _in_danger(asked)),
        (store.COMMAND_REASON, asked.reason_words, _in_danger(asked)),
    )
    named = tuple(
        _note(text.strip(), item, ORDINARY, about_danger=danger)
        for item, text, danger in names
        if text is not None and text.strip()
    )
    return (
        own
        + named
        + tuple(
            _note(text, item, _kept(item), about_danger=item in asked.danger_items)
            for item, text in asked.item_notes.items()
            if text
        )
    )


def _in_danger(asked: AskedCommand) -> bool:
    """Whether anything that comes with it speaks of abuse or danger: then the name of who told it does."""
    return asked.about_danger or bool(asked.danger_items)


def _kept(item: str) -> str:
    return OWN_WORDS if item in for_the_team() else ORDINARY


def _note(text: str, item: str | None, kept: str, *, about_danger: bool) -> store.NewNote:
    return store.NewNote(text=text, item=item, sensitivity=DANGER if about_danger else kept)
