// Optimizers.cpp -- how weights move: momentum as Nesterov has it, and Adam with TensorFlow's epsilon.
#include "Network.h"

#include <cmath>

namespace engram {

Optimizer::Optimizer(Kind kind, const Tensor &weights) : kind(kind) {
  slots.push_back(at::zeros_like(weights));
  if (kind == Kind::adam) slots.push_back(at::zeros_like(weights));
}

void Optimizer::move(const Tensor &weights, const Tensor &gradient, double rate) {
  steps++;
  if (weights.numel() == 0) return;
  if (kind == Kind::nesterov) {
    // a = .9 a + g;  w -= rate (g + .9 a)
    const double momentum = .9;
    slots[0].mul_(momentum).add_(gradient);
    weights.sub_(gradient, rate).sub_(slots[0], rate * momentum);
    return;
  }
  // Kingma and Ba's "epsilon hat": the correction of the means goes into the rate.
  const double first = .9, second = .999, epsilon = 1e-8;
  const double corrected = rate * std::sqrt(1 - std::pow(second, (double)steps)) / (1 - std::pow(first, (double)steps));
  slots[0].mul_(first).add_(gradient, 1 - first);
  slots[1].mul_(second).addcmul_(gradient, gradient, 1 - second);
  weights.addcdiv_(slots[0], slots[1].sqrt().add_(epsilon), -corrected);
}

}  // namespace engram
