// KolenPollack.cpp -- `kolen-pollack`: feedback kernels get the gradient of the forward ones, and both decay.
//
// Kolen and Pollack 1994; Akrout et al. 2019. What both started with fades, and what both got is the same.
#include "../Network.h"

namespace engram {
namespace {

struct KolenPollack : FeedbackRule {
  explicit KolenPollack(double decay) : decay(decay) {}
  const double decay;

  void learn(Network &network, int i, const Tensor &gradient) override {
    Parts &p = network.parts[i];
    network.set_local_gradients(i, gradient);
    p.feedback_gradient.add_(network.as_feedback(i, p.kernel_gradient)).add_(p.feedback, decay);
    p.kernel_gradient.add_(p.kernel, decay);
  }

  // Of two steps of unlike length the kernels would not come to be the same.
  bool clips_feedback() const override { return true; }
};

const AddRule added_kolen_pollack({"kolen-pollack", "Kolen-Pollack: both kernels get one gradient and decay", "sgdm", true,
                                   {{"decay", .001, "how fast both kernels fade"}},
                                   [](const std::map<std::string, double> &options) -> std::unique_ptr<Rule> {
                                     return std::make_unique<KolenPollack>(options.at("decay"));
                                   }});

}  // namespace
}  // namespace engram
