// Alignment.h -- what rules share whose feedback kernels learn by a regulariser of each layer.
//
// Kunin et al. 2020. Of a layer with input x, f = x W and u = x B' are what the forward and the feedback kernel make of the
// input, and r = f B what the feedback kernel makes of the output. The regulariser moves the feedback kernel alone. Sums run over
// places and channels, means over stimuli.
#pragma once

#include "Network.h"

namespace engram {

struct AlignmentRule : FeedbackRule {
  using Options = std::map<std::string, double>;
  Options options;
  explicit AlignmentRule(const Options &options) : options(options) {}

  double option(const char *name) const { return options.at(name); }

  // Adds the gradient of the regulariser of a layer to that of its feedback kernel, and its value to `value`.
  virtual void align(Network &network, int i) = 0;

  void begin(Network &network) override { value = 0; }

  void learn(Network &network, int i, const Tensor &gradient) override {
    network.set_local_gradients(i, gradient);
    align(network, i);
  }

  double regularizer() const override { return value; }

  Optimizer::Kind feedback_optimizer() const override {
    return option("feedback_rate") > 0 ? Optimizer::Kind::adam : Optimizer::Kind::nesterov;
  }
  double feedback_rate(double rate) const override { return option("feedback_rate") > 0 ? option("feedback_rate") : rate; }

  bool moves_forward(int64_t step) const override { return option("alternate") == 0 || step % 2 == 0; }
  bool moves_feedback(int64_t step) const override { return option("alternate") == 0 || step % 2 == 1; }

 protected:
  double value = 0;

  // A layer as a linear map: its input with all padding that belongs to it, and the padding that is left.
  struct Map {
    const engram_operation &operation;
    Tensor input;
    std::vector<int64_t> padding;

    Tensor apply(const Tensor &kernel) const {
      if (operation.kind == ENGRAM_DENSE) return at::mm(input, kernel);
      return at::convolution(input, kernel, {}, {operation.stride, operation.stride}, padding, {1, 1}, false, {0, 0}, 1);
    }
    // The sum of x times g: the gradient of <apply(K), g> with K.
    Tensor product(const Tensor &x, const Tensor &g, const Tensor &kernel) const {
      if (operation.kind == ENGRAM_DENSE) return at::mm(x.t(), g);
      return std::get<1>(at::convolution_backward(g, x, kernel, c10::nullopt, {operation.stride, operation.stride}, padding,
                                                  {1, 1}, false, {0, 0}, 1, {false, true, false}));
    }
    // What a kernel makes of an output, in the place of the input. Padding that is no part of the input stays zero.
    Tensor back(const Tensor &g, const Tensor &kernel) const {
      const auto &o = operation;
      if (o.kind == ENGRAM_DENSE) return at::mm(g, kernel.t());
      Tensor made = std::get<0>(at::convolution_backward(g, input, kernel, c10::nullopt, {o.stride, o.stride}, padding,
                                                         {1, 1}, false, {0, 0}, 1, {true, false, false}));
      if (o.owns_padding || padding[0] > 0 || padding[1] > 0 || o.top + o.bottom + o.left + o.right == 0) return made;
      made = made.narrow(2, o.top, made.size(2) - o.top - o.bottom).narrow(3, o.left, made.size(3) - o.left - o.right);
      return at::constant_pad_nd(made, {o.left, o.right, o.top, o.bottom}, 0);
    }
  };

  // The map of a layer; with `centre` its input less the mean of each channel.
  Map map(Network &network, int i, bool centre) const {
    const auto &o = network.operations[i];
    Tensor x = network.input_of(i);
    if (o.kind == ENGRAM_DENSE) {
      x = network.traces[i].input;
      return {o, centre ? x - x.mean(0, true) : x, {}};
    }
    if (centre) x = x - x.mean(at::IntArrayRef{0, 2, 3}, true);
    if (o.top == o.bottom && o.left == o.right && !o.owns_padding) return {o, x, {o.top, o.left}};
    return {o, at::constant_pad_nd(x, {o.left, o.right, o.top, o.bottom}, 0), {0, 0}};
  }

  // f with or without bias: what the kernel makes of the input of a map.
  Tensor forward(Network &network, int i, const Map &map, bool centre, bool has_bias) const {
    const Parts &p = network.parts[i];
    if (centre || !p.bias.defined() || !has_bias) {
      if (!centre && !p.bias.defined()) return network.traces[i].output;
      const Tensor f = map.apply(p.kernel);
      return p.bias.defined() && has_bias ? f + bias(network, i) : f;
    }
    return network.traces[i].output;
  }

  Tensor bias(Network &network, int i) const {
    const Tensor &b = network.parts[i].bias;
    return network.is_convolution(i) ? b.view({1, -1, 1, 1}) : b.view({1, -1});
  }
};

// Options that all of them have.
inline std::vector<engram_rule_option> with_alignment_options(std::vector<engram_rule_option> own) {
  own.push_back({"feedback_rate", .005, "the rate of Adam, constant, that moves the feedback kernels; 0: by the optimiser of "
                                        "momentum at the rate of the forward kernels"});
  own.push_back({"alternate", 0, "1: steps move the forward and the feedback kernels in turn; 0: each moves both"});
  return own;
}

}  // namespace engram
