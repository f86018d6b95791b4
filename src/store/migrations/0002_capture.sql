-- Capture: triggers on an application's table.
--
-- A statement trigger with transition tables costs one INSERT … SELECT a
-- statement, whatever number of rows it changed.  The function belongs to
-- the role that attached (SECURITY DEFINER): the application's role needs
-- rights on its own table and on nothing of ours.
--
-- NOTIFY makes commits queue up behind one lock of the cluster, each with
-- its own wait for the disk, so it is done only while a reader sleeps.
--
-- The settings of the writer's session must not show in the payload, so the
-- function has its own: times in UTC and ISO 8601, floats in as many digits
-- as they have.

-- The table and the key column to be captured, checked.
CREATE FUNCTION crosswalk.capture_target(name text, key text,
	OUT rel oid, OUT source text, OUT base_name text, OUT key_column text)
LANGUAGE plpgsql AS $$
DECLARE
	c pg_class;
	keys smallint[];
	num smallint;
	is_not_null boolean;
BEGIN
	BEGIN
		rel := to_regclass(name);
	EXCEPTION WHEN OTHERS THEN
		RAISE EXCEPTION '%: not a table''s name: quote it as in SQL',
			name USING ERRCODE = 'XW002';
	END;
	SELECT * INTO c FROM pg_class WHERE oid = rel;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no table %: qualify it with its schema', name
			USING ERRCODE = 'XW002';
	END IF;
	base_name := c.relname;
	source := (SELECT quote_ident(nspname) FROM pg_namespace
		WHERE oid = c.relnamespace) || '.' || quote_ident(c.relname);
	IF c.relnamespace = 'crosswalk'::regnamespace THEN
		RAISE EXCEPTION '% is crosswalk''s own', source
			USING ERRCODE = 'XW002';
	END IF;
	IF c.relkind <> 'r' OR c.relispartition OR c.relpersistence = 't' OR
	    EXISTS (SELECT FROM pg_inherits
		WHERE inhparent = rel OR inhrelid = rel) THEN
		RAISE EXCEPTION '% is not a plain table (a view, a partition, '
			'partitioned, inherited, temporary or foreign)', source
			USING ERRCODE = 'XW002';
	END IF;
	IF key IS NULL THEN
		SELECT indkey::smallint[] INTO keys FROM pg_index
			WHERE indrelid = rel AND indisprimary;
		IF cardinality(keys) IS DISTINCT FROM 1 THEN
			RAISE EXCEPTION '% has no primary key of one column: '
				'name a unique column with --key', source
				USING ERRCODE = 'XW002';
		END IF;
		num := keys[0]; -- an int2vector counts from 0
	ELSE
		SELECT attnum INTO num FROM pg_attribute
			WHERE attrelid = rel AND attname = key AND attnum > 0
			AND NOT attisdropped;
		IF NOT FOUND THEN
			RAISE EXCEPTION '% has no column %', source, key
				USING ERRCODE = 'XW002';
		END IF;
	END IF;
	SELECT attname, attnotnull INTO key_column, is_not_null
		FROM pg_attribute WHERE attrelid = rel AND attnum = num;
	IF NOT is_not_null OR NOT EXISTS (SELECT FROM pg_index
		WHERE indrelid = rel AND indisunique AND indisvalid
		AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = num)
	THEN
		RAISE EXCEPTION 'column % of % is not NOT NULL and UNIQUE: '
			'a key must name one row', key_column, source
			USING ERRCODE = 'XW002';
	END IF;
END $$;

CREATE FUNCTION crosswalk.attach(tenant integer, name text, key text,
	entity text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	t record;
	other record;
	id integer;
	fn text;
BEGIN
	SELECT * INTO t FROM crosswalk.capture_target(name, key);
	entity := coalesce(entity, t.base_name);
	-- A table that was dropped gives its place back.
	UPDATE crosswalk.entity e SET source_oid = NULL, source = NULL,
		key_column = NULL
	WHERE source_oid IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_class WHERE oid = source_oid);
	FOR other IN
		SELECT e.*, n.name AS tenant_name FROM crosswalk.entity e
		JOIN crosswalk.tenant n ON n.id = e.tenant_id
		WHERE source_oid = t.rel
			AND (e.tenant_id <> tenant OR e.name <> entity)
		OR source_oid <> t.rel
			AND e.tenant_id = tenant AND e.name = entity
	LOOP
		RAISE EXCEPTION 'entity % of tenant % is already attached to '
			'%: detach it first', other.name, other.tenant_name,
			other.source USING ERRCODE = 'XW002';
	END LOOP;
	INSERT INTO crosswalk.entity AS e
		(tenant_id, name, source_oid, source, key_column)
	VALUES (tenant, entity, t.rel, t.source, t.key_column)
	ON CONFLICT ON CONSTRAINT entity_tenant_id_name_key DO UPDATE SET
		source_oid = excluded.source_oid, source = excluded.source,
		key_column = excluded.key_column,
		backfill_key = CASE
			WHEN e.source_oid IS NOT DISTINCT FROM excluded.source_oid
			AND e.key_column = excluded.key_column
			THEN e.backfill_key END,
		backfill_done = e.backfill_done AND
			e.source_oid IS NOT DISTINCT FROM excluded.source_oid AND
			e.key_column = excluded.key_column
	RETURNING e.id INTO id;

	fn := 'crosswalk.capture_' || id;
	-- No join on an UPDATE: its plan would be made for the first
	-- statement's few rows and kept for one of a million.
	EXECUTE format($f$
CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET row_security = off
AS $body$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO crosswalk.journal
			(entity_id, segment, op, key, payload)
		SELECT %2$s, h.segment, 'u', n.%3$I::text, row_to_json(n.*)::text
		FROM new_rows n, crosswalk.journal_head h;
	ELSIF TG_OP = 'UPDATE' THEN
		INSERT INTO crosswalk.journal (entity_id, segment, op, key)
		SELECT %2$s, h.segment, 'd', gone.key
		FROM (SELECT o.%3$I::text AS key FROM old_rows o
			EXCEPT SELECT n.%3$I::text FROM new_rows n) gone,
			crosswalk.journal_head h;
		INSERT INTO crosswalk.journal
			(entity_id, segment, op, key, payload)
		SELECT %2$s, h.segment, 'u', n.%3$I::text, row_to_json(n.*)::text
		FROM new_rows n, crosswalk.journal_head h;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO crosswalk.journal (entity_id, segment, op, key)
		SELECT %2$s, h.segment, 'd', o.%3$I::text
		FROM old_rows o, crosswalk.journal_head h;
	ELSE
		INSERT INTO crosswalk.journal (entity_id, segment, op, key)
		SELECT %2$s, h.segment, 'd', o.%3$I::text
		FROM %4$s o, crosswalk.journal_head h;
	END IF;
	IF FOUND AND EXISTS (SELECT FROM crosswalk.reader WHERE asleep) THEN
		PERFORM pg_notify('crosswalk_journal', '');
	END IF;
	RETURN NULL;
END $body$
$f$, fn, id, t.key_column, t.source);
	EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', fn);
	EXECUTE format($f$
CREATE OR REPLACE TRIGGER crosswalk_insert AFTER INSERT ON %1$s
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
CREATE OR REPLACE TRIGGER crosswalk_update AFTER UPDATE ON %1$s
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
CREATE OR REPLACE TRIGGER crosswalk_delete AFTER DELETE ON %1$s
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
CREATE OR REPLACE TRIGGER crosswalk_truncate BEFORE TRUNCATE ON %1$s
	FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
$f$, t.source, fn);
	PERFORM crosswalk.touch();
	RETURN id;
END $$;

CREATE FUNCTION crosswalk.detach(table_name text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	found_id integer;
BEGIN
	-- By its present name, or by the one it had if it is gone.
	UPDATE crosswalk.entity SET source_oid = NULL, source = NULL,
		key_column = NULL, backfill_key = NULL, backfill_done = false
	WHERE id = (SELECT id FROM crosswalk.entity
		WHERE source_oid = to_regclass(table_name)
		OR to_regclass(table_name) IS NULL
			AND source IN (table_name, 'public.' || table_name)
		LIMIT 1)
	RETURNING id INTO found_id;
	IF found_id IS NULL THEN
		RETURN false;
	END IF;
	-- Takes the triggers with it.
	EXECUTE format('DROP FUNCTION IF EXISTS crosswalk.capture_%s() CASCADE',
		found_id);
	PERFORM crosswalk.touch();
	RETURN true;
END $$;

-- Journal up to max_rows rows that were there before.  Each is locked
-- against change first: what a writer does to it comes behind it in the
-- journal, or is what is read here.
CREATE FUNCTION crosswalk.backfill(of_entity integer, max_rows bigint)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET row_security = off
AS $$
DECLARE
	e crosswalk.entity;
	key_type text;
	n bigint;
	last text;
BEGIN
	SELECT * INTO e FROM crosswalk.entity WHERE id = of_entity FOR UPDATE;
	IF e.source_oid IS NULL THEN
		RAISE EXCEPTION 'entity % is not attached to a table', of_entity
			USING ERRCODE = 'XW002';
	END IF;
	IF e.backfill_done THEN
		RETURN 0;
	END IF;
	SELECT format_type(atttypid, atttypmod) INTO key_type
		FROM pg_attribute
		WHERE attrelid = e.source_oid AND attname = e.key_column;
	EXECUTE format($f$
WITH old AS MATERIALIZED (
	SELECT t.%1$I AS key, row_to_json(t.*)::text AS payload FROM %2$s t
	WHERE $1 IS NULL OR t.%1$I > $1::%3$s
	ORDER BY t.%1$I LIMIT $2 FOR SHARE),
put AS (
	INSERT INTO crosswalk.journal (entity_id, segment, op, key, payload)
	SELECT $3, h.segment, 'u', old.key::text, old.payload
	FROM old, crosswalk.journal_head h)
SELECT count(*), (array_agg(key ORDER BY key DESC))[1]::text FROM old
$f$, e.key_column, e.source_oid::regclass, key_type)
		INTO n, last USING e.backfill_key, max_rows, of_entity;
	UPDATE crosswalk.entity SET backfill_done = n < max_rows,
		backfill_key = coalesce(last, backfill_key) WHERE id = of_entity;
	IF n > 0 THEN
		PERFORM pg_notify('crosswalk_journal', '');
	END IF;
	RETURN n;
END $$;
