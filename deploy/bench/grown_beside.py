"""What lies beside the cases of a grown record, in proportion to them: documents, homes, referral requests,
what failed, what is parked, pairs to decide, merges, notes, looks.

Written as rows, because hardly any of it follows from the stories; each statement adds only what the cases
that were copied since need. One case in fifteen at least has each thing: with 300 open cases, and the closed
ones beside them, every list fills a page, so that what is compared is not how long the pages are.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg

STATEMENTS: Final = (
    """CREATE TEMPORARY TABLE new_cases ON COMMIT DROP AS
    SELECT cases.id, cases.person_id, row_number() OVER (ORDER BY cases.id) AS n,
           (SELECT id FROM inbox WHERE inbox.person_id = cases.person_id LIMIT 1) AS inbox_id
    FROM cases WHERE NOT EXISTS (SELECT FROM documents WHERE documents.number = cases.id::text)""",
    """CREATE TEMPORARY TABLE known ON COMMIT DROP AS
    SELECT (SELECT id FROM organisations WHERE code = 'RXH') AS trust,
           (SELECT id FROM organisations WHERE code = 'HHP') AS service,
           (SELECT id FROM organisations WHERE kind = 'landlord' ORDER BY code LIMIT 1) AS landlord,
           (SELECT id FROM users WHERE display_name LIKE '%discharge-team%' LIMIT 1) AS ward,
           (SELECT id FROM feeds WHERE protocol = 'hl7v2' ORDER BY code <> 'RXH-PAS' LIMIT 1) AS feed""",
    """INSERT INTO documents (id, organisation_id, person_id, inbox_id, kind, number, title, completion,
                              content_type, content, sensitivity)
    SELECT gen_random_uuid(), trust, person_id, coalesce(inbox_id, id), 'document', id::text,
           'Discharge summary', 'AU', 'text/plain', 'Seen at home.', 'ordinary'
    FROM new_cases, known""",
    """INSERT INTO notes (id, case_id, organisation_id, author_id, text)
    SELECT gen_random_uuid(), new_cases.id, trust, ward, 'Seen on the ward.' FROM new_cases, known""",
    """INSERT INTO properties (id, landlord_id, reference, address, postcode, ready_on, attributes,
                               withdrawn_on, withdrawn_because)
    SELECT gen_random_uuid(), landlord, 'bench ' || new_cases.id, n || ' High Street', 'NG1 1AA',
           current_date, (SELECT attributes FROM properties LIMIT 1),
           CASE WHEN n % 20 = 0 THEN current_date END,
           CASE WHEN n % 20 = 0 THEN 'sold' END
    FROM new_cases, known WHERE n % 5 = 0 AND EXISTS (SELECT FROM properties)""",
    """INSERT INTO referral_requests (id, sender_id, service_id, role, client_id, client_key, body_hash,
                                      nhs_number, said, state, requested_at, due_at, answered_at, answer_code)
    SELECT new_cases.id, trust, service, 'discharge-team', 'bench', new_cases.id::text, '', nhs_number,
           jsonb_build_object('person', jsonb_build_object('nhs_number', nhs_number,
               'family_name', family_name)),
           CASE WHEN n % 15 = 5 THEN 'waiting' ELSE 'declined' END, now(), now() + interval '1 day',
           CASE WHEN n % 15 = 5 THEN NULL ELSE now() END, CASE WHEN n % 15 = 5 THEN NULL ELSE 'not-ours' END
    FROM new_cases JOIN persons ON persons.id = person_id, known WHERE n % 5 = 0""",
    """INSERT INTO referral_reviewers (request_id, organisation_id)
    SELECT new_cases.id, service FROM new_cases, known WHERE n % 5 = 0""",
    """INSERT INTO commands (id, case_id, client_id, client_key, body_hash, kind, envelope, organisation_id,
                             user_id, role, effective_on, state, answer, finished_at)
    SELECT command.id, new_cases.id, 'bench', command.id::text, '', 'accept-referral',
           jsonb_build_object('schema', 4, 'command_id', command.id, 'case_id', new_cases.id,
               'effective_on', current_date, 'actor', jsonb_build_object('organisation_id', trust,
               'role', 'discharge-team', 'user_id', ward),
               'command', jsonb_build_object('kind', 'accept-referral')),
           trust, ward, 'discharge-team', current_date,
           CASE WHEN n % 15 = 1 THEN 'failed' ELSE 'accepted' END,
           jsonb_build_object('command_id', command.id, 'case_id', new_cases.id, 'version', 1, 'outcome',
               CASE WHEN n % 15 = 1 THEN 'failed' ELSE 'accepted' END), now()
    FROM new_cases, known, LATERAL (SELECT gen_random_uuid() AS id WHERE n > 0) AS command""",
    """UPDATE outbox SET state = 'dead', error_code = 'partner-refused'
    WHERE sequence IN (SELECT min(sequence) FROM outbox JOIN new_cases ON case_id = new_cases.id
                       WHERE channel = 'partner' AND n % 15 = 1 GROUP BY new_cases.id)""",
    """UPDATE inbox SET state = 'parked', code = 'patient-mismatch', reason = NULL
    WHERE id IN (SELECT inbox_id FROM new_cases WHERE n % 15 = 1)""",
    """INSERT INTO duplicate_pairs (id, organisation_id, left_id, right_id, rules, evidence, state,
                                    decided_at)
    SELECT gen_random_uuid(), trust, least(a.person_id, b.person_id), greatest(a.person_id, b.person_id),
           ARRAY['name-and-birth'], '{}', CASE WHEN a.n % 10 = 0 THEN 'open' ELSE 'not-same' END,
           CASE WHEN a.n % 10 = 0 THEN NULL ELSE now() END
    FROM new_cases AS a JOIN new_cases AS b ON b.n = a.n + 1, known WHERE a.n % 5 = 0""",
    """INSERT INTO person_merges (id, organisation_id, survivor_id, retired_id, cause, cause_id, moved,
                                  effective_at)
    SELECT gen_random_uuid(), trust, a.person_id, b.person_id, 'message', coalesce(a.inbox_id, a.id), '{}',
           now()
    FROM new_cases AS a JOIN new_cases AS b ON b.n = a.n + 1, known WHERE a.n % 15 = 3""",
    """INSERT INTO shadow_lists (id, feed_id, organisation_id, day, listed_at, mapping, sha256, listed, held,
                                 on_both, agreeing, fields)
    SELECT gen_random_uuid(), feed, trust, current_date, now(), 'bench', '', 0, 0, 0, 0, '{}' FROM known
    ON CONFLICT (feed_id, day) DO NOTHING""",
    """INSERT INTO shadow_differences (id, list_id, organisation_id, ordinal, kind, "column", cause, theirs,
                                       ours, nhs_number, hospital_number, person_id, case_id)
    SELECT gen_random_uuid(), list.id, trust, n, 'field', 'ward', 'other-value', 'ELM', 'OAK', '', '',
           person_id, new_cases.id
    FROM new_cases, known, LATERAL (SELECT id FROM shadow_lists LIMIT 1) AS list WHERE n % 5 = 0""",
    """INSERT INTO audit_reads (id, organisation_id, user_id, client_id, role, purpose, what, case_ids,
                             person_ids)
    SELECT gen_random_uuid(), trust, ward, 'bench', 'discharge-team', 'direct-care', 'case page',
           ARRAY[new_cases.id], ARRAY[person_id]
    FROM new_cases, known, generate_series(1, 3)""",
    """INSERT INTO audit_writes (id, organisation_id, user_id, client_id, role, action, subject)
    SELECT gen_random_uuid(), trust, ward, 'bench', 'coordinator', 'property-changed',
           'property ' || new_cases.id
    FROM new_cases, known""",
)


def add_beside(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Add what the cases need that have nothing yet, in the transaction of the connection."""
    for statement in STATEMENTS:
        connection.execute(statement)
