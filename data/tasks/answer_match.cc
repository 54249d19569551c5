#include "data/tasks/answer_match.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "data/text/python_str.h"

namespace mneme {
namespace {

// re.sub(r"\b(?:The |the |An |A |a |an )", "", text)
std::string WithoutArticles(absl::string_view text) {
  constexpr absl::string_view kArticles[] = {"The ", "the ", "An ", "an ", "A ", "a "};
  std::string kept;
  for (size_t at = 0; at < text.size();) {
    const auto article =
        std::find_if(std::begin(kArticles), std::end(kArticles), [&](absl::string_view article) {
          return absl::StartsWith(text.substr(at), article) && EndsOutsideWord(text.substr(0, at));
        });
    if (article != std::end(kArticles)) {
      at += article->size();
    } else {
      kept += text[at++];
    }
  }
  return kept;
}

}  // namespace

std::string NormaliseAnswer(absl::string_view text, bool drops_articles) {
  std::string normal = PythonLower(drops_articles ? WithoutArticles(text) : std::string(text));
  normal.erase(
      std::remove_if(normal.begin(), normal.end(), [](char c) { return absl::ascii_ispunct(c); }),
      normal.end());
  return normal;
}

bool IsAccepted(absl::string_view answer, const std::vector<std::string>& accepted,
                bool drops_articles) {
  const std::string normal = NormaliseAnswer(answer, drops_articles);
  return std::any_of(accepted.begin(), accepted.end(), [&](const std::string& other) {
    return NormaliseAnswer(other, drops_articles) == normal;
  });
}

}  // namespace mneme
