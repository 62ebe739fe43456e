DROP TABLE safety_confirmations, safety_advisers, safety_looks, safety_clocks, safety_named, safety_notes, safety_events;
DROP FUNCTION homeward_safety_appointed, homeward_safety_unread, homeward_safety_answered, homeward_cares, homeward_my_annexes;
