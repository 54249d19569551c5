#include <memory>

#include "runtime/core/cuda_check.h"
#include "runtime/core/graph.h"
#include "runtime/core/private_memory_cuda.h"

namespace mneme::cuda {
namespace {

struct Recorded {
  std::shared_ptr<BlockCache> memory;
  cudaGraphExec_t work;
};

}  // namespace

void* RecordGraph(const std::function<void()>& work) {
  auto* recorded = new Recorded{std::make_shared<BlockCache>(), nullptr};
  cudaGraph_t graph;
  {
    const PrivateMemory memory(recorded->memory);
    // Loads its kernels and takes all the memory that it needs, beside the results of a last time.
    work();
    work();
    MNEME_CUDA_CHECK(cudaStreamBeginCapture(ComputeStream(), cudaStreamCaptureModeRelaxed));
    work();
    MNEME_CUDA_CHECK(cudaStreamEndCapture(ComputeStream(), &graph));
  }
  MNEME_CUDA_CHECK(cudaGraphInstantiate(&recorded->work, graph, 0));
  MNEME_CUDA_CHECK(cudaGraphDestroy(graph));
  return recorded;
}

void RunGraph(void* graph) {
  MNEME_CUDA_CHECK(cudaGraphLaunch(static_cast<Recorded*>(graph)->work, ComputeStream()));
}

void DestroyGraph(void* graph) {
  auto* recorded = static_cast<Recorded*>(graph);
  MNEME_CUDA_CHECK(cudaGraphExecDestroy(recorded->work));
  ReleasePrivateMemory(recorded->memory);
  delete recorded;
}

}  // namespace mneme::cuda
