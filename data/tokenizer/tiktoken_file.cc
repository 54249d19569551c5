#include "data/tokenizer/tiktoken_file.h"

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

constexpr size_t kGpt2Ranks = 50256;
constexpr size_t kLlama3Specials = 256;

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadRankFile(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::vector<std::string> tokens(lines.size());
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto error = [&](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", i + 1, ": ", what));
    };
    const std::pair<absl::string_view, absl::string_view> fields =
        absl::StrSplit(absl::StripSuffix(lines[i], "\r"), absl::MaxSplits(' ', 1));
    std::string token;
    size_t rank = 0;
    if (!absl::Base64Unescape(fields.first, &token) || token.empty() ||
        !absl::SimpleAtoi(fields.second, &rank)) {
      return error("expected a token in base64, a space and its rank, as in tiktoken's files");
    }
    if (rank >= tokens.size() || !tokens[rank].empty()) {
      return error(absl::StrCat("expected each rank from 0 to ", tokens.size() - 1,
                                " once, got another ", rank));
    }
    if (!seen.insert(token).second) return error("this token has been in a line before");
    tokens[rank] = std::move(token);
  }
  const absl::Status complete = BytePairEncoder::CheckTokens(tokens);
  if (complete.ok()) return tokens;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", complete.message()));
}

absl::StatusOr<std::unique_ptr<const BpeTokenizer>> LoadTiktoken(const std::string& path) {
  BpeVocabulary vocabulary;
  vocabulary.name = "tiktoken";
  MNEME_ASSIGN_OR_RETURN(vocabulary.tokens, ReadRankFile(path));
  const size_t ranks = vocabulary.tokens.size();
  BytePairEncoder encoder(vocabulary.tokens);
  const bool is_gpt2 = ranks == kGpt2Ranks;
  MNEME_ASSIGN_OR_RETURN(RegexSplitter splitter,
                         RegexSplitter::Create(is_gpt2 ? kGpt2Pattern : kLlama3Pattern));
  vocabulary.splitters.push_back(std::move(splitter));
  vocabulary.tokens.resize(ranks + (is_gpt2 ? 1 : kLlama3Specials));
  vocabulary.bos_id = static_cast<int32_t>(ranks);
  vocabulary.eos_id = static_cast<int32_t>(is_gpt2 ? ranks : ranks + 1);
  return std::make_unique<const BpeTokenizer>(std::move(vocabulary), std::move(encoder));
}

}  // namespace mneme
