// Facts about a model, in words and numbers.

#ifndef MNEME_APPS_TRAIN_DESCRIBE_H_
#define MNEME_APPS_TRAIN_DESCRIBE_H_

#include <string>

#include "apps/model/adopt_weights.h"
#include "apps/model/language_model.h"

namespace mneme {

// "4 layers x 128, 789 k parameters; memory at layer 2: 16,384 rows x 128 (2.1 M parameters), 32
// rows a token".
std::string DescribeModel(LanguageModel& model);

// "weights of PATH; new: the memory of layers 4, 12; left out: the feed-forward of layers 4, 12".
std::string DescribeAdopted(const std::string& path, const AdoptedWeights& adopted);

// How a value table was used since the last report, one line:
// "memory 0: 61.2% of 16,384 rows touched; a step picks 3.1k rows of 32.8k picks, as spread as 1.9k
// equal ones (entropy 7.55 of 9.70 nats)".
std::string DescribeUsage(int64_t index, int64_t n_rows, double share_touched,
                          const PickUsage::Summary& summary);

// Floating-point operations of training on one token in a sequence of seq_len: 6 for each weight
// that a token meets, 6 for each element of the rows that it picks, and attention's 6 L S D
// (causal: half of all pairs). Embedding rows and rows that were not picked cost nothing.
double FlopsPerToken(LanguageModel& model, int64_t seq_len);
// The part of them that the picked rows cost.
double TableFlopsPerToken(LanguageModel& model);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_DESCRIBE_H_
