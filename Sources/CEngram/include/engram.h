// engram.h -- the C library of Engram, version 1.
//
//   engram_store *store;
//   engram_error *error = NULL;
//   if (engram_store_open("lr.engram", &store, &error) != ENGRAM_OK) {
//     fprintf(stderr, "%s\n", engram_error_text(error));
//     engram_error_free(error);
//   }
//
// This header is the source of truth: the library is compiled against it, and its list of symbols is made from it.
//
// Rules, for every function:
// - A function that can fail returns ENGRAM_OK or another engram_status. If `error` is not NULL, it gets the error, which the
//   caller frees; on success it is left alone.
// - A handle (engram_store, engram_snapshot, …) belongs to the caller, who frees it by the function of its name. A handle keeps
//   alive what it needs: a selection may outlive its store. A `free` takes NULL.
// - Any thread may use any handle, several threads the same one at a time; a recorder and a meter serve one thread at a time.
// - A pointer that comes out of a handle (a text, the values of a column) is valid until that handle is freed.
// - Texts are UTF-8 and end with a zero byte. A text that may be NULL says so.
// - Memory that is to be filled is the caller's; nothing keeps a pointer to it after the call.
// - A struct of options begins with its size: set `size = sizeof(it)` and the rest to zero. Zero means the default. A program that
//   was compiled against an older header goes on working.
// - No function ends the process on a caller's mistake, prints anything, or changes a signal handler; engram_main does all three,
//   as it is the `engram` command.
// - `fork` may be called at any time; handles work in the child.
#ifndef ENGRAM_H
#define ENGRAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of this header. Functions are added to a version and never changed; a change makes a new version.
#define ENGRAM_ABI_VERSION 1

// The version of the header that the library was built with.
int32_t engram_abi_version(void);
// The version of the library, such as "0.1.0".
const char *engram_library_version(void);

// ---- Errors ----

typedef enum engram_status {
  ENGRAM_OK = 0,
  ENGRAM_USAGE = 1,        // the request itself is wrong
  ENGRAM_NOT_FOUND = 2,    // what was asked for is not there
  ENGRAM_EXISTS = 3,       // something of that name or content is there already
  ENGRAM_TRUNCATED = 4,    // a file ends before its contents do
  ENGRAM_CORRUPT = 5,      // bytes differ from their checksum or break a rule of the format
  ENGRAM_UNSUPPORTED = 6,  // needs something that this version does not read
  ENGRAM_INVALID_DATA = 7, // the input is well formed and does not fit together
  ENGRAM_LIMIT = 8,        // a limit on size, memory or time was reached
  ENGRAM_BUSY = 9,         // somebody else is writing
  ENGRAM_IO = 10,          // the operating system refused to read or write
  ENGRAM_DISK_FULL = 11,
  ENGRAM_CANCELLED = 12,   // is_cancelled said so
  ENGRAM_FAILED = 13       // any other kind, which engram_error_code names
} engram_status;

// What went wrong, where, what was expected, what was found, and how to mend it.
typedef struct engram_error engram_error;

int32_t engram_error_status(const engram_error *error);
// The stable name of the kind, such as "notFound".
const char *engram_error_code(const engram_error *error);
// What went wrong, in one clause.
const char *engram_error_message(const engram_error *error);
// The file or store it happened in, the part of it, what should have been there and what was; NULL where nobody knows.
const char *engram_error_file(const engram_error *error);
const char *engram_error_place(const engram_error *error);
const char *engram_error_expected(const engram_error *error);
const char *engram_error_found(const engram_error *error);
// How to mend it, in the names of this header; NULL where nobody knows.
const char *engram_error_mend(const engram_error *error);
// The same in the names of Python's package.
const char *engram_error_mend_python(const engram_error *error);
// The byte offset in the file; -1 where there is none.
int64_t engram_error_offset(const engram_error *error);
// All of it on one line.
const char *engram_error_text(const engram_error *error);
void engram_error_free(engram_error *error);

// ---- Long work ----

// How far a long operation has come.
typedef struct engram_progress {
  size_t size;
  const char *stage;   // what is being done, such as "decoding"; valid during the call
  int64_t done, total; // of `total`, which is 0 where nobody knows
  const char *unit;    // "bytes", "examples", …; "share" where only done / total says something; valid during the call
} engram_progress;

// How an operation works. NULL, and zeros, mean one thread a core, never cancelled, telling nobody. Nothing here changes a result.
typedef struct engram_work {
  size_t size;
  int32_t threads; // at most so many; 0: one a core
  // Asked now and then by any thread, several at a time; not 0 stops the operation with ENGRAM_CANCELLED. It must take no lock
  // that a thread holds while it forks.
  int32_t (*is_cancelled)(void *context);
  // Told now and then by any thread, several at a time, under the same rule.
  void (*progress)(void *context, const engram_progress *progress);
  void *context;
} engram_work;

// ---- Stores and snapshots ----

typedef struct engram_store engram_store;
// A store as of one commit; it never changes, whatever is written meanwhile.
typedef struct engram_snapshot engram_snapshot;

int32_t engram_store_open(const char *path, engram_store **store, engram_error **error);
// Makes an empty store and opens it. ENGRAM_EXISTS where something is there already.
int32_t engram_store_create(const char *path, engram_store **store, engram_error **error);
const char *engram_store_path(const engram_store *store);
void engram_store_free(engram_store *store);

// `commit` is the number of a commit, or 0 for the newest.
int32_t engram_snapshot_open(
  const engram_store *store, int64_t commit, engram_snapshot **snapshot, engram_error **error);
int64_t engram_snapshot_commit(const engram_snapshot *snapshot);
int64_t engram_snapshot_example_count(const engram_snapshot *snapshot);
void engram_snapshot_free(engram_snapshot *snapshot);

// ---- Sets of examples ----

// A set of example ids, ascending.
typedef struct engram_examples engram_examples;

// The examples that `filter` selects, an SQL expression over the columns of the view `example`; NULL selects all.
int32_t engram_examples_where(
  const engram_snapshot *snapshot, const char *filter, const engram_work *work, engram_examples **examples,
  engram_error **error);
// The set of some ids, in any order; one that comes twice counts once.
int32_t engram_examples_of_ids(const int64_t *ids, int64_t count, engram_examples **examples, engram_error **error);
int64_t engram_examples_count(const engram_examples *examples);
// Writes all ids, ascending; ENGRAM_USAGE where there is no room for them.
int32_t engram_examples_ids(const engram_examples *examples, int64_t *ids, int64_t capacity, engram_error **error);
void engram_examples_free(engram_examples *examples);

// ---- Matrices ----

typedef enum engram_type { ENGRAM_FLOAT32 = 1, ENGRAM_FLOAT64 = 2 } engram_type;

// A matrix in memory of the caller's: one row an example, one column a feature.
typedef struct engram_matrix {
  size_t size;
  void *memory;
  size_t byte_count;  // of the memory
  size_t byte_offset; // where the first element of the first row lies in it
  int64_t rows, columns;
  int64_t row_stride, column_stride; // bytes from one row, one column to the next, which may be negative; both 0: row by row
                                     // without gaps
  int32_t type;                      // an engram_type; 0: ENGRAM_FLOAT32
  int32_t reserved;
} engram_matrix;

// ---- Selections ----

typedef enum engram_missing { ENGRAM_MISSING_REFUSE = 0, ENGRAM_MISSING_DROP = 1, ENGRAM_MISSING_FILL = 2 } engram_missing;
typedef enum engram_order { ENGRAM_BY_STATISTIC = 0, ENGRAM_BY_EPOCH = 1 } engram_order;

typedef struct engram_selection_options {
  size_t size;
  const char *statistics; // "all", "admissible", "weight", "activation", "layerwise", or names with commas; NULL: "admissible"
  const char *epochs;     // such as "0,5,10" or "0:100:25"; NULL: all that the examples share
  const char *view;       // such as "random-start:15x4+zscore+positions"; NULL: whole trajectories
  int32_t missing;        // an engram_missing: what to do with examples that lack what is asked for
  int32_t order;          // an engram_order: all epochs of the first statistic first, or all statistics of the first epoch
} engram_selection_options;

// Examples and the columns to make of them.
typedef struct engram_selection engram_selection;

int32_t engram_select(
  const engram_snapshot *snapshot, const engram_examples *examples, const engram_selection_options *options,
  engram_selection **selection, engram_error **error);
int64_t engram_selection_rows(const engram_selection *selection);
int64_t engram_selection_columns(const engram_selection *selection);
// The examples without those that were dropped. The caller frees them.
int32_t engram_selection_examples(
  const engram_selection *selection, engram_examples **examples, engram_error **error);
int64_t engram_selection_statistic_count(const engram_selection *selection);
const char *engram_selection_statistic(const engram_selection *selection, int64_t index);
// The epochs that are read.
int64_t engram_selection_epoch_count(const engram_selection *selection);
double engram_selection_epoch(const engram_selection *selection, int64_t index);
// The name of a column: "position_early", "weightabs_mean@5", "weightabs_mean@+15", "weightabs_mean@mean".
const char *engram_selection_column_name(const engram_selection *selection, int64_t index);
// Columns of each statistic, and columns with the position of the layer, which come first.
int64_t engram_selection_samples(const engram_selection *selection);
int64_t engram_selection_positions(const engram_selection *selection);
// The type that holds every value of it: ENGRAM_FLOAT64 where any was recorded as such.
int32_t engram_selection_type(const engram_selection *selection);
// What of the examples asked for is left out, and what of the filter that selected them is likely a mistake, a sentence each.
int64_t engram_selection_remark_count(const engram_selection *selection);
const char *engram_selection_remark(const engram_selection *selection, int64_t index);
// Fills a matrix of engram_selection_rows x engram_selection_columns. A z-score is over these rows.
int32_t engram_selection_read(
  const engram_selection *selection, const engram_matrix *matrix, const engram_work *work, engram_error **error);
// Fills two matrices with two sides of a split; what both need is decoded once, and a z-score is that of `train`.
int32_t engram_selection_read_split(
  const engram_selection *selection, const engram_examples *train, const engram_matrix *train_matrix,
  const engram_examples *test, const engram_matrix *test_matrix, const engram_work *work, engram_error **error);
void engram_selection_free(engram_selection *selection);

// ---- Tables ----

typedef enum engram_kind { ENGRAM_NULL = 0, ENGRAM_INTEGER = 1, ENGRAM_REAL = 2, ENGRAM_TEXT = 3, ENGRAM_MIXED = 4 } engram_kind;

// Rows of metadata, of a query, or the classes of labels, column by column.
typedef struct engram_table engram_table;

// A column, whose values lie in the table. The kind of each value stands in `kinds`; of the three arrays only those are there that
// have a value.
typedef struct engram_column {
  size_t size;
  const char *name;
  int64_t row_count, null_count;
  int32_t kind;            // the kind of all values but nulls; ENGRAM_MIXED where they differ, ENGRAM_NULL where there is none
  int32_t text_count;      // how many different texts there are
  const uint8_t *kinds;    // an engram_kind a row
  const int64_t *integers; // a number a row, 0 where the row has another kind; NULL where no row has an integer
  const double *reals;
  const int32_t *codes;      // the place of the text in `texts`, -1 where the row has another kind
  const char *const *texts;  // the different texts, in order of appearance
} engram_column;

int64_t engram_table_row_count(const engram_table *table);
int32_t engram_table_column_count(const engram_table *table);
// Fills what is known of a column; set `column->size` first.
int32_t engram_table_column(const engram_table *table, int32_t index, engram_column *column, engram_error **error);
void engram_table_free(engram_table *table);

// Asks the catalog and the trajectories: one SELECT of SQLite over the tables and views of schema/catalog.sql, `trajectory` and
// `trajectory_wide`; nothing else is allowed.
// `commit` is what runs and examples are seen as of, or 0 for the newest. `seconds` is how long it may run, 0 for a minute.
int32_t engram_sql(
  const engram_store *store, const char *sql, int64_t commit, double seconds, const engram_work *work,
  engram_table **table, engram_error **error);
// This library is an extension of SQLite, too: `.load libengram` in its shell, `load_extension` elsewhere, call this function. Then
//   SELECT engram_open('lr.engram');
// makes the tables `run`, `example`, `trajectory` and `trajectory_wide` of a store, as temporary ones that can be read and nothing else.
// `connection` is a `sqlite3 *`, `message` is left alone, `routines` is a `const sqlite3_api_routines *`. SQLite 3.22 or later.
int sqlite3_engram_init(void *connection, char **message, const void *routines);
// Columns of the view `example`, a row for each example, ascending; names with commas, NULL for all.
int32_t engram_metadata(
  const engram_snapshot *snapshot, const engram_examples *examples, const char *columns, engram_table **table,
  engram_error **error);
// The class of each example, ascending by id: its place among `classes`, a table of one column, ascending.
int32_t engram_labels(
  const engram_snapshot *snapshot, const engram_examples *examples, const char *column, int32_t *codes,
  int64_t capacity, engram_table **classes, engram_error **error);

// ---- Split sets ----

// The splits of one specification, stored under a name; it never changes.
typedef struct engram_split_set engram_split_set;
typedef enum engram_side { ENGRAM_TRAIN = 0, ENGRAM_TEST = 1 } engram_side;

// How an operation writes. NULL, and zeros, mean the defaults.
typedef struct engram_write_options {
  size_t size;
  double wait_seconds; // how long to wait for another writer; 0: 30 seconds, below 0: not at all
  const char *author;  // for the log; NULL: the user of the process
  const char *reason;  // for the log; may be NULL
} engram_write_options;

int32_t engram_split_set_open(
  const engram_store *store, const char *name, engram_split_set **set, engram_error **error);
// Makes the splits of a specification, JSON by schema/split-specification.schema.json, and stores them, in one commit.
// `commit` is the commit whose data are split, 0 for the newest.
int32_t engram_split_set_make(
  const engram_store *store, const char *name, const char *specification, int64_t commit,
  const engram_write_options *options, const engram_work *work, engram_split_set **set, engram_error **error);
int64_t engram_split_set_count(const engram_split_set *set);
// The commit whose data were split.
int64_t engram_split_set_commit(const engram_split_set *set);
const char *engram_split_set_name(const engram_split_set *set);
// The specification as JSON, and the SHA-256 of all index arrays.
const char *engram_split_set_specification(const engram_split_set *set);
const char *engram_split_set_sha256(const engram_split_set *set);
// The column whose values are the classes.
const char *engram_split_set_label(const engram_split_set *set);
// The name of one split, such as "architecture=alexnet", or NULL where there is no such split.
const char *engram_split_set_split_name(const engram_split_set *set, int64_t index);
int32_t engram_split_set_examples(
  const engram_split_set *set, int64_t index, int32_t side, engram_examples **examples, engram_error **error);
void engram_split_set_free(engram_split_set *set);

// ---- Writing ----

// A text with its length, such as a JSON document.
typedef struct engram_text engram_text;
const char *engram_text_bytes(const engram_text *text);
size_t engram_text_size(const engram_text *text); // without the zero byte at the end
void engram_text_free(engram_text *text);

// Adds runs in one commit, and makes the store where there is none.
//
// `runs` is JSON: [{"run": {"task": "cifar10", …}, "layers": ["conv1", {"name": "fc4", "position": "deep"}],
// "unit_fraction": 1, "noise_sd": 0, "observation_seed": null}, …]; only "run" and "layers" are needed. `values` are all numbers
// [run][layer][epoch][statistic], `byte_count` bytes of `type`. Each is a run of its own; one that equals another in what the store
// declares to tell runs apart is refused. `report` may be NULL; it gets {"commit", "first_example",
// "examples", "runs", "bytes"}.
int32_t engram_append(
  const char *path, const char *runs, const double *epochs, int64_t epoch_count, const char *const *statistics,
  int64_t statistic_count, const void *values, size_t byte_count, int32_t type, const engram_write_options *options,
  const engram_work *work, engram_text **report, engram_error **error);

// A run that grows, checkpoint by checkpoint.
typedef struct engram_recorder engram_recorder;

// Begins a run, or resumes the one of the same metadata that was cut short; makes the store where there is none. A child of fork
// begins its own: what it inherits is refused.
// `run` is JSON: {"run": {…}, "layers": […], "statistics": […], "type": "float32"}, as `engram record` takes it.
int32_t engram_recorder_open(
  const char *path, const char *run, const engram_write_options *options, engram_recorder **recorder,
  engram_error **error);
// Whether an earlier process had begun the run; the epochs that are recorded, ascending.
int32_t engram_recorder_is_resumed(const engram_recorder *recorder);
int64_t engram_recorder_epoch_count(const engram_recorder *recorder);
int32_t engram_recorder_epochs(
  const engram_recorder *recorder, double *epochs, int64_t capacity, engram_error **error);
// Adds a checkpoint: [layer][statistic] of the type of the run, and scalars as JSON ({"loss": 0.3}, or NULL). It survives a kill
// when this returns, and a loss of power where `is_durable` is not 0. `is_new`, which may be NULL, gets 0 for an equal checkpoint
// that was there already.
int32_t engram_recorder_record(
  engram_recorder *recorder, double epoch, const void *values, size_t byte_count, const char *metrics,
  int32_t is_durable, int32_t *is_new, engram_error **error);
// Makes the run part of the store, in one commit. `report` as for engram_append, may be NULL.
int32_t engram_recorder_finish(engram_recorder *recorder, engram_text **report, engram_error **error);
// Without a finish the run can be resumed.
void engram_recorder_free(engram_recorder *recorder);

// ---- Observables ----

// Measures the 45 statistics of one layer at one checkpoint from its numbers.
typedef struct engram_meter engram_meter;

// A condition of measurement: some of the units, and noise on every value. Zeros are the perfect one.
typedef struct engram_condition {
  size_t size;
  int64_t unit_count;   // so many units, drawn at random; 0: see the next
  double unit_fraction; // this part of them; 0: all
  double noise_sd;
  uint32_t seed;
  uint32_t reserved;
} engram_condition;

#define ENGRAM_STATISTIC_COUNT 45
// The published name of a statistic, 0 ..< ENGRAM_STATISTIC_COUNT, or NULL.
const char *engram_statistic_name(int32_t index);

int32_t engram_meter_new(const engram_condition *condition, engram_meter **meter, engram_error **error);
// Activations of some stimuli, stimuli x units, row by row.
int32_t engram_meter_add_activations(
  engram_meter *meter, const void *values, int64_t stimuli, int64_t units, int32_t type, const engram_work *work,
  engram_error **error);
// The weights of the layer, with `rows` along the first axis of the kernel. A count of units is their share of the units of
// activations that came before, and without these it is one of weights.
int32_t engram_meter_set_weights(
  engram_meter *meter, const void *values, int64_t count, int64_t rows, int32_t type, const engram_work *work,
  engram_error **error);
// The activity change of some stimuli, one number each (paper Section 3.2).
int32_t engram_meter_add_activity_changes(
  engram_meter *meter, const void *values, int64_t count, int32_t type, engram_error **error);
// Writes the statistics in the order of engram_statistic_name; what was not given is NaN and 0 in `is_measured`, which may be NULL.
int32_t engram_meter_read(const engram_meter *meter, double *values, uint8_t *is_measured, engram_error **error);
void engram_meter_free(engram_meter *meter);

// ---- Classifiers of matrices ----

// What a classifier has learned.
typedef struct engram_model engram_model;

// What the columns are: positions first, then the samples of each statistic. Zeros mean one sample of each column.
typedef struct engram_model_layout {
  size_t size;
  int64_t positions, statistics, samples;
} engram_model_layout;

// Learns from all rows of a matrix that lies row by row or column by column, without gaps.
//
// `kind` is "random-forest", "linear-svm" or "conv1d"; `parameters` is JSON by the names of schema/classifier-grid.schema.json, NULL
// for the defaults. `codes` has the class of each row, 0 ..< class_count.
int32_t engram_model_fit(
  const char *kind, const char *parameters, const engram_matrix *features, const engram_model_layout *layout,
  const int32_t *codes, int32_t class_count, uint64_t seed, const engram_work *work, engram_model **model,
  engram_error **error);
const char *engram_model_kind(const engram_model *model);
int32_t engram_model_class_count(const engram_model *model);
int64_t engram_model_column_count(const engram_model *model);
// What was learned, in a few numbers and words, as JSON.
const char *engram_model_summary(const engram_model *model);
// Writes the probability of each class of each row, row by row; `capacity` counts numbers.
int32_t engram_model_probabilities(
  const engram_model *model, const engram_matrix *features, float *probabilities, int64_t capacity,
  const engram_work *work, engram_error **error);
// Writes the class of each row.
int32_t engram_model_predict(
  const engram_model *model, const engram_matrix *features, int32_t *codes, int64_t capacity, const engram_work *work,
  engram_error **error);
// Writes the decision value of each class of each row; of linear SVMs only.
int32_t engram_model_decisions(
  const engram_model *model, const engram_matrix *features, double *values, int64_t capacity, const engram_work *work,
  engram_error **error);
// How many numbers the model has of a name, and the numbers: "importances" and "importance_errors" of a forest, a number a column;
// "weights" (classes x columns), "intercepts", "means" and "scales" of a linear SVM. ENGRAM_NOT_FOUND for another name.
int32_t engram_model_number_count(const engram_model *model, const char *name, int64_t *count, engram_error **error);
int32_t engram_model_numbers(
  const engram_model *model, const char *name, double *numbers, int64_t capacity, engram_error **error);
// The bytes of a model file, and the model in them.
int32_t engram_model_save(const engram_model *model, engram_text **file, engram_error **error);
int32_t engram_model_load(const void *bytes, size_t byte_count, engram_model **model, engram_error **error);
void engram_model_free(engram_model *model);

// ---- Everything else that the command does ----

// Runs one command of `engram` inside this process: {"classify", "lr.engram", "--split", "fig2a", "--model", "random-forest", "--json"}.
// `output` gets what it writes to standard output, `notes` what it says on standard error; either may be NULL. docs/public-api.md says
// which commands and keys of JSON can be relied on.
int32_t engram_command(
  int32_t word_count, const char *const *words, const engram_work *work, engram_text **output, engram_text **notes,
  engram_error **error);
// Is the `engram` command: reads standard input, writes standard output and standard error, handles signals. `words` begin behind
// the name of the program. Returns the exit code.
int32_t engram_main(int32_t word_count, const char *const *words);

// ---- Arrow ----

// The Arrow C stream interface, as arrow.apache.org/docs/format/CStreamInterface.html defines it; whoever imports the stream
// releases it.
struct ArrowArrayStream;

typedef enum engram_arrow_layout {
  ENGRAM_ARROW_LIST = 0, // a row an example; of each statistic a fixed-size list of its samples
  ENGRAM_ARROW_WIDE = 1, // a row an example; a column `statistic@epoch` each
  ENGRAM_ARROW_LONG = 2  // a row a value: example_id, statistic, epoch, value
} engram_arrow_layout;

// A selection as a stream of record batches of neighbouring examples, decoded as they are asked for: example_id, then `fields` of
// the view `example` (names with commas, "" for none, NULL for all fields of runs and layers), then values as recorded.
int32_t engram_selection_arrow(
  const engram_selection *selection, int32_t layout, const char *fields, const engram_work *work,
  struct ArrowArrayStream *stream, engram_error **error);
// A table as a stream of one batch; texts are dictionaries.
int32_t engram_table_arrow(const engram_table *table, struct ArrowArrayStream *stream, engram_error **error);

#ifdef __cplusplus
}
#endif

#endif // ENGRAM_H
