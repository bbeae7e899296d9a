-- What operators settle by hand, and what is kept no longer than it is needed.

-- Why a refund still waits, as its provider has last refused it; null while it is being asked for.
ALTER TABLE refunds ADD COLUMN refused_code text;
CREATE INDEX refunds_reference ON refunds (provider_reference) WHERE provider_reference IS NOT NULL;
