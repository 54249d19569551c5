// Parameters: the dense weights of a model, each with its name.
//
// A ParameterStore owns all of a model's parameters, in the order of their creation. A Scope is the
// place in the model where a module is being built: a prefix of names, and how to make weights.

#ifndef MNEME_NN_CORE_PARAMETER_H_
#define MNEME_NN_CORE_PARAMETER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "autograd/core/variable.h"

namespace mneme {

struct Parameter {
  std::string name;   // "layers.0.attention.wq.weight"
  Tensor master;      // f32: what the optimizer updates and a checkpoint holds
  Variable variable;  // what ops use: the master itself, or its copy in the model's dtype
};

// How a weight starts. Numbers depend on the seed and the parameter's name alone.
struct Init {
  enum class Kind { kConstant, kUniform, kNormal, kTruncatedNormal };
  Kind kind;
  double scale;

  static Init Constant(double value) { return {Kind::kConstant, value}; }
  // Uniform in [-bound, bound).
  static Init Uniform(double bound) { return {Kind::kUniform, bound}; }
  static Init Normal(double std) { return {Kind::kNormal, std}; }
  // Cut off at +-3 std.
  static Init TruncatedNormal(double std) { return {Kind::kTruncatedNormal, std}; }
};

class ParameterStore {
 public:
  // Parameters live on `device`; ops see them as `dtype` (f32, bf16 or f16).
  ParameterStore(uint64_t seed, Device device, DType dtype)
      : seed_(seed), device_(device), dtype_(dtype) {}

  Parameter* Create(const std::string& name, const Shape& shape, const Init& init);

  const std::vector<std::unique_ptr<Parameter>>& all() const { return parameters_; }
  // Null if there is none of that name.
  Parameter* Find(absl::string_view name) const;
  int64_t NumElements() const;

  void ClearGradients();
  // To be called when masters have changed: brings the copies in the model's dtype up to date.
  void RefreshCopies();

  uint64_t seed() const { return seed_; }
  Device device() const { return device_; }
  DType dtype() const { return dtype_; }

 private:
  uint64_t seed_;
  Device device_;
  DType dtype_;
  std::vector<std::unique_ptr<Parameter>> parameters_;
  absl::flat_hash_map<std::string, Parameter*> by_name_;
};

class Scope {
 public:
  explicit Scope(ParameterStore* store) : store_(store) {}

  // The scope of a part: Scope(&store) / "layers" / "0".
  Scope operator/(absl::string_view part) const;

  Parameter* Create(absl::string_view name, const Shape& shape, const Init& init) const {
    return store_->Create(FullName(name), shape, init);
  }
  std::string FullName(absl::string_view name) const;
  ParameterStore* store() const { return store_; }

 private:
  ParameterStore* store_;
  std::string prefix_;  // empty, or ends with a dot
};

}  // namespace mneme

#endif  // MNEME_NN_CORE_PARAMETER_H_
