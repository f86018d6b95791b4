-- Everything of the first release.  What is written for every record (the
-- journal, links, decisions) is kept lean: no index that no query needs, no
-- foreign key, columns ordered so that none is padded, keys compared as bytes.

------------------------------------------------------------------------
-- Control plane

-- Counts with every change that active_load would load differently.
CREATE TABLE crosswalk.generation (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	number bigint NOT NULL DEFAULT 1
);
INSERT INTO crosswalk.generation DEFAULT VALUES;

-- Called by every such change, in its transaction.
CREATE FUNCTION crosswalk.touch() RETURNS bigint
LANGUAGE sql AS $$
	UPDATE crosswalk.generation SET number = number + 1;
	SELECT pg_notify('crosswalk_reload', '');
	SELECT number FROM crosswalk.generation;
$$;

CREATE TABLE crosswalk.tenant (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE CHECK (name <> ''),
	created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE crosswalk.api_key (
	hash bytea PRIMARY KEY,
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	label text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	revoked_at timestamptz
);
CREATE UNIQUE INDEX api_key_label ON crosswalk.api_key (tenant_id, label)
	WHERE revoked_at IS NULL;

-- A secret's value is sealed by the program; the key is not in here.
CREATE TABLE crosswalk.secret (
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	name text NOT NULL CHECK (name <> ''),
	sealed bytea NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, name)
);

-- The text of files, by BLAKE2b-256 of it; versions share what is equal.
CREATE TABLE crosswalk.source (
	hash bytea PRIMARY KEY,
	text text NOT NULL
);

-- id is the "mapping generation" of links and decisions.
CREATE TABLE crosswalk.mapping (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	version integer NOT NULL,
	active boolean NOT NULL,
	digest bytea NOT NULL,          -- of all paths and texts
	checks jsonb NOT NULL,
	published_by text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	active_at timestamptz NOT NULL DEFAULT now(), -- made active last
	UNIQUE (name, version)
);
CREATE UNIQUE INDEX mapping_active ON crosswalk.mapping (name) WHERE active;

-- Position 0 is the mapping itself, the rest what it uses.
CREATE TABLE crosswalk.mapping_file (
	mapping_id integer NOT NULL REFERENCES crosswalk.mapping,
	position integer NOT NULL,
	path text NOT NULL,
	hash bytea NOT NULL REFERENCES crosswalk.source,
	PRIMARY KEY (mapping_id, position)
);

CREATE TABLE crosswalk.entity (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	name text NOT NULL CHECK (name <> ''),
	schema_name text,
	schema text,                    -- JSON Schema, checked at the door
	source_oid oid UNIQUE,          -- the attached table
	source text,                    -- its name, quoted and qualified
	key_column text,
	backfill_key text,              -- journaled up to here
	backfill_done boolean NOT NULL DEFAULT false,
	UNIQUE (tenant_id, name),
	UNIQUE (tenant_id, id)
);

CREATE TABLE crosswalk.connection (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	name text NOT NULL CHECK (name <> ''),
	connector text NOT NULL,        -- mapping.name
	base_url text NOT NULL,
	params jsonb NOT NULL DEFAULT '{}',
	secret text,                    -- secret.name
	enabled boolean NOT NULL DEFAULT true,
	UNIQUE (tenant_id, name),
	UNIQUE (tenant_id, id)
);

-- What a sync joins belongs to its own tenant: the keys say so.
CREATE TABLE crosswalk.sync (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id integer NOT NULL REFERENCES crosswalk.tenant,
	connection_id integer NOT NULL,
	entity_id integer NOT NULL,
	name text NOT NULL CHECK (name <> ''),
	mapping text NOT NULL,          -- mapping.name
	map text NOT NULL,              -- the map in it
	direction smallint NOT NULL CHECK (direction BETWEEN 1 AND 3),
	enabled boolean NOT NULL DEFAULT true,
	UNIQUE (tenant_id, name),
	FOREIGN KEY (tenant_id, connection_id)
		REFERENCES crosswalk.connection (tenant_id, id),
	FOREIGN KEY (tenant_id, entity_id)
		REFERENCES crosswalk.entity (tenant_id, id)
);

------------------------------------------------------------------------
-- The journal: append-only, three segments used in turn.  Which segment a
-- row lies in matters to nobody but the trimmer, which empties a segment
-- when every reader has passed all of it.

CREATE SEQUENCE crosswalk.journal_seq;

-- xid before seq: a row's transaction has its number before the row has
-- its own.  The reader relies on it (src/journal/README.md).
CREATE TABLE crosswalk.journal (
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	seq bigint NOT NULL DEFAULT nextval('crosswalk.journal_seq'),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	entity_id integer NOT NULL,
	segment smallint NOT NULL,
	op "char" NOT NULL,             -- u upsert, d delete
	key text NOT NULL,
	payload text COMPRESSION lz4    -- text: a jsonb would change numbers
) PARTITION BY LIST (segment);
CREATE TABLE crosswalk.journal_0 PARTITION OF crosswalk.journal
	FOR VALUES IN (0) WITH (autovacuum_enabled = off);
CREATE TABLE crosswalk.journal_1 PARTITION OF crosswalk.journal
	FOR VALUES IN (1) WITH (autovacuum_enabled = off);
CREATE TABLE crosswalk.journal_2 PARTITION OF crosswalk.journal
	FOR VALUES IN (2) WITH (autovacuum_enabled = off);
CREATE INDEX journal_by_seq ON crosswalk.journal (seq);
CREATE INDEX journal_by_xid ON crosswalk.journal (xid, seq);

CREATE TABLE crosswalk.journal_head (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	segment smallint NOT NULL DEFAULT 0,
	since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO crosswalk.journal_head DEFAULT VALUES;

CREATE TABLE crosswalk.cursor (
	name text PRIMARY KEY,
	owner bigint NOT NULL,          -- counts take-overs: a fencing token
	ord bigint NOT NULL,            -- never goes back
	position text NOT NULL,         -- the journal's own
	moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);

-- Readers that wait to be notified of new events.
CREATE TABLE crosswalk.reader (
	name text PRIMARY KEY,
	asleep boolean NOT NULL
) WITH (fillfactor = 10);

-- XW… are errors of our own: their message is for a person.
CREATE FUNCTION crosswalk.cursor_move(who text, as_owner bigint,
	to_ord bigint, to_position text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	held bigint;
BEGIN
	UPDATE crosswalk.cursor SET position = to_position, ord = to_ord,
		moved_at = now()
	WHERE name = who AND owner = as_owner AND ord < to_ord;
	IF NOT FOUND THEN
		SELECT owner INTO held FROM crosswalk.cursor WHERE name = who;
		IF held IS DISTINCT FROM as_owner THEN
			RAISE EXCEPTION 'cursor % is held by another reader',
				who USING ERRCODE = 'XW001';
		END IF;
	END IF;
END $$;

-- Empty the segments that all readers have passed, and begin a new one
-- where the current is old or large and the next is empty.  Tells how many
-- bytes were given back.  A position begins with the snapshot up to which
-- everything was read.
CREATE FUNCTION crosswalk.journal_trim(rotate_after interval) RETURNS bigint
LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
DECLARE
	large CONSTANT bigint := 1024 * 1024 * 1024;
	head crosswalk.journal_head;
	awaited boolean;
	segment regclass;
	size bigint;
	freed bigint := 0;
BEGIN
	-- One trimmer at a time; to come second is to have nothing to do.
	SELECT * INTO head FROM crosswalk.journal_head FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	IF NOT EXISTS (SELECT FROM crosswalk.cursor) THEN
		RETURN 0;
	END IF;
	FOR i IN 0..2 LOOP
		segment := 'crosswalk.journal_' || i;
		CONTINUE WHEN i = head.segment OR pg_relation_size(segment) = 0;
		size := pg_total_relation_size(segment);
		BEGIN
			-- Once this is held nobody has a row under way in here.
			EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE',
				segment);
			EXECUTE format('SELECT EXISTS (SELECT FROM '
				'(SELECT split_part(position, ''|'', 1)'
				'::pg_snapshot FROM crosswalk.cursor) c (seen) '
				'WHERE EXISTS (SELECT FROM %1$s '
				'WHERE xid >= pg_snapshot_xmax(seen)) '
				'OR EXISTS (SELECT FROM pg_snapshot_xip(seen) x '
				'JOIN %1$s j ON j.xid = x))', segment)
				INTO awaited;
			IF NOT awaited THEN
				EXECUTE format('TRUNCATE %s', segment);
				freed := freed + size;
			END IF;
		EXCEPTION WHEN lock_not_available THEN
			NULL; -- next time
		END;
	END LOOP;
	segment := 'crosswalk.journal_' || head.segment;
	size := pg_relation_size(segment);
	IF size > 0 AND (size > large OR head.since < now() - rotate_after) AND
	    pg_relation_size('crosswalk.journal_' ||
		(head.segment + 1) % 3) = 0 THEN
		UPDATE crosswalk.journal_head
			SET segment = (head.segment + 1) % 3, since = now();
	END IF;
	RETURN freed;
END $$;

------------------------------------------------------------------------
-- Records

CREATE TABLE crosswalk.id_block (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	next bigint NOT NULL DEFAULT 1
);
INSERT INTO crosswalk.id_block DEFAULT VALUES;

-- base changes with every write to a record and is in no index: room in
-- the page lets Postgres update in place (HOT).
CREATE TABLE crosswalk.link (
	id bigint NOT NULL,
	local_seq bigint NOT NULL,
	last_decision bigint NOT NULL,
	updated_at timestamptz NOT NULL,
	sync_id integer NOT NULL,
	base_gen integer NOT NULL,
	state smallint NOT NULL,
	local_key text COLLATE "C" NOT NULL,
	remote_id text COLLATE "C",
	base bytea COMPRESSION lz4
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX link_local ON crosswalk.link (sync_id, local_key);
CREATE UNIQUE INDEX link_remote ON crosswalk.link (sync_id, remote_id)
	WHERE remote_id IS NOT NULL;
-- For a person who asks for a link by its number; next to free to fill.
CREATE INDEX link_id ON crosswalk.link USING brin (id);

CREATE TABLE crosswalk.intent (
	seq bigint NOT NULL,
	not_before timestamptz NOT NULL,
	deadline timestamptz,
	since timestamptz NOT NULL DEFAULT now(), -- parked first
	sync_id integer NOT NULL,
	attempt integer NOT NULL,
	op "char" NOT NULL,
	key text COLLATE "C" NOT NULL,
	cause text NOT NULL,
	payload text COMPRESSION lz4,
	PRIMARY KEY (sync_id, key)
);
CREATE INDEX intent_due ON crosswalk.intent (not_before);

CREATE TABLE crosswalk.dead_letter (
	seq bigint NOT NULL,
	count bigint NOT NULL DEFAULT 1,
	first_at timestamptz NOT NULL DEFAULT now(),
	last_at timestamptz NOT NULL DEFAULT now(),
	sync_id integer NOT NULL,
	op "char" NOT NULL,
	key text COLLATE "C" NOT NULL,
	fingerprint text NOT NULL,
	cause text NOT NULL,
	rule text NOT NULL,
	message text NOT NULL,
	payload text COMPRESSION lz4,
	request text COMPRESSION lz4,
	reply text COMPRESSION lz4,
	PRIMARY KEY (sync_id, key)
);
-- Not with sync_id before it: a look for (sync_id, key) must not take it.
CREATE INDEX dead_letter_group ON crosswalk.dead_letter (fingerprint);

-- A batch's decisions are one row of arrays: a row each would cost as much
-- as the links.  A record's decisions hang together by prev, newest at the
-- link; the only index is on a number that grows.  Read the view below.
CREATE TABLE crosswalk.decision_block (
	first_id bigint NOT NULL,       -- the others follow on it
	at timestamptz NOT NULL DEFAULT now(),
	prev bigint[] COMPRESSION lz4 NOT NULL, -- 0: the first
	seq bigint[] COMPRESSION lz4 NOT NULL,  -- of the journal event
	before bigint[] COMPRESSION lz4 NOT NULL, -- hashes
	after bigint[] COMPRESSION lz4 NOT NULL,
	sync_id integer[] COMPRESSION lz4 NOT NULL,
	map_gen integer[] COMPRESSION lz4 NOT NULL,
	line integer[] COMPRESSION lz4 NOT NULL,
	op smallint[] COMPRESSION lz4 NOT NULL,
	result smallint[] COMPRESSION lz4 NOT NULL,
	key text[] COMPRESSION lz4 NOT NULL,
	note text[] COMPRESSION lz4 NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX decision_by_id ON crosswalk.decision_block (first_id);
-- Takes what no day's partition does, so that no write ever fails.
CREATE TABLE crosswalk.decision_rest
	PARTITION OF crosswalk.decision_block DEFAULT;

CREATE VIEW crosswalk.decision AS
SELECT b.first_id + u.n - 1 AS id, u.prev, b.at, u.seq, u.sync_id, u.key,
	u.map_gen, u.line, u.op, u.result, u.before, u.after, u.note
FROM crosswalk.decision_block b, unnest(b.prev, b.seq, b.before, b.after,
	b.sync_id, b.map_gen, b.line, b.op, b.result, b.key, b.note)
	WITH ORDINALITY u (prev, seq, before, after, sync_id, map_gen, line,
	op, result, key, note, n);

-- A partition per UTC day, from today to `ahead` days ahead; those that
-- ended `kept` days ago or earlier go.
CREATE FUNCTION crosswalk.decision_maintain(ahead integer, kept integer)
RETURNS void
LANGUAGE plpgsql SET TimeZone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
	day date;
	part text;
BEGIN
	PERFORM pg_advisory_xact_lock(7166186723087739756);
	FOR i IN 0..ahead LOOP
		day := current_date + i;
		part := 'decision_' || to_char(day, 'YYYYMMDD');
		CONTINUE WHEN to_regclass('crosswalk.' || part) IS NOT NULL;
		BEGIN
			EXECUTE format('CREATE TABLE crosswalk.%I PARTITION OF '
				'crosswalk.decision_block FOR VALUES FROM (%L) TO (%L)',
				part, day, day + 1);
		EXCEPTION WHEN check_violation THEN
			NULL; -- that day began in decision_rest and stays there
		END;
	END LOOP;
	FOR part IN
		SELECT c.relname FROM pg_inherits i
		JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'crosswalk.decision_block'::regclass
			AND c.relname ~ '^decision_[0-9]{8}$'
			AND to_date(substr(c.relname, 10), 'YYYYMMDD')
				< current_date - kept
	LOOP
		EXECUTE format('DROP TABLE crosswalk.%I', part);
	END LOOP;
	DELETE FROM crosswalk.decision_rest WHERE at < current_date - kept;
END $$;
