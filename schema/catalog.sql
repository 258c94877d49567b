-- catalog.sql -- the metadata of an Engram store, as one SQLite database, `catalog.sqlite`. Normative.
--
-- A store records how networks change while they learn. One network trained once is a *run*; measuring it gives an
-- *example* for each of its *layers*; an example is a trajectory: every *statistic* at every *epoch*. The numbers lie in
-- segment files (or, while they are few, in `staged`); this database says what the examples are and where they lie.
--
-- Three ideas keep it small and fast, with a million runs and twenty million examples as the measure:
--   1. It has O(runs) rows, never O(examples). The layers of a run come from a *layer set* that thousands of runs share,
--      so example_id = (first_example of the observation) + (ordinal of the layer), and `example` is only a view.
--   2. example_id is dense, 0, 1, 2, … in order of appending. Observations tile the ids 0 ..< N without a gap, and so do
--      extents, so each needs only its first example and its length, and a sorted scan replaces most indexes.
--   3. Examples are only ever added. The store as of commit N is `example_id < example_end` of that commit, with the
--      metadata that it had then: what an edit replaces is kept in `run_before` and `field_before`, and what is hidden
--      has a row in `hidden`. A store without edits has no row in any of them, and reading it looks into none.
--
-- `engram purge` alone removes examples. Ids are never given again: the ranges that are gone stand in `purged`, and
-- observations and extents tile all other ids.
--
-- Each page ends with 8 bytes of SQLite's reserved space: XXH3-64 of the rest of the page, with the page's number as seed,
-- little-endian. A page that was never written is all zeros. SQLite itself does not look at them. In the log they are zeros,
-- and so they are in a page that another program brought from the log into the file: such a page has no checksum.
--
-- Ids are made by the writer. NULL in metadata is a value: a seed of NULL groups with a seed of NULL.
-- Tables are STRICT: a column holds its declared type or NULL and nothing else.
-- Readers must refuse a database of another application_id, and one whose user_version is above what they know. No
-- trigger is part of this schema, and none is run.

PRAGMA application_id = 1162757997;  -- 0x454E476D, the bytes "ENGm"
PRAGMA user_version = 2;             -- the format version; the oldest reader that may open the database knows it

-- The store itself: exactly one row.
CREATE TABLE store (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  identifier TEXT NOT NULL CHECK (length(identifier) = 32),  -- 16 random bytes as lower-case hex, drawn at creation
  created TEXT NOT NULL,                                     -- UTC, 2026-03-01T12:00:00.000Z
  oldest_writer INTEGER NOT NULL                             -- writers that know less than this version open read-only
) STRICT;

-- The commit log: every change of the store has a number, 1, 2, 3, … without a gap.
CREATE TABLE commit_log (
  commit_id INTEGER PRIMARY KEY,
  operation TEXT NOT NULL CHECK (operation <> ''),     -- one word: ingest, append, compact, split, …
  message TEXT NOT NULL,                               -- for a person
  time TEXT NOT NULL,                                  -- UTC
  example_end INTEGER NOT NULL CHECK (example_end >= 0),  -- the id after the last example after it; never falls
  author TEXT NOT NULL,                                -- who: a name of the system's or one that was given
  reason TEXT,                                         -- why, where somebody said so
  last_edit INTEGER NOT NULL CHECK (last_edit >= 0)    -- the last commit up to this one that changed, hid or showed what
                                                       -- was stored; 0 where none did
) STRICT;

-- The fields of `run`, in the order in which tables show them. The first six are in every store; a field of the user's
-- becomes a row here and, in the same transaction, a column of `run` and of both views.
CREATE TABLE field (
  ordinal INTEGER PRIMARY KEY,                         -- 0, 1, 2, …
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,            -- [A-Za-z_][A-Za-z0-9_]{0,62}; SQL compares without case
  type TEXT NOT NULL CHECK (type IN ('integer', 'real', 'text')),
  commit_id INTEGER NOT NULL DEFAULT 0                 -- the commit that added it; 0 for the first six
) STRICT;

INSERT INTO field (ordinal, name, type) VALUES
  (0, 'task', 'text'), (1, 'architecture', 'text'), (2, 'learning_rule', 'text'),
  (3, 'batch_size', 'integer'), (4, 'model_seed', 'integer'), (5, 'dataset_seed', 'integer');

-- One network trained once. The user's fields follow the standard ones as further columns.
-- No index on any field: they hold few different values, and a scan of a million rows takes a fraction of a second.
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,                          -- 1, 2, 3, … in order of adding
  task TEXT,
  architecture TEXT,
  learning_rule TEXT,
  batch_size INTEGER,
  model_seed INTEGER,
  dataset_seed INTEGER
) STRICT;

-- The fields that tell runs apart, in the order in which they were named. No row where all fields do. A run of a later
-- batch with the same values in all of them is the same run; a field `replicate` numbers runs that are equal in them.
CREATE TABLE run_key (
  place INTEGER PRIMARY KEY,                           -- 0, 1, 2, …
  ordinal INTEGER NOT NULL UNIQUE REFERENCES field     -- of the field
) STRICT;

-- What a field was called, and which type it had, before a commit that changed it.
CREATE TABLE field_before (
  commit_id INTEGER NOT NULL REFERENCES commit_log,
  ordinal INTEGER NOT NULL REFERENCES field,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('integer', 'real', 'text')),
  PRIMARY KEY (commit_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What a run had in a field before a commit that changed it. The run as of commit N is its row of `run`, with the values
-- of the earliest commit after N put back.
CREATE TABLE run_before (
  commit_id INTEGER NOT NULL REFERENCES commit_log,
  run_id INTEGER NOT NULL REFERENCES run,
  ordinal INTEGER NOT NULL REFERENCES field,           -- of the field
  value ANY,
  PRIMARY KEY (commit_id, run_id, ordinal)
) STRICT, WITHOUT ROWID;

-- An ordered list of layers, shared by all runs measured at exactly these layers.
CREATE TABLE layer_set (
  layer_set_id INTEGER PRIMARY KEY,
  layer_count INTEGER NOT NULL CHECK (layer_count > 0)
) STRICT;

-- The layers of a layer set. WITHOUT ROWID: the primary key is the table, so the layers of a set lie side by side.
CREATE TABLE layer_set_member (
  layer_set_id INTEGER NOT NULL REFERENCES layer_set,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),       -- 0 ..< layer_count
  layer_name TEXT NOT NULL,
  layer_position TEXT CHECK (layer_position IN ('early', 'middle', 'deep')),  -- NULL where nobody said
  PRIMARY KEY (layer_set_id, ordinal)
) STRICT, WITHOUT ROWID;

-- One measurement of a run. It owns the examples first_example ..< first_example + example_count; example
-- first_example + k is layer k of the layer set. Rows of a run that were not neighbours in the input are several
-- observations of that run. The first example is the primary key, so the table lies in order of example_id.
CREATE TABLE observation (
  first_example INTEGER PRIMARY KEY CHECK (first_example >= 0),
  example_count INTEGER NOT NULL CHECK (example_count > 0),  -- the layer_count of the layer set
  run_id INTEGER NOT NULL REFERENCES run,
  layer_set_id INTEGER NOT NULL REFERENCES layer_set,
  unit_fraction REAL NOT NULL CHECK (unit_fraction > 0 AND unit_fraction <= 1),
  noise_sd REAL NOT NULL CHECK (noise_sd >= 0),
  observation_seed INTEGER                             -- NULL where there was nothing to draw
) STRICT;

-- For the question "which examples are of run 123?", the one selective question asked of this table.
CREATE INDEX observation_by_run ON observation (run_id);

-- Observations that are left out of what is read, from a commit on until one that shows them again.
CREATE TABLE hidden (
  first_example INTEGER NOT NULL REFERENCES observation,
  commit_id INTEGER NOT NULL REFERENCES commit_log,
  shown_commit INTEGER CHECK (shown_commit > commit_id),  -- NULL while they are hidden
  PRIMARY KEY (first_example, commit_id)
) STRICT, WITHOUT ROWID;

-- Ids of examples that were removed for good. No range touches another; no observation and no extent holds any of them.
CREATE TABLE purged (
  first_example INTEGER PRIMARY KEY CHECK (first_example >= 0),
  example_count INTEGER NOT NULL CHECK (example_count > 0)
) STRICT;

-- The checkpoints of an extent, ascending. Shared by extents of equal axes.
CREATE TABLE epoch_axis (
  epoch_axis_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  epoch REAL NOT NULL,
  PRIMARY KEY (epoch_axis_id, ordinal)
) STRICT, WITHOUT ROWID;

-- The statistics of an extent, in the order of its values. Shared by extents of equal axes.
CREATE TABLE statistic_axis (
  statistic_axis_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  statistic TEXT NOT NULL CHECK (statistic <> ''),
  PRIMARY KEY (statistic_axis_id, ordinal),
  UNIQUE (statistic_axis_id, statistic)                -- a name means one statistic
) STRICT, WITHOUT ROWID;

-- Where values lie: examples first_example ..< first_example + example_count are rows 0, 1, 2, … of one place, which is
-- a segment file or a staged batch. Extents tile all examples. Compaction joins neighbours and keeps every id.
CREATE TABLE extent (
  first_example INTEGER PRIMARY KEY CHECK (first_example >= 0),
  example_count INTEGER NOT NULL CHECK (example_count > 0),
  segment TEXT UNIQUE CHECK (length(segment) = 32),    -- the file is segments/<segment>.seg
  segment_bytes INTEGER CHECK (segment_bytes >= 0),    -- the length of that file
  staged_id INTEGER UNIQUE REFERENCES staged,
  epoch_axis_id INTEGER NOT NULL,
  statistic_axis_id INTEGER NOT NULL,
  element_type TEXT NOT NULL CHECK (element_type IN ('float32', 'float64')),
  nonfinite_statistics TEXT NOT NULL,                  -- JSON array of ordinals of statistics with a NaN or infinity here
  values_hash TEXT NOT NULL,                           -- XXH3-128 of the values in canonical order, hex
  CHECK ((segment IS NULL) = (segment_bytes IS NULL)),
  CHECK ((segment IS NULL) <> (staged_id IS NULL))
) STRICT;

-- Values of small appends, until enough have come to make a segment file. A table of its own, so that reading
-- `extent` never walks over them.
CREATE TABLE staged (
  staged_id INTEGER PRIMARY KEY,                       -- the first example of the batch, so no number comes twice
  bytes BLOB NOT NULL                                  -- canonical order [example][epoch][statistic], little-endian
) STRICT;

-- What came in, so that the same content is not taken in twice unawares. Taking it in again on purpose adds a row.
-- A row whose content_hash is `store IDENTIFIER FIRST` remembers a merge: so many examples of the store of that identifier,
-- of which the first is FIRST there (decimal), are these here, one by one. A purge leaves such a row and clears its source, so that
-- what was removed does not come back.
CREATE TABLE ingest (
  content_hash TEXT NOT NULL,
  commit_id INTEGER NOT NULL REFERENCES commit_log,
  source TEXT NOT NULL,                                -- such as the path of the file
  first_example INTEGER NOT NULL,
  example_count INTEGER NOT NULL CHECK (example_count >= 0),
  PRIMARY KEY (content_hash, commit_id)
) STRICT, WITHOUT ROWID;

-- The splits made by one specification from the data of one commit. Never changed once written.
CREATE TABLE split_set (
  split_set_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  kind TEXT NOT NULL,                                  -- balanced, holdout, …
  specification TEXT NOT NULL,                         -- JSON; made again from it and from the commit, it is the same
  commit_id INTEGER NOT NULL REFERENCES commit_log,    -- the commit whose data were split
  sha256 TEXT NOT NULL,                                -- of the index arrays
  split_count INTEGER NOT NULL CHECK (split_count >= 0)
) STRICT;

-- One split: two disjoint sets of examples, encoded by the room that makes splits. Blobs last, so that counts are
-- read without them.
CREATE TABLE split (
  split_set_id INTEGER NOT NULL REFERENCES split_set,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),       -- 0 ..< split_count
  title TEXT NOT NULL,                                 -- the group held out, or ''
  train_count INTEGER NOT NULL CHECK (train_count >= 0),
  test_count INTEGER NOT NULL CHECK (test_count >= 0),
  train BLOB NOT NULL,
  test BLOB NOT NULL,
  PRIMARY KEY (split_set_id, ordinal)
) STRICT;

-- A classification: a classifier trained and tested on every split of a split set by one plan, or the results of one that
-- were brought in from a file. The plan is everything that determines the results, so the same plan is answered from here.
CREATE TABLE classification (
  classification_id INTEGER PRIMARY KEY,               -- 1, 2, 3, …
  plan_hash TEXT NOT NULL UNIQUE CHECK (length(plan_hash) = 32),  -- XXH3-128 of `plan`, or of the file brought in, hex
  origin TEXT NOT NULL CHECK (origin IN ('computed', 'imported')),
  classifier TEXT NOT NULL CHECK (classifier <> ''),   -- random-forest, linear-svm, …
  title TEXT NOT NULL,                                 -- the name of the split set, or of the file
  plan TEXT NOT NULL,                                  -- JSON: commit, split set and its SHA-256, view, statistics, grid, seed, …
  split_count INTEGER NOT NULL CHECK (split_count > 0),
  commit_id INTEGER NOT NULL REFERENCES commit_log     -- the commit that began it
) STRICT;

-- The result of one split. A classification that was stopped has the rows of the splits it finished.
CREATE TABLE classification_split (
  classification_id INTEGER NOT NULL REFERENCES classification,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),       -- the ordinal of the split
  test_accuracy REAL NOT NULL CHECK (test_accuracy >= 0 AND test_accuracy <= 1),
  summary TEXT NOT NULL,                               -- JSON: confusion matrices, chosen parameters, search, notes, …
  predictions BLOB,                                    -- what each test example was taken for; NULL where nobody kept it
  PRIMARY KEY (classification_id, ordinal)
) STRICT;

-- How far the search among the candidates of a grid has come in a split that is not finished.
CREATE TABLE classification_search (
  classification_id INTEGER NOT NULL REFERENCES classification,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  record TEXT NOT NULL,                                -- JSON: the scores so far
  PRIMARY KEY (classification_id, ordinal)
) STRICT;

-- Scalars of a run that are no observables: loss, top-1, …, one value for each metric and epoch. A value is never changed
-- and never removed, so a filter that reads metrics gives the same examples for the same commit: it sees the values of
-- commits up to its own. What was not recorded has no row. NaN, which SQLite cannot store, is a value all the same (the
-- loss of a run that diverged): `value` is NULL, for which every comparison is false as it is for NaN, and `bits` holds
-- its 64 bits. `bits` also keeps the sign of -0.0; else it is NULL. Infinities are what they are.
CREATE TABLE run_metric (
  metric TEXT NOT NULL CHECK (metric <> ''),
  run_id INTEGER NOT NULL REFERENCES run,
  epoch REAL NOT NULL,
  value REAL,
  bits INTEGER,
  commit_id INTEGER NOT NULL REFERENCES commit_log,    -- the commit that added it
  PRIMARY KEY (metric, run_id, epoch),
  CHECK (value IS NOT NULL OR bits IS NOT NULL),
  CHECK (value IS NULL OR bits IS NULL OR (value = 0.0 AND bits = -9223372036854775808))
) STRICT, WITHOUT ROWID;

-- The last value of each metric of each run, for filters such as
-- run_id IN (SELECT run_id FROM run_metric_last WHERE metric = 'top1' AND value >= 0.6)
CREATE VIEW run_metric_last AS SELECT
  metric, run_id, max(epoch) AS epoch, value FROM run_metric GROUP BY metric, run_id;

-- One row per observation: what a filter on runs needs, a million rows where `example` has twenty million.
-- observation_id is the id of its first example. CROSS JOIN is an inner join whose order SQLite keeps, so rows come in
-- order of example without sorting. Both views are made anew, in this form, when a field is added.
CREATE VIEW run_observation AS SELECT
  observation.first_example AS observation_id,
  run.task AS task, run.architecture AS architecture, run.learning_rule AS learning_rule,
  run.batch_size AS batch_size, run.model_seed AS model_seed, run.dataset_seed AS dataset_seed,
  observation.run_id AS run_id, observation.layer_set_id AS layer_set_id,
  observation.unit_fraction AS unit_fraction, observation.noise_sd AS noise_sd,
  observation.observation_seed AS observation_seed, observation.example_count AS example_count
FROM observation CROSS JOIN run ON run.run_id = observation.run_id;

-- One row per example: the view that filters, `engram sql` and tables are about.
CREATE VIEW example AS SELECT
  observation.first_example + layer_set_member.ordinal AS example_id,
  run.task AS task, run.architecture AS architecture, run.learning_rule AS learning_rule,
  run.batch_size AS batch_size, run.model_seed AS model_seed, run.dataset_seed AS dataset_seed,
  layer_set_member.layer_name AS layer_name, layer_set_member.layer_position AS layer_position,
  observation.run_id AS run_id, observation.first_example AS observation_id,
  layer_set_member.ordinal AS layer_ordinal, observation.layer_set_id AS layer_set_id,
  observation.unit_fraction AS unit_fraction, observation.noise_sd AS noise_sd,
  observation.observation_seed AS observation_seed, observation.example_count AS example_count
FROM observation CROSS JOIN run ON run.run_id = observation.run_id
CROSS JOIN layer_set_member ON layer_set_member.layer_set_id = observation.layer_set_id;
