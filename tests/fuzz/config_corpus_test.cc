#include "tests/fuzz/corpus_test.h"

namespace signaling {
namespace {

TEST(ConfigFuzzCorpusTest, Seeds) {
  const std::vector<std::string> seeds = SeedsIn(SIGNALING_CONFIG_SEEDS);
  EXPECT_GE(seeds.size(), 10U);
  for (const std::string& text : seeds) Feed(text);
}

TEST(ConfigFuzzCorpusTest, EveryByteChanged) {
  for (const std::string& text : SeedsIn(SIGNALING_CONFIG_SEEDS)) FeedChanged(text);
}

}  // namespace
}  // namespace signaling
