// DirectFeedback.cpp -- `direct-feedback`: each ReLU gets the error of the output through a random matrix of its own.
//
// Nokland 2016: delta = (B e) phi'(a). What lies between two ReLUs (batch normalisation, additions, pools) sends down its true
// derivatives.
#include "../Network.h"

namespace engram {
namespace {

struct DirectFeedback : Rule {
  std::vector<int64_t> feedback_shape(const Network &network, int i) const override {
    const auto &o = network.operations[i];
    if (o.kind != ENGRAM_RELU) return {};
    const auto size = network.sizes[i];
    return {network.operations.back().outputs, (int64_t)o.outputs * size.first * size.second};
  }

  Tensor arriving(Network &network, int i, const Tensor &gradient) override {
    const Tensor &b = network.parts[i].feedback;
    return b.defined() ? at::mm(network.error, b).view(network.traces[i].output.sizes()) : gradient;
  }

  bool moves_feedback(int64_t) const override { return false; }
};

const AddRule added_direct({"direct-feedback", "direct feedback alignment: the output's error through random matrices",
                            "adam", true, {},
                            [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                              return std::make_unique<DirectFeedback>();
                            }});

}  // namespace
}  // namespace engram
