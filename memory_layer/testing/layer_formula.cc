#include "memory_layer/testing/layer_formula.h"

#include <cmath>

#include "glog/logging.h"

namespace mneme {
namespace {

using Vector = std::vector<Complex>;

Complex Sigmoid(Complex x) { return 1.0 / (1.0 + std::exp(-x)); }

// To first order in the imaginary part, which is all that a complex step needs.
Complex Erf(Complex x) {
  const double slope = 2.0 / std::sqrt(M_PI) * std::exp(-x.real() * x.real());
  return Complex(std::erf(x.real()), slope * x.imag());
}

Complex Gelu(Complex x) { return 0.5 * x * (1.0 + Erf(x / std::sqrt(2.0))); }

class Formula {
 public:
  Formula(const MemoryConfig& config, int64_t dim, const std::vector<std::string>& names,
          const Values<Complex>& inputs)
      : config_(config), dim_(dim), names_(names), inputs_(inputs) {}

  // x: [dim], rows: [heads, knn]. Returns [dim].
  Vector Token(const Vector& x, const int64_t* rows) const {
    const Vector weights = Weights(x, rows);  // [heads, knn]
    Vector out = config_.peer_variant ? Experts(x, rows, weights) : Bag(rows, weights);
    if (!config_.peer_variant && config_.swilu_projection) {
      const Vector gate = Linear("swilu_projection", x, RowDim(config_, dim_));
      for (size_t c = 0; c < out.size(); ++c) out[c] *= gate[c] * Sigmoid(gate[c]);
    }
    if (!config_.peer_variant && (config_.swilu_projection || config_.mem_v_dim > 0)) {
      out = Linear("value_proj", out, dim_);
    }
    if (config_.mem_gated) {
      const Complex gate = Sigmoid(Linear("gating", x, 1)[0]);
      for (Complex& v : out) v *= gate;
    }
    return out;
  }

  const Vector& Find(const std::string& end) const {
    for (size_t i = 0; i < names_.size(); ++i) {
      const std::string& name = names_[i];
      if (name.size() < end.size()) continue;
      if (name.compare(name.size() - end.size(), end.size(), end) == 0) return inputs_[i];
    }
    LOG(FATAL) << "no input ends with " << end;
    return inputs_[0];
  }

 private:
  // y = W x + b
  Vector Linear(const std::string& name, const Vector& x, int64_t out) const {
    const Vector& weight = Find(name + ".weight");
    Vector y = Find(name + ".bias");
    for (int64_t i = 0; i < out; ++i) {
      for (size_t j = 0; j < x.size(); ++j) y[i] += weight[i * x.size() + j] * x[j];
    }
    return y;
  }

  Vector Piece(const Vector& from, int64_t index, int64_t width) const {
    return Vector(from.begin() + index * width, from.begin() + (index + 1) * width);
  }

  // q . k of one half, normalised if so configured.
  Complex HalfScore(Vector q, Vector k) const {
    Complex qq = 0.0, kk = 0.0, qk = 0.0;
    for (size_t c = 0; c < q.size(); ++c) {
      qq += q[c] * q[c], kk += k[c] * k[c], qk += q[c] * k[c];
    }
    if (!config_.qk_norm) return qk;
    const double n = static_cast<double>(q.size());
    return qk / (std::sqrt(qq / n + 1e-6) * std::sqrt(kk / n + 1e-6));
  }

  // The softmax of each head's picks.
  Vector Weights(const Vector& x, const int64_t* rows) const {
    const int64_t knn = config_.mem_knn, n_keys = config_.mem_n_keys;
    const int64_t half = config_.mem_k_dim / 2;
    const Vector query = Linear("query_proj", x, config_.mem_heads * config_.mem_k_dim);
    Vector weights(config_.mem_heads * knn);
    for (int64_t head = 0; head < config_.mem_heads; ++head) {
      Complex sum = 0.0;
      for (int64_t p = head * knn; p < (head + 1) * knn; ++p) {
        const int64_t keys[] = {rows[p] / n_keys, n_keys + rows[p] % n_keys};
        Complex score = 0.0;
        for (int64_t side = 0; side < 2; ++side) {
          score += HalfScore(Piece(query, head * 2 + side, half),
                             Piece(Find("keys"), head * 2 * n_keys + keys[side], half));
        }
        weights[p] = std::exp(score);
        sum += weights[p];
      }
      for (int64_t p = head * knn; p < (head + 1) * knn; ++p) weights[p] /= sum;
    }
    return weights;
  }

  Vector Bag(const int64_t* rows, const Vector& weights) const {
    const int64_t width = RowDim(config_, dim_);
    Vector out(width);
    for (size_t p = 0; p < weights.size(); ++p) {
      const Vector row = Piece(Find("values.weight"), rows[p], width);
      for (int64_t c = 0; c < width; ++c) out[c] += weights[p] * row[c];
    }
    return out;
  }

  Vector Experts(const Vector& x, const int64_t* rows, const Vector& weights) const {
    Vector out(dim_);
    for (size_t p = 0; p < weights.size(); ++p) {
      const Vector u = Piece(Find("values_u.weight"), rows[p], dim_);
      const Vector v = Piece(Find("values_v.weight"), rows[p], dim_);
      Complex hidden = 0.0;
      for (int64_t c = 0; c < dim_; ++c) hidden += u[c] * x[c];
      for (int64_t c = 0; c < dim_; ++c) out[c] += Gelu(hidden) * weights[p] * v[c];
    }
    return out;
  }

  const MemoryConfig& config_;
  int64_t dim_;
  const std::vector<std::string>& names_;
  const Values<Complex>& inputs_;
};

}  // namespace

std::vector<Complex> LayerFormula(const MemoryConfig& config, int64_t dim,
                                  const std::vector<int64_t>& rows,
                                  const std::vector<std::string>& names,
                                  const Values<Complex>& inputs) {
  const Formula formula(config, dim, names, inputs);
  const Vector& x = formula.Find("x");
  const int64_t picks = config.mem_heads * config.mem_knn;
  Vector out;
  for (int64_t t = 0; t < static_cast<int64_t>(x.size()) / dim; ++t) {
    const Vector token(x.begin() + t * dim, x.begin() + (t + 1) * dim);
    const Vector y = formula.Token(token, rows.data() + t * picks);
    out.insert(out.end(), y.begin(), y.end());
  }
  return out;
}

}  // namespace mneme
