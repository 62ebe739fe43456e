-- Notes that came with what a person wishes or answered, and with who decides: the command tells which they are.
UPDATE notes SET sensitivity = 'own-words' FROM commands
WHERE commands.id = notes.command_id AND notes.item IS NULL AND notes.sensitivity = 'ordinary'
  AND commands.kind IN ('record-wish', 'answer-choice-step', 'record-capacity', 'record-best-interests', 'record-advocate',
                        'record-representative', 'record-liberty');
