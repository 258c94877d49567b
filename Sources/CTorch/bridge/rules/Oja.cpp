// Oja.cpp -- `oja`: layers learn from what they hear and say alone, by Hebb's rule with Oja's decay; the readout is taught.
//
// Oja 1989, the rule of the subspace: W grows by x y' - W y y'. No gradient goes down. An example of a rule of one's own: this
// file is all there is of it.
#include "../Network.h"

namespace engram {
namespace {

struct Oja : Rule {
  explicit Oja(double strength) : strength(strength) {}
  const double strength;

  Tensor downward(Network &network, int i, const Tensor &gradient) override { return at::zeros_like(network.traces[i].input); }

  void learn(Network &network, int i, const Tensor &gradient) override {
    network.set_local_gradients(i, gradient);
    if (i == network.last_layer()) return;
    Parts &p = network.parts[i];
    const Tensor y = network.traces[i].output;
    // Means over stimuli and places.
    const double n = (double)(y.numel() / y.size(1));
    const Tensor hebb = network.kernel_gradient(i, network.traces[i].input, y).div_(n);
    Tensor decay;
    if (network.is_convolution(i)) {
      const Tensor rows = y.transpose(0, 1).reshape({y.size(1), -1});
      decay = at::mm(at::mm(rows, rows.t()).div_(n), p.kernel.reshape({y.size(1), -1})).view(p.kernel.sizes());
    } else {
      decay = at::mm(p.kernel, at::mm(y.t(), y).div_(n));
    }
    p.kernel_gradient.copy_((decay - hebb) * strength);
  }
};

const AddRule added_oja({"oja", "Hebb's rule with Oja's decay; only the readout is taught", "sgdm", false,
                         {{"strength", 1, "how much faster layers learn than the readout"}},
                         [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
                           return std::make_unique<Oja>(options.at("strength"));
                         }});

}  // namespace
}  // namespace engram
