#include "data/loader/packer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

using Tokens = std::vector<int32_t>;

// Hands out a fixed list of texts, once or over and over.
class ListSource : public DocumentSource {
 public:
  ListSource(std::vector<std::string> texts, bool repeat)
      : texts_(std::move(texts)), repeat_(repeat) {}

  absl::StatusOr<absl::string_view> Next() override {
    if (!repeat_ && cursor_.items == texts_.size()) return absl::OutOfRangeError("end");
    return texts_[cursor_.items++ % texts_.size()];
  }
  const SourceCursor& cursor() const override { return cursor_; }
  absl::Status Seek(const SourceCursor& cursor) override {
    cursor_ = cursor;
    return absl::OkStatus();
  }
  const std::vector<SourceFile>& files() const override { return files_; }

 private:
  const std::vector<std::string> texts_;
  const bool repeat_;
  SourceCursor cursor_;
  const std::vector<SourceFile> files_;
};

// Texts of 1 to 40 letters: shorter and longer than a window.
std::vector<std::string> Texts(const std::string& letters, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (int j = 0; j <= i * i % 40; ++j) text.push_back(letters[(i + j) % letters.size()]);
    texts.push_back(text);
  }
  return texts;
}

Packer OneSource(const PackerOptions& options, bool repeat, std::vector<std::string> texts) {
  std::vector<WeightedSource> sources;
  sources.push_back({"s", 1.0, std::make_unique<ListSource>(std::move(texts), repeat)});
  return Packer(Mixture(std::move(sources), 1, 0), std::make_shared<ByteTokenizer>(), options);
}

Packer TwoSources(const PackerOptions& options) {
  std::vector<WeightedSource> sources;
  sources.push_back({"lower", 1.0, std::make_unique<ListSource>(Texts("abc", 7), true)});
  sources.push_back({"upper", 2.0, std::make_unique<ListSource>(Texts("ABC", 5), true)});
  return Packer(Mixture(std::move(sources), 1, 0), std::make_shared<ByteTokenizer>(), options);
}

// The next window; counts are added to `source_tokens`.
Tokens PackOne(Packer& packer, std::vector<int64_t>* source_tokens) {
  Tokens window(packer.window_tokens());
  const absl::StatusOr<int64_t> filled =
      packer.Pack(absl::MakeSpan(window), absl::MakeSpan(*source_tokens));
  EXPECT_TRUE(filled.ok()) << filled.status();
  window.resize(filled.ok() ? *filled : 0);
  return window;
}

TEST(PackerTest, WindowsAreTheRowOfDocumentsRewoundByTheViews) {
  for (int64_t n_views : {1, 2, 3, 6}) {
    for (bool bos : {false, true}) {
      for (bool eos : {false, true}) {
        const PackerOptions options = {5, n_views, bos, eos};
        const std::vector<std::string> texts = Texts("abcdefg", 23);
        Tokens row;
        for (const std::string& text : texts) {
          ByteTokenizer().AppendEncoded(text, bos, eos, &row);
        }
        Packer packer = OneSource(options, /*repeat=*/false, texts);
        std::vector<int64_t> counts = {0};
        int64_t begin = 0;
        while (true) {
          const Tokens window = PackOne(packer, &counts);
          const int64_t end = std::min<int64_t>(begin + packer.window_tokens(), row.size());
          EXPECT_EQ(window, Tokens(row.begin() + begin, row.begin() + end)) << begin;
          if (window.size() < packer.window_tokens()) break;
          begin += options.seq_len;
        }
        EXPECT_EQ(counts[0], row.size() - (n_views - 1));
      }
    }
  }
}

TEST(PackerTest, GoesOnFromEveryCursor) {
  for (int64_t n_views : {1, 2, 6}) {
    const PackerOptions options = {5, n_views, true, true};
    for (int taken = 0; taken < 100; ++taken) {
      std::vector<int64_t> counts = {0, 0}, rest_counts = {0, 0}, resumed_counts = {0, 0};
      Packer packer = TwoSources(options);
      for (int i = 0; i < taken; ++i) PackOne(packer, &counts);
      Packer resumed = TwoSources(options);
      ASSERT_TRUE(resumed.Seek(packer.cursor()).ok());
      for (int i = 0; i < 30; ++i) {
        ASSERT_EQ(PackOne(resumed, &resumed_counts), PackOne(packer, &rest_counts))
            << "window " << i << " behind " << taken;
      }
      EXPECT_EQ(resumed_counts, rest_counts);
    }
  }
}

TEST(PackerTest, CountsTokensOfEachSource) {
  Packer packer = TwoSources({7, 2, false, false});
  std::vector<int64_t> counts = {0, 0};
  int64_t lower = 0, upper = 0, bytes = 0;
  for (int i = 0; i < 50; ++i) {
    const Tokens window = PackOne(packer, &counts);
    for (size_t j = 1; j < window.size(); ++j) ++(window[j] >= 'a' ? lower : upper);
    bytes += packer.TextBytes(window);
  }
  EXPECT_EQ(counts, (std::vector<int64_t>{lower, upper}));
  EXPECT_EQ(bytes, 50 * 7);
}

TEST(PackerTest, BosAndEosAreNoText) {
  Packer packer = OneSource({6, 2, true, true}, false, {"abc", "defgh"});
  std::vector<int64_t> counts = {0};
  const Tokens window = PackOne(packer, &counts);  // BOS a b c EOS BOS d
  EXPECT_EQ(window, (Tokens{256, 'a', 'b', 'c', 257, 256, 'd'}));
  EXPECT_EQ(packer.TextBytes(window), 4);
}

TEST(PackerTest, ADocumentThatShrankIsAnError) {
  Packer packer = OneSource({5, 2, true, true}, true, {"a long document"});
  std::vector<int64_t> counts = {0};
  PackOne(packer, &counts);
  PackOne(packer, &counts);
  const PackerCursor cursor = packer.cursor();
  EXPECT_EQ(cursor.token_offset, 11);
  Packer other = OneSource({5, 2, true, true}, true, {"short"});
  EXPECT_TRUE(absl::IsDataLoss(other.Seek(cursor)));
}

}  // namespace
}  // namespace mneme
