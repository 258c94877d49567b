// classify.c -- reads both sides of a split into memory of its own, and trains a forest on them.
//
//   cc classify.c $(pkg-config --cflags --libs engram) -o classify
//   ./classify lr.engram fig2a
//
// The split set is made where the store has none of that name.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engram.h>

// Says what went wrong and ends the program.
static void stop(engram_error *error) {
  fprintf(stderr, "error (%s): %s\n", engram_error_code(error), engram_error_text(error));
  engram_error_free(error);
  exit(1);
}

// Stops unless the status is that of success.
static void check(int32_t status, engram_error *error) {
  if (status != ENGRAM_OK) stop(error);
}

// The split set of a name, which is made where there is none.
static engram_split_set *open_splits(const engram_store *store, const char *name) {
  engram_split_set *set = NULL;
  engram_error *error = NULL;
  int32_t status = engram_split_set_open(store, name, &set, &error);
  if (status == ENGRAM_NOT_FOUND) {
    engram_error_free(error);
    error = NULL;
    const char *specification =
      "{\"version\": 1, \"kind\": \"balanced\", \"label\": \"learning_rule\", \"repeats\": 2, \"seed\": 0, "
      "\"test_fraction\": 0.25}";
    status = engram_split_set_make(store, name, specification, 0, NULL, NULL, &set, &error);
  }
  check(status, error);
  return set;
}

// Room for a matrix of float32.
static engram_matrix room(int64_t rows, int64_t columns) {
  engram_matrix matrix;
  memset(&matrix, 0, sizeof matrix);
  matrix.size = sizeof matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.type = ENGRAM_FLOAT32;
  matrix.byte_count = (size_t)(rows * columns) * sizeof(float);
  matrix.memory = malloc(matrix.byte_count);
  if (matrix.memory == NULL) {
    fprintf(stderr, "there is no memory\n");
    exit(1);
  }
  return matrix;
}

// The classes of some examples, and how many there are.
static int32_t *labels(
  const engram_snapshot *snapshot, const engram_examples *examples, const char *column, int32_t *class_count) {
  int64_t count = engram_examples_count(examples);
  int32_t *codes = malloc((size_t)count * sizeof *codes);
  engram_table *classes = NULL;
  engram_error *error = NULL;
  check(engram_labels(snapshot, examples, column, codes, count, &classes, &error), error);
  *class_count = (int32_t)engram_table_row_count(classes);
  engram_table_free(classes);
  return codes;
}

static void told(void *context, const engram_progress *progress) {
  (void)context, (void)progress; // a program shows a bar here
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: classify STORE SPLITS\n");
    return 2;
  }
  engram_error *error = NULL;
  engram_store *store = NULL;
  check(engram_store_open(argv[1], &store, &error), error);
  engram_split_set *set = open_splits(store, argv[2]);
  engram_snapshot *snapshot = NULL;
  check(engram_snapshot_open(store, engram_split_set_commit(set), &snapshot, &error), error);

  // The columns: what is finite in every example of either side.
  engram_examples *train = NULL, *test = NULL, *all = NULL;
  check(engram_split_set_examples(set, 0, ENGRAM_TRAIN, &train, &error), error);
  check(engram_split_set_examples(set, 0, ENGRAM_TEST, &test, &error), error);
  check(engram_examples_where(snapshot, NULL, NULL, &all, &error), error);
  engram_selection_options options = {.size = sizeof options, .statistics = "admissible", .epochs = "0:100:25"};
  engram_selection *selection = NULL;
  check(engram_select(snapshot, all, &options, &selection, &error), error);

  int64_t columns = engram_selection_columns(selection);
  engram_matrix train_matrix = room(engram_examples_count(train), columns);
  engram_matrix test_matrix = room(engram_examples_count(test), columns);
  engram_work work = {.size = sizeof work, .progress = told};
  check(engram_selection_read_split(selection, train, &train_matrix, test, &test_matrix, &work, &error), error);
  printf(
    "%s: %lld train and %lld test examples x %lld columns\n", engram_split_set_split_name(set, 0),
    (long long)train_matrix.rows, (long long)test_matrix.rows, (long long)columns);

  int32_t class_count = 0, test_class_count = 0;
  int32_t *y_train = labels(snapshot, train, engram_split_set_label(set), &class_count);
  int32_t *y_test = labels(snapshot, test, engram_split_set_label(set), &test_class_count);
  engram_model *forest = NULL;
  check(
    engram_model_fit(
      "random-forest", "{\"n_estimators\": 20}", &train_matrix, NULL, y_train, class_count, 0, &work, &forest, &error),
    error);
  int32_t *predicted = malloc((size_t)test_matrix.rows * sizeof *predicted);
  check(engram_model_predict(forest, &test_matrix, predicted, test_matrix.rows, &work, &error), error);
  int64_t correct = 0;
  for (int64_t row = 0; row < test_matrix.rows; row++) correct += predicted[row] == y_test[row];
  printf("accuracy above chance: %s\n", correct * class_count > 2 * test_matrix.rows ? "yes" : "no");

  free(predicted);
  free(y_train);
  free(y_test);
  free(train_matrix.memory);
  free(test_matrix.memory);
  engram_model_free(forest);
  engram_selection_free(selection);
  engram_examples_free(all);
  engram_examples_free(train);
  engram_examples_free(test);
  engram_snapshot_free(snapshot);
  engram_split_set_free(set);
  engram_store_free(store);
  return 0;
}
