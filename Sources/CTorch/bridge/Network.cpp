// Network.cpp -- how the tensors of a network lie, and what a caller sets and gets.
#include "Network.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace engram {

void require(bool holds, const std::string &otherwise) {
  if (!holds) throw UsageError(otherwise);
}

std::vector<RuleEntry> &rules() {
  static std::vector<RuleEntry> all;
  return all;
}

Tensor Rule::downward_kernel(Network &network, int i) { return network.parts[i].kernel; }

Tensor Rule::downward(Network &network, int i, const Tensor &gradient) {
  return network.input_gradient(i, gradient, downward_kernel(network, i));
}

std::vector<int64_t> FeedbackRule::feedback_shape(const Network &network, int i) const {
  const auto &o = network.operations[i];
  if (o.kind == ENGRAM_CONVOLUTION) return {o.outputs, o.inputs, o.size_h, o.size_w};
  if (o.kind == ENGRAM_DENSE) return {o.outputs, o.inputs};
  return {};
}

Tensor FeedbackRule::downward_kernel(Network &network, int i) { return network.feedback_as_kernel(i); }

static int64_t output_size(int64_t input, int64_t window, int64_t stride, int64_t padding) {
  return (input + padding - window) / stride + 1;
}

static void check(const engram_operation *operations, int count, const engram_settings &s) {
  require(operations != nullptr && count > 0, "a network has at least one operation");
  require(s.height > 0 && s.width > 0 && s.channels > 0, "an image has a height, a width and channels");
  for (int i = 0; i < count; i++) {
    const auto &o = operations[i];
    const std::string place = "operation " + std::to_string(i);
    require(o.kind >= ENGRAM_CONVOLUTION && o.kind <= ENGRAM_MEAN_POOL, place + " is of no known kind");
    require(o.input >= -1 && o.input < i, place + " reads what is not computed yet");
    require(o.kind != ENGRAM_ADD || (o.other >= 0 && o.other < i && o.input >= 0), place + " adds what is not there");
    require(o.inputs > 0 && o.outputs > 0, place + " has no channels");
    if (o.kind == ENGRAM_CONVOLUTION || o.kind == ENGRAM_MAX_POOL || o.kind == ENGRAM_AVERAGE_POOL)
      require(o.size_h > 0 && o.size_w > 0 && o.stride > 0 && o.top >= 0 && o.bottom >= 0 && o.left >= 0 && o.right >= 0,
              place + " has a window that cannot be");
  }
}

static std::vector<engram_operation> checked(const engram_operation *operations, int count, const engram_settings &s) {
  check(operations, count, s);
  return std::vector<engram_operation>(operations, operations + count);
}

static const RuleEntry &entry(const std::string &name) {
  std::string known;
  for (const auto &candidate : rules()) {
    if (candidate.name == name) return candidate;
    known += (known.empty() ? "" : ", ") + std::string(candidate.name);
  }
  throw UsageError("there is no learning rule '" + name + "'; there are " + known);
}

Network::Network(const engram_operation *operations, int count, const engram_settings &settings,
                 const std::string &rule_name, const std::map<std::string, double> &given)
    : operations(checked(operations, count, settings)), settings(settings) {
  const RuleEntry &rule_entry = entry(rule_name);
  std::map<std::string, double> options;
  for (const auto &option : rule_entry.options) options[option.name] = option.value;
  for (const auto &option : given) {
    require(options.count(option.first) > 0, "the rule " + rule_name + " has no option '" + option.first + "'");
    require(std::isfinite(option.second), "the option " + option.first + " is no finite number");
    options[option.first] = option.second;
  }
  rule = rule_entry.make(options);
  readers.assign(this->operations.size(), 0);
  for (const auto &o : this->operations) {
    if (o.input >= 0) readers[o.input]++;
    if (o.kind == ENGRAM_ADD) readers[o.other]++;
  }
  lay_out();
  const bool is_adam = std::string(rule_entry.optimizer) == "adam";
  optimizer = std::make_unique<Optimizer>(is_adam ? Optimizer::Kind::adam : Optimizer::Kind::nesterov, weights);
  feedback_optimizer = std::make_unique<Optimizer>(rule->feedback_optimizer(), feedback);
}

Network::~Network() = default;

at::TensorOptions Network::options() const {
  return at::TensorOptions()
      .dtype(settings.is_double ? at::kDouble : at::kFloat)
      .device(settings.on_gpu ? at::Device(ENGRAM_GPU, 0) : at::Device(at::kCPU));
}

// Weights lie one after the other: kernels and biases, which decay, then scales and offsets, which do not.
void Network::lay_out() {
  struct Place {
    Tensor Parts::*part, Parts::*gradient;
    int operation;
    std::vector<int64_t> shape;
    int64_t start;
  };
  std::vector<Place> placed, moved, fed;
  int64_t moving_count = 0, feedback_count = 0, weight_count = 0;
  auto size_of = [](const std::vector<int64_t> &shape) {
    int64_t product = 1;
    for (auto extent : shape) product *= extent;
    return product;
  };
  const int count = (int)operations.size();
  parts.resize(count);
  traces.resize(count);
  for (int i = 0; i < count; i++) {
    const auto &o = operations[i];
    std::pair<int64_t, int64_t> in =
        o.input < 0 ? std::make_pair((int64_t)settings.height, (int64_t)settings.width) : sizes[o.input];
    switch (o.kind) {
      case ENGRAM_CONVOLUTION:
      case ENGRAM_MAX_POOL:
      case ENGRAM_AVERAGE_POOL:
        in = {output_size(in.first, o.size_h, o.stride, o.top + o.bottom),
              output_size(in.second, o.size_w, o.stride, o.left + o.right)};
        break;
      case ENGRAM_DENSE:
      case ENGRAM_MEAN_POOL: in = {1, 1}; break;
      default: break;
    }
    require(in.first > 0 && in.second > 0, "operation " + std::to_string(i) + " has no output: its window is too large");
    sizes.push_back(in);
  }
  auto place = [&](std::vector<Place> &list, int64_t &total, Tensor Parts::*part, Tensor Parts::*gradient, int i,
                   std::vector<int64_t> shape) {
    list.push_back({part, gradient, i, shape, total});
    total += size_of(shape);
  };
  for (int i = 0; i < count; i++) {
    const auto &o = operations[i];
    if (!is_layer(i)) continue;
    place(placed, weight_count, &Parts::kernel, &Parts::kernel_gradient, i,
          is_convolution(i) ? std::vector<int64_t>{o.outputs, o.inputs, o.size_h, o.size_w}
                            : std::vector<int64_t>{o.inputs, o.outputs});
    if (o.flag) place(placed, weight_count, &Parts::bias, &Parts::bias_gradient, i, {o.outputs});
  }
  decayed = weight_count;
  for (int i = 0; i < count; i++) {
    const auto &o = operations[i];
    auto shape = rule->feedback_shape(*this, i);
    if (!shape.empty()) place(fed, feedback_count, &Parts::feedback, &Parts::feedback_gradient, i, shape);
    if (o.kind != ENGRAM_BATCH_NORM) continue;
    place(placed, weight_count, &Parts::gamma, &Parts::gamma_gradient, i, {o.outputs});
    if (o.flag) place(placed, weight_count, &Parts::beta, &Parts::beta_gradient, i, {o.outputs});
    place(moved, moving_count, &Parts::mean, nullptr, i, {o.outputs});
    place(moved, moving_count, &Parts::variance, nullptr, i, {o.outputs});
  }
  weights = at::zeros({weight_count}, options());
  gradient = at::zeros({weight_count}, options());
  moving = at::zeros({moving_count}, options());
  feedback = at::zeros({feedback_count}, options());
  feedback_gradient = at::zeros({feedback_count}, options());
  auto cut = [&](const std::vector<Place> &list, const Tensor &whole, const Tensor &slopes) {
    for (const auto &p : list) {
      parts[p.operation].*p.part = whole.narrow(0, p.start, size_of(p.shape)).view(p.shape);
      if (p.gradient) parts[p.operation].*p.gradient = slopes.narrow(0, p.start, size_of(p.shape)).view(p.shape);
    }
  };
  cut(placed, weights, gradient);
  cut(moved, moving, moving);
  cut(fed, feedback, feedback_gradient);
  for (auto &p : parts) {
    if (p.gamma.defined()) p.gamma.fill_(1);
    if (p.variance.defined()) p.variance.fill_(1);
  }
}

Tensor *Network::tensor(int operation, int which) {
  require(operation >= 0 && operation < (int)operations.size(), "there is no such operation");
  Parts &p = parts[operation];
  switch (which) {
    case ENGRAM_KERNEL: return &p.kernel;
    case ENGRAM_BIAS: return &p.bias;
    case ENGRAM_GAMMA: return &p.gamma;
    case ENGRAM_BETA: return &p.beta;
    case ENGRAM_MOVING_MEAN: return &p.mean;
    case ENGRAM_MOVING_VARIANCE: return &p.variance;
    case ENGRAM_FEEDBACK: return &p.feedback;
    case ENGRAM_KERNEL_GRADIENT: return &p.kernel_gradient;
    case ENGRAM_FEEDBACK_GRADIENT: return &p.feedback_gradient;
    default: throw UsageError("there is no such tensor");
  }
}

int64_t Network::count(int operation, int which) const {
  const Tensor &found = *const_cast<Network *>(this)->tensor(operation, which);
  return found.defined() ? found.numel() : 0;
}

void Network::set(int operation, int which, const double *values, int64_t count) {
  Tensor &target = *tensor(operation, which);
  require(target.defined() && target.numel() == count, "a tensor has another number of elements");
  Tensor given = at::from_blob(const_cast<double *>(values), {count}, at::kDouble);
  if (target.dim() == 4) {
    // Height, width, inputs, outputs as it is given; outputs, inputs, height, width as convolution wants it.
    const auto s = target.sizes();
    given = given.view({s[2], s[3], s[1], s[0]}).permute({3, 2, 0, 1});
  } else {
    given = given.view(target.sizes());
  }
  target.copy_(given);
}

void Network::get(int operation, int which, double *values, int64_t count) const {
  const Tensor &source = *const_cast<Network *>(this)->tensor(operation, which);
  require(source.defined() && source.numel() == count, "a tensor has another number of elements");
  Tensor shown = source.dim() == 4 ? source.permute({2, 3, 1, 0}) : source;
  at::from_blob(values, {count}, at::kDouble).view(shown.sizes()).copy_(shown);
}

const std::vector<Tensor> Network::state() const {
  std::vector<Tensor> all = {weights, moving, feedback};
  for (const auto &slot : optimizer->slots) all.push_back(slot);
  for (const auto &slot : feedback_optimizer->slots) all.push_back(slot);
  return all;
}

int64_t Network::state_size() const {
  int64_t size = 2 * sizeof(int64_t);
  for (const auto &part : state()) size += part.numel() * (int64_t)part.element_size();
  return size;
}

void Network::get_state(char *bytes, int64_t size) const {
  require(size == state_size(), "the state of a network has another size");
  const int64_t steps[2] = {optimizer->steps, feedback_optimizer->steps};
  std::memcpy(bytes, steps, sizeof steps);
  bytes += sizeof steps;
  for (const auto &part : state()) {
    const size_t length = (size_t)part.numel() * part.element_size();
    if (length > 0) std::memcpy(bytes, part.cpu().data_ptr(), length);
    bytes += length;
  }
}

void Network::set_state(const char *bytes, int64_t size) {
  require(size == state_size(), "the state of a network has another size");
  int64_t steps[2];
  std::memcpy(steps, bytes, sizeof steps);
  optimizer->steps = steps[0];
  feedback_optimizer->steps = steps[1];
  bytes += sizeof steps;
  for (const auto &part : state()) {
    const size_t length = (size_t)part.numel() * part.element_size();
    if (length > 0)
      part.copy_(at::from_blob(const_cast<char *>(bytes), part.sizes(), at::TensorOptions().dtype(part.dtype())));
    bytes += length;
  }
}

}  // namespace engram
