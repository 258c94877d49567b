// SimulatedDevice.cpp -- a device of libtorch that is the processor under another name.
//
// Its tensors lie in ordinary memory, but the tensor library takes them for those of an accelerator: an operation that is given
// both such a tensor and one of the processor fails, as it does on a GPU, and numbers come back by copies alone. What it computes
// is what the processor computes, bit for bit.
#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/library.h>

namespace {

using at::IntArrayRef;
using at::Tensor;
template <typename T>
using Maybe = c10::optional<T>;

constexpr auto simulated = at::kPrivateUse1;

struct Allocator final : at::Allocator {
  at::DataPtr allocate(size_t size) const override {
    void *bytes = c10::alloc_cpu(size > 0 ? size : 1);
    return {bytes, bytes, &c10::free_cpu, at::Device(simulated, 0)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &c10::free_cpu; }
} allocator;
REGISTER_ALLOCATOR(simulated, &allocator);

struct Guard final : c10::impl::DeviceGuardImplInterface {
  at::DeviceType type() const override { return simulated; }
  at::Device exchangeDevice(at::Device) const override { return getDevice(); }
  at::Device getDevice() const override { return at::Device(simulated, 0); }
  void setDevice(at::Device) const override {}
  void uncheckedSetDevice(at::Device) const noexcept override {}
  c10::Stream getStream(at::Device device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
  at::DeviceIndex deviceCount() const noexcept override { return 1; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

// The same memory as a tensor of the processor.
Tensor host(const Tensor &t) {
  if (!t.defined() || t.device().is_cpu()) return t;
  return at::from_blob(t.data_ptr(), t.sizes(), t.strides(), at::TensorOptions().dtype(t.dtype()));
}

Maybe<Tensor> host_or_none(const Maybe<Tensor> &t) { return t && t->defined() ? Maybe<Tensor>(host(*t)) : c10::nullopt; }

// As host, of what must lie on the device.
Tensor own(const Tensor &t, const char *what) {
  TORCH_CHECK(!t.defined() || !t.device().is_cpu(), what, " lies on the processor, the rest on a device");
  return host(t);
}

Tensor empty(IntArrayRef sizes, Maybe<at::ScalarType> type, Maybe<at::Layout>, Maybe<at::Device>, Maybe<bool>,
             Maybe<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(type), format);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, Maybe<at::ScalarType> type, Maybe<at::Layout>,
                     Maybe<at::Device>, Maybe<bool>) {
  return at::detail::empty_strided_generic(sizes, strides, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(type));
}

Tensor copy_from(const Tensor &source, const Tensor &target, bool) {
  host(target).copy_(host(source));
  return target;
}

const Tensor &resize(const Tensor &t, IntArrayRef sizes, Maybe<at::MemoryFormat>) {
  auto *made = t.unsafeGetTensorImpl();
  made->set_sizes_contiguous(sizes);
  const size_t needed = t.numel() * t.element_size();
  if (made->storage().nbytes() < needed) {
    made->storage().set_data_ptr_noswap(allocator.allocate(needed));
    made->storage().set_nbytes(needed);
  }
  return t;
}

Tensor copy_from_and_resize(const Tensor &source, const Tensor &target) {
  if (target.sizes() != source.sizes()) target.resize_(source.sizes());
  return copy_from(source, target, false);
}

Tensor on_device(const Tensor &t) {
  return t.defined() ? copy_from(t, empty_strided(t.sizes(), t.strides(), t.scalar_type(), {}, {}, {}), false) : t;
}

at::Scalar local_scalar(const Tensor &t) { return host(t).item(); }

Tensor as_strided(const Tensor &t, IntArrayRef sizes, IntArrayRef strides, Maybe<int64_t> offset) {
  return at::native::as_strided_tensorimpl(t, sizes, strides, offset);
}

Tensor reshape_alias(const Tensor &t, IntArrayRef sizes, IntArrayRef strides) {
  return at::native::as_strided_tensorimpl(t, sizes, strides, c10::nullopt);
}

Tensor convolution(const Tensor &x, const Tensor &kernel, const Maybe<Tensor> &bias, IntArrayRef stride, IntArrayRef padding,
                   IntArrayRef dilation, bool transposed, IntArrayRef output_padding, int64_t groups) {
  if (bias) own(*bias, "a bias");
  return on_device(at::convolution(own(x, "an input"), own(kernel, "a kernel"), host_or_none(bias), stride, padding, dilation,
                                   transposed, output_padding, groups));
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor &g, const Tensor &x, const Tensor &kernel,
                                                        IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                                                        bool transposed, IntArrayRef output_padding, int64_t groups,
                                                        std::array<bool, 3> wanted) {
  const auto made = at::convolution_backward(own(g, "a gradient"), own(x, "an input"), own(kernel, "a kernel"), c10::nullopt,
                                             stride, padding, dilation, transposed, output_padding, groups, wanted);
  return {on_device(std::get<0>(made)), on_device(std::get<1>(made)), on_device(std::get<2>(made))};
}

// By itself, for its moving averages are changed in place, of which its schema says nothing.
std::tuple<Tensor, Tensor, Tensor> batch_norm(const Tensor &x, const Maybe<Tensor> &gamma, const Maybe<Tensor> &beta,
                                              const Maybe<Tensor> &mean, const Maybe<Tensor> &variance, bool learns,
                                              double momentum, double epsilon) {
  for (const auto &part : {gamma, beta, mean, variance})
    if (part) own(*part, "a part of batch normalisation");
  const auto made = at::native_batch_norm(own(x, "an input"), host_or_none(gamma), host_or_none(beta), host_or_none(mean),
                                          host_or_none(variance), learns, momentum, epsilon);
  return {on_device(std::get<0>(made)), on_device(std::get<1>(made)), on_device(std::get<2>(made))};
}

// All other operations; numbers without an axis may come from the processor, as on a GPU.
void by_the_processor(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
  for (const auto &value : torch::jit::last(*stack, operation.schema().arguments().size())) {
    if (!value.isTensor() || !value.toTensor().defined() || value.toTensor().dim() == 0) continue;
    TORCH_CHECK(!value.toTensor().device().is_cpu(), operation.schema().name(),
                " is given tensors of the processor and of a device");
  }
  at::native::cpu_fallback(operation, stack);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&by_the_processor>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", empty);
  library.impl("empty_strided", empty_strided);
  library.impl("_copy_from", copy_from);
  library.impl("_copy_from_and_resize", copy_from_and_resize);
  library.impl("resize_", resize);
  library.impl("_local_scalar_dense", local_scalar);
  library.impl("as_strided", as_strided);
  library.impl("view", at::native::view);
  library.impl("_reshape_alias", reshape_alias);
  library.impl("convolution_overrideable", convolution);
  library.impl("convolution_backward_overrideable", convolution_backward);
  library.impl("native_batch_norm", batch_norm);
}

}  // namespace
