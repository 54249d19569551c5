#include "nn/core/parameter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/random/philox.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

// Made on the host and copied: a weight starts with the same bits on every device.
Tensor InitialValue(const Shape& shape, const Init& init, PhiloxKey key) {
  const Tensor value = Tensor::Empty(shape, DType::kF32, Device::Cpu());
  float* data = value.data<float>();
  const float scale = static_cast<float>(init.scale);
  switch (init.kind) {
    case Init::Kind::kConstant:
      std::fill(data, data + value.numel(), scale);
      break;
    case Init::Kind::kUniform:
      FillUniform(data, value.numel(), -scale, scale, key);
      break;
    case Init::Kind::kNormal:
      FillNormal(data, value.numel(), scale, key);
      break;
    case Init::Kind::kTruncatedNormal:
      FillTruncatedNormal(data, value.numel(), scale, key);
      break;
  }
  return value;
}

}  // namespace

Parameter* ParameterStore::Create(const std::string& name, const Shape& shape, const Init& init) {
  auto parameter = std::make_unique<Parameter>();
  parameter->name = name;
  parameter->master = InitialValue(shape, init, MakePhiloxKey(seed_, HashName(name))).To(device_);
  parameter->variable = Variable::Leaf(Cast(parameter->master, dtype_));
  CHECK(by_name_.emplace(name, parameter.get()).second) << "two parameters are called " << name;
  parameters_.push_back(std::move(parameter));
  return parameters_.back().get();
}

Parameter* ParameterStore::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

int64_t ParameterStore::NumElements() const {
  int64_t count = 0;
  for (const auto& parameter : parameters_) count += parameter->master.numel();
  return count;
}

void ParameterStore::ClearGradients() {
  for (const auto& parameter : parameters_) parameter->variable.gradient()->Clear();
}

void ParameterStore::RefreshCopies() {
  if (dtype_ == DType::kF32) return;
  for (const auto& parameter : parameters_) {
    CastInto(parameter->master, parameter->variable.value());
  }
}

Scope Scope::operator/(absl::string_view part) const {
  Scope child = *this;
  absl::StrAppend(&child.prefix_, part, ".");
  return child;
}

std::string Scope::FullName(absl::string_view name) const { return absl::StrCat(prefix_, name); }

}  // namespace mneme
