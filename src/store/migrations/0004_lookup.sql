-- Lookups: the tenants' own tables, and records that wait for others.

-- A value is JSON, a scalar; text, as a jsonb would change numbers.
CREATE TABLE crosswalk.lookup (
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	name text COLLATE "C" NOT NULL CHECK (name <> ''),
	key text COLLATE "C" NOT NULL,
	value text NOT NULL,
	PRIMARY KEY (tenant_id, name, key)
);

-- The link that parked work waits for: waits_sync's, of the record waits_key.
ALTER TABLE crosswalk.intent ADD COLUMN waits_sync integer;
ALTER TABLE crosswalk.intent ADD COLUMN waits_key text COLLATE "C";
CREATE INDEX intent_waits ON crosswalk.intent (waits_sync, waits_key)
	WHERE waits_key IS NOT NULL;

-- Journal the rows of these keys as they are now, each locked against change
-- as in backfill.  A key that the column cannot have names no row.  Tells how
-- many there were; 0 for an entity without a table.
CREATE FUNCTION crosswalk.capture_again(of_entity integer, keys text[])
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET row_security = off
AS $$
DECLARE
	e crosswalk.entity;
	key_type text;
	k text;
	n bigint;
	total bigint := 0;
BEGIN
	SELECT * INTO e FROM crosswalk.entity WHERE id = of_entity;
	IF e.source_oid IS NULL THEN
		RETURN 0;
	END IF;
	SELECT format_type(atttypid, atttypmod) INTO key_type
		FROM pg_attribute
		WHERE attrelid = e.source_oid AND attname = e.key_column;
	FOREACH k IN ARRAY keys LOOP
		BEGIN
			EXECUTE format($f$
WITH old AS MATERIALIZED (
	SELECT t.%1$I::text AS key, row_to_json(t.*)::text AS payload
	FROM %2$s t WHERE t.%1$I = $1::%3$s FOR SHARE)
INSERT INTO crosswalk.journal (entity_id, segment, op, key, payload)
SELECT $2, h.segment, 'u', old.key, old.payload
FROM old, crosswalk.journal_head h
$f$, e.key_column, e.source_oid::regclass, key_type) USING k, of_entity;
			GET DIAGNOSTICS n = ROW_COUNT;
			total := total + n;
		EXCEPTION WHEN data_exception THEN
			NULL;
		END;
	END LOOP;
	IF total > 0 AND EXISTS (SELECT FROM crosswalk.reader WHERE asleep)
	THEN
		PERFORM pg_notify('crosswalk_journal', '');
	END IF;
	RETURN total;
END $$;
