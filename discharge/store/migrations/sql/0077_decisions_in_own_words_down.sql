-- Everybody who follows the case reads them again, as before.
UPDATE notes SET sensitivity = 'ordinary' FROM commands
WHERE commands.id = notes.command_id AND notes.item IS NULL AND notes.sensitivity = 'own-words'
  AND commands.kind IN ('record-wish', 'answer-choice-step', 'record-capacity', 'record-best-interests', 'record-advocate',
                        'record-representative', 'record-liberty');
