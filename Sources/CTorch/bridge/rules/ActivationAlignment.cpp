// ActivationAlignment.cpp -- `activation`: the feedback kernel makes of the input what the forward kernel makes of it.
//
// Kunin et al. 2020: R = alpha (sum mean f^2 + sum mean u^2) + beta amp.
#include "../Alignment.h"

namespace engram {
namespace {

struct ActivationAlignment : AlignmentRule {
  using AlignmentRule::AlignmentRule;

  void align(Network &network, int i) override {
    const double alpha = option("alpha"), beta = option("beta"), n = (double)network.batch;
    const Map m = map(network, i, false);
    const Tensor b = network.feedback_as_kernel(i);
    const Tensor f = forward(network, i, m, false, false);
    // One sum serves both terms: x times (2 alpha u - beta f).
    const Tensor slope = m.product(m.input, m.apply(b) * (2 * alpha) - f * beta, b).div_(n);
    network.parts[i].feedback_gradient.add_(network.as_feedback(i, slope));
  }
};

const AddRule added_activation(
    {"activation", "activation alignment: both kernels make the same of the input", "sgdm", true,
     with_alignment_options({{"alpha", .001, "the weight of sum mean f^2 + sum mean u^2"},
                             {"beta", .002, "the weight of amp, -sum mean(f u)"}}),
     [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
       return std::make_unique<ActivationAlignment>(options);
     }});

}  // namespace
}  // namespace engram
