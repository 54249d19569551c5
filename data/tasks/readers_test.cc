#include "data/tasks/readers.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "data/testing/temp_folder.h"
#include "glog/logging.h"

namespace mneme {
namespace {

class ReadersTest : public testing::Test {
 protected:
  using Read = TaskDocuments (*)(const std::string&);

  TaskDocument One(Read read, const std::string& name, const std::string& content) {
    const TaskDocuments documents = read(folder_.Write(name, content));
    CHECK(documents.ok()) << documents.status();
    CHECK_EQ(documents->size(), 1);
    return documents->front();
  }

  // The message for a file of this content, without the path at its beginning.
  std::string Fault(Read read, const std::string& content, const std::string& name = "a.jsonl") {
    const std::string path = folder_.Write(name, content);
    const TaskDocuments documents = read(path);
    CHECK(!documents.ok());
    const std::string message(documents.status().message());
    EXPECT_TRUE(absl::StartsWith(message, path)) << message;
    return message.substr(path.size());
  }

  TempFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(ReadersTest, HellaswagCleansItsText) {
  const TaskDocument document = One(
      ReadHellaswag, "a.jsonl",
      R"({"ind": 1, "label": "1", "activity_label": " Vault [x]", "ctx_a": "How [title] to  run.   End",)"
      R"( "ctx_b": "A MAN", "endings": ["[header] Foo.", " bar [step] baz ", "", "[a]b]c"]})"
      "\n");
  // The strip comes first, so that what stood behind a header keeps its space.
  EXPECT_EQ(document.query, "Vault : How. to run.  End A man");
  EXPECT_EQ(document.targets, (Texts{" Foo.", "bar baz", "", "b]c"}));
  EXPECT_EQ(document.gold, 1);
}

TEST_F(ReadersTest, PiqaHasItsLabelsInAFileBeside) {
  folder_.Write("v-labels.lst", "1\r\n0\n");
  const auto documents =
      ReadPiqa(folder_.Write("v.jsonl",
                             "{\"sol2\": \"b\", \"sol1\": \"a\", \"goal\": \"g\"}\n\n"
                             "{\"goal\": \"h\", \"sol1\": \"c \", \"sol2\": \"d\"}"));
  ASSERT_TRUE(documents.ok()) << documents.status();
  ASSERT_EQ(documents->size(), 2);
  EXPECT_EQ(documents->front().query, "Question: g\nAnswer:");
  EXPECT_EQ(documents->front().targets, (Texts{"a", "b"}));
  EXPECT_EQ(documents->front().gold, 1);
  EXPECT_EQ(documents->back().targets, (Texts{"c ", "d"}));
  EXPECT_EQ(documents->back().gold, 0);
}

TEST_F(ReadersTest, PiqaWithoutOrWithWrongLabels) {
  const std::string line = "{\"goal\": \"g\", \"sol1\": \"a\", \"sol2\": \"b\"}\n";
  const std::string path = folder_.Write("v.jsonl", line + line);
  const auto message = [&] { return std::string(ReadPiqa(path).status().message()); };
  EXPECT_TRUE(absl::IsNotFound(ReadPiqa(path).status()));
  EXPECT_TRUE(absl::StrContains(message(), "/v-labels.lst, found nothing there")) << message();
  const std::string labels = folder_.Write("v-labels.lst", "0\n");
  EXPECT_EQ(message(), labels + " has 1 labels, but " + path +
                           " has 2 documents; the two files do not belong together");
  folder_.Write("v-labels.lst", "0\n2\n");
  EXPECT_EQ(message(), labels + ":2: expected 0 or 1, got \"2\"");
}

TEST_F(ReadersTest, Arc) {
  const TaskDocument document =
      One(ReadArc, "a.jsonl",
          R"({"id": "x", "question": {"stem": "Why?", "choices": [{"text": "so", "label": "1"},)"
          R"( {"text": "no", "label": "2"}]}, "answerKey": "2"})");
  EXPECT_EQ(document.query, "Question: Why?\nAnswer:");
  EXPECT_EQ(document.targets, (Texts{"so", "no"}));
  EXPECT_EQ(document.gold, 1);
  EXPECT_EQ(Fault(ReadArc, R"({"question": {"stem": "", "choices": [{"text": "", "label": "A"}]},)"
                           R"( "answerKey": "B"})"),
            ":1: expected answerKey to be the label of a choice, got \"B\"");
  EXPECT_EQ(Fault(ReadArc, R"({"question": {"stem": "", "choices": [{"label": "A"}]},)"
                           R"( "answerKey": "A"})"),
            ":1: question: choices[0]: expected a string under \"text\", got no such key");
}

TEST_F(ReadersTest, Questions) {
  const TaskDocument natural =
      One(ReadNaturalQuestions, "a.jsonl", R"({"question": "who", "answer": ["me", "I"]})");
  EXPECT_EQ(natural.query, "Q: who?\nA:");
  EXPECT_EQ(natural.targets, (Texts{"me", "I"}));
  const TaskDocument trivia =
      One(ReadTriviaQa, "a.jsonl",
          R"({"question": "who", "answer": {"value": "v", "aliases": ["w"]}})");
  EXPECT_EQ(trivia.query, "Question: who?\nAnswer:");
  EXPECT_EQ(trivia.targets, Texts{"w"});
  EXPECT_EQ(One(ReadTriviaQa, "a.json",
                R"({"Data": [{"Question": "who", "Answer": {"Aliases": ["w"]}}], "Version": 1})"),
            trivia);
}

TEST_F(ReadersTest, LambadaSplitsAtTheLastSpace) {
  const TaskDocument document = One(ReadLambada, "a.jsonl", R"({"text": "to  be or  not"})");
  EXPECT_EQ(document.query, "to  be or ");
  EXPECT_EQ(document.targets, Texts{"not"});
  EXPECT_EQ(One(ReadLambada, "a.txt", "to  be or  not\n"), document);
  EXPECT_EQ(One(ReadLambada, "b.txt", "word").targets, Texts{"word"});
}

TEST_F(ReadersTest, WikitextIsSplitIntoArticlesAndDetokenized) {
  const auto documents = ReadWikitext(folder_.Write(
      "a.txt",
      " \n = Robert <unk> = \n \n Robert 's 2 @,@ 000 birds ' wings ( the \u00A0first ) said \" no "
      "\" : 9 @.@ 5 \u00B0 N ; \n = = Early = = \n text , more . \n = Other = \n x y\n"));
  ASSERT_TRUE(documents.ok()) << documents.status();
  ASSERT_EQ(documents->size(), 2);
  EXPECT_EQ(documents->front().targets[0],
            " = Robert <unk> =\n\nRobert's 2,000 birds' wings (the \u00A0first) said \"no\": "
            "9.5\u00B0N;\n== Early ==\ntext, more. ");
  EXPECT_EQ(documents->front().words, 38);
  EXPECT_EQ(documents->front().text_bytes, 133);
  EXPECT_EQ(documents->back().targets[0], " = Other =\nx y\n");
  EXPECT_EQ(documents->back().words, 7);
  EXPECT_EQ(documents->back().text_bytes, 17);
}

TEST_F(ReadersTest, BrokenLines) {
  EXPECT_EQ(Fault(ReadNaturalQuestions, ""), ": expected documents, found none");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "\n{\"question\"\n"), ":2: broken JSON");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "[1]"), ":1: expected a JSON object");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "{\"question\": \"\xFF\"}"), ":1: broken JSON");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "{\"question\": 3}"),
            ":1: expected a string under \"question\", got 3");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "{\"question\": \"q\", \"answer\": []}"),
            ":1: expected a list of strings, at least one, under \"answer\", got []");
  EXPECT_EQ(Fault(ReadNaturalQuestions, "{\"question\": \"q\", \"answer\": [1]}"),
            ":1: expected a list of strings, at least one, under \"answer\", got [1]");
  EXPECT_EQ(Fault(ReadHellaswag, R"({"activity_label": "", "ctx_a": "", "ctx_b": "", "endings":)"
                                 R"( ["a", "b"], "label": 2})"),
            ":1: expected a number from 0 to 1 under \"label\", got 2");
  EXPECT_EQ(Fault(ReadTriviaQa, "{\"data\": []}", "a.json"),
            ": expected a list of objects, at least one, under \"Data\", got no such key");
  EXPECT_TRUE(absl::IsNotFound(ReadArc(folder_.File("none")).status()));
}

}  // namespace
}  // namespace mneme
