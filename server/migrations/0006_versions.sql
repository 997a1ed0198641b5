-- A round may move to a later version of its questionnaire; cases stay on theirs until somebody moves them.
-- The versions that were in use before, the oldest first, with blanks between.
ALTER TABLE round ADD COLUMN earlier TEXT NOT NULL DEFAULT '';
