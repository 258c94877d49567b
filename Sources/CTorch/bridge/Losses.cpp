// Losses.cpp -- softmax cross-entropy, and the contrastive loss of SimCLR, each with its gradient.
#include "Network.h"

namespace engram {

double cross_entropy(const Tensor &output, const Tensor &labels, Tensor *gradient, int64_t &correct) {
  const int64_t count = output.size(0);
  const Tensor logs = at::log_softmax(output, 1);
  const Tensor places = labels.unsqueeze(1);
  correct = output.argmax(1).eq(labels).sum().item<int64_t>();
  if (gradient) *gradient = logs.exp().scatter_add(1, places, at::full({count, 1}, -1.0, output.options())).div_(count);
  return -logs.gather(1, places).mean().item<double>();
}

// The first half of the rows are the first views, the second half the second ones, in the same order. Each view is told from
// all other views of the batch but itself; the mean is over images, and both directions are summed (Chen et al. 2020).
double contrastive(const Tensor &output, double temperature, Tensor *gradient, int64_t &correct) {
  const int64_t views = output.size(0), images = views / 2;
  const Tensor length = output.square().sum(1, true).clamp_min(1e-12).sqrt();
  const Tensor unit = output / length;
  Tensor likeness = at::mm(unit, unit.t()) / temperature;
  likeness.diagonal().fill_(-1e9);
  const Tensor partner = at::arange(views, output.options().dtype(at::kLong)).roll(images);
  const Tensor places = partner.unsqueeze(1);
  const Tensor logs = at::log_softmax(likeness, 1);
  // As published: the second view is found among all second views.
  correct = likeness.narrow(0, 0, images)
                .narrow(1, images, images)
                .argmax(1)
                .eq(at::arange(images, partner.options()))
                .sum()
                .item<int64_t>();
  if (gradient) {
    const Tensor slope =
        logs.exp().scatter_add(1, places, at::full({views, 1}, -1.0, output.options())).div_((double)images);
    const Tensor with_unit = at::mm(slope + slope.t(), unit) / temperature;
    *gradient = (with_unit - unit * (unit * with_unit).sum(1, true)) / length;
  }
  return -logs.gather(1, places).sum().item<double>() / (double)images;
}

}  // namespace engram
