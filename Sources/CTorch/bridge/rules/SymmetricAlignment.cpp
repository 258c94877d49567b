// SymmetricAlignment.cpp -- `symmetric`: feedback kernels are drawn to the forward ones.
//
// Kunin et al. 2020: R = alpha decay - beta <W, B>.
#include "../Alignment.h"

namespace engram {
namespace {

struct SymmetricAlignment : AlignmentRule {
  using AlignmentRule::AlignmentRule;

  void align(Network &network, int i) override {
    Parts &p = network.parts[i];
    const double alpha = option("alpha"), beta = option("beta");
    p.feedback_gradient.add_(p.feedback, 2 * alpha).sub_(network.as_feedback(i, p.kernel), beta);
  }
};

const AddRule added_symmetric(
    {"symmetric", "symmetric alignment: feedback kernels are drawn to the forward ones", "sgdm", true,
     with_alignment_options(
         {{"alpha", .001, "the weight of decay, |W|^2 + |B|^2"}, {"beta", .002, "the weight of <W, B>"}}),
     [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
       return std::make_unique<SymmetricAlignment>(options);
     }});

}  // namespace
}  // namespace engram
