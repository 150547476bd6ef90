#include "gateway/ws/session_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace signaling::gateway {
namespace {

// No id is longer than 128, no traceparent either: what is, is not cut, but not kept.
constexpr std::size_t kLongest = 0xffff;

}  // namespace

std::string_view SessionNames::Get(Name name) const {
  const auto begin = std::accumulate(lengths_.begin(), lengths_.begin() + name, std::size_t{0});
  return {text_.get() + begin, lengths_[name]};
}

void SessionNames::Set(Name name, std::string_view text) {
  if (text == Get(name) || text.size() > kLongest) return;
  std::array<std::string_view, kNames> all;
  std::size_t size = 0;
  for (std::size_t i = 0; i < kNames; ++i) {
    all[i] = i == name ? text : Get(static_cast<Name>(i));
    size += all[i].size();
  }
  auto made = std::make_unique_for_overwrite<char[]>(size);
  char* at = made.get();
  for (std::size_t i = 0; i < kNames; ++i) {
    at = std::copy(all[i].begin(), all[i].end(), at);
  }
  lengths_[name] = static_cast<std::uint16_t>(text.size());
  text_ = std::move(made);
}

}  // namespace signaling::gateway
