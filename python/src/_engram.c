// _engram.c -- the C library of Engram for Python: handles as capsules, arrays as buffers, errors as exceptions.
//
// One source for every Python from 3.11 on (limited API). It knows neither NumPy nor what the package does with it; the typed package
// above it is what users see.
//
// Long calls run on a thread of their own while the calling thread waits without the interpreter's lock. Every 20 ms it takes the lock
// to look for Ctrl-C and to tell progress. So nothing inside the library ever waits for the interpreter's lock, which os.fork holds.

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engram.h"
#include "engram_arrow.h"

// ---- Errors ----

static PyObject *make_error; // the function of the package that makes an exception of the parts of an error

static PyObject *text_or_none(const char *text) {
  if (text == NULL) Py_RETURN_NONE;
  return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

// Raises what the library says, frees it, and returns NULL.
static PyObject *raise(engram_error *error) {
  if (make_error == NULL || error == NULL) {
    PyErr_SetString(PyExc_RuntimeError, error == NULL ? "the library failed" : engram_error_text(error));
    engram_error_free(error);
    return NULL;
  }
  PyObject *arguments = Py_BuildValue(
    "(NNNNNLNN)", text_or_none(engram_error_code(error)), text_or_none(engram_error_message(error)),
    text_or_none(engram_error_file(error)), text_or_none(engram_error_place(error)),
    text_or_none(engram_error_mend_python(error)), (long long)engram_error_offset(error),
    text_or_none(engram_error_expected(error)), text_or_none(engram_error_found(error)));
  engram_error_free(error);
  PyObject *exception = arguments == NULL ? NULL : PyObject_CallObject(make_error, arguments);
  Py_XDECREF(arguments);
  if (exception != NULL) {
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
  }
  return NULL;
}

// Raises what is wrong with a request, as an error of the package.
static void refuse(const char *format, ...) {
  va_list list;
  va_start(list, format);
  PyObject *message = PyUnicode_FromFormatV(format, list);
  va_end(list);
  if (message == NULL) return;
  PyObject *exception = make_error == NULL ? NULL
    : PyObject_CallFunction(make_error, "sOOOOiOO", "usage", message, Py_None, Py_None, Py_None, -1, Py_None, Py_None);
  if (exception != NULL) {
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
  } else if (!PyErr_Occurred()) {
    PyErr_SetObject(PyExc_ValueError, message);
  }
  Py_DECREF(message);
}

static PyObject *set_error_factory(PyObject *module, PyObject *function) {
  (void)module;
  PyObject *old = make_error;
  make_error = Py_NewRef(function);
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

// ---- Handles ----

#define HANDLE(kind)                                                                                                 \
  static void kind##_destroy(PyObject *capsule) { engram_##kind##_free(PyCapsule_GetPointer(capsule, "engram." #kind)); } \
  static PyObject *kind##_capsule(void *handle) {                                                                    \
    PyObject *capsule = PyCapsule_New(handle, "engram." #kind, kind##_destroy);                                      \
    if (capsule == NULL) engram_##kind##_free(handle);                                                               \
    return capsule;                                                                                                  \
  }                                                                                                                  \
  static int kind##_of(PyObject *object, void *handle) {                                                             \
    if (object == Py_None) {                                                                                         \
      refuse("the store was closed, or the run has ended");                               \
      return 0;                                                                                                      \
    }                                                                                                                \
    void *pointer = PyCapsule_GetPointer(object, "engram." #kind);                                                   \
    *(void **)handle = pointer;                                                                                      \
    return pointer != NULL;                                                                                          \
  }

HANDLE(store)
HANDLE(snapshot)
HANDLE(examples)
HANDLE(selection)
HANDLE(table)
HANDLE(split_set)
HANDLE(recorder)
HANDLE(meter)
HANDLE(model)

// ---- Long calls ----

// How often a waiting thread looks for signals and tells progress.
#define POLL_NANOSECONDS 20000000L

typedef struct call {
  void (*body)(struct call *);
  // What goes in.
  const void *a, *b, *c;
  const char *text, *text2, *text3;
  const char *const *words;
  int64_t number, number2;
  double real;
  const void *data;
  size_t byte_count;
  engram_matrix matrix, matrix2;
  const void *options, *layout;
  // What comes out.
  int32_t status;
  engram_error *error;
  void *result, *result2;
  void *out;
  // How it works.
  engram_work work;
  PyObject *tell; // a function of (stage, done, total, unit), or NULL
  atomic_int cancelled;
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int is_done, has_news;
  char stage[64], unit[32];
  int64_t done, total;
} call;

static int32_t is_cancelled(void *context) { return atomic_load_explicit(&((call *)context)->cancelled, memory_order_relaxed); }

static void progress(void *context, const engram_progress *progress) {
  call *one = context;
  pthread_mutex_lock(&one->lock);
  strncpy(one->stage, progress->stage, sizeof one->stage - 1);
  strncpy(one->unit, progress->unit, sizeof one->unit - 1);
  one->done = progress->done;
  one->total = progress->total;
  one->has_news = 1;
  pthread_mutex_unlock(&one->lock);
}

static void *run(void *argument) {
  call *one = argument;
  one->body(one);
  pthread_mutex_lock(&one->lock);
  one->is_done = 1;
  pthread_cond_signal(&one->ended);
  pthread_mutex_unlock(&one->lock);
  return NULL;
}

// Looks for signals and tells progress, with the interpreter's lock. Returns whether an exception is set.
static int look(call *one) {
  if (PyErr_CheckSignals() != 0) return 1;
  pthread_mutex_lock(&one->lock);
  int has_news = one->has_news;
  char stage[sizeof one->stage], unit[sizeof one->unit];
  memcpy(stage, one->stage, sizeof stage);
  memcpy(unit, one->unit, sizeof unit);
  long long done = one->done, total = one->total;
  one->has_news = 0;
  pthread_mutex_unlock(&one->lock);
  if (one->tell == NULL || !has_news) return 0;
  PyObject *result = PyObject_CallFunction(one->tell, "sLLs", stage, done, total, unit);
  Py_XDECREF(result);
  return result == NULL;
}

// The end of a wait of 20 ms that begins now.
static struct timespec soon(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += POLL_NANOSECONDS;
  if (until.tv_nsec >= 1000000000L) {
    until.tv_nsec -= 1000000000L;
    until.tv_sec += 1;
  }
  return until;
}

// Waits for the end of a call, without the interpreter's lock but every 20 ms. Returns whether an exception is set.
static int wait_for(call *one) {
  int is_raised = 0;
  PyObject *type = NULL, *value = NULL, *trace = NULL;
  PyThreadState *state = PyEval_SaveThread();
  pthread_mutex_lock(&one->lock);
  while (!one->is_done) {
    struct timespec until = soon();
    pthread_cond_timedwait(&one->ended, &one->lock, &until);
    if (one->is_done || is_raised) continue;
    pthread_mutex_unlock(&one->lock);
    PyEval_RestoreThread(state);
    if (look(one)) {
      is_raised = 1;
      PyErr_Fetch(&type, &value, &trace);
      atomic_store(&one->cancelled, 1);
    }
    state = PyEval_SaveThread();
    pthread_mutex_lock(&one->lock);
  }
  pthread_mutex_unlock(&one->lock);
  PyEval_RestoreThread(state);
  if (is_raised) PyErr_Restore(type, value, trace);
  return is_raised;
}

// Runs a call; returns whether it is well. Otherwise an exception is set and nothing has to be freed but the results.
static int perform(call *one, void (*body)(call *)) {
  one->body = body;
  one->work.size = sizeof one->work;
  one->work.context = one;
  one->work.is_cancelled = is_cancelled;
  one->work.progress = one->tell == NULL ? NULL : progress;
  pthread_mutex_init(&one->lock, NULL);
  pthread_cond_init(&one->ended, NULL);
  pthread_t thread;
  int is_raised = 0;
  // Signals come to the first thread alone; another one only waits where progress is to be told.
  int polls = one->tell != NULL || syscall(SYS_gettid) == getpid();
  if (polls && pthread_create(&thread, NULL, run, one) == 0) {
    is_raised = wait_for(one);
    pthread_join(thread, NULL);
  } else {
    PyThreadState *state = PyEval_SaveThread();
    body(one);
    PyEval_RestoreThread(state);
  }
  if (!is_raised && one->status == ENGRAM_OK && one->tell != NULL) is_raised = look(one);
  pthread_mutex_destroy(&one->lock);
  pthread_cond_destroy(&one->ended);
  if (is_raised) {
    engram_error_free(one->error);
    return 0;
  }
  if (one->status == ENGRAM_OK) return 1;
  raise(one->error);
  return 0;
}

// The last arguments of long calls: how many threads, and whom to tell.
static int set_work(call *one, int threads, PyObject *tell) {
  if (threads < 0) {
    refuse("threads is not negative");
    return 0;
  }
  one->work.threads = threads;
  one->tell = tell == NULL || tell == Py_None ? NULL : tell;
  return 1;
}

// ---- Buffers ----

// Borrows an array of one type of element, `format` as in the module struct, without gaps.
static int borrow(PyObject *object, Py_buffer *view, char format, int is_written) {
  if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (is_written ? PyBUF_WRITABLE : 0)) != 0) return 0;
  const char *found = view->format == NULL ? "B" : view->format;
  if (*found == '<' || *found == '=' || *found == '@') found++;
  // int64 is `l` or `q`.
  char kind = *found == 'q' ? 'l' : *found;
  if (kind == format && found[1] == 0) return 1;
  refuse("an array has elements of format '%s' where '%c' is needed", found, format);
  PyBuffer_Release(view);
  return 0;
}

// Borrows an array of float32 or float64; says which.
static int borrow_floats(PyObject *object, Py_buffer *view, int flags, int32_t *type) {
  if (PyObject_GetBuffer(object, view, flags | PyBUF_FORMAT) != 0) return 0;
  const char *found = view->format == NULL ? "B" : view->format;
  if (*found == '<' || *found == '=' || *found == '@') found++;
  if (strcmp(found, "f") == 0) {
    *type = ENGRAM_FLOAT32;
  } else if (strcmp(found, "d") == 0) {
    *type = ENGRAM_FLOAT64;
  } else {
    refuse("an array has elements of format '%s'; float32 or float64 is needed", found);
    PyBuffer_Release(view);
    return 0;
  }
  return 1;
}

// Borrows a matrix with any strides.
static int borrow_matrix(PyObject *object, Py_buffer *view, engram_matrix *matrix, int is_written) {
  int32_t type;
  if (!borrow_floats(object, view, PyBUF_STRIDES | (is_written ? PyBUF_WRITABLE : 0), &type)) return 0;
  if (view->ndim != 2) {
    refuse("an array has %d dimensions where 2 are needed", view->ndim);
    PyBuffer_Release(view);
    return 0;
  }
  memset(matrix, 0, sizeof *matrix);
  matrix->size = sizeof *matrix;
  matrix->type = type;
  matrix->rows = view->shape[0];
  matrix->columns = view->shape[1];
  matrix->row_stride = view->strides[0];
  matrix->column_stride = view->strides[1];
  if (matrix->rows == 0 || matrix->columns == 0) {
    matrix->row_stride = matrix->column_stride = 0;
    return 1;
  }
  // Where a stride is negative, memory begins before the first element.
  Py_ssize_t low = 0, high = view->itemsize;
  for (int axis = 0; axis < 2; axis++) {
    Py_ssize_t reach = (view->shape[axis] - 1) * view->strides[axis];
    if (reach < 0) low += reach;
    else high += reach;
  }
  matrix->memory = (char *)view->buf + low;
  matrix->byte_count = (size_t)(high - low);
  matrix->byte_offset = (size_t)-low;
  return 1;
}

// ---- Stores and snapshots ----

static void store_open_body(call *one) { one->status = engram_store_open(one->text, (engram_store **)&one->result, &one->error); }
static void store_create_body(call *one) { one->status = engram_store_create(one->text, (engram_store **)&one->result, &one->error); }

static PyObject *store_open(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  int creates;
  if (!PyArg_ParseTuple(arguments, "sp", &one.text, &creates)) return NULL;
  if (!perform(&one, creates ? store_create_body : store_open_body)) {
    engram_store_free(one.result);
    return NULL;
  }
  return store_capsule(one.result);
}

static void snapshot_open_body(call *one) {
  one->status = engram_snapshot_open(one->a, one->number, (engram_snapshot **)&one->result, &one->error);
}

static PyObject *snapshot_open(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *store;
  long long commit;
  if (!PyArg_ParseTuple(arguments, "OL", &store, &commit) || !store_of(store, &one.a)) return NULL;
  one.number = commit;
  if (!perform(&one, snapshot_open_body)) {
    engram_snapshot_free(one.result);
    return NULL;
  }
  engram_snapshot *snapshot = one.result;
  long long number = engram_snapshot_commit(snapshot), count = engram_snapshot_example_count(snapshot);
  return Py_BuildValue("(NLL)", snapshot_capsule(snapshot), number, count);
}

// ---- Examples ----

static void examples_where_body(call *one) {
  one->status = engram_examples_where(one->a, one->text, &one->work, (engram_examples **)&one->result, &one->error);
}

static PyObject *examples_where(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *snapshot;
  if (!PyArg_ParseTuple(arguments, "Oz", &snapshot, &one.text) || !snapshot_of(snapshot, &one.a)) return NULL;
  if (!perform(&one, examples_where_body)) {
    engram_examples_free(one.result);
    return NULL;
  }
  return examples_capsule(one.result);
}

static PyObject *examples_of_ids(PyObject *module, PyObject *ids) {
  (void)module;
  Py_buffer view;
  if (!borrow(ids, &view, 'l', 0)) return NULL;
  engram_examples *examples = NULL;
  engram_error *error = NULL;
  int32_t status = engram_examples_of_ids(view.buf, view.len / 8, &examples, &error);
  PyBuffer_Release(&view);
  return status == ENGRAM_OK ? examples_capsule(examples) : raise(error);
}

static PyObject *examples_count(PyObject *module, PyObject *object) {
  (void)module;
  engram_examples *examples;
  return examples_of(object, &examples) ? PyLong_FromLongLong(engram_examples_count(examples)) : NULL;
}

static PyObject *examples_ids(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *object, *array;
  engram_examples *examples;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OO", &object, &array) || !examples_of(object, &examples)) return NULL;
  if (!borrow(array, &view, 'l', 1)) return NULL;
  engram_error *error = NULL;
  int32_t status = engram_examples_ids(examples, view.buf, view.len / 8, &error);
  PyBuffer_Release(&view);
  if (status != ENGRAM_OK) return raise(error);
  Py_RETURN_NONE;
}

// ---- Selections ----

static void select_body(call *one) {
  one->status = engram_select(one->a, one->b, one->options, (engram_selection **)&one->result, &one->error);
}

static PyObject *select_columns(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  engram_selection_options options = {.size = sizeof options};
  PyObject *snapshot, *examples;
  if (!PyArg_ParseTuple(
        arguments, "OOzzzii", &snapshot, &examples, &options.statistics, &options.epochs, &options.view, &options.missing,
        &options.order) ||
      !snapshot_of(snapshot, &one.a) || !examples_of(examples, &one.b))
    return NULL;
  one.options = &options;
  if (!perform(&one, select_body)) {
    engram_selection_free(one.result);
    return NULL;
  }
  return selection_capsule(one.result);
}

// A list of the texts that a function gives for 0 ..< count.
static PyObject *texts(int64_t count, const char *(*text)(const engram_selection *, int64_t), const engram_selection *selection) {
  PyObject *list = PyList_New((Py_ssize_t)count);
  for (int64_t index = 0; list != NULL && index < count; index++) {
    PyObject *one = PyUnicode_FromString(text(selection, index));
    if (one == NULL || PyList_SetItem(list, (Py_ssize_t)index, one) != 0) Py_CLEAR(list);
  }
  return list;
}

static PyObject *selection_info(PyObject *module, PyObject *object) {
  (void)module;
  engram_selection *selection;
  if (!selection_of(object, &selection)) return NULL;
  int64_t count = engram_selection_epoch_count(selection);
  PyObject *epochs = PyList_New((Py_ssize_t)count);
  for (int64_t index = 0; epochs != NULL && index < count; index++)
    PyList_SetItem(epochs, (Py_ssize_t)index, PyFloat_FromDouble(engram_selection_epoch(selection, index)));
  return Py_BuildValue(
    "(LLNNLLiN)", (long long)engram_selection_rows(selection), (long long)engram_selection_columns(selection),
    texts(engram_selection_statistic_count(selection), engram_selection_statistic, selection), epochs,
    (long long)engram_selection_samples(selection), (long long)engram_selection_positions(selection),
    (int)engram_selection_type(selection),
    texts(engram_selection_remark_count(selection), engram_selection_remark, selection));
}

static PyObject *selection_names(PyObject *module, PyObject *object) {
  (void)module;
  engram_selection *selection;
  if (!selection_of(object, &selection)) return NULL;
  return texts(engram_selection_columns(selection), engram_selection_column_name, selection);
}

static PyObject *selection_examples(PyObject *module, PyObject *object) {
  (void)module;
  engram_selection *selection;
  engram_examples *examples = NULL;
  engram_error *error = NULL;
  if (!selection_of(object, &selection)) return NULL;
  if (engram_selection_examples(selection, &examples, &error) != ENGRAM_OK) return raise(error);
  return examples_capsule(examples);
}

static void selection_read_body(call *one) {
  one->status = engram_selection_read(one->a, &one->matrix, &one->work, &one->error);
}

static PyObject *selection_read(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *selection, *array, *tell;
  int threads;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OOiO", &selection, &array, &threads, &tell) || !selection_of(selection, &one.a) ||
      !set_work(&one, threads, tell) || !borrow_matrix(array, &view, &one.matrix, 1))
    return NULL;
  int is_well = perform(&one, selection_read_body);
  PyBuffer_Release(&view);
  if (!is_well) return NULL;
  Py_RETURN_NONE;
}

static void selection_read_split_body(call *one) {
  one->status = engram_selection_read_split(one->a, one->b, &one->matrix, one->c, &one->matrix2, &one->work, &one->error);
}

static PyObject *selection_read_split(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *selection, *train, *train_array, *test, *test_array, *tell;
  int threads;
  Py_buffer view, view2;
  if (!PyArg_ParseTuple(
        arguments, "OOOOOiO", &selection, &train, &train_array, &test, &test_array, &threads, &tell) ||
      !selection_of(selection, &one.a) || !examples_of(train, &one.b) || !examples_of(test, &one.c) ||
      !set_work(&one, threads, tell) || !borrow_matrix(train_array, &view, &one.matrix, 1))
    return NULL;
  if (!borrow_matrix(test_array, &view2, &one.matrix2, 1)) {
    PyBuffer_Release(&view);
    return NULL;
  }
  int is_well = perform(&one, selection_read_split_body);
  PyBuffer_Release(&view);
  PyBuffer_Release(&view2);
  if (!is_well) return NULL;
  Py_RETURN_NONE;
}

// ---- Arrow ----

// A stream of a selection, whose decoding stops at Ctrl-C.
//
// Whoever pulls it may hold the interpreter's lock or not, and expects a batch or an error code. So a pull on the first thread only looks
// whether Ctrl-C came: then it ends with an error, and the interpreter is told again, which raises KeyboardInterrupt in Python.
typedef struct {
  struct ArrowArrayStream inner;
  atomic_int cancelled;
} stoppable;

typedef struct {
  stoppable *stream;
  struct ArrowArray *batch;
  int code, is_done;
  pthread_mutex_t lock;
  pthread_cond_t ended;
} pull;

static int32_t is_stopped(void *context) {
  return atomic_load_explicit(&((stoppable *)context)->cancelled, memory_order_relaxed);
}

static void *run_pull(void *argument) {
  pull *one = argument;
  one->code = one->stream->inner.get_next(&one->stream->inner, one->batch);
  pthread_mutex_lock(&one->lock);
  one->is_done = 1;
  pthread_cond_signal(&one->ended);
  pthread_mutex_unlock(&one->lock);
  return NULL;
}

static int stream_next(struct ArrowArrayStream *self, struct ArrowArray *batch) {
  stoppable *own = self->private_data;
  pull one = {.stream = own, .batch = batch};
  pthread_t thread;
  pthread_mutex_init(&one.lock, NULL);
  pthread_cond_init(&one.ended, NULL);
  // Signals come to the first thread alone.
  if (syscall(SYS_gettid) == getpid() && Py_IsInitialized() && pthread_create(&thread, NULL, run_pull, &one) == 0) {
    pthread_mutex_lock(&one.lock);
    while (!one.is_done) {
      struct timespec until = soon();
      pthread_cond_timedwait(&one.ended, &one.lock, &until);
      if (one.is_done || is_stopped(own)) continue;
      pthread_mutex_unlock(&one.lock);
      PyGILState_STATE state = PyGILState_Ensure();
      if (PyOS_InterruptOccurred()) {
        PyErr_SetInterrupt();
        atomic_store(&own->cancelled, 1);
      }
      PyGILState_Release(state);
      pthread_mutex_lock(&one.lock);
    }
    pthread_mutex_unlock(&one.lock);
    pthread_join(thread, NULL);
  } else {
    run_pull(&one);
  }
  pthread_mutex_destroy(&one.lock);
  pthread_cond_destroy(&one.ended);
  return one.code;
}

static int stream_schema(struct ArrowArrayStream *self, struct ArrowSchema *schema) {
  stoppable *own = self->private_data;
  return own->inner.get_schema(&own->inner, schema);
}

static const char *stream_error(struct ArrowArrayStream *self) {
  stoppable *own = self->private_data;
  return own->inner.get_last_error(&own->inner);
}

static void stream_release(struct ArrowArrayStream *self) {
  stoppable *own = self->private_data;
  if (own->inner.release != NULL) own->inner.release(&own->inner);
  // Whoever imported the stream lets go of it, perhaps without the interpreter's lock.
  free(own);
  self->release = NULL;
}

static PyObject *check_signals(PyObject *module, PyObject *unused) {
  (void)module, (void)unused;
  if (PyErr_CheckSignals() != 0) return NULL;
  Py_RETURN_NONE;
}

static void stream_destroy(PyObject *capsule) {
  struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
  if (stream->release != NULL) stream->release(stream);
  PyMem_Free(stream);
}

static PyObject *stream_capsule(struct ArrowArrayStream *stream) {
  PyObject *capsule = PyCapsule_New(stream, "arrow_array_stream", stream_destroy);
  if (capsule == NULL) {
    stream->release(stream);
    PyMem_Free(stream);
  }
  return capsule;
}

static void selection_arrow_body(call *one) {
  stoppable *own = one->out;
  // Making a stream is stopped by this call, decoding its batches by the stream.
  engram_work work = {.size = sizeof work, .threads = one->work.threads, .context = own, .is_cancelled = is_stopped};
  one->status = engram_selection_arrow(one->a, (int32_t)one->number, one->text, &work, &own->inner, &one->error);
}

static PyObject *selection_arrow(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *selection;
  int threads, layout;
  if (!PyArg_ParseTuple(arguments, "Oizi", &selection, &layout, &one.text, &threads) || !selection_of(selection, &one.a) ||
      !set_work(&one, threads, NULL))
    return NULL;
  one.number = layout;
  stoppable *own = calloc(1, sizeof *own);
  struct ArrowArrayStream *stream = PyMem_Malloc(sizeof *stream);
  if (own == NULL || stream == NULL) {
    free(own);
    PyMem_Free(stream);
    return PyErr_NoMemory();
  }
  one.out = own;
  *stream = (struct ArrowArrayStream){stream_schema, stream_next, stream_error, stream_release, own};
  if (perform(&one, selection_arrow_body)) return stream_capsule(stream);
  stream->release(stream);
  PyMem_Free(stream);
  return NULL;
}

static PyObject *table_arrow(PyObject *module, PyObject *object) {
  (void)module;
  engram_table *table;
  engram_error *error = NULL;
  if (!table_of(object, &table)) return NULL;
  struct ArrowArrayStream *stream = PyMem_Malloc(sizeof *stream);
  if (stream == NULL) return PyErr_NoMemory();
  if (engram_table_arrow(table, stream, &error) == ENGRAM_OK) return stream_capsule(stream);
  PyMem_Free(stream);
  return raise(error);
}

// ---- Tables ----

static void sql_body(call *one) {
  one->status = engram_sql(one->a, one->text, one->number, one->real, &one->work, (engram_table **)&one->result, &one->error);
}

static PyObject *sql(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *store;
  long long commit;
  if (!PyArg_ParseTuple(arguments, "OsLd", &store, &one.text, &commit, &one.real) || !store_of(store, &one.a)) return NULL;
  one.number = commit;
  if (!perform(&one, sql_body)) {
    engram_table_free(one.result);
    return NULL;
  }
  return table_capsule(one.result);
}

static void metadata_body(call *one) {
  one->status = engram_metadata(one->a, one->b, one->text, (engram_table **)&one->result, &one->error);
}

static PyObject *metadata(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *snapshot, *examples;
  if (!PyArg_ParseTuple(arguments, "OOz", &snapshot, &examples, &one.text) || !snapshot_of(snapshot, &one.a) ||
      !examples_of(examples, &one.b))
    return NULL;
  if (!perform(&one, metadata_body)) {
    engram_table_free(one.result);
    return NULL;
  }
  return table_capsule(one.result);
}

static PyObject *bytes_or_none(const void *values, int64_t count, size_t size) {
  if (values == NULL) Py_RETURN_NONE;
  return PyBytes_FromStringAndSize(values, (Py_ssize_t)(count * (int64_t)size));
}

// The different texts of a column.
static PyObject *column_texts(const engram_column *column) {
  PyObject *list = PyList_New(column->text_count);
  for (int32_t index = 0; list != NULL && index < column->text_count; index++) {
    PyObject *one = text_or_none(column->texts[index]);
    if (one == NULL || PyList_SetItem(list, index, one) != 0) Py_CLEAR(list);
  }
  return list;
}

static PyObject *table_columns(PyObject *module, PyObject *object) {
  (void)module;
  engram_table *table;
  if (!table_of(object, &table)) return NULL;
  int32_t count = engram_table_column_count(table);
  PyObject *list = PyList_New(count);
  for (int32_t index = 0; list != NULL && index < count; index++) {
    engram_column column = {.size = sizeof column};
    engram_error *error = NULL;
    if (engram_table_column(table, index, &column, &error) != ENGRAM_OK) {
      Py_DECREF(list);
      return raise(error);
    }
    PyObject *one = Py_BuildValue(
      "(siLNNNNN)", column.name, (int)column.kind, (long long)column.null_count,
      bytes_or_none(column.kinds, column.row_count, 1), bytes_or_none(column.integers, column.row_count, 8),
      bytes_or_none(column.reals, column.row_count, 8), bytes_or_none(column.codes, column.row_count, 4),
      column_texts(&column));
    if (one == NULL || PyList_SetItem(list, index, one) != 0) Py_CLEAR(list);
  }
  return list;
}

static PyObject *table_shape(PyObject *module, PyObject *object) {
  (void)module;
  engram_table *table;
  if (!table_of(object, &table)) return NULL;
  return Py_BuildValue("(Li)", (long long)engram_table_row_count(table), (int)engram_table_column_count(table));
}

// The values of a column as objects.
static PyObject *values(const engram_column *column) {
  PyObject *texts = column_texts(column);
  PyObject *list = texts == NULL ? NULL : PyList_New((Py_ssize_t)column->row_count);
  for (int64_t row = 0; list != NULL && row < column->row_count; row++) {
    PyObject *one = NULL;
    switch (column->kinds[row]) {
    case ENGRAM_INTEGER: one = PyLong_FromLongLong(column->integers[row]); break;
    case ENGRAM_REAL: one = PyFloat_FromDouble(column->reals[row]); break;
    case ENGRAM_TEXT: one = Py_NewRef(PyList_GetItem(texts, column->codes[row])); break;
    default: one = Py_NewRef(Py_None);
    }
    if (one == NULL || PyList_SetItem(list, (Py_ssize_t)row, one) != 0) Py_CLEAR(list);
  }
  Py_XDECREF(texts);
  return list;
}

static PyObject *table_values(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *object;
  int index;
  engram_table *table;
  if (!PyArg_ParseTuple(arguments, "Oi", &object, &index) || !table_of(object, &table)) return NULL;
  engram_column column = {.size = sizeof column};
  engram_error *error = NULL;
  if (engram_table_column(table, index, &column, &error) != ENGRAM_OK) return raise(error);
  return values(&column);
}

static void labels_body(call *one) {
  one->status = engram_labels(
    one->a, one->b, one->text, one->out, one->number, (engram_table **)&one->result, &one->error);
}

static PyObject *labels(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *snapshot, *examples, *array;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OOsO", &snapshot, &examples, &one.text, &array) || !snapshot_of(snapshot, &one.a) ||
      !examples_of(examples, &one.b) || !borrow(array, &view, 'i', 1))
    return NULL;
  one.out = view.buf;
  one.number = view.len / 4;
  int is_well = perform(&one, labels_body);
  PyBuffer_Release(&view);
  PyObject *classes = NULL;
  if (is_well) {
    engram_column column = {.size = sizeof column};
    engram_error *error = NULL;
    classes = engram_table_column(one.result, 0, &column, &error) == ENGRAM_OK ? values(&column) : raise(error);
  }
  engram_table_free(one.result);
  return classes;
}

// ---- Split sets ----

static void split_set_open_body(call *one) {
  one->status = engram_split_set_open(one->a, one->text, (engram_split_set **)&one->result, &one->error);
}

static void split_set_make_body(call *one) {
  one->status = engram_split_set_make(
    one->a, one->text, one->text2, one->number, one->options, &one->work, (engram_split_set **)&one->result, &one->error);
}

// A split set and what is known of it: name, specification, SHA-256, label, commit, names of its splits.
static PyObject *split_set_and_facts(engram_split_set *set) {
  int64_t count = engram_split_set_count(set);
  PyObject *names = PyList_New((Py_ssize_t)count);
  for (int64_t index = 0; names != NULL && index < count; index++) {
    PyObject *one = PyUnicode_FromString(engram_split_set_split_name(set, index));
    if (one == NULL || PyList_SetItem(names, (Py_ssize_t)index, one) != 0) Py_CLEAR(names);
  }
  PyObject *facts = Py_BuildValue(
    "(ssssLN)", engram_split_set_name(set), engram_split_set_specification(set), engram_split_set_sha256(set),
    engram_split_set_label(set), (long long)engram_split_set_commit(set), names);
  PyObject *capsule = split_set_capsule(set);
  return Py_BuildValue("(NN)", capsule, facts);
}

static PyObject *split_set_open(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *store;
  if (!PyArg_ParseTuple(arguments, "Os", &store, &one.text) || !store_of(store, &one.a)) return NULL;
  if (perform(&one, split_set_open_body)) return split_set_and_facts(one.result);
  engram_split_set_free(one.result);
  return NULL;
}

static PyObject *split_set_make(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  engram_write_options options = {.size = sizeof options};
  PyObject *store, *tell;
  long long commit;
  if (!PyArg_ParseTuple(
        arguments, "OssLdzzO", &store, &one.text, &one.text2, &commit, &options.wait_seconds, &options.author,
        &options.reason, &tell) ||
      !store_of(store, &one.a) || !set_work(&one, 0, tell))
    return NULL;
  one.number = commit;
  one.options = &options;
  if (perform(&one, split_set_make_body)) return split_set_and_facts(one.result);
  engram_split_set_free(one.result);
  return NULL;
}

static PyObject *split_set_examples(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *object;
  long long index;
  int side;
  engram_split_set *set;
  engram_examples *examples = NULL;
  engram_error *error = NULL;
  if (!PyArg_ParseTuple(arguments, "OLi", &object, &index, &side) || !split_set_of(object, &set)) return NULL;
  if (engram_split_set_examples(set, index, side, &examples, &error) != ENGRAM_OK) return raise(error);
  return examples_capsule(examples);
}

// ---- Commands ----

// The texts of a sequence, which must outlive them; NULL with an exception otherwise.
static const char **borrow_texts(PyObject *sequence, Py_ssize_t *count) {
  *count = PySequence_Size(sequence);
  if (*count < 0) return NULL;
  const char **words = PyMem_Malloc(sizeof *words * (size_t)(*count + 1));
  if (words == NULL) PyErr_NoMemory();
  for (Py_ssize_t index = 0; words != NULL && index < *count; index++) {
    PyObject *word = PySequence_GetItem(sequence, index);
    // The list or tuple keeps the text, and the text its UTF-8.
    words[index] = word == NULL ? NULL : PyUnicode_AsUTF8AndSize(word, NULL);
    Py_XDECREF(word);
    if (words[index] == NULL) {
      PyMem_Free(words);
      return NULL;
    }
  }
  return words;
}

static PyObject *take_text(engram_text *text, int is_bytes) {
  if (text == NULL) return is_bytes ? PyBytes_FromStringAndSize(NULL, 0) : PyUnicode_FromString("");
  PyObject *result = is_bytes
    ? PyBytes_FromStringAndSize(engram_text_bytes(text), (Py_ssize_t)engram_text_size(text))
    : PyUnicode_DecodeUTF8(engram_text_bytes(text), (Py_ssize_t)engram_text_size(text), "replace");
  engram_text_free(text);
  return result;
}

static void command_body(call *one) {
  one->status = engram_command(
    (int32_t)one->number, one->words, &one->work, (engram_text **)&one->result, (engram_text **)&one->result2, &one->error);
}

static PyObject *command(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *words, *tell;
  int threads;
  Py_ssize_t count;
  if (!PyArg_ParseTuple(arguments, "OiO", &words, &threads, &tell) || !set_work(&one, threads, tell)) return NULL;
  one.words = borrow_texts(words, &count);
  if (one.words == NULL) return NULL;
  one.number = count;
  int is_well = perform(&one, command_body);
  PyMem_Free((void *)one.words);
  if (!is_well) {
    engram_text_free(one.result);
    engram_text_free(one.result2);
    return NULL;
  }
  return Py_BuildValue("(NN)", take_text(one.result, 1), take_text(one.result2, 0));
}

static PyObject *run_main(PyObject *module, PyObject *sequence) {
  (void)module;
  Py_ssize_t count;
  const char **words = borrow_texts(sequence, &count);
  if (words == NULL) return NULL;
  PyThreadState *state = PyEval_SaveThread();
  int32_t code = engram_main((int32_t)count, words);
  PyEval_RestoreThread(state);
  PyMem_Free(words);
  return PyLong_FromLong(code);
}

// ---- Writing ----

typedef struct {
  const char *path, *runs;
  const double *epochs;
  int64_t epoch_count;
  const char **statistics;
  Py_ssize_t statistic_count;
  int32_t type;
} append_arguments;

static void append_body(call *one) {
  const append_arguments *more = one->layout;
  one->status = engram_append(
    more->path, more->runs, more->epochs, more->epoch_count, more->statistics, more->statistic_count, one->data,
    one->byte_count, more->type, one->options, &one->work, (engram_text **)&one->result, &one->error);
}

static PyObject *append(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  append_arguments more = {0};
  engram_write_options options = {.size = sizeof options};
  PyObject *epochs, *statistics, *array, *tell;
  Py_buffer epoch_view, view;
  if (!PyArg_ParseTuple(
        arguments, "ssOOOdzzO", &more.path, &more.runs, &epochs, &statistics, &array, &options.wait_seconds,
        &options.author, &options.reason, &tell) ||
      !set_work(&one, 0, tell) || !borrow(epochs, &epoch_view, 'd', 0))
    return NULL;
  if (!borrow_floats(array, &view, PyBUF_C_CONTIGUOUS, &more.type)) {
    PyBuffer_Release(&epoch_view);
    return NULL;
  }
  more.statistics = borrow_texts(statistics, &more.statistic_count);
  int is_well = more.statistics != NULL;
  if (is_well) {
    more.epochs = epoch_view.buf;
    more.epoch_count = epoch_view.len / 8;
    one.data = view.buf;
    one.byte_count = (size_t)view.len;
    one.options = &options;
    one.layout = &more;
    is_well = perform(&one, append_body);
  }
  PyMem_Free(more.statistics);
  PyBuffer_Release(&epoch_view);
  PyBuffer_Release(&view);
  if (is_well) return take_text(one.result, 0);
  engram_text_free(one.result);
  return NULL;
}

static void recorder_open_body(call *one) {
  one->status = engram_recorder_open(one->text, one->text2, one->options, (engram_recorder **)&one->result, &one->error);
}

static PyObject *recorder_open(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  engram_write_options options = {.size = sizeof options};
  if (!PyArg_ParseTuple(arguments, "ssdzz", &one.text, &one.text2, &options.wait_seconds, &options.author, &options.reason))
    return NULL;
  one.options = &options;
  if (!perform(&one, recorder_open_body)) {
    engram_recorder_free(one.result);
    return NULL;
  }
  return recorder_capsule(one.result);
}

static PyObject *recorder_state(PyObject *module, PyObject *object) {
  (void)module;
  engram_recorder *recorder;
  engram_error *error = NULL;
  if (!recorder_of(object, &recorder)) return NULL;
  int64_t count = engram_recorder_epoch_count(recorder);
  double *epochs = PyMem_Malloc(sizeof *epochs * (size_t)(count + 1));
  if (epochs == NULL) return PyErr_NoMemory();
  if (engram_recorder_epochs(recorder, epochs, count, &error) != ENGRAM_OK) {
    PyMem_Free(epochs);
    return raise(error);
  }
  PyObject *list = PyList_New((Py_ssize_t)count);
  for (int64_t index = 0; list != NULL && index < count; index++)
    PyList_SetItem(list, (Py_ssize_t)index, PyFloat_FromDouble(epochs[index]));
  PyMem_Free(epochs);
  return Py_BuildValue("(NN)", PyBool_FromLong(engram_recorder_is_resumed(recorder)), list);
}

static void recorder_record_body(call *one) {
  int32_t is_new = 0;
  one->status = engram_recorder_record(
    (engram_recorder *)one->a, one->real, one->data, one->byte_count, one->text, (int32_t)one->number, &is_new, &one->error);
  one->number2 = is_new;
}

static PyObject *recorder_record(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *recorder, *array;
  int is_durable;
  int32_t type;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OdOzp", &recorder, &one.real, &array, &one.text, &is_durable) ||
      !recorder_of(recorder, &one.a) || !borrow_floats(array, &view, PyBUF_C_CONTIGUOUS, &type))
    return NULL;
  one.data = view.buf;
  one.byte_count = (size_t)view.len;
  one.number = is_durable;
  int is_well = perform(&one, recorder_record_body);
  PyBuffer_Release(&view);
  return is_well ? PyBool_FromLong((long)one.number2) : NULL;
}

static void recorder_finish_body(call *one) {
  one->status = engram_recorder_finish((engram_recorder *)one->a, (engram_text **)&one->result, &one->error);
}

static PyObject *recorder_finish(PyObject *module, PyObject *recorder) {
  (void)module;
  call one = {0};
  if (!recorder_of(recorder, &one.a)) return NULL;
  if (perform(&one, recorder_finish_body)) return take_text(one.result, 0);
  engram_text_free(one.result);
  return NULL;
}

// ---- Observables ----

static PyObject *statistic_names(PyObject *module, PyObject *unused) {
  (void)module, (void)unused;
  PyObject *list = PyList_New(ENGRAM_STATISTIC_COUNT);
  for (int32_t index = 0; list != NULL && index < ENGRAM_STATISTIC_COUNT; index++)
    PyList_SetItem(list, index, PyUnicode_FromString(engram_statistic_name(index)));
  return list;
}

static PyObject *meter_new(PyObject *module, PyObject *arguments) {
  (void)module;
  engram_condition condition = {.size = sizeof condition};
  long long count;
  unsigned int seed;
  engram_meter *meter = NULL;
  engram_error *error = NULL;
  if (!PyArg_ParseTuple(arguments, "LddI", &count, &condition.unit_fraction, &condition.noise_sd, &seed)) return NULL;
  condition.unit_count = count;
  condition.seed = seed;
  return engram_meter_new(&condition, &meter, &error) == ENGRAM_OK ? meter_capsule(meter) : raise(error);
}

static void meter_add_activations_body(call *one) {
  one->status = engram_meter_add_activations(
    (engram_meter *)one->a, one->data, one->number, one->number2, one->matrix.type, &one->work, &one->error);
}

static PyObject *meter_add_activations(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *meter, *array;
  int threads;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OOi", &meter, &array, &threads) || !meter_of(meter, &one.a) ||
      !set_work(&one, threads, NULL) || !borrow_floats(array, &view, PyBUF_C_CONTIGUOUS, &one.matrix.type))
    return NULL;
  int is_well = view.ndim == 2;
  if (is_well) {
    one.data = view.buf;
    one.number = view.shape[0];
    one.number2 = view.shape[1];
    is_well = perform(&one, meter_add_activations_body);
  } else {
    refuse("activations have %d dimensions where stimuli x units are needed", view.ndim);
  }
  PyBuffer_Release(&view);
  if (!is_well) return NULL;
  Py_RETURN_NONE;
}

static void meter_set_weights_body(call *one) {
  one->status = engram_meter_set_weights(
    (engram_meter *)one->a, one->data, one->number, one->number2, one->matrix.type, &one->work, &one->error);
}

static PyObject *meter_set_weights(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  PyObject *meter, *array;
  long long rows;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OOL", &meter, &array, &rows) || !meter_of(meter, &one.a) ||
      !borrow_floats(array, &view, PyBUF_C_CONTIGUOUS, &one.matrix.type))
    return NULL;
  one.data = view.buf;
  one.number = view.len / view.itemsize;
  one.number2 = rows;
  int is_well = perform(&one, meter_set_weights_body);
  PyBuffer_Release(&view);
  if (!is_well) return NULL;
  Py_RETURN_NONE;
}

static PyObject *meter_add_changes(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *object, *array;
  engram_meter *meter;
  engram_error *error = NULL;
  int32_t type;
  Py_buffer view;
  if (!PyArg_ParseTuple(arguments, "OO", &object, &array) || !meter_of(object, &meter) ||
      !borrow_floats(array, &view, PyBUF_C_CONTIGUOUS, &type))
    return NULL;
  int32_t status = engram_meter_add_activity_changes(meter, view.buf, view.len / view.itemsize, type, &error);
  PyBuffer_Release(&view);
  if (status != ENGRAM_OK) return raise(error);
  Py_RETURN_NONE;
}

static PyObject *meter_read(PyObject *module, PyObject *object) {
  (void)module;
  engram_meter *meter;
  engram_error *error = NULL;
  double numbers[ENGRAM_STATISTIC_COUNT];
  uint8_t is_measured[ENGRAM_STATISTIC_COUNT];
  if (!meter_of(object, &meter)) return NULL;
  if (engram_meter_read(meter, numbers, is_measured, &error) != ENGRAM_OK) return raise(error);
  PyObject *dictionary = PyDict_New();
  for (int32_t index = 0; dictionary != NULL && index < ENGRAM_STATISTIC_COUNT; index++) {
    if (!is_measured[index]) continue;
    PyObject *number = PyFloat_FromDouble(numbers[index]);
    if (number == NULL || PyDict_SetItemString(dictionary, engram_statistic_name(index), number) != 0)
      Py_CLEAR(dictionary);
    Py_XDECREF(number);
  }
  return dictionary;
}

// ---- Classifiers ----

static void model_fit_body(call *one) {
  one->status = engram_model_fit(
    one->text, one->text2, &one->matrix, one->layout, one->data, (int32_t)one->number, (uint64_t)one->number2, &one->work,
    (engram_model **)&one->result, &one->error);
}

static PyObject *model_fit(PyObject *module, PyObject *arguments) {
  (void)module;
  call one = {0};
  engram_model_layout layout = {.size = sizeof layout};
  PyObject *array, *codes, *tell;
  int class_count, threads;
  long long positions, statistics, samples;
  unsigned long long seed;
  Py_buffer view, code_view;
  if (!PyArg_ParseTuple(
        arguments, "ssOOi(LLL)KiO", &one.text, &one.text2, &array, &codes, &class_count, &positions, &statistics, &samples,
        &seed, &threads, &tell) ||
      !set_work(&one, threads, tell) || !borrow_matrix(array, &view, &one.matrix, 0))
    return NULL;
  if (!borrow(codes, &code_view, 'i', 0)) {
    PyBuffer_Release(&view);
    return NULL;
  }
  int is_well = code_view.len / 4 == one.matrix.rows;
  if (is_well) {
    layout.positions = positions;
    layout.statistics = statistics;
    layout.samples = samples;
    one.layout = &layout;
    one.data = code_view.buf;
    one.number = class_count;
    one.number2 = (int64_t)seed;
    is_well = perform(&one, model_fit_body);
  } else {
    refuse("there are not as many classes as rows");
  }
  PyBuffer_Release(&view);
  PyBuffer_Release(&code_view);
  if (is_well) return model_capsule(one.result);
  engram_model_free(one.result);
  return NULL;
}

static PyObject *model_info(PyObject *module, PyObject *object) {
  (void)module;
  engram_model *model;
  if (!model_of(object, &model)) return NULL;
  return Py_BuildValue(
    "(siLs)", engram_model_kind(model), (int)engram_model_class_count(model), (long long)engram_model_column_count(model),
    engram_model_summary(model));
}

static void model_probabilities_body(call *one) {
  one->status = engram_model_probabilities(one->a, &one->matrix, one->out, one->number, &one->work, &one->error);
}

static void model_predict_body(call *one) {
  one->status = engram_model_predict(one->a, &one->matrix, one->out, one->number, &one->work, &one->error);
}

static void model_decisions_body(call *one) {
  one->status = engram_model_decisions(one->a, &one->matrix, one->out, one->number, &one->work, &one->error);
}

// Asks a model about a matrix: what goes into `out` and of what type says the body.
static PyObject *ask(PyObject *arguments, void (*body)(call *), char format) {
  call one = {0};
  PyObject *model, *array, *out;
  int threads;
  Py_buffer view, out_view;
  if (!PyArg_ParseTuple(arguments, "OOOi", &model, &array, &out, &threads) || !model_of(model, &one.a) ||
      !set_work(&one, threads, NULL) || !borrow_matrix(array, &view, &one.matrix, 0))
    return NULL;
  if (!borrow(out, &out_view, format, 1)) {
    PyBuffer_Release(&view);
    return NULL;
  }
  one.out = out_view.buf;
  one.number = out_view.len / out_view.itemsize;
  int is_well = perform(&one, body);
  PyBuffer_Release(&view);
  PyBuffer_Release(&out_view);
  if (!is_well) return NULL;
  Py_RETURN_NONE;
}

static PyObject *model_probabilities(PyObject *module, PyObject *arguments) {
  (void)module;
  return ask(arguments, model_probabilities_body, 'f');
}

static PyObject *model_predict(PyObject *module, PyObject *arguments) {
  (void)module;
  return ask(arguments, model_predict_body, 'i');
}

static PyObject *model_decisions(PyObject *module, PyObject *arguments) {
  (void)module;
  return ask(arguments, model_decisions_body, 'd');
}

static PyObject *model_numbers(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *object;
  const char *name;
  engram_model *model;
  engram_error *error = NULL;
  int64_t count;
  if (!PyArg_ParseTuple(arguments, "Os", &object, &name) || !model_of(object, &model)) return NULL;
  if (engram_model_number_count(model, name, &count, &error) != ENGRAM_OK) return raise(error);
  double *numbers = PyMem_Malloc(sizeof *numbers * (size_t)(count + 1));
  if (numbers == NULL) return PyErr_NoMemory();
  int32_t status = engram_model_numbers(model, name, numbers, count, &error);
  PyObject *result = status == ENGRAM_OK ? bytes_or_none(numbers, count, sizeof *numbers) : raise(error);
  PyMem_Free(numbers);
  return result;
}

static PyObject *model_save(PyObject *module, PyObject *object) {
  (void)module;
  engram_model *model;
  engram_text *file = NULL;
  engram_error *error = NULL;
  if (!model_of(object, &model)) return NULL;
  return engram_model_save(model, &file, &error) == ENGRAM_OK ? take_text(file, 1) : raise(error);
}

static PyObject *model_load(PyObject *module, PyObject *object) {
  (void)module;
  Py_buffer view;
  if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) != 0) return NULL;
  engram_model *model = NULL;
  engram_error *error = NULL;
  int32_t status = engram_model_load(view.buf, (size_t)view.len, &model, &error);
  PyBuffer_Release(&view);
  return status == ENGRAM_OK ? model_capsule(model) : raise(error);
}

// ---- The module ----

static PyObject *versions(PyObject *module, PyObject *unused) {
  (void)module, (void)unused;
  return Py_BuildValue("(is)", (int)engram_abi_version(), engram_library_version());
}

#define METHOD(name, kind) {#name, name, kind, NULL}

static PyMethodDef methods[] = {
  METHOD(versions, METH_NOARGS), METHOD(check_signals, METH_NOARGS), METHOD(set_error_factory, METH_O),
  METHOD(store_open, METH_VARARGS), METHOD(snapshot_open, METH_VARARGS),
  METHOD(examples_where, METH_VARARGS), METHOD(examples_of_ids, METH_O), METHOD(examples_count, METH_O),
  METHOD(examples_ids, METH_VARARGS),
  METHOD(select_columns, METH_VARARGS), METHOD(selection_info, METH_O), METHOD(selection_names, METH_O),
  METHOD(selection_examples, METH_O), METHOD(selection_read, METH_VARARGS), METHOD(selection_read_split, METH_VARARGS),
  METHOD(selection_arrow, METH_VARARGS), METHOD(table_arrow, METH_O),
  METHOD(sql, METH_VARARGS), METHOD(metadata, METH_VARARGS), METHOD(labels, METH_VARARGS),
  METHOD(table_columns, METH_O), METHOD(table_shape, METH_O), METHOD(table_values, METH_VARARGS),
  METHOD(split_set_open, METH_VARARGS), METHOD(split_set_make, METH_VARARGS), METHOD(split_set_examples, METH_VARARGS),
  METHOD(command, METH_VARARGS), METHOD(run_main, METH_O),
  METHOD(append, METH_VARARGS), METHOD(recorder_open, METH_VARARGS), METHOD(recorder_state, METH_O),
  METHOD(recorder_record, METH_VARARGS), METHOD(recorder_finish, METH_O),
  METHOD(statistic_names, METH_NOARGS), METHOD(meter_new, METH_VARARGS), METHOD(meter_add_activations, METH_VARARGS),
  METHOD(meter_set_weights, METH_VARARGS), METHOD(meter_add_changes, METH_VARARGS), METHOD(meter_read, METH_O),
  METHOD(model_fit, METH_VARARGS), METHOD(model_info, METH_O), METHOD(model_probabilities, METH_VARARGS),
  METHOD(model_predict, METH_VARARGS), METHOD(model_decisions, METH_VARARGS), METHOD(model_numbers, METH_VARARGS),
  METHOD(model_save, METH_O), METHOD(model_load, METH_O),
  {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
  PyModuleDef_HEAD_INIT, .m_name = "_engram", .m_doc = "The C library of Engram: handles, buffers, errors.", .m_size = -1,
  .m_methods = methods,
};

PyMODINIT_FUNC PyInit__engram(void) {
  if (engram_abi_version() != ENGRAM_ABI_VERSION) {
    PyErr_Format(
      PyExc_ImportError, "libengram has version %d of its interface, and this package needs %d", (int)engram_abi_version(),
      ENGRAM_ABI_VERSION);
    return NULL;
  }
  return PyModule_Create(&definition);
}
