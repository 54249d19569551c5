#include "runtime/kernels/gemm/gemm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/kernels/gemm/gemm_kernels.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// |c - reference| <= 2 eps sum |a||b|, the bound of a dot product summed in any order, times the
// rounding of the output's dtype.
void CheckProduct(Device device, DType dtype, bool ta, bool tb, int64_t m, int64_t n, int64_t k) {
  const Tensor a =
      Cast(Tensor::From<float>({ta ? k : m, ta ? m : k}, RandomFloats(m * k, 1), device), dtype);
  const Tensor b =
      Cast(Tensor::From<float>({tb ? n : k, tb ? k : n}, RandomFloats(k * n, 2), device), dtype);
  const Tensor c = Tensor::From<float>({m, n}, RandomFloats(m * n, 3), device);
  const std::vector<float> av = Cast(a, DType::kF32).ToVector<float>();
  const std::vector<float> bv = Cast(b, DType::kF32).ToVector<float>();
  const std::vector<float> before = c.ToVector<float>();
  Gemm(a, Transpose{ta}, b, Transpose{tb}, c, 0.5f);
  const std::vector<float> after = c.ToVector<float>();
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0.5 * before[i * n + j], magnitude = std::abs(sum);
      for (int64_t p = 0; p < k; ++p) {
        const double term =
            static_cast<double>(av[ta ? p * m + i : i * k + p]) * bv[tb ? j * k + p : p * n + j];
        sum += term;
        magnitude += std::abs(term);
      }
      const double tolerance = 1.2e-7 * (2 + std::sqrt(k)) * magnitude + 1e-30;
      ASSERT_TRUE(std::abs(after[i * n + j] - sum) <= tolerance)
          << device.name() << " " << DTypeName(dtype) << " " << m << "x" << n << "x" << k << " at ("
          << i << ", " << j << "): " << after[i * n + j] << " instead of " << sum;
    }
  }
}

TEST(GemmTest, AwkwardSizesTransposesAndDTypes) {
  const int64_t sizes[][3] = {{1, 1, 1},     {1, 300, 17}, {129, 1, 5},    {3, 7, 130},
                              {130, 257, 3}, {64, 64, 64}, {200, 300, 77}, {5, 4, 0}};
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      for (const auto& [m, n, k] : sizes) {
        for (int transposes = 0; transposes < 4; ++transposes) {
          CheckProduct(device, dtype, transposes & 1, transposes & 2, m, n, k);
        }
      }
    }
  }
}

TEST(GemmTest, HalfPrecisionOutput) {
  for (Device device : AvailableDevices()) {
    const Tensor a = Cast(Tensor::From<float>({1, 2}, {1.0f, 2.0f}, device), DType::kBF16);
    const Tensor b = Cast(Tensor::From<float>({2, 2}, {3, 4, 5, 6}, device), DType::kBF16);
    const Tensor c = Tensor::Zeros({1, 2}, DType::kBF16, device);
    Gemm(a, Transpose::kNo, b, Transpose::kNo, c);
    EXPECT_EQ(Cast(c, DType::kF32).ToVector<float>(), (std::vector<float>{13, 16}));
  }
}

TEST(GemmTest, AnEmptySumIsZeroWhateverWasThere) {
  for (Device device : AvailableDevices()) {
    const Tensor a = Tensor::Zeros({2, 0}, DType::kF32, device);
    const Tensor b = Tensor::Zeros({0, 3}, DType::kF32, device);
    const Tensor c = Tensor::From<float>({2, 3}, std::vector<float>(6, NAN), device);
    Gemm(a, Transpose::kNo, b, Transpose::kNo, c);
    EXPECT_EQ(c.ToVector<float>(), std::vector<float>(6, 0.0f)) << device.name();
  }
}

TEST(GemmTest, BatchOfStridedMatrices) {
  // Two matrices [2, 3] that lie side by side in rows of 8, times their own [3, 1].
  std::vector<float> a = {1, 2, 3, -1, 4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1};
  const std::vector<float> b = {1, 10, 100, 2, 20, 200};
  for (Device device : AvailableDevices()) {
    const Tensor ta = Tensor::From<float>({16}, a, device);
    const Tensor tb = Tensor::From<float>({6}, b, device);
    const Tensor tc = Tensor::Zeros({4}, DType::kF32, device);
    GemmArgs args;
    args.m = 2, args.n = 1, args.k = 3, args.batch = 2;
    args.a = ta.raw(), args.lda = 8, args.stride_a = 4;
    args.b = tb.raw(), args.ldb = 1, args.stride_b = 3;
    args.c = tc.raw(), args.ldc = 1, args.stride_c = 2;
#if MNEME_CUDA
    device.is_cuda() ? cuda::Gemm(args) : cpu::Gemm(args);
#else
    cpu::Gemm(args);
#endif
    EXPECT_EQ(tc.ToVector<float>(), (std::vector<float>{321, 987, 1308, 2640}));
  }
}

TEST(GemmTest, SameBitsForAnyNumberOfThreads) {
  const Tensor a = Tensor::From<float>({300, 211}, RandomFloats(300 * 211, 1));
  const Tensor b = Tensor::From<float>({211, 600}, RandomFloats(211 * 600, 2));
  std::vector<float> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const Tensor c = Tensor::Zeros({300, 600}, DType::kF32, Device::Cpu());
    Gemm(a, Transpose::kNo, b, Transpose::kNo, c);
    if (first.empty()) first = c.ToVector<float>();
    EXPECT_EQ(c.ToVector<float>(), first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(GemmDeathTest, NamesShapes) {
  const Tensor a = Tensor::Zeros({2, 3}, DType::kF32, Device::Cpu());
  EXPECT_DEATH(Gemm(a, Transpose::kNo, a, Transpose::kNo, a), R"(gemm of \[2, 3\] and \[2, 3\])");
}

}  // namespace
}  // namespace mneme
