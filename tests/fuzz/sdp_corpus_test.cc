// With what real peers sent.
#include "tests/fuzz/corpus_test.h"
#include "tests/sdp/corpus.h"

namespace signaling {
namespace {

std::vector<Captured> Seeds() { return FilesBelow(SIGNALING_SDP_SEEDS, ""); }

TEST(SdpFuzzCorpusTest, AsTheyAre) {
  EXPECT_GE(Seeds().size(), 20U);
  for (const Captured& seed : Seeds()) Feed(seed.text);
  for (const Captured& description : CapturedDescriptions()) Feed(description.text);
  for (const Captured& candidate : CapturedCandidates()) Feed(candidate.text);
}

TEST(SdpFuzzCorpusTest, EveryByteOfTheSeedsChanged) {
  for (const Captured& seed : Seeds()) FeedChanged(seed.text);
}

// A prime step, so that every part of a line is met somewhere.
TEST(SdpFuzzCorpusTest, SomeBytesOfEachDescriptionChanged) {
  for (const Captured& description : CapturedDescriptions()) FeedChanged(description.text, 1499);
}

}  // namespace
}  // namespace signaling
