#include "tests/fuzz/corpus_test.h"

namespace signaling {
namespace {

TEST(JsonDecoderCorpusTest, Seeds) {
  const std::vector<std::string> seeds = SeedsIn(SIGNALING_CORPUS);
  EXPECT_GE(seeds.size(), 20U);
  for (const std::string& text : seeds) Feed(text);
}

TEST(JsonDecoderCorpusTest, EveryByteChanged) {
  for (const std::string& text : SeedsIn(SIGNALING_CORPUS)) FeedChanged(text);
}

}  // namespace
}  // namespace signaling
