// Every build runs the fuzzer's seeds and what real peers sent, each cut at every byte and with bytes changed.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sdp/corpus.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace signaling {
namespace {

void Feed(const std::string& text) {
  // Exactly as long as the text, so that a sanitizer sees a read past its end.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<Captured> Seeds() { return FilesBelow(SIGNALING_SDP_SEEDS, ""); }

void Change(const std::string& text, std::size_t step) {
  for (std::size_t i = 0; i < text.size(); i += step) {
    Feed(text.substr(0, i));
    for (const int mask : {0x01, 0x02, 0x10, 0x20, 0x80}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ mask);
      Feed(changed);
    }
    std::string without = text;
    Feed(without.erase(i, 1));
  }
}

TEST(SdpFuzzCorpusTest, AsTheyAre) {
  EXPECT_GE(Seeds().size(), 20U);
  for (const Captured& seed : Seeds()) Feed(seed.text);
  for (const Captured& description : CapturedDescriptions()) Feed(description.text);
  for (const Captured& candidate : CapturedCandidates()) Feed(candidate.text);
}

TEST(SdpFuzzCorpusTest, EveryByteOfTheSeedsChanged) {
  for (const Captured& seed : Seeds()) Change(seed.text, 1);
}

// A prime step, so that every part of a line is met somewhere.
TEST(SdpFuzzCorpusTest, SomeBytesOfEachDescriptionChanged) {
  for (const Captured& description : CapturedDescriptions()) Change(description.text, 1499);
}

}  // namespace
}  // namespace signaling
