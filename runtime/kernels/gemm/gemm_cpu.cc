#include <eigen3/Eigen/Core>
#include <vector>

#include "runtime/core/ceil_div.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/gemm/gemm_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;
using Map = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

constexpr int64_t kTileRows = 128;     // of c
constexpr int64_t kTileColumns = 256;  // of c

template <typename A, typename B>
void Product(const A& a, const B& b, const GemmArgs& args, Map c) {
  if (args.beta == 0.0f) {
    c.noalias() = args.alpha * (a * b);
    return;
  }
  if (args.beta != 1.0f) c *= args.beta;
  c.noalias() += args.alpha * (a * b);
}

const float* At(const void* base, int64_t offset) {
  return static_cast<const float*>(base) + offset;
}

// The tile of c whose upper left corner is (row, column).
GemmArgs Tile(const GemmArgs& args, int64_t row, int64_t column) {
  GemmArgs tile = args;
  tile.m = std::min(kTileRows, args.m - row);
  tile.n = std::min(kTileColumns, args.n - column);
  tile.a = At(args.a, args.transpose_a ? row : row * args.lda);
  tile.b = At(args.b, args.transpose_b ? column * args.ldb : column);
  tile.c = static_cast<float*>(args.c) + row * args.ldc + column;
  return tile;
}

GemmArgs BatchMember(const GemmArgs& args, int64_t i) {
  GemmArgs one = args;
  one.a = At(args.a, i * args.stride_a);
  one.b = At(args.b, i * args.stride_b);
  one.c = static_cast<float*>(args.c) + i * args.stride_c;
  return one;
}

// Tiles depend on the shape alone, never on the number of threads, so neither do the sums.
void GemmF32(const GemmArgs& args) {
  const int64_t tile_rows = CeilDiv(args.m, kTileRows);
  const int64_t tile_columns = CeilDiv(args.n, kTileColumns);
  const int64_t tiles = tile_rows * tile_columns;
  ParallelFor(args.batch * tiles, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i % tiles / tile_columns, column = i % tile_columns;
      SerialGemm(Tile(BatchMember(args, i / tiles), row * kTileRows, column * kTileColumns));
    }
  });
}

// Half-precision operands are widened to f32 whole: right, and only as fast as tests need.
template <typename T>
std::vector<float> Widen(const void* from, int64_t rows, int64_t columns, int64_t ld, int64_t batch,
                         int64_t stride) {
  std::vector<float> wide(batch * rows * columns);
  const T* source = static_cast<const T*>(from);
  for (int64_t i = 0; i < batch; ++i) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        wide[(i * rows + r) * columns + c] = static_cast<float>(source[i * stride + r * ld + c]);
      }
    }
  }
  return wide;
}

template <typename T>
void GemmHalf(const GemmArgs& args) {
  const int64_t rows_a = args.transpose_a ? args.k : args.m;
  const int64_t columns_a = args.transpose_a ? args.m : args.k;
  const int64_t rows_b = args.transpose_b ? args.n : args.k;
  const int64_t columns_b = args.transpose_b ? args.k : args.n;
  const auto a = Widen<T>(args.a, rows_a, columns_a, args.lda, args.batch, args.stride_a);
  const auto b = Widen<T>(args.b, rows_b, columns_b, args.ldb, args.batch, args.stride_b);
  GemmArgs wide = args;
  wide.a = a.data();
  wide.b = b.data();
  wide.lda = columns_a;
  wide.ldb = columns_b;
  wide.stride_a = rows_a * columns_a;
  wide.stride_b = rows_b * columns_b;
  if (args.c_dtype == DType::kF32) return GemmF32(wide);
  auto c = Widen<T>(args.c, args.m, args.n, args.ldc, args.batch, args.stride_c);
  wide.c = c.data();
  wide.ldc = args.n;
  wide.stride_c = args.m * args.n;
  GemmF32(wide);
  T* out = static_cast<T*>(args.c);
  for (int64_t i = 0; i < static_cast<int64_t>(c.size()); ++i) {
    const int64_t member = i / wide.stride_c, row = i % wide.stride_c / args.n;
    out[member * args.stride_c + row * args.ldc + i % args.n] = T(c[i]);
  }
}

}  // namespace

void SerialGemm(const GemmArgs& args) {
  const int64_t rows_a = args.transpose_a ? args.k : args.m;
  const int64_t columns_a = args.transpose_a ? args.m : args.k;
  const int64_t rows_b = args.transpose_b ? args.n : args.k;
  const int64_t columns_b = args.transpose_b ? args.k : args.n;
  ConstMap a(At(args.a, 0), rows_a, columns_a, Eigen::OuterStride<>(args.lda));
  ConstMap b(At(args.b, 0), rows_b, columns_b, Eigen::OuterStride<>(args.ldb));
  Map c(static_cast<float*>(args.c), args.m, args.n, Eigen::OuterStride<>(args.ldc));
  if (args.k == 0 && args.beta == 0.0f) {
    c.setZero();  // what c held does not count, not even NaN
  } else if (args.k == 0) {
    c *= args.beta;
  } else if (!args.transpose_a && !args.transpose_b) {
    Product(a, b, args, c);
  } else if (!args.transpose_a) {
    Product(a, b.transpose(), args, c);
  } else if (!args.transpose_b) {
    Product(a.transpose(), b, args, c);
  } else {
    Product(a.transpose(), b.transpose(), args, c);
  }
}

void Gemm(const GemmArgs& args) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  switch (args.dtype) {
    case DType::kBF16:
      return GemmHalf<bf16>(args);
    case DType::kF16:
      return GemmHalf<f16>(args);
    default:
      return GemmF32(args);
  }
}

}  // namespace mneme::cpu
