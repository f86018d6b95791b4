-- Field catalogues: what fields the records of an account have, as its CRM
-- last said.

CREATE TABLE crosswalk.catalogue (
	connection_id integer NOT NULL REFERENCES crosswalk.connection,
	object text COLLATE "C" NOT NULL,   -- of the connector
	version integer NOT NULL DEFAULT 0, -- counts contents; 0: none came yet
	content text COMPRESSION lz4,       -- a JSON Schema
	read_at timestamptz,                -- when it was last read
	changed_at timestamptz,
	asked_at timestamptz,               -- somebody wants it read anew
	PRIMARY KEY (connection_id, object)
);

-- A catalogue was read; true where it is another one.  What waits for a
-- catalogue of the connection is due then.  touch() holds the generation's row
-- to the end, so whoever parks meanwhile sees that it mapped with an old one.
CREATE FUNCTION crosswalk.catalogue_put(of_connection integer,
	of_object text, fresh text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE crosswalk.catalogue SET read_at = now()
	WHERE connection_id = of_connection AND object = of_object
		AND content = fresh;
	IF FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO crosswalk.catalogue AS c
		(connection_id, object, version, content, read_at, changed_at)
	VALUES (of_connection, of_object, 1, fresh, now(), now())
	ON CONFLICT (connection_id, object) DO UPDATE SET
		version = c.version + 1, content = excluded.content,
		read_at = now(), changed_at = now();
	PERFORM crosswalk.touch();
	UPDATE crosswalk.intent i SET not_before = now()
	FROM crosswalk.sync s
	WHERE s.connection_id = of_connection AND i.sync_id = s.id
		AND i.cause IN ('FIELD_MISSING', 'CATALOGUE')
		AND i.not_before > now();
	PERFORM pg_notify('crosswalk_journal', '');
	RETURN true;
END $$;

-- Somebody wants it read anew, or for the first time.
CREATE FUNCTION crosswalk.catalogue_ask(of_connection integer,
	of_object text) RETURNS timestamptz
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO crosswalk.catalogue AS c (connection_id, object, asked_at)
	VALUES (of_connection, of_object, clock_timestamp())
	ON CONFLICT (connection_id, object) DO UPDATE SET
		asked_at = excluded.asked_at;
	PERFORM crosswalk.touch();
	RETURN (SELECT asked_at FROM crosswalk.catalogue
		WHERE connection_id = of_connection AND object = of_object);
END $$;
