// The seeds are batches as text (protobuf's text format); what is changed are their bytes.
#include <google/protobuf/text_format.h>

#include "signaling/v1/signaling.pb.h"
#include "tests/fuzz/corpus_test.h"

namespace signaling {
namespace {

std::vector<std::string> Batches() {
  std::vector<std::string> batches;
  for (const std::string& text : SeedsIn(SIGNALING_LINK_SEEDS)) {
    v1::UpBatch batch;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &batch)) << text;
    batches.push_back(batch.SerializeAsString());
  }
  return batches;
}

TEST(LinkFramesFuzzCorpusTest, Seeds) {
  const std::vector<std::string> batches = Batches();
  EXPECT_GE(batches.size(), 6U);
  for (const std::string& batch : batches) Feed(batch);
}

TEST(LinkFramesFuzzCorpusTest, EveryByteChanged) {
  for (const std::string& batch : Batches()) FeedChanged(batch);
}

}  // namespace
}  // namespace signaling
