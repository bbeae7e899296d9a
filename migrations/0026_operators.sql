-- What operators settle by hand, and what is kept no longer than it is needed.

-- Why a refund still waits, as its provider has last refused it; null while it is being asked for.
ALTER TABLE refunds ADD COLUMN refused_code text;
CREATE INDEX refunds_reference ON refunds (provider_reference) WHERE provider_reference IS NOT NULL;

-- A method that was given on the pay page is kept only where it pays: until then it is on trial.
ALTER TABLE payment_methods ADD COLUMN on_trial boolean NOT NULL DEFAULT false;
CREATE INDEX payment_methods_on_trial ON payment_methods (id) WHERE on_trial;

-- What is unknown here has nothing that was expected: it could not be told, and its reconciliation never ended.
ALTER TABLE reconciliation_findings ALTER COLUMN expected DROP NOT NULL;
