-- The repair looks through the invoices that have a collection, few among all that there ever were.
CREATE INDEX invoices_in_collection ON invoices (id) WHERE status = 'open' AND collection_started_at IS NOT NULL;
