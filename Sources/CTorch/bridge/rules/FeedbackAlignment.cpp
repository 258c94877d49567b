// FeedbackAlignment.cpp -- `feedback`: gradients go down through random feedback kernels that never move.
//
// Lillicrap, Cownden, Tweed and Akerman, 2016. Kernels and biases learn from the ordinary local gradient; batch
// normalisation, ReLU and pooling send down their true derivatives.
#include "../Network.h"

namespace engram {
namespace {

struct FeedbackAlignment : FeedbackRule {
  bool moves_feedback(int64_t) const override { return false; }
};

const AddRule added_feedback({"feedback", "feedback alignment: fixed random feedback kernels, Adam", "adam", true, {},
                              [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                                return std::make_unique<FeedbackAlignment>();
                              }});

}  // namespace
}  // namespace engram
