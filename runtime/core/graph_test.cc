#include "runtime/core/graph.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"
#include "runtime/core/tensor.h"
#include "runtime/kernels/add/add.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kSizes[] = {5, 1 << 10, 1 << 20};  // small blocks of memory, and a large one

std::vector<float> Times(const std::vector<float>& x, float factor) {
  std::vector<float> y = x;
  for (float& value : y) value *= factor;
  return y;
}

TEST(GraphTest, RunsAgainOnWhatItsTensorsHold) {
  for (Device device : AvailableDevices()) {
    for (int64_t size : kSizes) {
      Tensor in = RandomTensor({size}, 1, device), out;
      const auto work = [&] {
        const Tensor twice = Sum(in, in);
        out = Sum(twice, twice);
      };
      Graph graph(device);
      graph.Record(work);
      EXPECT_EQ(graph.is_recorded(), device.is_cuda());
      for (uint64_t seed : {2, 3}) {
        const std::vector<float> x = RandomFloats(size, seed);
        in.CopyFromHost(x.data());
        // Other tensors of the same size come and go; none gets the graph's memory.
        std::vector<Tensor> others;
        for (int i = 0; i < 4; ++i) others.push_back(RandomTensor({size}, 9, device));
        graph.is_recorded() ? graph.Run() : work();
        EXPECT_EQ(out.ToVector<float>(), Times(x, 4.0f)) << device.name();
        for (const Tensor& other : others) {
          EXPECT_EQ(other.ToVector<float>(), RandomFloats(size, 9)) << device.name();
        }
      }
    }
  }
}

TEST(GraphTest, AResultOutlivesItsGraph) {
  for (Device device : AvailableDevices()) {
    const Tensor in = RandomTensor({100}, 1, device);
    Tensor out;
    const auto work = [&] { out = Sum(in, in); };
    {
      Graph graph(device);
      graph.Record(work);
      if (graph.is_recorded()) graph.Run();
    }
    const Tensor other = RandomTensor({100}, 2, device);
    EXPECT_EQ(out.ToVector<float>(), Times(RandomFloats(100, 1), 2.0f)) << device.name();
  }
}

TEST(GraphDeathTest, RunsOnlyWhatIsRecorded) {
  Graph graph(Device::Cpu());
  EXPECT_DEATH(graph.Run(), "not recorded");
}

}  // namespace
}  // namespace mneme
