// Network.h -- a network of operations: its tensors, one pass forward, one backward.
//
// The pass backward is written out, operation by operation, rather than recorded by automatic differentiation: what a layer
// sends down and how it learns is what learning rules differ in, and here each asks its rule.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../include/engram_torch.h"

// The device that engram_settings.on_gpu means; scripts/device_test puts one in its place that needs no GPU.
#ifndef ENGRAM_GPU
#define ENGRAM_GPU at::kCUDA
#endif

namespace engram {

using at::Tensor;

// The caller asks for what cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool holds, const std::string &otherwise);

class Rule;

// How weights move: the optimiser's own tensors lie beside the weights that it moves, number for number.
class Optimizer {
 public:
  enum class Kind { nesterov, adam };
  Optimizer(Kind kind, const Tensor &weights);
  // Moves the weights by a gradient.
  void move(const Tensor &weights, const Tensor &gradient, double rate);
  // What learning goes on from.
  std::vector<Tensor> slots;
  int64_t steps = 0;

 private:
  Kind kind;
};

// The tensors of one operation; views into the flat tensors of the network.
struct Parts {
  Tensor kernel, bias, gamma, beta, mean, variance, feedback;
  Tensor kernel_gradient, bias_gradient, gamma_gradient, beta_gradient, feedback_gradient;
};

// What the pass forward leaves for the pass backward.
struct Trace {
  Tensor output;
  // The input of a layer, with padding where convolution cannot add it by itself.
  Tensor input;
  // Of batch normalisation: the mean and the inverse deviation of the batch. Of others: indices, masks, scales.
  Tensor first, second;
};

class Network {
 public:
  Network(const engram_operation *operations, int count, const engram_settings &settings, const std::string &rule,
          const std::map<std::string, double> &options);
  ~Network();

  const std::vector<engram_operation> operations;
  const engram_settings settings;
  std::vector<Parts> parts;
  std::vector<Trace> traces;
  // Height and width of each output.
  std::vector<std::pair<int64_t, int64_t>> sizes;
  // The images of the pass at hand, how many there are, and what its step draws from.
  Tensor images;
  int64_t batch = 0;
  uint64_t seed = 0;
  // The gradient with the output of the network.
  Tensor error;

  void step(const float *images, const int32_t *labels, int32_t count, double rate, uint64_t seed,
            engram_outcome &outcome);
  void evaluate(const float *images, const int32_t *labels, int32_t count, engram_outcome *outcome);
  void activations(int operation, void *values, int64_t count);
  void activity_change(int operation, int relu, bool by_feedback, double *values, int64_t count);
  int64_t count(int operation, int tensor) const;
  void set(int operation, int tensor, const double *values, int64_t count);
  void get(int operation, int tensor, double *values, int64_t count) const;
  int64_t state_size() const;
  void get_state(char *bytes, int64_t size) const;
  void set_state(const char *bytes, int64_t size);

  // For rules.
  bool is_layer(int i) const { return operations[i].kind == ENGRAM_CONVOLUTION || operations[i].kind == ENGRAM_DENSE; }
  bool is_convolution(int i) const { return operations[i].kind == ENGRAM_CONVOLUTION; }
  // The last operation with weights of its own that is a layer.
  int last_layer() const;
  // A layer's output for an input and a kernel, without bias.
  Tensor apply(int i, const Tensor &input, const Tensor &kernel) const;
  // What an operation reads.
  const Tensor &input_of(int i) const { return operations[i].input < 0 ? images : traces[operations[i].input].output; }
  // The gradient with the input of a layer, of a gradient with its output, through a kernel that lies as its own.
  Tensor input_gradient(int i, const Tensor &gradient, const Tensor &kernel) const;
  // The sum over stimuli and places of input times gradient: the gradient with the kernel.
  Tensor kernel_gradient(int i, const Tensor &input, const Tensor &gradient) const;
  // Sets the gradients of kernel and bias from the gradient with the output: the local, ordinary ones.
  void set_local_gradients(int i, const Tensor &gradient);
  // The feedback kernel in the layout of the kernel.
  Tensor feedback_as_kernel(int i) const;
  // What lies as a kernel, in the layout of the feedback kernel.
  Tensor as_feedback(int i, const Tensor &kernel) const;
  // Normal deviates that depend on the step and a number alone.
  Tensor normal(const std::vector<int64_t> &shape, uint64_t stream) const;
  at::TensorOptions options() const;

 private:
  std::unique_ptr<Rule> rule;
  // All numbers of a kind, one after the other; of weights the kernels and biases first.
  Tensor weights, gradient, moving, feedback, feedback_gradient;
  int64_t decayed = 0;
  std::unique_ptr<Optimizer> optimizer, feedback_optimizer;

  void lay_out();
  Tensor upload(const float *images, int64_t count) const;
  Tensor forward(const Tensor &stimuli, bool learns);
  void backward(const Tensor &loss_gradient);
  Tensor operate(int i, const Tensor &x, bool learns);
  Tensor operate_backward(int i, const Tensor &x, const Tensor &g);
  void measure(const Tensor &output, const int32_t *labels, int32_t count, engram_outcome &outcome, Tensor *gradient);
  Tensor *tensor(int operation, int which);
  const std::vector<Tensor> state() const;
  std::vector<int> readers;
};

// A rule of learning. What it does not override is backpropagation.
class Rule {
 public:
  virtual ~Rule() = default;
  // The shape of the feedback numbers of an operation; empty for none. Layers have one in the shape of their kernel, of dense
  // layers transposed, in rules that have feedback.
  virtual std::vector<int64_t> feedback_shape(const Network &network, int i) const { return {}; }
  // Called before a pass forward of learning.
  virtual void begin(Network &network) {}
  // The gradient that the output of an operation gets, of the one that arrived.
  virtual Tensor arriving(Network &network, int i, const Tensor &gradient) { return gradient; }
  // The kernel through which a layer sends the gradient down, in the layout of its own.
  virtual Tensor downward_kernel(Network &network, int i);
  // The gradient that a layer sends down; an undefined tensor is none.
  virtual Tensor downward(Network &network, int i, const Tensor &gradient);
  // Sets the gradients of a layer, and of its feedback.
  virtual void learn(Network &network, int i, const Tensor &gradient) { network.set_local_gradients(i, gradient); }
  // What it adds to the loss for its feedback, for whoever watches.
  virtual double regularizer() const { return 0; }
  // Whether the forward and the feedback weights move in the step of that number.
  virtual bool moves_forward(int64_t step) const { return true; }
  virtual bool moves_feedback(int64_t step) const { return true; }
  // Whether the gradient of the feedback is that of the forward weights, and is cut short with it.
  virtual bool clips_feedback() const { return false; }
  // The optimiser of the feedback, and its rate where that of the forward weights is `rate`.
  virtual Optimizer::Kind feedback_optimizer() const { return Optimizer::Kind::nesterov; }
  virtual double feedback_rate(double rate) const { return rate; }
};

// A rule whose layers have a feedback kernel each, through which they send the gradient down.
class FeedbackRule : public Rule {
 public:
  std::vector<int64_t> feedback_shape(const Network &network, int i) const override;
  Tensor downward_kernel(Network &network, int i) override;
};

// What a file of rules says of its rule.
struct RuleEntry {
  const char *name;
  const char *title;
  // Which optimiser moves the forward weights.
  const char *optimizer;
  bool has_feedback;
  std::vector<engram_rule_option> options;
  std::unique_ptr<Rule> (*make)(const std::map<std::string, double> &options);
};

// All rules, by their files; a file adds its own with a static object of this type.
std::vector<RuleEntry> &rules();
struct AddRule {
  explicit AddRule(RuleEntry entry) { rules().push_back(std::move(entry)); }
};

// The loss of an output, its gradient where asked for, and how many stimuli were answered rightly.
double cross_entropy(const Tensor &output, const Tensor &labels, Tensor *gradient, int64_t &correct);
double contrastive(const Tensor &output, double temperature, Tensor *gradient, int64_t &correct);

// The slow envelopes of the bands of sounds.
void envelopes(const engram_sounds &shape, const float *sounds, const float *filters, const float *taps, float *result);

}  // namespace engram
