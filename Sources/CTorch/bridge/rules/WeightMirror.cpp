// WeightMirror.cpp -- `mirror`: feedback kernels learn from noise, of which the layer's output mirrors the kernel.
//
// Akrout et al. 2019, in the form of Kunin et al. 2020: R = alpha decay + beta amp, where x may be noise.
#include "../Alignment.h"

namespace engram {
namespace {

struct WeightMirror : AlignmentRule {
  using AlignmentRule::AlignmentRule;

  void align(Network &network, int i) override {
    const double alpha = option("alpha"), beta = option("beta"), sigma = option("noise"), n = (double)network.batch;
    Map m = map(network, i, false);
    if (sigma > 0) m.input = network.normal(m.input.sizes().vec(), 2000 + (uint64_t)i).mul_(sigma);
    const Tensor b = network.feedback_as_kernel(i);
    const Tensor slope = m.product(m.input, m.apply(network.parts[i].kernel), b) * (-beta / n) + b * (2 * alpha);
    network.parts[i].feedback_gradient.add_(network.as_feedback(i, slope));
  }
};

const AddRule added_mirror({"mirror", "weight mirror: feedback kernels learn the kernels from noise", "sgdm", true,
                            with_alignment_options({{"alpha", .001, "the weight of decay, |W|^2 + |B|^2"},
                                                    {"beta", .001, "the weight of amp, -sum mean(f u)"},
                                                    {"noise", 1, "the deviation of the noise in place of the input; 0: "
                                                                 "the input itself"}}),
                            [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
                              return std::make_unique<WeightMirror>(options);
                            }});

}  // namespace
}  // namespace engram
