-- The line of the case of classify by which all of the attempts were made; 0:
-- of several, or of one that has no end.
ALTER TABLE crosswalk.intent ADD COLUMN tried integer NOT NULL DEFAULT 0;
