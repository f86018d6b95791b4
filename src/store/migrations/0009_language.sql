-- The version of the language that a mapping was published in.
ALTER TABLE crosswalk.mapping ADD COLUMN language integer NOT NULL DEFAULT 1;
