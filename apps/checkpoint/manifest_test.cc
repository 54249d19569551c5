#include "apps/checkpoint/manifest.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

Manifest Sample() {
  Manifest manifest;
  manifest.step = 1000;
  manifest.files = {{"model.safetensors", Holds::kModel, int64_t{5} << 40, 0xFFFFFFFF},
                    {"optimizer.safetensors", Holds::kOptimizer, 0, 0},
                    {"state.json", Holds::kNone, 17, 3}};
  manifest.split["values.weight"] = {"b", "a"};
  return manifest;
}

TEST(Manifest, ComesBack) {
  const auto manifest = ManifestFromJson(ManifestToJson(Sample()));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->step, 1000);
  ASSERT_EQ(manifest->files.size(), 3);
  EXPECT_EQ(manifest->files[0].name, "model.safetensors");
  EXPECT_EQ(manifest->files[0].holds, Holds::kModel);
  EXPECT_EQ(manifest->files[0].bytes, int64_t{5} << 40);
  EXPECT_EQ(manifest->files[0].crc32c, 0xFFFFFFFF);
  EXPECT_EQ(manifest->files[1].holds, Holds::kOptimizer);
  EXPECT_EQ(manifest->files[2].holds, Holds::kNone);
  EXPECT_EQ(manifest->split.at("values.weight"), (std::vector<std::string>{"b", "a"}));
}

TEST(Manifest, ChangedAnywhereItIsRefused) {
  const std::string json = ManifestToJson(Sample());
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\n' || json[i] == ' ') continue;  // layout does not matter
    std::string changed = json;
    changed[i] ^= 1;
    EXPECT_FALSE(ManifestFromJson(changed).ok()) << changed;
    EXPECT_FALSE(ManifestFromJson(json.substr(0, i)).ok()) << i;
  }
}

TEST(Manifest, SaysWhatItFoundInstead) {
  EXPECT_EQ(ManifestFromJson("{\"format\": \"other\"}").status().message(),
            "is no manifest of a mneme checkpoint");
  EXPECT_EQ(ManifestFromJson("[]").status().message(), "is no manifest of a mneme checkpoint");
  EXPECT_EQ(ManifestFromJson("").status().message(), "is damaged: it is no JSON");
  EXPECT_EQ(
      ManifestFromJson("{\"format\": \"mneme checkpoint\", \"version\": 2}").status().message(),
      "has version 2, and this mneme reads up to version 1: use the newer mneme that wrote "
      "it");
}

}  // namespace
}  // namespace mneme
