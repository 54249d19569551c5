#include "apps/bench/machine_rates.h"

#include "absl/strings/str_cat.h"
#include "apps/bench/phase_timer.h"
#include "apps/bench/random_input.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "runtime/core/devices.h"
#include "runtime/core/status.h"
#include "runtime/core/stream.h"
#include "runtime/kernels/gemm/gemm.h"
#include "runtime/parallel/function_ref.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr int kRepeats = 5;

double MedianMs(Device device, FunctionRef<void()> work) {
  PhaseTimer timer(device);
  for (int i = 0; i <= kRepeats; ++i) {
    timer.Begin();
    work();
    timer.Mark("work");
    timer.End(/*counts=*/i > 0);
  }
  return timer.Ms("work");
}

double GbPerSecond(int64_t bytes, double ms) { return static_cast<double>(bytes) / ms * 1e-6; }

absl::StatusOr<double> HostRate(int64_t bytes) {
  Tensor arrays[3];
  const int64_t count = bytes / static_cast<int64_t>(sizeof(float));
  for (Tensor& array : arrays) {
    MNEME_ASSIGN_OR_RETURN(array, MapPinned({count}, DType::kF32, Device::Cpu(), "a benchmark"));
  }
  float* a = arrays[0].data<float>();
  const float *b = arrays[1].data<float>(), *c = arrays[2].data<float>();
  const double ms = MedianMs(Device::Cpu(), [&] {
    ParallelFor(count, 1 << 18, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) a[i] = b[i] + 3.0f * c[i];
    });
  });
  return GbPerSecond(3 * count * static_cast<int64_t>(sizeof(float)), ms);
}

double GemmTflops(Device device, DType dtype) {
  const int64_t n = device.is_cuda() ? 8192 : 1024;
  // Random numbers: a GPU multiplies zeros with less power, and so faster.
  const Tensor a = RandomInput({n, n}, 1, device, dtype), b = a.Clone();
  const Tensor c = Tensor::Empty({n, n}, dtype, device);
  const double ms = MedianMs(device, [&] { Gemm(a, Transpose::kNo, b, Transpose::kYes, c); });
  return 2.0 * static_cast<double>(n * n * n) / ms * 1e-9;
}

}  // namespace

absl::StatusOr<MachineRates> MeasureRates(Device device, DType dtype, int64_t copy_bytes) {
  MachineRates rates;
  MNEME_ASSIGN_OR_RETURN(rates.host_gb_per_s, HostRate(copy_bytes));
  rates.tflops = GemmTflops(device, dtype);
  if (device.is_cpu()) {
    rates.up_gb_per_s = rates.down_gb_per_s = rates.device_gb_per_s = rates.host_gb_per_s;
    return rates;
  }
  Stream& stream = Stream::Compute(device);
  const int64_t count = copy_bytes / static_cast<int64_t>(sizeof(float));
  MNEME_ASSIGN_OR_RETURN(const Tensor host, MapPinned({count}, DType::kF32, device, "a benchmark"));
  const Tensor there = Tensor::Zeros({count}, DType::kF32, device);
  const auto rate = [&](int64_t bytes, FunctionRef<void()> work) {
    return GbPerSecond(bytes, MedianMs(device, work));
  };
  rates.up_gb_per_s = rate(host.bytes(), [&] { StartCopy(host, there, stream); });
  rates.down_gb_per_s = rate(host.bytes(), [&] { StartCopy(there, host, stream); });
  rates.device_gb_per_s = rate(2 * there.bytes(), [&] { there.Clone(); });
  return rates;
}

BenchSection RatesSection(const MachineRates& rates) {
  return {.title = "this machine, for the floors",
          .facts = {{"link_up_gb_per_s", rates.up_gb_per_s},
                    {"link_down_gb_per_s", rates.down_gb_per_s},
                    {"device_memory_gb_per_s", rates.device_gb_per_s},
                    {"host_memory_gb_per_s", rates.host_gb_per_s},
                    {"matrix_product_tflop_per_s", rates.tflops}}};
}

std::string DescribeMachine(Device device) {
  return absl::StrCat(DeviceName(device), ", ", NumThreads(), " CPU threads");
}

}  // namespace mneme
