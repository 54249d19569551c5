// The program as a user meets it: what it prints, and how it ends.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

struct Ended {
  int exit_code;
  std::string output;  // of both streams
};

Ended Train(const std::vector<std::string>& args) {
  const std::string command =
      absl::StrCat("apps/train/train ", absl::StrJoin(args, " "), " 2>&1 < /dev/null");
  FILE* pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (size_t n = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

// Runs in the background, its output thrown away.
pid_t Start(std::vector<std::string> args) {
  const pid_t child = fork();
  if (child != 0) return child;
  std::vector<char*> argv = {const_cast<char*>("train")};
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  if (freopen("/dev/null", "w", stdout) != nullptr) execv("apps/train/train", argv.data());
  _exit(127);
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void ExpectRefused(const std::vector<std::string>& args, const std::string& message) {
  const Ended ended = Train(args);
  EXPECT_EQ(ended.exit_code, 1) << ended.output;
  EXPECT_NE(ended.output.find(message), std::string::npos) << ended.output;
}

std::vector<std::string> Tiny(const std::string& dir) {
  return {"dump_dir=" + dir, "model.dim=16",        "model.n_layers=2",
          "model.n_heads=2", "model.multiple_of=8", "model.productkey_args.layers=1",
          "data.seq_len=16", "validation.every=0",  "validation.samples=1",
          "device=cpu",      "validation.batches=2"};
}

std::vector<std::string> With(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

TEST(TrainCliTest, HelpListsEveryKindOfKey) {
  const Ended help = Train({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* key : {"model.productkey_args.mem_n_keys", "optim.lr", "data.sources",
                          "checkpoint.dump.every", "default", "config=FILE.yaml"}) {
    EXPECT_NE(help.output.find(key), std::string::npos) << key;
  }
}

TEST(TrainCliTest, BadInputIsOneSentence) {
  TempDir temp;
  const std::vector<std::string> tiny = Tiny(temp.File("run"));
  ExpectRefused({"model.dmi=4"}, "did you mean 'model.dim'");
  ExpectRefused(With(tiny, {"model.n_heads=3"}), "n_heads");
  ExpectRefused(With(tiny, {"model.productkey_args.mem_knn=300"}), "mem_knn");
  ExpectRefused(With(tiny, {"model.productkey_args.layers=5"}), "layers");
  ExpectRefused(With(tiny, {"model.productkey_args.mem_n_keys=200000"}), "value tables");
  ExpectRefused(With(tiny, {"data.sources=nowhere"}), "nowhere");
  ExpectRefused(With(tiny, {"data.wordnet_dir=/nonexistent"}), "tools/setup");
  ExpectRefused({"config=/nonexistent.yaml"}, "/nonexistent.yaml");
  std::ofstream(temp.File("bad.yaml")) << "model:\n  dim: [1,\n";
  ExpectRefused({"config=" + temp.File("bad.yaml")}, "bad.yaml:");
}

TEST(TrainCliTest, BadLinesAreReportedAndTooManyRefused) {
  TempDir temp;
  const std::string folder = temp.File("corpus");
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  {
    std::ofstream chunk(folder + "/some.chunk.00.jsonl");
    for (int i = 0; i < 300; ++i) {
      chunk << (i % 10 == 9 ? "{broken\n" : "{\"text\": \"a plain document of a few words\"}\n");
    }
  }
  ExpectRefused(With(Tiny(temp.File("run")), {"data.sources=" + folder, "steps=500"}),
                "some.chunk.00.jsonl");
}

TEST(TrainCliTest, CtrlCSavesAndTheSameCommandGoesOn) {
  TempDir temp;
  const std::string dir = temp.File("run");
  std::vector<std::string> args = With(Tiny(dir), {"steps=100000", "logging.freq=1"});
  const pid_t child = Start(args);
  for (int i = 0; i < 3000; ++i) {  // until some steps are done
    if (ReadAll(dir + "/metrics.jsonl").find("\"global_step\":5,") != std::string::npos) break;
    usleep(10000);
  }
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  args[args.size() - 2] = "steps=1";  // already passed: it loads, finds nothing to do, and ends
  const Ended again = Train(args);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("going on from"), std::string::npos) << again.output;
}

// The seed's own file, with a folder of data beside it and small sizes on the command line.
TEST(TrainCliTest, TheSeedsConfigurationTrainsIsKilledAndGoesOn) {
  TempDir home;
  std::filesystem::copy("apps/config/testdata/reference_block.yaml", home.File("run.yaml"));
  std::filesystem::create_directories(home.File("data/fineweb_edu_10bt"));
  for (const char* chunk : {"00", "01"}) {
    std::ofstream file(
        home.File(absl::StrCat("data/fineweb_edu_10bt/fineweb.chunk.", chunk, ".jsonl")));
    for (int i = 0; i < 200; ++i) {
      file << "{\"text\": \"Document " << i << " of chunk " << chunk << " has few words.\"}\n";
    }
  }
  setenv("BUILD_WORKING_DIRECTORY", home.path().c_str(), 1);
  const std::vector<std::string> args = {"config=run.yaml",
                                         "device=cpu",
                                         "threads=1",
                                         "steps=40",
                                         "model.dim=16",
                                         "model.n_layers=5",
                                         "model.n_heads=2",
                                         "model.multiple_of=8",
                                         "model.productkey_args.mem_n_keys=32",
                                         "model.productkey_args.mem_k_dim=16",
                                         "data.tokenizer.name=bytes",
                                         "data.seq_len=64",
                                         "data.prefetch_size=8",
                                         "validation.every=0",
                                         "validation.samples=0",
                                         "checkpoint.dump.every=10",
                                         "distributed.dp_shard=8"};
  const Ended whole = Train(With(args, {"dump_dir=whole"}));
  const pid_t child = Start(With(args, {"dump_dir=cut"}));
  const std::string first = home.File("cut/checkpoints/0000000010");
  for (int i = 0; i < 100'000 && access(first.c_str(), F_OK) != 0; ++i) usleep(300);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const Ended resumed = Train(With(args, {"dump_dir=cut"}));
  unsetenv("BUILD_WORKING_DIRECTORY");

  ASSERT_EQ(whole.exit_code, 0) << whole.output;
  for (const char* said : {"without effect here: probe_freq, optim.annealing_step, ",
                           "distributed.dp_shard = 8 is lowered to 1"}) {
    EXPECT_NE(whole.output.find(said), std::string::npos) << said << "\n" << whole.output;
  }
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_NE(resumed.output.find("going on from"), std::string::npos) << resumed.output;
  EXPECT_FALSE(std::filesystem::exists(first)) << "checkpoint.dump.keep is 1";
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    const std::string name = absl::StrCat("/checkpoints/0000000040/", file);
    const std::string bytes = ReadAll(home.path() + "/whole" + name);
    EXPECT_FALSE(bytes.empty()) << name;
    EXPECT_TRUE(bytes == ReadAll(home.path() + "/cut" + name)) << name << " differs";
  }
}

TEST(TrainCliTest, ASecondProcessInTheDirectoryIsRefused) {
  TempDir temp;
  const std::string dir = temp.File("run");
  std::vector<std::string> args = With(Tiny(dir), {"steps=100000"});
  const pid_t child = Start(args);
  for (int i = 0; i < 3000 && access((dir + "/metrics.jsonl").c_str(), F_OK) != 0; ++i) {
    usleep(10000);
  }
  ExpectRefused(args, "is in use by process");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace mneme
