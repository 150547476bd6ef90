#include "services/signalctl/nearest.h"

#include <algorithm>

namespace signaling::ctl {

// Optimal string alignment: the distance of Damerau and Levenshtein in which nothing is edited twice.
std::size_t EditDistance(std::string_view one, std::string_view other) {
  const std::size_t width = other.size() + 1;
  std::vector<std::size_t> cost((one.size() + 1) * width);
  for (std::size_t i = 0; i <= one.size(); ++i) cost[i * width] = i;
  for (std::size_t j = 0; j < width; ++j) cost[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t differs = one[i - 1] == other[j - 1] ? 0 : 1;
      std::size_t& least = cost[i * width + j];
      least = std::min({cost[(i - 1) * width + j] + 1, cost[i * width + j - 1] + 1,
                        cost[(i - 1) * width + j - 1] + differs});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        least = std::min(least, cost[(i - 2) * width + j - 2] + 1);
      }
    }
  }
  return cost.back();
}

std::string Nearest(std::string_view word, const std::vector<std::string>& words) {
  const std::string* nearest = nullptr;
  std::size_t least = 0;
  for (const std::string& one : words) {
    // The beginning of a word means it, however much is missing.
    const std::size_t distance =
        word.size() >= 2 && one.starts_with(word) ? 1 : EditDistance(word, one);
    if (nearest == nullptr || distance < least) {
      nearest = &one;
      least = distance;
    }
  }
  // A third of the letters wrong is a slip, more is another word.
  const std::size_t bearable = std::max<std::size_t>(1, (word.size() + 1) / 3);
  return nearest != nullptr && least <= bearable ? *nearest : std::string();
}

}  // namespace signaling::ctl
