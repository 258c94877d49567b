// Table.cpp -- the functions that leave the library: every exception ends here, as a code and a message.
#include "Network.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <new>

struct engram_network {
  engram::Network network;
};

namespace {

using engram::require;

thread_local std::string last_message;

// Runs what may throw; nothing leaves but a code.
template <typename Body>
int32_t guarded(const Body &body) noexcept {
  try {
    const c10::InferenceMode without_gradients;
    body();
    return ENGRAM_TORCH_OK;
  } catch (const engram::UsageError &error) {
    last_message = error.what();
    return ENGRAM_TORCH_USAGE;
  } catch (const std::bad_alloc &) {
    last_message = "there is not enough memory";
    return ENGRAM_TORCH_MEMORY;
  } catch (const c10::Error &error) {
    last_message = error.what_without_backtrace();
    const auto line = last_message.find('\n');
    if (line != std::string::npos) last_message.resize(line);
    const bool lacks_memory = last_message.find("allocate memory") != std::string::npos ||
                              last_message.find("out of memory") != std::string::npos;
    return lacks_memory ? ENGRAM_TORCH_MEMORY : ENGRAM_TORCH_FAILED;
  } catch (const std::exception &error) {
    last_message = error.what();
    return ENGRAM_TORCH_FAILED;
  } catch (...) {
    last_message = "an exception of an unknown kind";
    return ENGRAM_TORCH_FAILED;
  }
}

const char *library_version() { return TORCH_VERSION; }

const char *message() { return last_message.c_str(); }

int32_t gpu_count() {
  int32_t count = 0;
  guarded([&] { count = ENGRAM_GPU == at::kCUDA ? (int32_t)torch::cuda::device_count() : 1; });
  return count;
}

int32_t rule_count() { return (int32_t)engram::rules().size(); }

int32_t rule(int32_t index, engram_rule_facts *facts) {
  return guarded([&] {
    require(index >= 0 && index < rule_count() && facts, "there is no such rule");
    const auto &entry = engram::rules()[index];
    *facts = {entry.name, entry.title, entry.optimizer, entry.has_feedback, (int32_t)entry.options.size()};
  });
}

int32_t rule_option(int32_t rule, int32_t index, engram_rule_option *option) {
  return guarded([&] {
    require(rule >= 0 && rule < rule_count() && option, "there is no such rule");
    const auto &options = engram::rules()[rule].options;
    require(index >= 0 && index < (int32_t)options.size(), "there is no such option");
    *option = options[index];
  });
}

int32_t use_threads(int32_t threads) {
  return guarded([&] {
    require(threads > 0, "there is at least one thread");
    at::set_num_threads(threads);
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setBenchmarkCuDNN(false);
  });
}

int32_t make(const engram_operation *operations, int32_t count, const engram_settings *settings, const char *rule,
             const engram_option *options, int32_t option_count, engram_network **network) {
  return guarded([&] {
    require(settings && rule && network, "a network needs settings, a rule and a place to be");
    *network = nullptr;
    require(!settings->on_gpu || gpu_count() > 0, "there is no GPU that the tensor library can use");
    std::map<std::string, double> given;
    for (int32_t i = 0; i < option_count; i++) given[options[i].name] = options[i].value;
    *network = new engram_network{engram::Network(operations, count, *settings, rule, given)};
  });
}

void free_network(engram_network *network) {
  guarded([&] { delete network; });
}

int64_t count(engram_network *network, int32_t operation, int32_t tensor) {
  int64_t found = 0;
  guarded([&] { found = network->network.count(operation, tensor); });
  return found;
}

int32_t set(engram_network *network, int32_t operation, int32_t tensor, const double *values, int64_t count) {
  return guarded([&] { network->network.set(operation, tensor, values, count); });
}

int32_t get(engram_network *network, int32_t operation, int32_t tensor, double *values, int64_t count) {
  return guarded([&] { network->network.get(operation, tensor, values, count); });
}

int64_t state_size(engram_network *network) {
  int64_t size = 0;
  guarded([&] { size = network->network.state_size(); });
  return size;
}

int32_t get_state(engram_network *network, void *bytes, int64_t size) {
  return guarded([&] { network->network.get_state((char *)bytes, size); });
}

int32_t set_state(engram_network *network, const void *bytes, int64_t size) {
  return guarded([&] { network->network.set_state((const char *)bytes, size); });
}

int32_t step(engram_network *network, const float *images, const int32_t *labels, int32_t count, double rate,
             uint64_t seed, engram_outcome *outcome) {
  return guarded([&] { network->network.step(images, labels, count, rate, seed, *outcome); });
}

int32_t evaluate(engram_network *network, const float *images, const int32_t *labels, int32_t count,
                 engram_outcome *outcome) {
  return guarded([&] { network->network.evaluate(images, labels, count, outcome); });
}

int32_t activations(engram_network *network, int32_t operation, void *values, int64_t count) {
  return guarded([&] { network->network.activations(operation, values, count); });
}

int32_t activity_change(engram_network *network, int32_t operation, int32_t relu, int32_t by_feedback, double *values,
                        int64_t count) {
  return guarded([&] { network->network.activity_change(operation, relu, by_feedback != 0, values, count); });
}

int32_t envelopes(const engram_sounds *shape, const float *sounds, const float *filters, const float *taps,
                  float *result) {
  return guarded([&] { engram::envelopes(*shape, sounds, filters, taps, result); });
}

const engram_torch_table table = {
    ENGRAM_TORCH_VERSION, library_version, message,   gpu_count, rule_count, rule,       rule_option,
    make,                 free_network,    use_threads, count,   set,        get,        state_size,
    get_state,            set_state,       step,      evaluate,  activations, activity_change, envelopes,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const engram_torch_table *engram_torch_functions(void) {
  return &table;
}
