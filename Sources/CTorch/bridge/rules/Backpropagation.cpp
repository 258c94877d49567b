// Backpropagation.cpp -- `sgdm`: backpropagation with Nesterov momentum.
#include "../Network.h"

namespace engram {
namespace {

struct Backpropagation : Rule {};

const AddRule added({"sgdm", "backpropagation, stochastic gradient descent with Nesterov momentum", "sgdm", false, {},
                     [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                       return std::make_unique<Backpropagation>();
                     }});

}  // namespace
}  // namespace engram
