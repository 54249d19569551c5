// Python's random.Random(seed), bit for bit: evaluation tasks draw their examples with it.

#ifndef MNEME_DATA_TASKS_PYTHON_RANDOM_H_
#define MNEME_DATA_TASKS_PYTHON_RANDOM_H_

#include <cstdint>
#include <random>
#include <vector>

namespace mneme {

// CPython 3's: MT19937, whose state init_by_array makes of the seed's 32-bit words, low first.
// Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), and their
// initialisation of 2002.
class PythonRandom {
 public:
  explicit PythonRandom(uint64_t seed);

  // random.getrandbits(bits), 1 <= bits <= 64: whole words low first, of the last its top bits.
  uint64_t Bits(int bits);

  // random.randrange(n), n > 0: as many bits as n has, drawn until they are below n.
  uint64_t Below(uint64_t n);

  // The indices that random.sample(population, count) takes of a population of `size` >= count.
  std::vector<int64_t> Sample(int64_t size, int64_t count);

 private:
  std::mt19937 engine_;
};

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_PYTHON_RANDOM_H_
