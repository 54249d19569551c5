// The entries of WordNet as a stream of documents.

#ifndef MNEME_DATA_WORDNET_WORDNET_SOURCE_H_
#define MNEME_DATA_WORDNET_WORDNET_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/corpus/document_source.h"
#include "data/wordnet/wordnet_entry.h"

namespace mneme {

// A document is the EntryText of an entry. Training reads the entries that are not held out, in
// a new random order each epoch (in the files' order neighbours say the same things), a function
// of seed and epoch alone; for Split::kHeldOut and kAll there is one random order, always the same.
class WordNetSource : public DocumentSource {
 public:
  // Errors: those of LoadWordNet.
  static absl::StatusOr<std::unique_ptr<WordNetSource>> Open(const std::string& dir,
                                                             const SourceOptions& options);

  WordNetSource(const std::vector<WordNetEntry>& entries, const SourceOptions& options);

  absl::StatusOr<absl::string_view> Next() override;
  const SourceCursor& cursor() const override { return cursor_; }
  absl::Status Seek(const SourceCursor& cursor) override;
  const std::vector<SourceFile>& files() const override { return files_; }  // none

 private:
  void Shuffle();

  const SourceOptions options_;
  std::vector<std::string> texts_;
  std::vector<int32_t> order_;  // of texts_, in this epoch
  SourceCursor cursor_;
  const std::vector<SourceFile> files_;
};

}  // namespace mneme

#endif  // MNEME_DATA_WORDNET_WORDNET_SOURCE_H_
