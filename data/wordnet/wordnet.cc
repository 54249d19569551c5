#include "data/wordnet/wordnet.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/corpus/byte_source.h"
#include "data/corpus/line_reader.h"
#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kMaxWordNetLineBytes = 1 << 20;

absl::Status AppendEntries(const std::string& path, std::vector<WordNetEntry>* entries) {
  absl::StatusOr<std::unique_ptr<ByteSource>> bytes = OpenByteSource(path, 0);
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(
        absl::StrCat("WordNet, the corpus 'wordnet', is not installed: expected ", path,
                     "; run tools/setup (it installs the package wordnet-base) or set wordnet_dir, "
                     "which for //apps:train is data.wordnet_dir"));
  }
  MNEME_RETURN_IF_ERROR(bytes.status());
  LineReader lines(*std::move(bytes), 0, kMaxWordNetLineBytes, LongLines::kSplit);
  Line line;
  for (int64_t number = 1;; ++number) {
    MNEME_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
    if (!more) return absl::OkStatus();
    if (absl::StartsWith(line.text, "  ")) continue;  // the licence, at the top
    absl::StatusOr<WordNetEntry> entry = ParseWordNetLine(line.text);
    if (!IsValidUtf8(line.text)) entry = absl::InvalidArgumentError("invalid UTF-8");
    if (!entry.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, " is no line of WordNet: ", entry.status().message()));
    }
    entries->push_back(*std::move(entry));
  }
}

}  // namespace

absl::StatusOr<std::vector<WordNetEntry>> LoadWordNet(const std::string& dir) {
  std::vector<WordNetEntry> entries;
  for (const char* name : {"data.noun", "data.verb", "data.adj", "data.adv"}) {
    MNEME_RETURN_IF_ERROR(AppendEntries(absl::StrCat(dir, "/", name), &entries));
  }
  return entries;
}

}  // namespace mneme
