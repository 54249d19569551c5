// How far computed tensors are from reference ones, gathered into groups.

#ifndef MNEME_APPS_PARITY_REPORT_H_
#define MNEME_APPS_PARITY_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

// ||x - ref|| / ||ref||; ||x|| if ref is zero, infinity if a number is not finite. Sizes must
// agree.
double RelativeError(absl::Span<const float> x, absl::Span<const float> reference);

class ParityReport {
 public:
  // Groups are printed in the order in which they are added. An error above `tolerance` fails; a
  // negative tolerance only reports.
  void AddGroup(absl::string_view group, double tolerance);

  // The group remembers its worst tensor.
  void Add(absl::string_view group, absl::string_view tensor, double error);
  void AddTensor(absl::string_view group, absl::string_view tensor, absl::Span<const float> x,
                 absl::Span<const float> reference) {
    Add(group, tensor, RelativeError(x, reference));
  }

  bool passed() const;
  // A line a group that compared anything: name, worst error, its tensor, tolerance, verdict.
  std::string ToString() const;

 private:
  struct Group {
    std::string name;
    double tolerance;
    int64_t compared = 0;
    double worst = -1.0;
    std::string worst_tensor;

    bool passed() const { return tolerance < 0 || compared == 0 || worst <= tolerance; }
  };

  std::vector<Group> groups_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PARITY_REPORT_H_
