#include <cub/device/device_radix_sort.cuh>

#include "autograd/ops/embedding/embedding_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/core/memory.h"

namespace mneme::cuda {
namespace {

// A multiple of 32 threads that suits a loop over `count`.
int ThreadsFor(int64_t count) {
  return count >= kBlockThreads ? kBlockThreads : static_cast<int>((count + 31) / 32 * 32);
}

// One block a row, which is copied in units of the widest type that divides it.
template <typename Unit>
__global__ void CopyRows(EmbeddingForwardArgs args, int64_t row_units) {
  const Unit* table = static_cast<const Unit*>(args.table);
  Unit* out = static_cast<Unit*>(args.out);
  for (int64_t i = blockIdx.x; i < args.count; i += gridDim.x) {
    const int64_t id = args.ids[i];
    if (id < 0 || id >= args.table_rows) {
      if (threadIdx.x == 0) {
        printf("embedding of table [%lld, %lld]: id %lld is %lld\n",
               static_cast<long long>(args.table_rows), static_cast<long long>(args.dim),
               static_cast<long long>(i), static_cast<long long>(id));
      }
      __syncthreads();
      __trap();
    }
    for (int64_t u = threadIdx.x; u < row_units; u += blockDim.x) {
      out[i * row_units + u] = table[id * row_units + u];
    }
  }
}

// Whether rows of `row_bytes` can be copied as Unit, and if so, copies them.
template <typename Unit>
bool CopiedRowsAs(const EmbeddingForwardArgs& args, int64_t row_bytes) {
  const int64_t places =
      reinterpret_cast<uintptr_t>(args.table) | reinterpret_cast<uintptr_t>(args.out) | row_bytes;
  if (places % sizeof(Unit) != 0) return false;
  const int64_t row_units = row_bytes / static_cast<int64_t>(sizeof(Unit));
  const int blocks = GridBlocks(args.count * kBlockThreads);
  CopyRows<Unit><<<blocks, ThreadsFor(row_units), 0, ComputeStream()>>>(args, row_units);
  MNEME_CUDA_CHECK_LAUNCH();
  return true;
}

// The gradient. Positions are sorted by id, which lays the uses of each row side by side: a run.
// The sorted places are cut into tiles. A run inside one tile is summed there and done. Of a run
// that crosses tiles each tile sums its piece, and the tile where the run began adds the pieces up:
// an id that every token uses costs little more than ids that differ.
constexpr int64_t kTilePlaces = 32;

struct Runs {
  int64_t count;             // places
  int64_t dim;               // D
  const int32_t* ids;        // [count], ascending
  const int64_t* positions;  // [count]: the row of dout at each place
  float* pieces;             // [tiles, 2, D]: of the run that came in, of the run that goes out
  float* dtable;             // [V, D]

  // Whether `place` and the one before it belong to one run. Place 0 and `count` start a run.
  __device__ bool Continues(int64_t place) const {
    return 0 < place && place < count && ids[place - 1] == ids[place];
  }
};

__global__ void Iota(int64_t* positions, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) positions[i] = i;
}

// blockIdx.x: tile; a thread for each column.
template <typename T>
__global__ void SumTiles(Runs runs, const T* dout) {
  const int64_t c = static_cast<int64_t>(blockIdx.y) * blockDim.x + threadIdx.x;
  if (c >= runs.dim) return;
  const int64_t begin = blockIdx.x * kTilePlaces;
  const int64_t end = min(begin + kTilePlaces, runs.count);
  bool came_in = runs.Continues(begin);
  float sum = 0.0f;
  for (int64_t place = begin; place < end; ++place) {
    sum += static_cast<float>(dout[runs.positions[place] * runs.dim + c]);
    const bool goes_on = runs.Continues(place + 1);
    if (goes_on && place + 1 < end) continue;
    if (came_in || goes_on) {
      runs.pieces[(blockIdx.x * 2 + (came_in ? 0 : 1)) * runs.dim + c] = sum;
    } else {
      runs.dtable[runs.ids[place] * runs.dim + c] = sum;
    }
    came_in = false;
    sum = 0.0f;
  }
}

// The first place after `place` whose id is another.
__device__ int64_t RunEnd(const Runs& runs, int64_t place) {
  int64_t low = place + 1, high = runs.count;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (runs.ids[middle] == runs.ids[place]) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// blockIdx.x: the tile where a run begins that goes on beyond it; the others have nothing to do.
__global__ void AddPieces(Runs runs) {
  const int64_t c = static_cast<int64_t>(blockIdx.y) * blockDim.x + threadIdx.x;
  const int64_t begin = blockIdx.x * kTilePlaces, end = begin + kTilePlaces;
  if (c >= runs.dim || !runs.Continues(end)) return;
  if (runs.ids[begin] == runs.ids[end] && runs.Continues(begin)) return;  // began before this tile
  const int64_t last_tile = (RunEnd(runs, end) - 1) / kTilePlaces;
  float sum = runs.pieces[(blockIdx.x * 2 + 1) * runs.dim + c];
#pragma unroll 8
  for (int64_t tile = blockIdx.x + 1; tile <= last_tile; ++tile) {
    sum += runs.pieces[tile * 2 * runs.dim + c];
  }
  runs.dtable[runs.ids[end] * runs.dim + c] = sum;
}

// Device memory for the length of a scope.
template <typename T>
class Scratch {
 public:
  explicit Scratch(int64_t count)
      : bytes_(count * static_cast<int64_t>(sizeof(T))), data_(Allocate(bytes_)) {}
  ~Scratch() { Free(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* get() const { return static_cast<T*>(data_); }

 private:
  int64_t bytes_;
  void* data_;
};

// A radix sort is stable: the uses of an id keep their order.
void SortByIds(const EmbeddingBackwardArgs& args, int32_t* sorted_ids, int64_t* positions) {
  const Scratch<int64_t> unsorted(args.count);
  Iota<<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(unsorted.get(), args.count);
  MNEME_CUDA_CHECK_LAUNCH();
  int id_bits = 1;
  while (id_bits < 31 && args.table_rows > int64_t{1} << id_bits) ++id_bits;
  size_t scratch_bytes = 0;
  MNEME_CUDA_CHECK(cub::DeviceRadixSort::SortPairs(nullptr, scratch_bytes, args.ids, sorted_ids,
                                                   unsorted.get(), positions, args.count, 0,
                                                   id_bits, ComputeStream()));
  const Scratch<char> scratch(static_cast<int64_t>(scratch_bytes));
  MNEME_CUDA_CHECK(cub::DeviceRadixSort::SortPairs(scratch.get(), scratch_bytes, args.ids,
                                                   sorted_ids, unsorted.get(), positions,
                                                   args.count, 0, id_bits, ComputeStream()));
}

template <typename T>
void BackwardAs(const EmbeddingBackwardArgs& args) {
  const Scratch<int32_t> sorted_ids(args.count);
  const Scratch<int64_t> positions(args.count);
  SortByIds(args, sorted_ids.get(), positions.get());
  const int64_t tiles = CeilDiv(args.count, kTilePlaces);
  const Scratch<float> pieces(tiles * 2 * args.dim);
  const Runs runs = {.count = args.count,
                     .dim = args.dim,
                     .ids = sorted_ids.get(),
                     .positions = positions.get(),
                     .pieces = pieces.get(),
                     .dtable = args.dtable};
  const int threads = ThreadsFor(args.dim);
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(CeilDiv(args.dim, threads)));
  SumTiles<T><<<grid, threads, 0, ComputeStream()>>>(runs, static_cast<const T*>(args.dout));
  MNEME_CUDA_CHECK_LAUNCH();
  AddPieces<<<grid, threads, 0, ComputeStream()>>>(runs);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void EmbeddingForward(const EmbeddingForwardArgs& args) {
  if (args.count == 0 || args.dim == 0) return;
  const int64_t row_bytes = args.dim * DTypeBytes(args.dtype);
  if (CopiedRowsAs<uint4>(args, row_bytes)) return;
  if (CopiedRowsAs<uint32_t>(args, row_bytes)) return;
  CopiedRowsAs<uint16_t>(args, row_bytes);
}

void EmbeddingBackward(const EmbeddingBackwardArgs& args) {
  if (args.count == 0 || args.dim == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
