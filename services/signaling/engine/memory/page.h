// Pages of a listing: how many at once, and the token that says where the next one begins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/reason.h"
#include "services/signaling/core/errors.h"

namespace signaling {

// A page ends behind the entry with which it is larger: a gRPC client takes 4 MiB by default.
inline constexpr std::size_t kPageBytes = std::size_t{1} << 20;
// And here, however few it took: everybody else waits meanwhile.
inline constexpr std::size_t kMostLookedAt = 10'000;

// 0 is the default; more than the most is the most.
inline std::size_t PageSize(int asked) {
  constexpr int kDefault = 100;
  constexpr int kMost = 1000;
  return static_cast<std::size_t>(asked == 0 ? kDefault : std::min(asked, kMost));
}

// The key behind which the page begins, in the words of `kind`, the listing that gave the token. Empty: the first page.
inline absl::StatusOr<std::string> ReadPageToken(std::string_view kind, const std::string& token) {
  if (token.empty()) return std::string();
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text) || !text.starts_with(kind) ||
      text.size() <= kind.size()) {
    return Refusal(Reason::kInvalidMessage, "page_token is none that this listing gave",
                   "page_token");
  }
  return text.substr(kind.size());
}

inline std::string MakePageToken(std::string_view kind, const std::string& key) {
  return absl::WebSafeBase64Escape(std::string(kind) + key);
}

// One page of `listing`, an ordered map, from the key behind the token on: `add` is called for each entry and says how
// many bytes it took, 0 where it passed it over.
template <typename Key, typename Map, typename Parse, typename Add>
absl::StatusOr<std::string> ListPage(std::string_view kind, const std::string& token, int page_size,
                                     const Map& listing, Parse parse, Add add) {
  absl::StatusOr<std::string> text = ReadPageToken(kind, token);
  if (!text.ok()) return text.status();
  auto next = listing.begin();
  if (!text->empty()) {
    const std::optional<Key> key = parse(*text);
    if (!key) {
      return Refusal(Reason::kInvalidMessage, "page_token is none that this listing gave",
                     "page_token");
    }
    next = listing.upper_bound(*key);
  }
  std::size_t left = PageSize(page_size);
  std::size_t bytes = 0;
  std::size_t looked_at = 0;
  auto last = listing.end();
  for (; next != listing.end(); ++next) {
    if (left == 0 || bytes >= kPageBytes || ++looked_at > kMostLookedAt)
      return MakePageToken(kind, absl::StrCat(last->first));
    const std::size_t taken = add(*next->second);
    bytes += taken;
    if (taken > 0) --left;
    last = next;
  }
  return std::string();
}

}  // namespace signaling
