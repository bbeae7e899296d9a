-- A finding that an operator has set right elsewhere, or that needs nothing, is closed by hand, with the reason.

ALTER TABLE reconciliation_findings
  ADD COLUMN resolution text CHECK (resolution <> ''), -- why; null: both sides agree again, or it is open
  ADD CHECK (resolution IS NULL OR resolved_at IS NOT NULL);
CREATE INDEX reconciliation_findings_accepted ON reconciliation_findings (provider, kind, reference) WHERE resolution IS NOT NULL;
