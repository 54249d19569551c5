#include "memory_layer/memory_layer/memory_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "autograd/ops/add/add.h"
#include "autograd/ops/rms_norm/rms_norm.h"
#include "autograd/testing/gradient_check.h"
#include "memory_layer/testing/layer_formula.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/devices.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

constexpr int64_t kDim = 5;

MemoryConfig SmallConfig() {
  MemoryConfig config;
  config.is_enabled = true;
  config.layers = {1};
  config.mem_n_keys = 6;
  config.mem_heads = 2;
  config.mem_knn = 3;
  config.mem_k_dim = 6;
  return config;
}

// Every variant of the layer, by name.
std::map<std::string, MemoryConfig> Variants() {
  std::map<std::string, MemoryConfig> variants;
  variants["swilu"] = SmallConfig();
  variants["plain"] = SmallConfig();
  variants["plain"].swilu_projection = false;
  variants["v_dim"] = variants["plain"];
  variants["v_dim"].mem_v_dim = 4;
  variants["v_dim_swilu"] = SmallConfig();
  variants["v_dim_swilu"].mem_v_dim = 7;
  variants["gated"] = SmallConfig();
  variants["gated"].mem_gated = true;
  variants["plain_gated"] = variants["plain"];
  variants["plain_gated"].mem_gated = true;
  variants["qk_norm"] = SmallConfig();
  variants["qk_norm"].qk_norm = true;
  variants["peer"] = SmallConfig();
  variants["peer"].peer_variant = true;
  variants["peer_gated_norm"] = variants["peer"];
  variants["peer_gated_norm"].mem_gated = variants["peer_gated_norm"].qk_norm = true;
  return variants;
}

// Where a layer runs, and whether its tables lie in host memory all the same.
struct Place {
  Device device = Device::Cpu();
  bool zero_copy = false;
};

std::vector<Place> Places() {
  std::vector<Place> places;
  for (Device device : AvailableDevices()) {
    places.push_back({device});
    if (device.is_cuda()) places.push_back({device, true});
  }
  return places;
}

MemoryTables Tables(MemoryConfig config, DType dtype = DType::kF32, const Place& place = {},
                    int64_t dim = kDim) {
  config.zero_copy = place.zero_copy;
  auto tables = MemoryTables::Create(config, dim, place.device, dtype);
  CHECK(tables.ok()) << tables.status();
  tables->Initialise(1);
  return *std::move(tables);
}

// A layer with its weights and tables; biases are not zero, as they are at the start.
struct Model {
  explicit Model(const MemoryConfig& config, DType dtype = DType::kF32, const Place& place = {},
                 int64_t dim = kDim)
      : parameters(1, place.device, dtype),
        tables(Tables(config, dtype, place, dim)),
        layer(Scope(&parameters), config, dim, tables.ForLayer(1)) {
    for (const auto& parameter : parameters.all()) {
      if (parameter->name.find("bias") == std::string::npos) continue;
      parameter->master.CopyFromHost(RandomFloats(parameter->master.numel(), 7).data());
    }
    parameters.RefreshCopies();
  }

  ParameterStore parameters;
  MemoryTables tables;
  MemoryLayer layer;
};

// Gradients of the tables' rows, dense, as an Update sees them: with beta1 = 0 the first moment is
// the gradient itself, and lr = 0 moves nothing.
std::vector<std::vector<float>> TableGradients(const MemoryTables& tables) {
  std::vector<std::vector<float>> gradients;
  for (ValueStore* store : tables.stores()) {
    store->Update({.lr = 0.0,
                   .beta1 = 0.0,
                   .beta2 = 0.9,
                   .epsilon = 1e-8,
                   .factors = MakeAdamFactors(1.0, 0.0, 0.9, 1, store->device())});
    gradients.push_back(store->State()[1].tensor.ToVector<float>());
  }
  return gradients;
}

void ExpectClose(const std::vector<float>& got, const std::vector<double>& want, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double largest = 1e-30;
  for (double w : want) largest = std::max(largest, std::abs(w));
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(std::abs(got[i] - want[i]) <= tolerance * largest)
        << what << ": element " << i << " is " << got[i] << ", expected " << want[i];
  }
}

std::vector<double> Wide(const std::vector<float>& values) {
  return std::vector<double>(values.begin(), values.end());
}

// The layer's output and the gradients of its input, weights and tables, against the formula.
void CheckVariant(const std::string& name, const MemoryConfig& config, const Place& place) {
  SCOPED_TRACE(testing::Message() << name << " on " << place.device.name()
                                  << (place.zero_copy ? ", zero_copy" : ""));
  const double slack = place.device.is_cpu() ? 1.0 : 10.0;
  Model model(config, DType::kF32, place);
  const Variable x = Variable::Leaf(RandomTensor({2, 2, kDim}, 3, place.device));
  Tape tape;
  TapeScope scope(&tape);
  const Variable out = model.layer.Forward(x);
  ASSERT_EQ(out.value().shape(), x.value().shape());

  std::vector<std::string> names = {"x"};
  Values<double> inputs = {Wide(x.value().ToVector<float>())};
  for (const auto& parameter : model.parameters.all()) {
    names.push_back(parameter->name);
    inputs.push_back(Wide(parameter->master.ToVector<float>()));
  }
  for (ValueStore* store : model.tables.stores()) {
    names.push_back(store->name());
    inputs.push_back(Wide(store->State()[0].tensor.ToVector<float>()));
  }
  const std::vector<int64_t> rows = model.layer.last_rows().ToVector<int64_t>();
  const ReferenceResult expected = ComplexStep(
      [&](const Values<Complex>& at) { return LayerFormula(config, kDim, rows, names, at); },
      inputs, DType::kF32);

  ExpectClose(out.value().ToVector<float>(), expected.out, 2e-6 * slack, "output");
  const std::vector<float> dout(expected.dout.begin(), expected.dout.end());
  tape.Backward(out, Tensor::From<float>(out.value().shape(), dout, place.device));
  ExpectClose(x.gradient()->tensor().ToVector<float>(), expected.grads[0], 1e-5 * slack, "x");
  size_t i = 1;
  for (const auto& parameter : model.parameters.all()) {
    ASSERT_TRUE(parameter->variable.gradient()->defined()) << parameter->name;
    ExpectClose(parameter->variable.gradient()->tensor().ToVector<float>(), expected.grads[i++],
                1e-5 * slack, parameter->name);
  }
  for (const std::vector<float>& gradient : TableGradients(model.tables)) {
    ExpectClose(gradient, expected.grads[i], 1e-5 * slack, names[i]);
    ++i;
  }
}

TEST(MemoryLayerTest, EveryVariantFollowsItsFormula) {
  for (const Place& place : Places()) {
    for (const auto& [name, config] : Variants()) CheckVariant(name, config, place);
  }
}

// As inference adds the layer to a residual: what Forward gives of the normalised rows.
void CheckAddTo(const MemoryConfig& config, const Place& place, int64_t tokens, int64_t dim) {
  SCOPED_TRACE(testing::Message() << place.device.name() << ", " << tokens << " tokens of " << dim);
  Model model(config, DType::kF32, place, dim);
  const NormedRows rows = {RandomTensor({tokens, dim}, 3, place.device),
                           RandomTensor({dim}, 4, place.device), 1e-3f};
  const Tensor residual = RandomTensor({tokens, dim}, 5, place.device);
  const Variable n = RmsNorm(Variable(rows.x), Variable(rows.weight), rows.epsilon);
  const Tensor expected = Add(Variable(residual), model.layer.Forward(n)).value();
  ExpectClose(model.layer.AddTo(residual, rows).ToVector<float>(), Wide(expected.ToVector<float>()),
              1e-5, "sum");
}

TEST(MemoryLayerTest, AddsToAResidual) {
  for (const Place& place : Places()) {
    for (const auto& [name, config] : Variants()) {
      SCOPED_TRACE(name);
      CheckAddTo(config, place, 3, 16);  // as decoding has them
      CheckAddTo(config, place, 20, 16);
      CheckAddTo(config, place, 3, kDim);
    }
  }
}

TEST(MemoryLayerTest, ParametersHaveTheirNamesAndStarts) {
  MemoryConfig config = SmallConfig();
  config.mem_gated = true;
  config.mem_v_dim = 4;
  ParameterStore parameters(1, Device::Cpu(), DType::kF32);
  const MemoryTables tables = Tables(config);
  const MemoryLayer layer(Scope(&parameters) / "layers" / "1" / "feed_forward", config, kDim,
                          tables.ForLayer(1));
  std::map<std::string, Shape> shapes;
  for (const auto& parameter : parameters.all()) {
    shapes[parameter->name] = parameter->master.shape();
    if (parameter->name.find("bias") == std::string::npos) continue;
    for (float v : parameter->master.ToVector<float>()) EXPECT_EQ(v, 0.0f) << parameter->name;
  }
  const std::string prefix = "layers.1.feed_forward.";
  EXPECT_EQ(shapes, (std::map<std::string, Shape>{{prefix + "keys", {24, 3}},
                                                  {prefix + "query_proj.weight", {12, 5}},
                                                  {prefix + "query_proj.bias", {12}},
                                                  {prefix + "swilu_projection.weight", {4, 5}},
                                                  {prefix + "swilu_projection.bias", {4}},
                                                  {prefix + "value_proj.weight", {5, 4}},
                                                  {prefix + "value_proj.bias", {5}},
                                                  {prefix + "gating.weight", {1, 5}},
                                                  {prefix + "gating.bias", {1}}}));
  EXPECT_EQ(tables.stores()[0]->name(), prefix + "values.weight");
}

// Layers that share a table: their gradients add up.
void CheckSharedTable(const Place& place) {
  SCOPED_TRACE(testing::Message() << place.device.name() << " " << place.zero_copy);
  MemoryConfig config = SmallConfig();
  config.layers = {1, 3};
  ParameterStore parameters(1, place.device, DType::kF32);
  const MemoryTables tables = Tables(config, DType::kF32, place);
  MemoryLayer a(Scope(&parameters) / "a", config, kDim, tables.ForLayer(1));
  MemoryLayer b(Scope(&parameters) / "b", config, kDim, tables.ForLayer(3));
  const Variable x(RandomTensor({4, kDim}, 3, place.device));
  const Tensor dout = RandomTensor({4, kDim}, 4, place.device);
  const auto gradient = [&](bool use_a, bool use_b) {
    // A first moment keeps the last gradient of rows that are not touched again.
    Tensor moment = tables.stores()[0]->State()[1].tensor;
    moment.CopyFromHost(std::vector<float>(moment.numel()).data());
    Tape tape;
    TapeScope scope(&tape);
    Variable out;
    if (use_a) out = a.Forward(x);
    if (use_b) out = use_a ? Add(out, b.Forward(x)) : b.Forward(x);
    tape.Backward(out, dout.Clone());
    return TableGradients(tables)[0];
  };
  const std::vector<float> both = gradient(true, true);
  std::vector<double> sum = Wide(gradient(true, false));
  const std::vector<float> of_b = gradient(false, true);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += of_b[i];
  ExpectClose(both, sum, 1e-6, "sum");
}

TEST(MemoryLayerTest, SharedTableSumsGradients) {
  for (const Place& place : Places()) CheckSharedTable(place);
}

TEST(MemoryLayerTest, UsageCountsTrainingOnly) {
  for (const Place& place : Places()) {
    Model model(SmallConfig(), DType::kF32, place);
    const Variable x(RandomTensor({4, kDim}, 3, place.device));
    PickUsage* usage = model.tables.usages()[0];
    model.layer.Forward(x);
    EXPECT_EQ(usage->rows_touched(), 0);
    Tape tape;
    TapeScope scope(&tape);
    model.layer.Forward(x);
    EXPECT_GT(usage->rows_touched(), 0);
    EXPECT_EQ(usage->TakeSummary().picks, 4 * 2 * 3);
  }
}

// In half precision every gradient has the type it should, and the output is near that of f32.
void CheckHalfPrecision(const MemoryConfig& config, const Place& place, DType dtype) {
  Model model(config, dtype, place), wide(config, DType::kF32, place);
  const Variable x = Variable::Leaf(RandomTensor({3, kDim}, 3, place.device, dtype));
  Tape tape;
  TapeScope scope(&tape);
  const Variable out = model.layer.Forward(x);
  EXPECT_EQ(out.value().dtype(), dtype);
  // Only the same picks can be compared.
  const Variable expected = wide.layer.Forward(Variable(Cast(x.value(), DType::kF32)));
  if (model.layer.last_rows().ToVector<int64_t>() == wide.layer.last_rows().ToVector<int64_t>()) {
    ExpectClose(Cast(out.value(), DType::kF32).ToVector<float>(),
                Wide(expected.value().ToVector<float>()), 0.03, "output");
  }
  tape.Backward(out, RandomTensor({3, kDim}, 4, place.device, dtype));
  EXPECT_EQ(x.gradient()->tensor().dtype(), dtype);
  for (const auto& parameter : model.parameters.all()) {
    EXPECT_EQ(parameter->variable.gradient()->tensor().dtype(), DType::kF32) << parameter->name;
  }
}

TEST(MemoryLayerTest, HalfPrecision) {
  for (const Place& place : Places()) {
    for (const auto& [name, config] : Variants()) {
      SCOPED_TRACE(testing::Message() << name << " on " << place.device.name());
      CheckHalfPrecision(config, place, DType::kBF16);
      if (place.device.is_cuda()) CheckHalfPrecision(config, place, DType::kF16);
    }
  }
}

TEST(MemoryLayerTest, SameBitsForAnyNumberOfThreads) {
  MemoryConfig config = SmallConfig();
  config.mem_n_keys = 30;
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    Model model(config);
    const Variable x = Variable::Leaf(RandomTensor({200, kDim}, 3));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = model.layer.Forward(x);
    std::vector<std::vector<float>> all = {out.value().ToVector<float>()};
    tape.Backward(out, RandomTensor({200, kDim}, 4));
    all.push_back(x.gradient()->tensor().ToVector<float>());
    for (const auto& parameter : model.parameters.all()) {
      all.push_back(parameter->variable.gradient()->tensor().ToVector<float>());
    }
    for (auto& gradient : TableGradients(model.tables)) all.push_back(std::move(gradient));
    if (first.empty()) first = all;
    EXPECT_TRUE(all == first) << threads << " threads";
  }
  SetNumThreads(0);
}

}  // namespace
}  // namespace mneme
