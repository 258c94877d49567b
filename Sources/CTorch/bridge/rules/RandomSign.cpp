// RandomSign.cpp -- `sign-random`: the signs of the forward kernel, with magnitudes that each step draws anew.
#include "SignSymmetry.h"

namespace engram {
namespace {

struct RandomSign : SignSymmetry {
  Tensor magnitude(Network &network, int i) override {
    const Parts &p = network.parts[i];
    return network.normal(p.kernel.sizes().vec(), 3000 + (uint64_t)i).abs_() * p.feedback.square().mean().sqrt();
  }
};

const AddRule added_random_sign({"sign-random", "sign symmetry: the signs of the kernels, magnitudes redrawn", "sgdm", true,
                                 {},
                                 [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                                   return std::make_unique<RandomSign>();
                                 }});

}  // namespace
}  // namespace engram
