#include "apps/train/check_gradients.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/checkpoint/find.h"

namespace mneme {

absl::Status CheckGradients(const TrainConfig& config, Trainer* trainer, Screen* screen,
                            StepGuard::Counts* counts) {
  const int64_t step = trainer->totals().step;
  const int64_t skipped = counts->skipped;
  *counts = trainer->optimizer()->guard()->Read();
  const std::string first_bad = trainer->optimizer()->NameOfGradient(counts->first_bad);
  if (counts->skipped_in_a_row >= kMaxSkippedInARow) {
    const FoundCheckpoint last = FindLatestCheckpoint(config.dump_dir, Verify::kSizes);
    return absl::AbortedError(absl::StrCat(
        "stopped before step ", step, ": gradients were NaN or infinite in ", kMaxSkippedInARow,
        " steps in a row, none of which was taken; the first to go bad was that of ", first_bad,
        ". A lower optim.lr or optim.clip, or a longer optim.warmup may help; ",
        last.checkpoint ? absl::StrCat(last.checkpoint->path(), " is intact")
                        : "no checkpoint had been written"));
  }
  if (counts->skipped > skipped) {
    const std::string scale =
        config.distributed.model_dtype == ComputeDtype::kFp16
            ? absl::StrFormat("; the loss scale is now %g", counts->loss_scale)
            : "";
    screen->Print(absl::StrCat("warning: ", counts->skipped - skipped, " of the steps up to ", step,
                               " skipped: NaN or infinite gradients, first that of ", first_bad,
                               scale));
  }
  return absl::OkStatus();
}

}  // namespace mneme
