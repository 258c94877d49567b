// UniformSign.cpp -- `sign-uniform`: the signs of the forward kernel, all of one magnitude.
#include "SignSymmetry.h"

namespace engram {
namespace {

struct UniformSign : SignSymmetry {
  // The root mean square of the feedback kernel, which is as a forward kernel starts.
  Tensor magnitude(Network &network, int i) override { return network.parts[i].feedback.square().mean().sqrt(); }
};

const AddRule added_uniform_sign({"sign-uniform", "sign symmetry: the signs of the kernels, one magnitude", "sgdm", true, {},
                                  [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                                    return std::make_unique<UniformSign>();
                                  }});

}  // namespace
}  // namespace engram
