// BackpropagationAdam.cpp -- `adam`: backpropagation with Adam.
#include "../Network.h"

namespace engram {
namespace {

struct BackpropagationAdam : Rule {};

const AddRule added_adam({"adam", "backpropagation, Adam", "adam", false, {},
                          [](const std::map<std::string, double> &) -> std::unique_ptr<Rule> {
                            return std::make_unique<BackpropagationAdam>();
                          }});

}  // namespace
}  // namespace engram
