-- Choices that are too many to stand in the compiled form, packed as phones read them.
CREATE TABLE questionnaire_list (
    questionnaire_id TEXT NOT NULL,
    name TEXT NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (questionnaire_id, name)
);
