// The captured corpus, read once. For tests only.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace signaling {

struct Captured {
  std::string name;  // "chromium/audio.offer.sdp"
  std::string text;
};

// The files with this ending, sorted.
inline std::vector<Captured> FilesBelow(const std::filesystem::path& root,
                                        const std::string& ending) {
  std::vector<Captured> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(ending)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.push_back({std::filesystem::relative(entry.path(), root).string(),
                     {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}});
  }
  std::sort(files.begin(), files.end(),
            [](const Captured& a, const Captured& b) { return a.name < b.name; });
  return files;
}

inline std::vector<Captured> CapturedDescriptions() {
  return FilesBelow(SIGNALING_SDP_CORPUS, ".sdp");
}

inline std::vector<Captured> CapturedCandidates() {
  std::vector<Captured> candidates;
  for (const Captured& file : FilesBelow(SIGNALING_SDP_CORPUS, ".candidates.txt")) {
    std::istringstream lines(file.text);
    for (std::string line; std::getline(lines, line);) candidates.push_back({file.name, line});
  }
  return candidates;
}

}  // namespace signaling
