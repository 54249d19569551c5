#include "data/tokenizer/sp_tokenizer.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

std::vector<std::string> AllTokens(const SentencePieceModel& model) {
  std::vector<std::string> tokens;
  for (int32_t id = 0; id < model.size(); ++id) tokens.push_back(model.TokenBytes(id));
  return tokens;
}

// Whether a text may be cut before its byte `i`, a space, which goes. It must be behind a printable
// ASCII character or a newline, for others can be spaces to the model, and not be the last.
bool IsSpaceToCut(absl::string_view text, size_t i) {
  return text[i] == ' ' && (absl::ascii_isgraph(text[i - 1]) || text[i - 1] == '\n') &&
         i + 1 < text.size();
}

// The first place from `i` on where `text` may be cut; its size if there is none.
size_t FindCut(const SentencePieceModel& model, absl::string_view text, size_t i) {
  if (!model.may_cut_before_spaces()) return text.size();
  while (i < text.size() && !IsSpaceToCut(text, i) &&
         !model.may_cut_between(text[i - 1], text[i])) {
    ++i;
  }
  return i;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const SpTokenizer>> SpTokenizer::Load(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  auto model = SentencePieceModel::Parse(contents);
  if (model == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a SentencePiece model, as spm_train writes it"));
  }
  if (model->eos_id() < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": the model has no end-of-text token; train it with an eos_id of 0 or more"));
  }
  return std::unique_ptr<const SpTokenizer>(new SpTokenizer(std::move(model)));
}

SpTokenizer::SpTokenizer(std::unique_ptr<const SentencePieceModel> model)
    : model_(std::move(model)),
      tokens_(AllTokens(*model_)),
      eos_id_(model_->eos_id()),
      bos_id_(model_->bos_id() >= 0 ? model_->bos_id() : eos_id_) {}

void SpTokenizer::AppendEncoded(absl::string_view text, bool bos, bool eos,
                                std::vector<int32_t>* ids) const {
  WordCache::Use known(&words_);
  if (bos) ids->push_back(bos_id_);
  size_t done_bytes = 0, done_ids = 0;  // what `text` begins with again, to stand behind it
  while (!text.empty()) {
    const size_t cut = FindCut(*model_, text, done_bytes + 1);
    const absl::string_view word = text.substr(0, cut);
    if (!known.AppendIds(word, done_ids, ids)) {
      const std::vector<int32_t> encoded = model_->Encode({word.data(), word.size()});
      ids->insert(ids->end(), encoded.begin() + done_ids, encoded.end());
      known.Add(word, encoded);
    }
    if (cut == text.size()) break;
    const bool is_space = text[cut] == ' ';
    done_bytes = is_space ? 0 : 1;
    done_ids = is_space ? 0 : model_->ids_alone(text[cut - 1]);
    text.remove_prefix(is_space ? cut + 1 : cut - 1);
  }
  if (eos) ids->push_back(eos_id_);
}

std::string SpTokenizer::Decode(absl::Span<const int32_t> ids) const {
  std::string text = DecodeContinuation(ids);
  if (model_->has_space_before_text() && absl::StartsWith(text, " ")) text.erase(0, 1);
  return text;
}

}  // namespace mneme
