-- Moving subscriptions to another version of their plan: who was moved, when, and who was not, and why.

CREATE TABLE plan_migrations (
  id              text PRIMARY KEY,
  plan_id         text NOT NULL,
  version         integer NOT NULL,
  effective       text NOT NULL CHECK (effective IN ('now', 'period_end')),
  subscription_id text REFERENCES subscriptions, -- the only one to be moved; null: all of the plan
  status          text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'completed')),
  metadata        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL DEFAULT now(),
  completed_at    timestamptz,
  FOREIGN KEY (plan_id, version) REFERENCES plan_versions,
  CHECK ((status = 'completed') = (completed_at IS NOT NULL))
);

CREATE TABLE plan_migration_results (
  migration_id    text NOT NULL REFERENCES plan_migrations,
  subscription_id text NOT NULL REFERENCES subscriptions,
  outcome         text NOT NULL CHECK (outcome IN ('moved', 'refused')),
  from_version    integer NOT NULL,
  effective_at    timestamptz CHECK ((outcome = 'moved') = (effective_at IS NOT NULL)),
  code            text CHECK ((outcome = 'refused') = (code IS NOT NULL)),
  message         text,
  created         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, subscription_id)
);
CREATE TRIGGER plan_migration_results_kept BEFORE UPDATE OR DELETE ON plan_migration_results
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX subscriptions_plan ON subscriptions (plan_id, id) WHERE status <> 'canceled';
