-- The sheet of entities of a questionnaire, as it was written.
ALTER TABLE questionnaire ADD COLUMN entities TEXT NOT NULL DEFAULT '';
