#include <re2/re2.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "data/tasks/readers.h"
#include "data/text/python_str.h"
#include "data/text/utf8.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// " = Title = ", but not " = = Section = = ".
bool BeginsArticle(absl::string_view line) {
  std::string joined = absl::StrReplaceAll(line, {{"= = =", "==="}});
  joined = absl::StrReplaceAll(joined, {{"= =", "=="}});
  const absl::string_view heading = PythonStrip(joined);
  return absl::StartsWith(heading, "= ") && absl::EndsWith(heading, " =");
}

// Articles, without what is only space before the first.
std::vector<std::string> SplitArticles(absl::string_view text) {
  std::vector<std::string> articles;
  std::vector<absl::string_view> lines;
  const auto end_article = [&] {
    std::string article = absl::StrJoin(lines, "\n");
    if (!PythonStrip(article).empty()) articles.push_back(std::move(article));
    lines.clear();
  };
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (BeginsArticle(line)) end_article();
    lines.push_back(line);
  }
  end_article();
  return articles;
}

// Takes away the spaces that stand inside brackets or quotes, next to them.
void Tighten(absl::string_view open, absl::string_view close, std::string* text) {
  const std::string end = RE2::QuoteMeta(std::string(close));
  const RE2 pattern(absl::StrCat(RE2::QuoteMeta(std::string(open)), kPythonSpaceClass, "*([^", end,
                                 "]*?)", kPythonSpaceClass, "*", end));
  RE2::GlobalReplace(text, pattern, absl::StrCat(open, "\\1", close));
}

// The harness's, step by step: the order matters, and so do its oddities.
std::string Detokenize(absl::string_view article) {
  std::string text(article);
  const auto replace = [&text](absl::string_view from, absl::string_view to) {
    text = absl::StrReplaceAll(text, {{from, to}});
  };
  replace("s '", "s'");
  static const RE2 kDecade("/' [0-9]/");
  RE2::GlobalReplace(&text, kDecade, "/'[0-9]/");  // the replacement is no pattern
  for (absl::string_view mark : {"-", ",", "."}) replace(absl::StrCat(" @", mark, "@ "), mark);
  for (absl::string_view mark : {":", ";", ".", "!", "?", ","}) {
    replace(absl::StrCat(" ", mark, " "), absl::StrCat(mark, " "));
  }
  Tighten("(", ")", &text);
  Tighten("[", "]", &text);
  Tighten("{", "}", &text);
  Tighten("\"", "\"", &text);
  Tighten("'", "'", &text);
  replace("= = = =", "====");
  replace("= = =", "===");
  replace("= =", "==");
  replace(" \u00B0 ", "\u00B0");
  replace(" \n", "\n");
  replace("\n ", "\n");
  replace(" N ", " 1 ");
  replace(" 's", "'s");
  return text;
}

int64_t CountWords(const std::string& article) {
  static const RE2 kSpaces(absl::StrCat(kPythonSpaceClass, "+"));
  std::string spaced = article;
  return RE2::GlobalReplace(&spaced, kSpaces, " ") + 1;
}

}  // namespace

TaskDocuments ReadWikitext(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  std::vector<TaskDocument> documents;
  for (const std::string& article : SplitArticles(ReplaceInvalidUtf8(bytes))) {
    documents.push_back({.targets = {Detokenize(article)},
                         .words = CountWords(article),
                         .text_bytes = static_cast<int64_t>(article.size())});
  }
  if (documents.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": expected articles, found no text"));
  }
  return documents;
}

}  // namespace mneme
