#include "data/tasks/python_random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "glog/logging.h"

namespace mneme {
namespace {

// Hands std::mt19937 the state that init_by_array(words) makes.
class InitByArray {
 public:
  using result_type = uint32_t;

  explicit InitByArray(uint64_t seed) : words_{static_cast<uint32_t>(seed)} {
    if (seed >> 32 != 0) words_.push_back(static_cast<uint32_t>(seed >> 32));
  }

  template <class Iterator>
  void generate(Iterator begin, Iterator end) {
    const std::array<uint32_t, kSize> state = State();
    CHECK_EQ(end - begin, kSize);
    std::copy(state.begin(), state.end(), begin);
  }

 private:
  static constexpr int64_t kSize = 624;

  static uint32_t Mix(uint32_t word) { return word ^ (word >> 30); }

  std::array<uint32_t, kSize> State() const {
    std::array<uint32_t, kSize> state = {19650218u};
    for (uint32_t i = 1; i < kSize; ++i) state[i] = 1812433253u * Mix(state[i - 1]) + i;
    int64_t at = 1;  // goes round words 1 .. 623; word 0 follows the last
    const auto advance = [&] {
      if (++at == kSize) {
        state[0] = state[kSize - 1];
        at = 1;
      }
    };
    const uint32_t n_words = static_cast<uint32_t>(words_.size());
    for (uint32_t k = 0; k < kSize; ++k) {
      const uint32_t j = k % n_words;
      state[at] = (state[at] ^ (Mix(state[at - 1]) * 1664525u)) + words_[j] + j;
      advance();
    }
    for (uint32_t k = 1; k < kSize; ++k) {
      state[at] = (state[at] ^ (Mix(state[at - 1]) * 1566083941u)) - static_cast<uint32_t>(at);
      advance();
    }
    state[0] = 0x80000000u;
    return state;
  }

  std::vector<uint32_t> words_;
};

// Up to this many items, random.sample shuffles a copy of the population's indices; above, it
// draws until it meets one that it has not drawn: a matter of memory there, of the stream here.
int64_t LargestCopy(int64_t count) {
  int64_t size = 21;
  if (count > 5) {
    int64_t power = 4;
    while (power < 3 * count) power *= 4;
    size += power;
  }
  return size;
}

}  // namespace

PythonRandom::PythonRandom(uint64_t seed) {
  InitByArray state(seed);
  engine_.seed(state);
}

uint64_t PythonRandom::Bits(int bits) {
  CHECK(bits >= 1 && bits <= 64) << bits;
  if (bits <= 32) return engine_() >> (32 - bits);
  const uint64_t low = engine_();
  return low | uint64_t{engine_() >> (64 - bits)} << 32;
}

uint64_t PythonRandom::Below(uint64_t n) {
  CHECK_GT(n, 0);
  const int bits = std::bit_width(n);
  uint64_t drawn = Bits(bits);
  while (drawn >= n) drawn = Bits(bits);
  return drawn;
}

std::vector<int64_t> PythonRandom::Sample(int64_t size, int64_t count) {
  CHECK(count >= 0 && count <= size) << count << " of " << size;
  std::vector<int64_t> sample;
  if (size <= LargestCopy(count)) {
    std::vector<int64_t> left(size);
    std::iota(left.begin(), left.end(), 0);
    for (int64_t i = 0; i < count; ++i) {
      int64_t& drawn = left[Below(left.size())];
      sample.push_back(drawn);
      drawn = left.back();
      left.pop_back();
    }
    return sample;
  }
  absl::flat_hash_set<int64_t> seen;
  while (static_cast<int64_t>(sample.size()) < count) {
    const int64_t drawn = static_cast<int64_t>(Below(size));
    if (seen.insert(drawn).second) sample.push_back(drawn);
  }
  return sample;
}

}  // namespace mneme
