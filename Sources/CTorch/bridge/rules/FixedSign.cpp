// FixedSign.cpp -- `sign-fixed`: the signs of the forward kernel, with the magnitudes of a fixed random one.
#include "SignSymmetry.h"

namespace engram {
namespace {

struct FixedSign : SignSymmetry {
  Tensor magnitude(Network &network, int i) override { return network.feedback_as_kernel(i).abs(); }
};

const AddRule added_fixed_sign({"sign-fixed", "sign symmetry: the signs of the kernels, fixed magnitudes", "sgdm", true, {},
                                [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                                  return std::make_unique<FixedSign>();
                                }});

}  // namespace
}  // namespace engram
