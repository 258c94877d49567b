// Passes.cpp -- the pass forward, the pass backward, a step of learning and an evaluation.
#include "Network.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <cstring>

namespace engram {

static std::vector<int64_t> two(int64_t a, int64_t b) { return {a, b}; }

// Whether padding is the same before and after, so that convolution adds it by itself.
static bool is_even(const engram_operation &o) { return o.top == o.bottom && o.left == o.right; }

static std::vector<int64_t> own_padding(const engram_operation &o) { return is_even(o) ? two(o.top, o.left) : two(0, 0); }

// A window at the end may reach over the edge by one; that is the rounding up of the number of places.
static bool rounds_up(const engram_operation &o) { return o.bottom > o.top || o.right > o.left; }

Tensor Network::apply(int i, const Tensor &input, const Tensor &kernel) const {
  const auto &o = operations[i];
  if (o.kind == ENGRAM_DENSE) return at::mm(input, kernel);
  return at::convolution(input, kernel, {}, two(o.stride, o.stride), own_padding(o), {1, 1}, false, {0, 0}, 1);
}

Tensor Network::input_gradient(int i, const Tensor &gradient, const Tensor &kernel) const {
  const auto &o = operations[i];
  if (o.kind == ENGRAM_DENSE) return at::mm(gradient, kernel.t());
  return std::get<0>(at::convolution_backward(gradient, traces[i].input, kernel, c10::nullopt, two(o.stride, o.stride),
                                              own_padding(o), {1, 1}, false, {0, 0}, 1, {true, false, false}));
}

Tensor Network::kernel_gradient(int i, const Tensor &input, const Tensor &gradient) const {
  const auto &o = operations[i];
  if (o.kind == ENGRAM_DENSE) return at::mm(input.t(), gradient);
  return std::get<1>(at::convolution_backward(gradient, input, parts[i].kernel, c10::nullopt, two(o.stride, o.stride),
                                              own_padding(o), {1, 1}, false, {0, 0}, 1, {false, true, false}));
}

void Network::set_local_gradients(int i, const Tensor &gradient) {
  Parts &p = parts[i];
  p.kernel_gradient.copy_(kernel_gradient(i, traces[i].input, gradient));
  if (p.bias.defined()) p.bias_gradient.copy_(is_convolution(i) ? gradient.sum({0, 2, 3}) : gradient.sum(0));
}

Tensor Network::feedback_as_kernel(int i) const {
  return is_convolution(i) ? parts[i].feedback : parts[i].feedback.t();
}

Tensor Network::as_feedback(int i, const Tensor &kernel) const { return is_convolution(i) ? kernel : kernel.t(); }

static uint64_t mixed(uint64_t seed, uint64_t stream) {
  // SplitMix64, so that neighbouring numbers draw unlike.
  uint64_t x = seed + 0x9e3779b97f4a7c15u * (stream + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

Tensor Network::normal(const std::vector<int64_t> &shape, uint64_t stream) const {
  auto generator = at::detail::createCPUGenerator(mixed(seed, stream));
  return at::normal(0.0, 1.0, shape, generator, at::TensorOptions().dtype(options().dtype())).to(options());
}

int Network::last_layer() const {
  int last = -1;
  for (int i = 0; i < (int)operations.size(); i++)
    if (is_layer(i)) last = i;
  return last;
}

Tensor Network::upload(const float *images, int64_t count) const {
  return at::from_blob(const_cast<float *>(images), {count, settings.height, settings.width, settings.channels}, at::kFloat)
      .permute({0, 3, 1, 2})
      .to(options())
      .contiguous();
}

Tensor Network::operate(int i, const Tensor &x, bool learns) {
  const auto &o = operations[i];
  Parts &p = parts[i];
  Trace &t = traces[i];
  switch (o.kind) {
    case ENGRAM_CONVOLUTION: {
      t.input = is_even(o) ? x : at::constant_pad_nd(x, {o.left, o.right, o.top, o.bottom}, 0);
      const c10::optional<Tensor> bias = p.bias.defined() ? c10::optional<Tensor>(p.bias) : c10::nullopt;
      return at::convolution(t.input, p.kernel, bias, two(o.stride, o.stride), own_padding(o), {1, 1}, false, {0, 0}, 1);
    }
    case ENGRAM_DENSE:
      t.input = x.dim() == 2 ? x : x.permute({0, 2, 3, 1}).reshape({x.size(0), o.inputs});
      return p.bias.defined() ? at::addmm(p.bias, t.input, p.kernel) : at::mm(t.input, p.kernel);
    case ENGRAM_BATCH_NORM: {
      // The unbiased variance of one value is 0 / 0: it says nothing of the moving one, which stays.
      const bool is_one = learns && x.numel() == x.size(1);
      const Tensor variance = is_one ? p.variance.clone() : p.variance;
      auto made = at::native_batch_norm(x, p.gamma, p.beta, p.mean, variance, learns, 1 - o.a, o.b);
      t.first = std::get<1>(made);
      t.second = std::get<2>(made);
      return std::get<0>(made);
    }
    case ENGRAM_RELU: {
      // What nobody else reads is overwritten.
      const int before = o.input < 0 ? ENGRAM_RELU : operations[o.input].kind;
      const bool is_free = (before == ENGRAM_BATCH_NORM || before == ENGRAM_ADD) && readers[o.input] == 1;
      return is_free ? traces[o.input].output.relu_() : at::relu(x);
    }
    case ENGRAM_MAX_POOL: {
      auto made = at::max_pool2d_with_indices(x, two(o.size_h, o.size_w), two(o.stride, o.stride), two(o.top, o.left),
                                              {1, 1}, rounds_up(o));
      t.first = std::get<1>(made);
      return std::get<0>(made);
    }
    case ENGRAM_AVERAGE_POOL:
      return at::avg_pool2d(x, two(o.size_h, o.size_w), two(o.stride, o.stride), two(o.top, o.left), rounds_up(o), false);
    case ENGRAM_RESPONSE_NORM: {
      const int64_t r = o.size_h, n = x.size(0), c = x.size(1), places = x.size(2) * x.size(3);
      t.first = at::avg_pool2d(x.square().view({n, 1, c, places}), {2 * r + 1, 1}, {1, 1}, {r, 0}, false, true, 1)
                    .view(x.sizes())
                    .mul_(o.b)
                    .add_(o.a);
      t.second = t.first.pow(-o.c);
      return x * t.second;
    }
    case ENGRAM_ADD: return x + traces[o.other].output;
    case ENGRAM_DROPOUT: {
      if (!learns) return x;
      // In Float64, so that both precisions drop the same units.
      auto generator = at::detail::createCPUGenerator(mixed(seed, 1000));
      t.first = at::rand(x.sizes(), generator, at::TensorOptions().dtype(at::kDouble))
                    .lt(o.a)
                    .to(options())
                    .div_(o.a);
      return x * t.first;
    }
    default: return x.mean(at::IntArrayRef{2, 3});
  }
}

Tensor Network::forward(const Tensor &stimuli, bool learns) {
  images = stimuli;
  batch = images.size(0);
  for (int i = 0; i < (int)operations.size(); i++) traces[i].output = operate(i, input_of(i), learns);
  return traces.back().output;
}

Tensor Network::operate_backward(int i, const Tensor &x, const Tensor &g) {
  const auto &o = operations[i];
  Parts &p = parts[i];
  Trace &t = traces[i];
  switch (o.kind) {
    case ENGRAM_CONVOLUTION:
    case ENGRAM_DENSE: {
      rule->learn(*this, i, g);
      if (o.input < 0) return {};
      Tensor sent = rule->downward(*this, i, g);
      if (!sent.defined()) return sent;
      if (o.kind == ENGRAM_CONVOLUTION) {
        if (is_even(o)) return sent;
        return sent.narrow(2, o.top, x.size(2)).narrow(3, o.left, x.size(3));
      }
      if (x.dim() == 2) return sent;
      return sent.view({x.size(0), x.size(2), x.size(3), x.size(1)}).permute({0, 3, 1, 2}).contiguous();
    }
    case ENGRAM_BATCH_NORM: {
      auto made = at::native_batch_norm_backward(g, x, p.gamma, p.mean, p.variance, t.first, t.second, true, o.b,
                                                 {true, true, true});
      p.gamma_gradient.copy_(std::get<1>(made));
      if (p.beta.defined()) p.beta_gradient.copy_(std::get<2>(made));
      return std::get<0>(made);
    }
    case ENGRAM_RELU: return at::threshold_backward(g, t.output, 0);
    case ENGRAM_MAX_POOL:
      return at::max_pool2d_with_indices_backward(g, x, two(o.size_h, o.size_w), two(o.stride, o.stride),
                                                  two(o.top, o.left), {1, 1}, rounds_up(o), t.first);
    case ENGRAM_AVERAGE_POOL:
      return at::avg_pool2d_backward(g, x, two(o.size_h, o.size_w), two(o.stride, o.stride), two(o.top, o.left),
                                     rounds_up(o), false, c10::nullopt);
    case ENGRAM_RESPONSE_NORM: {
      // y = x s^-beta, s = bias + alpha * sum x^2:  dx = g s^-beta - 2 alpha beta x * sum over the window of g x s^(-beta-1)
      const int64_t r = o.size_h, n = x.size(0), c = x.size(1), places = x.size(2) * x.size(3);
      const Tensor inner = (g * x * t.second / t.first).view({n, 1, c, places});
      const Tensor sums =
          at::avg_pool2d(inner, {2 * r + 1, 1}, {1, 1}, {r, 0}, false, true, 1).view(x.sizes());
      return g * t.second - x * sums * (2 * o.b * o.c);
    }
    case ENGRAM_ADD: return g;
    case ENGRAM_DROPOUT: return g * t.first;
    default: {
      const double places = (double)(x.size(2) * x.size(3));
      return (g / places).unsqueeze(2).unsqueeze(3).expand(x.sizes()).contiguous();
    }
  }
}

void Network::backward(const Tensor &loss_gradient) {
  std::vector<Tensor> gradients(operations.size());
  gradients.back() = error = loss_gradient;
  const Tensor none;
  auto add = [&](int i, const Tensor &g) {
    if (i >= 0 && g.defined()) gradients[i] = gradients[i].defined() ? gradients[i] + g : g;
  };
  for (int i = (int)operations.size() - 1; i >= 0; i--) {
    if (!gradients[i].defined()) continue;
    const auto &o = operations[i];
    const Tensor g = rule->arriving(*this, i, gradients[i]);
    gradients[i] = none;
    const Tensor sent = operate_backward(i, input_of(i), g);
    add(o.input, sent);
    if (o.kind == ENGRAM_ADD) add(o.other, sent);
  }
}

void Network::measure(const Tensor &output, const int32_t *labels, int32_t count, engram_outcome &outcome,
                      Tensor *gradient) {
  outcome.count = count;
  outcome.regularizer = 0;
  if (settings.loss == ENGRAM_CONTRASTIVE) {
    outcome.loss = contrastive(output, settings.temperature, gradient, outcome.correct);
    return;
  }
  for (int32_t k = 0; k < count; k++)
    require(labels[k] >= 0 && labels[k] < output.size(1), "a label is no class of the network");
  const Tensor classes =
      at::from_blob(const_cast<int32_t *>(labels), {count}, at::kInt).to(at::kLong).to(output.device());
  outcome.loss = cross_entropy(output, classes, gradient, outcome.correct);
}

void Network::step(const float *images, const int32_t *labels, int32_t count, double rate, uint64_t seed,
                   engram_outcome &outcome) {
  require(count > 0, "a step has at least one stimulus");
  this->seed = seed;
  const int64_t stimuli = settings.loss == ENGRAM_CONTRASTIVE ? 2 * (int64_t)count : count;
  rule->begin(*this);
  const Tensor output = forward(upload(images, stimuli), true);
  Tensor slope;
  measure(output, labels, count, outcome, &slope);
  gradient.zero_();
  feedback_gradient.zero_();
  backward(slope);
  outcome.regularizer = rule->regularizer();
  if (settings.decay > 0) gradient.narrow(0, 0, decayed).add_(weights.narrow(0, 0, decayed), settings.decay);
  const int64_t number = std::max(optimizer->steps, feedback_optimizer->steps);
  const bool moves_forward = rule->moves_forward(number), moves_feedback = rule->moves_feedback(number);
  if (settings.clip > 0) {
    const double norm = gradient.norm().item<double>();
    if (norm > settings.clip) {
      gradient.mul_(settings.clip / norm);
      if (rule->clips_feedback()) feedback_gradient.mul_(settings.clip / norm);
    }
  }
  // Both count every step, so that what is corrected for the number of steps is that of the run.
  if (moves_forward) optimizer->move(weights, gradient, rate);
  else optimizer->steps++;
  if (moves_feedback && feedback.numel() > 0) feedback_optimizer->move(feedback, feedback_gradient, rule->feedback_rate(rate));
  else feedback_optimizer->steps++;
}

void Network::evaluate(const float *images, const int32_t *labels, int32_t count, engram_outcome *outcome) {
  require(count > 0, "an evaluation has at least one stimulus");
  // What is drawn to measure a network is the same whatever it learned last.
  seed = 0;
  const int64_t stimuli = outcome && settings.loss == ENGRAM_CONTRASTIVE ? 2 * (int64_t)count : count;
  const Tensor output = forward(upload(images, stimuli), false);
  if (outcome) measure(output, labels, count, *outcome, nullptr);
}

void Network::activations(int operation, void *values, int64_t count) {
  require(operation >= 0 && operation < (int)operations.size(), "there is no such operation");
  const Tensor &output = traces[operation].output;
  require(output.defined() && output.numel() == count, "the activations of a layer have another number of elements");
  const Tensor shown = output.dim() == 4 ? output.permute({0, 2, 3, 1}) : output;
  at::from_blob(values, shown.sizes(), at::TensorOptions().dtype(output.dtype())).copy_(shown);
}

// The summed derivatives with the inputs are the derivative in the direction in which all inputs grow alike: what the layer
// makes of an input of ones, where the ReLU lets it through.
void Network::activity_change(int operation, int relu, bool by_feedback, double *values, int64_t count) {
  require(operation >= 0 && operation < (int)operations.size() && is_layer(operation), "there is no such layer");
  require(relu < (int)operations.size() && (relu < 0 || operations[relu].kind == ENGRAM_RELU), "there is no such ReLU");
  const auto &o = operations[operation];
  const Tensor &input = traces[operation].input;
  require(input.defined() && input.size(0) == count, "the stimuli are others than those that were evaluated");
  require(!by_feedback || parts[operation].feedback.defined(), "the layer has no feedback kernel");
  const Tensor kernel = by_feedback ? rule->downward_kernel(*this, operation) : parts[operation].kernel;
  Tensor change;
  if (o.kind == ENGRAM_DENSE) {
    change = kernel.sum(0).unsqueeze(0);
  } else {
    const Tensor &real = input_of(operation);
    const Tensor ones = at::constant_pad_nd(at::ones({1, o.inputs, real.size(2), real.size(3)}, options()),
                                            {o.left, o.right, o.top, o.bottom}, o.owns_padding ? 1 : 0);
    change = at::convolution(ones, kernel, {}, two(o.stride, o.stride), {0, 0}, {1, 1}, false, {0, 0}, 1);
  }
  change = change.to(at::kDouble).reshape({1, -1});
  const double outputs = (double)change.numel();
  Tensor result;
  if (relu >= 0) {
    const Tensor output = traces[relu].output.reshape({count, -1});
    result = at::mm(output.gt(0).to(at::kDouble), change.t()).div_(outputs).squeeze(1);
    // Where an output is not a number, nothing can be said of its change.
    result.masked_fill_(output.isnan().any(1), std::nan(""));
  } else {
    result = change.sum().div_(outputs).expand({count});
  }
  at::from_blob(values, {count}, at::kDouble).copy_(result);
}

}  // namespace engram
