-- What a connection spent of a budget, slot by slot, in milliseconds since
-- 1970; what is about to be spent is in it as well.
CREATE TABLE crosswalk.budget (
	connection_id integer NOT NULL REFERENCES crosswalk.connection,
	name text NOT NULL,
	at bigint[] NOT NULL,
	spent bigint[] NOT NULL,
	until bigint NOT NULL,
	PRIMARY KEY (connection_id, name)
);
