#include "services/common/rate_limits.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr int kMost = 1'000'000;
constexpr int kLeastBurst = 128;
constexpr int kConnectionBurst =
    3;  // times the rate: a page is opened in several tabs, a household comes home
constexpr int kCallBurst = 2;  // likewise
constexpr std::chrono::seconds kForgivesEvery{5};

struct Item {
  std::string_view name;
  int RateLimits::*value;
  int least;
};

constexpr Item kItems[] = {
    {"description", &RateLimits::description, 1},
    {"candidate", &RateLimits::candidate, 1},
    {"other", &RateLimits::other, 1},
    {"burst", &RateLimits::burst, kLeastBurst},
    {"connection", &RateLimits::connection, 1},
    {"authentication", &RateLimits::authentication, 1},
    {"call", &RateLimits::call, 1},
};
constexpr std::size_t kItemCount = sizeof kItems / sizeof kItems[0];

TokenRate PerSecond(int rate, int burst) {
  return {.tokens = rate, .per = std::chrono::seconds(1), .burst = burst};
}

absl::Status Invalid(absl::string_view item, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("'", item, "': ", why));
}

const Item* Find(absl::string_view name) {
  for (const Item& item : kItems) {
    if (Absl(item.name) == name) return &item;
  }
  return nullptr;
}

}  // namespace

std::string_view LimitName(Limit limit) {
  switch (limit) {
    case Limit::kDescription: return "description";
    case Limit::kCandidate: return "candidate";
    case Limit::kOther: return "other";
    case Limit::kConnection: return "connection";
    case Limit::kAuthentication: return "authentication";
    case Limit::kCall: return "call";
  }
  return "other";
}

TokenRate RateOf(const RateLimits& limits, Limit limit) {
  switch (limit) {
    case Limit::kDescription: return PerSecond(limits.description, limits.burst);
    case Limit::kCandidate: return PerSecond(limits.candidate, limits.burst);
    case Limit::kOther: break;
    case Limit::kConnection:
      return PerSecond(limits.connection, limits.connection * kConnectionBurst);
    case Limit::kAuthentication:
      return {.tokens = 1, .per = kForgivesEvery, .burst = limits.authentication};
    case Limit::kCall: return PerSecond(limits.call, limits.call * kCallBurst);
  }
  return PerSecond(limits.other, limits.burst);
}

absl::StatusOr<RateLimits> ParseRateLimits(std::string_view text) {
  RateLimits limits;
  if (text.empty() || text == "default") return limits;
  if (text == "off") {
    limits.enabled = false;
    return limits;
  }
  bool seen[kItemCount] = {};
  for (const absl::string_view part : absl::StrSplit(Absl(text), ',')) {
    const std::pair<absl::string_view, absl::string_view> named =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const Item* const item = Find(named.first);
    if (item == nullptr) {
      return Invalid(part,
                     "must be off, default, or a list of description, candidate, other, burst, "
                     "connection, authentication and call, each =NUMBER");
    }
    if (std::exchange(seen[item - kItems], true)) return Invalid(part, "is there twice");
    int value = 0;
    if (!absl::SimpleAtoi(named.second, &value) || value < item->least || value > kMost) {
      return Invalid(part, absl::StrCat("must be a number from ", item->least, " to ", kMost));
    }
    limits.*(item->value) = value;
  }
  return limits;
}

}  // namespace signaling
