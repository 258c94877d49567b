// misuse.c -- calls every kind of function of engram.h wrongly: each must refuse, say why, and leave the program alive.
//
// usage: misuse STORE

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engram.h>

static int failures;

// Says what differs from what was expected.
#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      printf("line %d: %s does not hold\n", __LINE__, #condition);            \
      failures++;                                                             \
    }                                                                         \
  } while (0)

// Takes an error: its status must be the expected one, and it must say something.
static void expect_error(int line, int32_t status, int32_t expected, engram_error **error) {
  if (status != expected || *error == NULL || engram_error_status(*error) != expected || *engram_error_message(*error) == 0 ||
      *engram_error_text(*error) == 0 || *engram_error_code(*error) == 0) {
    printf("line %d: status %d where %d was expected: %s\n", line, status, expected, *error ? engram_error_text(*error) : "no error");
    failures++;
  }
  engram_error_free(*error);
  *error = NULL;
}

#define EXPECT_ERROR(status, call) expect_error(__LINE__, call, status, &error)

static int32_t always(void *context) {
  (void)context;
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  engram_error *error = NULL;
  engram_store *store = NULL;
  engram_snapshot *snapshot = NULL;
  engram_examples *examples = NULL;
  engram_selection *selection = NULL;
  engram_table *table = NULL;
  engram_split_set *set = NULL;
  engram_model *model = NULL;
  engram_meter *meter = NULL;
  engram_recorder *recorder = NULL;

  // NULL where something is needed, and frees of NULL.
  EXPECT_ERROR(ENGRAM_USAGE, engram_store_open(NULL, &store, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_store_open(argv[1], NULL, &error));
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_store_open("/nowhere/at/all", &store, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_store_open("\xff\xfe", &store, &error));
  EXPECT_ERROR(ENGRAM_EXISTS, engram_store_create(argv[1], &store, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_snapshot_open(NULL, 0, &snapshot, &error));
  EXPECT(engram_store_open(NULL, &store, NULL) == ENGRAM_USAGE);
  engram_store_free(NULL);
  engram_snapshot_free(NULL);
  engram_error_free(NULL);
  EXPECT(engram_error_text(NULL) == NULL);
  EXPECT(engram_selection_rows(NULL) == 0);
  EXPECT(engram_selection_column_name(NULL, 3) == NULL);

  EXPECT(engram_store_open(argv[1], &store, &error) == ENGRAM_OK);
  EXPECT(strcmp(engram_store_path(store), argv[1]) == 0);
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_snapshot_open(store, 999, &snapshot, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_snapshot_open(store, -1, &snapshot, &error));
  EXPECT(engram_snapshot_open(store, 0, &snapshot, &error) == ENGRAM_OK);
  int64_t count = engram_snapshot_example_count(snapshot);
  EXPECT(count > 100);

  // A handle of another kind.
  EXPECT_ERROR(ENGRAM_USAGE, engram_snapshot_open((engram_store *)snapshot, 0, &snapshot, &error));
  EXPECT(engram_examples_count((engram_examples *)store) == 0);

  // Filters and ids.
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_where(snapshot, "no_such_field = 1", NULL, &examples, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_where(snapshot, "1); DROP TABLE run; --", NULL, &examples, &error));
  engram_work work = {.size = sizeof work, .is_cancelled = always};
  int64_t wrong[] = {3, -1};
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_of_ids(wrong, 2, &examples, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_of_ids(NULL, 2, &examples, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_of_ids(wrong, -2, &examples, &error));
  EXPECT(engram_examples_where(snapshot, NULL, NULL, &examples, &error) == ENGRAM_OK);
  EXPECT(engram_examples_count(examples) == count);
  int64_t few[2];
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_ids(examples, few, 2, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_examples_ids(examples, NULL, count, &error));

  // Options that do not say their size, are of a later version, or name what is not there.
  engram_selection_options options = {0};
  EXPECT_ERROR(ENGRAM_USAGE, engram_select(snapshot, examples, &options, &selection, &error));
  struct {
    engram_selection_options known;
    int64_t unknown;
  } later = {.known = {.size = sizeof later}, .unknown = 7};
  EXPECT_ERROR(ENGRAM_UNSUPPORTED, engram_select(snapshot, examples, &later.known, &selection, &error));
  later.unknown = 0;
  EXPECT(engram_select(snapshot, examples, &later.known, &selection, &error) == ENGRAM_OK);
  engram_selection_free(selection);
  options = (engram_selection_options){.size = sizeof options, .missing = 17};
  EXPECT_ERROR(ENGRAM_USAGE, engram_select(snapshot, examples, &options, &selection, &error));
  options = (engram_selection_options){.size = sizeof options, .statistics = "no_such_statistic"};
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_select(snapshot, examples, &options, &selection, &error));
  options = (engram_selection_options){.size = sizeof options, .epochs = "0", .view = "epochs:0"};
  EXPECT_ERROR(ENGRAM_USAGE, engram_select(snapshot, examples, &options, &selection, &error));
  options = (engram_selection_options){.size = sizeof options, .epochs = "0,5", .statistics = "weightabs_mean,weightabs_var"};
  EXPECT(engram_select(snapshot, examples, &options, &selection, &error) == ENGRAM_OK);
  EXPECT(engram_selection_columns(selection) == 4 && engram_selection_rows(selection) == count);
  EXPECT(engram_selection_statistic(selection, 2) == NULL && isnan(engram_selection_epoch(selection, -1)));

  // Memory that is too small, not aligned, overlapping, or of another shape.
  size_t bytes = (size_t)count * 4 * sizeof(float);
  float *memory = malloc(2 * bytes + 8);
  engram_matrix matrix = {.size = sizeof matrix, .memory = memory, .byte_count = bytes, .rows = count, .columns = 4};
  engram_matrix other = matrix;
  EXPECT(engram_selection_read(selection, &matrix, NULL, &error) == ENGRAM_OK);
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, NULL, NULL, &error));
  other.byte_count = bytes - 1;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other = matrix;
  other.rows = count - 1;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other.rows = -1;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other.rows = INT64_MAX;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other = matrix;
  other.memory = (char *)memory + 1;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other = matrix;
  other.row_stride = 4;
  other.column_stride = 4;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other.row_stride = INT64_MIN;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other = matrix;
  other.byte_offset = SIZE_MAX;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  other = matrix;
  other.type = 9;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &other, NULL, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read_split(selection, examples, &matrix, examples, &matrix, NULL, &error));
  EXPECT_ERROR(ENGRAM_CANCELLED, engram_selection_read(selection, &matrix, &work, &error));
  work.size = 3;
  EXPECT_ERROR(ENGRAM_USAGE, engram_selection_read(selection, &matrix, &work, &error));

  // Queries, tables, labels.
  EXPECT_ERROR(ENGRAM_USAGE, engram_sql(store, "DELETE FROM run", 0, 0, NULL, &table, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_sql(store, NULL, 0, 0, NULL, &table, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_sql(store, "SELECT 1", 0, -1, NULL, &table, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_sql(store, "SELECT 1", 0, NAN, NULL, &table, &error));
  EXPECT(engram_sql(store, "SELECT 1 AS a, NULL AS b UNION ALL SELECT 'x', 2.5", 0, 0, NULL, &table, &error) == ENGRAM_OK);
  engram_column column = {.size = sizeof column};
  EXPECT(engram_table_column(table, 0, &column, &error) == ENGRAM_OK);
  EXPECT(column.kind == ENGRAM_MIXED && column.integers[0] == 1 && strcmp(column.texts[column.codes[1]], "x") == 0);
  EXPECT(engram_table_column(table, 1, &column, &error) == ENGRAM_OK && column.null_count == 1 && column.reals[1] == 2.5);
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_table_column(table, 2, &column, &error));
  column.size = 0;
  EXPECT_ERROR(ENGRAM_USAGE, engram_table_column(table, 0, &column, &error));
  engram_table_free(table);
  int32_t *codes = malloc((size_t)count * sizeof *codes);
  EXPECT_ERROR(ENGRAM_USAGE, engram_labels(snapshot, examples, "nothing", codes, count, &table, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_labels(snapshot, examples, "learning_rule", codes, count - 1, &table, &error));
  EXPECT(engram_labels(snapshot, examples, "learning_rule", codes, count, &table, &error) == ENGRAM_OK);
  int32_t classes = (int32_t)engram_table_row_count(table);
  EXPECT(classes == 4);
  engram_table_free(table);

  // Split sets.
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_split_set_open(store, "nothing", &set, &error));
  EXPECT_ERROR(ENGRAM_TRUNCATED, engram_split_set_make(store, "bad", "{", 0, NULL, NULL, &set, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_split_set_make(store, "bad", "{\"version\": 1}", 0, NULL, NULL, &set, &error));
  EXPECT(engram_split_set_split_name(NULL, 0) == NULL);

  // Classifiers.
  EXPECT_ERROR(ENGRAM_USAGE, engram_model_fit("tree", NULL, &matrix, NULL, codes, classes, 0, NULL, &model, &error));
  EXPECT_ERROR(
    ENGRAM_USAGE, engram_model_fit("random-forest", "{\"n_estimators\": 0}", &matrix, NULL, codes, classes, 0, NULL, &model, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_model_fit("random-forest", NULL, &matrix, NULL, codes, 1, 0, NULL, &model, &error));
  engram_model_layout layout = {.size = sizeof layout, .statistics = 3, .samples = 2};
  EXPECT_ERROR(ENGRAM_USAGE, engram_model_fit("conv1d", NULL, &matrix, &layout, codes, classes, 0, NULL, &model, &error));
  EXPECT_ERROR(ENGRAM_CORRUPT, engram_model_load("nonsense", 8, &model, &error));
  EXPECT_ERROR(ENGRAM_TRUNCATED, engram_model_load(NULL, 0, &model, &error));

  // Appends, recorders, meters.
  double epochs[] = {0, 1};
  const char *names[] = {"a", "b"};
  float values[8] = {0};
  const char *runs = "[{\"run\": {\"x\": 1}, \"layers\": [\"fc\"]}]";
  EXPECT_ERROR(
    ENGRAM_USAGE, engram_append(argv[1], runs, epochs, 2, names, 2, values, sizeof values, 0, NULL, NULL, NULL, &error));
  EXPECT_ERROR(
    ENGRAM_USAGE, engram_append(argv[1], runs, epochs, 2, names, 2, values, 8, 0, NULL, NULL, NULL, &error));
  EXPECT_ERROR(
    ENGRAM_INVALID_DATA, engram_append(argv[1], "[{}]", epochs, 2, names, 2, values, 16, 0, NULL, NULL, NULL, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_append(argv[1], "[]", epochs, 2, names, 2, values, 0, 0, NULL, NULL, NULL, &error));
  EXPECT_ERROR(ENGRAM_INVALID_DATA, engram_recorder_open(argv[1], "{\"run\": {}}", NULL, &recorder, &error));
  engram_condition condition = {.size = sizeof condition, .unit_fraction = 2};
  EXPECT_ERROR(ENGRAM_USAGE, engram_meter_new(&condition, &meter, &error));
  EXPECT(engram_meter_new(NULL, &meter, &error) == ENGRAM_OK);
  EXPECT_ERROR(ENGRAM_USAGE, engram_meter_add_activations(meter, values, 3, INT64_MAX, 0, NULL, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_meter_add_activations(meter, NULL, 3, 2, 0, NULL, &error));
  EXPECT_ERROR(ENGRAM_USAGE, engram_meter_set_weights(meter, values, 8, 0, 0, NULL, &error));
  double numbers[ENGRAM_STATISTIC_COUNT];
  uint8_t is_measured[ENGRAM_STATISTIC_COUNT];
  EXPECT(engram_meter_read(meter, numbers, is_measured, &error) == ENGRAM_OK && !is_measured[0] && isnan(numbers[0]));
  EXPECT(engram_statistic_name(ENGRAM_STATISTIC_COUNT) == NULL && engram_statistic_name(-1) == NULL);

  // Commands.
  const char *words[] = {"info", "/nowhere/at/all", "--json"};
  engram_text *output = NULL;
  EXPECT_ERROR(ENGRAM_NOT_FOUND, engram_command(3, words, NULL, &output, NULL, &error));
  words[0] = "no-such-verb";
  EXPECT_ERROR(ENGRAM_USAGE, engram_command(3, words, NULL, &output, NULL, &error));
  words[0] = NULL;
  EXPECT_ERROR(ENGRAM_USAGE, engram_command(3, words, NULL, &output, NULL, &error));
  const char *info[] = {"info", argv[1], "--json"};
  EXPECT(engram_command(3, info, NULL, &output, NULL, &error) == ENGRAM_OK && engram_text_size(output) > 100);
  EXPECT(engram_text_bytes(output)[0] == '{');
  engram_text_free(output);

  engram_meter_free(meter);
  free(codes);
  free(memory);
  engram_selection_free(selection);
  engram_examples_free(examples);
  engram_snapshot_free(snapshot);
  engram_store_free(store);
  printf(failures == 0 ? "every misuse was refused\n" : "%d failures\n", failures);
  return failures != 0;
}
