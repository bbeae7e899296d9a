-- What differs between providers and us, in orders of events that were not thought of.

-- Null: the provider has something that we do not have at all. It could not be told, and stopped the reconciliation that saw it.
ALTER TABLE reconciliation_findings ALTER COLUMN expected DROP NOT NULL;
