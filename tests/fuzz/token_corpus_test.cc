// Every build runs the fuzzer's seeds, each cut at every byte and with every byte changed.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void Feed(const std::string& text) {
  // Exactly as long as the text, so that a sanitizer sees a read past its end.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> Corpus() {
  std::vector<std::string> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(SIGNALING_TOKEN_SEEDS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

TEST(TokenFuzzCorpusTest, Seeds) {
  const std::vector<std::string> corpus = Corpus();
  EXPECT_GE(corpus.size(), 20U);
  for (const std::string& text : corpus) Feed(text);
}

TEST(TokenFuzzCorpusTest, CutAtEveryByte) {
  for (const std::string& text : Corpus()) {
    for (std::size_t size = 0; size < text.size(); ++size) Feed(text.substr(0, size));
  }
}

TEST(TokenFuzzCorpusTest, EveryByteChanged) {
  for (const std::string& text : Corpus()) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const int mask : {0x01, 0x02, 0x20, 0x80, 0xff}) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ mask);
        Feed(changed);
      }
      std::string without = text;
      Feed(without.erase(i, 1));
    }
  }
}

}  // namespace
