#include "tests/fuzz/corpus_test.h"

namespace signaling {
namespace {

TEST(TokenFuzzCorpusTest, Seeds) {
  const std::vector<std::string> seeds = SeedsIn(SIGNALING_TOKEN_SEEDS);
  EXPECT_GE(seeds.size(), 20U);
  for (const std::string& text : seeds) Feed(text);
}

TEST(TokenFuzzCorpusTest, EveryByteChanged) {
  for (const std::string& text : SeedsIn(SIGNALING_TOKEN_SEEDS)) FeedChanged(text);
}

}  // namespace
}  // namespace signaling
