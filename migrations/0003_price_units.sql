-- Units that a plan's prices may be stated in; two prices may share a meter where no event can pass the filters of both.

ALTER TABLE plan_versions ADD COLUMN price_units jsonb NOT NULL DEFAULT '[]'; -- [{"code", "rate"}]
ALTER TABLE prices DROP CONSTRAINT prices_plan_id_version_meter_id_key;
