-- Values of a mapping's params, for all tenants whose connection says nothing
-- else: part of the version, so that rolling back brings the old ones back.
ALTER TABLE crosswalk.mapping ADD COLUMN params jsonb NOT NULL DEFAULT '{}';
