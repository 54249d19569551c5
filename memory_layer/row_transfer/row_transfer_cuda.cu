#include "memory_layer/row_transfer/row_transfer_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

// So many threads fill the link. More of them would take room from other kernels, and more blocks
// would ask for the addresses of more pages at a time, which bounds the reading of small rows.
constexpr int kLinkBlocks = 16;
constexpr int kLinkThreads = 1024;
constexpr int64_t kWideRow = 1024;  // bytes

// sources[u]: where row u is to be read.
__global__ void FindSources(ReadRowsArgs args, const char** sources) {
  const int64_t count = *args.copies.count;
  for (int64_t u = FirstIndex(); u < count; u += IndexStride()) {
    const int64_t row = args.copies.rows[u];
    const char* source = args.table + row * args.row_bytes;
    for (int64_t s = 0; s < args.n_earlier; ++s) {
      const RowCopiesArgs& set = args.earlier[s];
      int64_t low = 0, high = *set.count;  // the first that is not below `row` is in [low, high]
      while (low < high) {
        const int64_t middle = (low + high) / 2;
        set.rows[middle] < row ? low = middle + 1 : high = middle;
      }
      if (low < *set.count && set.rows[low] == row) {
        source = set.values + low * args.row_bytes;
        break;
      }
    }
    sources[u] = source;
  }
}

// T: a piece of a row, which a thread copies at once. `pieces` make a row. A block copies rows that
// follow each other, kInFlight pieces for each thread at a time.
template <typename T, int kInFlight>
__global__ void __launch_bounds__(kLinkThreads)
    CopyRows(const char* const* sources, const int64_t* count, int64_t pieces, T* out) {
  constexpr int64_t kBlockPieces = kInFlight * kLinkThreads;
  const int64_t total = *count * pieces;
  for (int64_t begin = blockIdx.x * kBlockPieces; begin < total;
       begin += gridDim.x * kBlockPieces) {
    T piece[kInFlight];
#pragma unroll
    for (int k = 0; k < kInFlight; ++k) {
      const int64_t i = begin + k * kLinkThreads + threadIdx.x;
      if (i < total) {
        piece[k] = __ldcs(reinterpret_cast<const T*>(sources[i / pieces]) + i % pieces);
      }
    }
#pragma unroll
    for (int k = 0; k < kInFlight; ++k) {
      const int64_t i = begin + k * kLinkThreads + threadIdx.x;
      if (i < total) out[i] = piece[k];
    }
  }
}

template <typename T>
void CopyRowsBy(const ReadRowsArgs& args, const char* const* sources) {
  // Measured: 512 B rows want 8 pieces in flight, and 2 KiB rows lose a sixth with more than 4.
  const auto kernel = args.row_bytes < kWideRow ? CopyRows<T, 8> : CopyRows<T, 4>;
  kernel<<<kLinkBlocks, kLinkThreads, 0, ComputeStream()>>>(
      sources, args.copies.count, args.row_bytes / static_cast<int64_t>(sizeof(T)),
      reinterpret_cast<T*>(args.copies.values));
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T, int kPack>
__global__ void RoundRowsKernel(RoundRowsArgs args) {
  const int64_t packs = *args.count * args.dim / kPack;
  for (int64_t i = FirstIndex(); i < packs; i += IndexStride()) {
    float pack[kPack];
    LoadPack(args.from + i * kPack, pack);
    StorePack(static_cast<T*>(args.to) + i * kPack, pack);
  }
}

template <typename T>
void RoundRowsAs(const RoundRowsArgs& args) {
  MNEME_PACK_SWITCH(
      CanUsePacks(args.dim, {args.from, args.to}), kPack,
      RoundRowsKernel<T, kPack>
      <<<GridBlocks(args.max_rows * args.dim / kPack), kBlockThreads, 0, ComputeStream()>>>(args));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ReadRows(const ReadRowsArgs& args) {
  if (args.max_rows * args.row_bytes == 0) return;
  ReadRowsArgs on_device = args;
  cudaPointerAttributes table;
  MNEME_CUDA_CHECK(cudaPointerGetAttributes(&table, args.table));
  on_device.table = static_cast<const char*>(table.devicePointer);
  const Scratch scratch(args.max_rows * sizeof(const char*));
  const char** sources = scratch.as<const char*>();
  FindSources<<<GridBlocks(args.max_rows), kBlockThreads, 0, ComputeStream()>>>(on_device, sources);
  MNEME_CUDA_CHECK_LAUNCH();
  if (args.row_bytes % 16 == 0) {
    CopyRowsBy<uint4>(args, sources);
  } else if (args.row_bytes % 4 == 0) {
    CopyRowsBy<uint32_t>(args, sources);
  } else {
    CopyRowsBy<uint16_t>(args, sources);
  }
}

void RoundRows(const RoundRowsArgs& args) {
  if (args.max_rows * args.dim == 0) return;
  MNEME_FLOAT_SWITCH(args.to_dtype, T, RoundRowsAs<T>(args));
}

void StartCopy(void* to, const void* from, int64_t bytes, void* stream) {
  if (bytes == 0) return;
  MNEME_CUDA_CHECK(
      cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, static_cast<cudaStream_t>(stream)));
}

}  // namespace mneme::cuda
