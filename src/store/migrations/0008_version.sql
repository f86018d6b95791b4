-- The version of the remote record as it was last told: an ETag, a time.
ALTER TABLE crosswalk.link ADD COLUMN version text COLLATE "C";
