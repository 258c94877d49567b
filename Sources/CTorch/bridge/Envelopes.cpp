// Envelopes.cpp -- the slow envelopes of the bands of sounds.
#include "Network.h"

#include <algorithm>

namespace engram {

// One sound at a time: the bands of two seconds take 130 MB.
void envelopes(const engram_sounds &shape, const float *sounds, const float *filters, const float *taps, float *result) {
  require(shape.count >= 0 && shape.samples > 0 && shape.bands > 0 && shape.taps > 0 && shape.stride > 0,
          "sounds have samples, and filters have bands");
  const auto options = at::TensorOptions(at::kFloat);
  const int64_t bins = shape.samples / 2 + 1;
  const int64_t frames = (shape.samples + shape.stride - 1) / shape.stride;
  const int64_t padding = std::max<int64_t>((frames - 1) * shape.stride + shape.taps - shape.samples, 0);
  const Tensor bank = at::from_blob(const_cast<float *>(filters), {shape.bands, bins}, options);
  const Tensor window = at::from_blob(const_cast<float *>(taps), {1, 1, shape.taps}, options);
  for (int64_t i = 0; i < shape.count; i++) {
    const Tensor sound = at::from_blob(const_cast<float *>(sounds) + i * shape.samples, {shape.samples}, options);
    // Without its negative frequencies a band is the analytic signal, whose absolute value is the envelope.
    const Tensor bands = at::fft_ifft(at::fft_rfft(sound) * bank, shape.samples).abs();
    const Tensor padded = at::constant_pad_nd(bands.unsqueeze(1), {padding / 2, padding - padding / 2});
    const Tensor slow = at::conv1d(padded, window, {}, shape.stride).clamp_min(0).pow(shape.power);
    at::from_blob(result + i * shape.bands * frames, {shape.bands, 1, frames}, options).copy_(slow);
  }
}

}  // namespace engram
