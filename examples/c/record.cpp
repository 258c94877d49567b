// record.cpp -- records a run checkpoint by checkpoint, then asks the store about it, in C++.
//
//   c++ -std=c++17 record.cpp $(pkg-config --cflags --libs engram) -o record
//   ./record mine.engram

#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <engram.h>
#include <engram_arrow.h>

namespace {

// Handles that free themselves.
template <typename T, void (*release)(T *)>
struct Deleter {
  void operator()(T *handle) const { release(handle); }
};
template <typename T, void (*release)(T *)>
using Handle = std::unique_ptr<T, Deleter<T, release>>;
using Store = Handle<engram_store, engram_store_free>;
using Snapshot = Handle<engram_snapshot, engram_snapshot_free>;
using Examples = Handle<engram_examples, engram_examples_free>;
using Selection = Handle<engram_selection, engram_selection_free>;
using Table = Handle<engram_table, engram_table_free>;
using Recorder = Handle<engram_recorder, engram_recorder_free>;
using Text = Handle<engram_text, engram_text_free>;

// Throws what the library says.
template <typename Call>
void call(Call body) {
  engram_error *error = nullptr;
  if (body(&error) == ENGRAM_OK) return;
  std::string text = engram_error_text(error);
  engram_error_free(error);
  throw std::runtime_error(text);
}

// What a function puts into its place, as a handle that frees itself.
template <typename Owner, typename Call>
Owner made(Call body) {
  typename Owner::pointer handle = nullptr;
  call([&](engram_error **error) { return body(&handle, error); });
  return Owner(handle);
}

void record(const char *path) {
  const char *run =
    R"({"run": {"task": "toy", "learning_rule": "sgdm", "model_seed": 3},
        "layers": [{"name": "conv1", "position": "early"}, {"name": "fc", "position": "deep"}],
        "statistics": ["weightabs_mean", "weightabs_var"], "type": "float64"})";
  Recorder recorder = made<Recorder>([&](engram_recorder **handle, engram_error **error) {
    return engram_recorder_open(path, run, nullptr, handle, error);
  });
  for (int epoch = 0; epoch <= 10; epoch += 5) {
    std::vector<double> values{0.5 + epoch, 0.25, 1.5 + epoch, 0.125}; // [layer][statistic]
    std::string metrics = R"({"loss": )" + std::to_string(1.0 / (1 + epoch)) + "}";
    call([&](engram_error **error) {
      return engram_recorder_record(
        recorder.get(), epoch, values.data(), values.size() * sizeof(double), metrics.c_str(), 1, nullptr, error);
    });
  }
  Text report = made<Text>([&](engram_text **text, engram_error **error) {
    return engram_recorder_finish(recorder.get(), text, error);
  });
  std::cout << engram_text_bytes(report.get()) << "\n";
}

void query(const Store &store) {
  Table table = made<Table>([&](engram_table **handle, engram_error **error) {
    return engram_sql(
      store.get(), "SELECT layer_name, learning_rule, model_seed FROM example ORDER BY 1", 0, 0, nullptr, handle, error);
  });
  engram_column name{}, seed{};
  name.size = seed.size = sizeof(engram_column);
  call([&](engram_error **error) { return engram_table_column(table.get(), 0, &name, error); });
  call([&](engram_error **error) { return engram_table_column(table.get(), 2, &seed, error); });
  for (int64_t row = 0; row < engram_table_row_count(table.get()); row++)
    std::cout << name.texts[name.codes[row]] << " " << seed.integers[row] << "\n";
}

void read(const Store &store) {
  Snapshot snapshot = made<Snapshot>([&](engram_snapshot **handle, engram_error **error) {
    return engram_snapshot_open(store.get(), 0, handle, error);
  });
  Examples examples = made<Examples>([&](engram_examples **handle, engram_error **error) {
    return engram_examples_where(snapshot.get(), "layer_position = 'deep'", nullptr, handle, error);
  });
  Selection selection = made<Selection>([&](engram_selection **handle, engram_error **error) {
    return engram_select(snapshot.get(), examples.get(), nullptr, handle, error);
  });
  // Every other element of a larger array, from the end: any strides will do.
  int64_t columns = engram_selection_columns(selection.get());
  std::vector<double> memory(static_cast<size_t>(2 * columns), -1);
  engram_matrix matrix{};
  matrix.size = sizeof matrix;
  matrix.memory = memory.data();
  matrix.byte_count = memory.size() * sizeof(double);
  matrix.byte_offset = matrix.byte_count - sizeof(double);
  matrix.rows = engram_selection_rows(selection.get());
  matrix.columns = columns;
  matrix.row_stride = -static_cast<int64_t>(matrix.byte_count);
  matrix.column_stride = -2 * static_cast<int64_t>(sizeof(double));
  matrix.type = ENGRAM_FLOAT64;
  call([&](engram_error **error) { return engram_selection_read(selection.get(), &matrix, nullptr, error); });
  for (int64_t column = 0; column < columns; column++)
    std::cout << engram_selection_column_name(selection.get(), column) << " "
              << memory[memory.size() - 1 - 2 * static_cast<size_t>(column)] << "\n";

  ArrowArrayStream stream{};
  call([&](engram_error **error) {
    return engram_selection_arrow(selection.get(), ENGRAM_ARROW_LIST, "layer_name", nullptr, &stream, error);
  });
  int64_t rows = 0;
  for (;;) {
    ArrowArray batch{};
    if (stream.get_next(&stream, &batch) != 0) throw std::runtime_error(stream.get_last_error(&stream));
    if (batch.release == nullptr) break;
    rows += batch.length;
    batch.release(&batch);
  }
  stream.release(&stream);
  std::cout << rows << " row of Arrow\n";
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: record STORE\n";
    return 2;
  }
  try {
    record(argv[1]);
    Store store = made<Store>([&](engram_store **handle, engram_error **error) {
      return engram_store_open(argv[1], handle, error);
    });
    query(store);
    read(store);
    // A mistake is an error with every part, never a crash.
    engram_table *table = nullptr;
    engram_error *error = nullptr;
    if (engram_sql(store.get(), "DROP TABLE run", 0, 0, nullptr, &table, &error) != ENGRAM_OK)
      std::cout << "refused: " << engram_error_code(error) << "\n";
    engram_error_free(error);
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
