// InformationAlignment.cpp -- `information`: feedback kernels learn to bring back what the layer made of its input.
//
// Kunin et al. 2020: R = alpha amp + beta null + gamma decay, with amp = -sum mean(f u), null = sum mean(r^2) and
// decay = |W|^2 + |B|^2; its gradient moves B alone.
#include "../Alignment.h"

namespace engram {
namespace {

struct InformationAlignment : AlignmentRule {
  using AlignmentRule::AlignmentRule;

  void align(Network &network, int i) override {
    Parts &p = network.parts[i];
    const bool centre = option("centre") != 0, has_bias = option("bias") != 0 && p.bias.defined();
    const double alpha = option("alpha"), beta = option("beta"), gamma = option("gamma"), n = (double)network.batch;
    const Map m = map(network, i, centre);
    const Tensor b = network.feedback_as_kernel(i);
    const Tensor f = forward(network, i, m, centre, has_bias);
    const Tensor r = m.back(f, b);
    const Tensor with_amp = m.product(m.input, f, b), with_null = m.product(r, f, b);
    const Tensor slope = with_amp * (-alpha / n) + with_null * (2 * beta / n) + b * (2 * gamma);
    p.feedback_gradient.add_(network.as_feedback(i, slope));
    if (!watches) return;
    // u is linear in B, so that sum(f u) is <B, sum x f>, and of a bias what it adds.
    Tensor amp = (b * with_amp).sum();
    if (has_bias) amp = amp + (f * bias(network, i)).sum();
    const Tensor total = amp * (-alpha / n) + r.square().sum() * (beta / n) +
                         (p.kernel.square().sum() + b.square().sum()) * gamma;
    value += total.item<double>();
  }

  const bool watches = option("watch") != 0;
};

const AddRule added_information(
    {"information", "information alignment: feedback kernels learn to reconstruct", "sgdm", true,
     with_alignment_options({{"alpha", .004, "the weight of amp, -sum mean(f u)"},
                             {"beta", .001, "the weight of null, sum mean(r^2)"},
                             {"gamma", .001, "the weight of decay, |W|^2 + |B|^2"},
                             {"centre", 1, "1: the input of a layer less the mean of each channel; 0: as it is"},
                             {"bias", 0, "1: f and u have the bias of the layer; 0: they have none"},
                             {"watch", 0, "1: the value of the regulariser is worked out at every step"}}),
     [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
       return std::make_unique<InformationAlignment>(options);
     }});

}  // namespace
}  // namespace engram
