DROP INDEX ix_cases_external_id;
DROP INDEX ix_commands_referral_number;
