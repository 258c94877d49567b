// SignSymmetry.h -- what the three forms of sign symmetry share: feedback by the signs of the forward kernels.
//
// Liao, Leibo and Poggio 2016; the three forms are those of Sanfiz and Akrout 2021 (BioTorch).
#pragma once

#include "../Network.h"

namespace engram {

struct SignSymmetry : FeedbackRule {
  // Magnitudes, in the layout of the kernel.
  virtual Tensor magnitude(Network &network, int i) = 0;

  Tensor downward_kernel(Network &network, int i) override { return network.parts[i].kernel.sign() * magnitude(network, i); }

  bool moves_feedback(int64_t) const override { return false; }
};

}  // namespace engram
