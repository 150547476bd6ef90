// What every fuzzer's corpus test does with its seeds, in every build: feeds them as they are, cut at every byte, and with
// every byte changed. The fuzzer's own file is linked to it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace signaling {

inline void Feed(const std::string& text) {
  // Exactly as long as the text, so that a sanitizer sees a read past its end.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// The files right below the folder.
inline std::vector<std::string> SeedsIn(const char* folder) {
  std::vector<std::string> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

// Every `step`th byte is changed in several ways, and left out; and the text ends before it.
inline void FeedChanged(const std::string& text, std::size_t step = 1) {
  for (std::size_t i = 0; i < text.size(); i += step) {
    Feed(text.substr(0, i));
    for (const int mask : {0x01, 0x02, 0x10, 0x20, 0x80, 0xff}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ mask);
      Feed(changed);
    }
    std::string without = text;
    Feed(without.erase(i, 1));
  }
}

}  // namespace signaling
