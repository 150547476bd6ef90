// What the last calls with a request_id were answered, so that the same call sent again changes nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "services/common/clock.h"
#include "services/common/reason.h"
#include "services/signaling/core/errors.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class RequestLog {
 public:
  explicit RequestLog(const Clock& clock) : clock_(clock) {}

  // What `act` returns, or what it returned for the same request before. What fails is not remembered.
  template <typename Response, typename Request, typename Act>
  absl::StatusOr<Response> Once(const Request& request, Act act) {
    if (request.request_id().empty()) return act();
    ForgetOld();
    // RFC 4122, section 3: the same UUID in either case.
    const std::string id = absl::AsciiStrToLower(request.request_id());
    Request same = request;
    same.set_request_id(id);
    const std::uint64_t content =
        absl::HashOf(Request::descriptor()->full_name(), same.SerializeAsString());
    if (const auto found = answers_.find(id); found != answers_.end()) {
      Response response;
      if (found->second.content == content && response.ParseFromString(found->second.response)) {
        return response;
      }
      return Refusal(Reason::kInvalidMessage, "request_id was used for another request",
                     "request_id");
    }
    absl::StatusOr<Response> response = act();
    if (!response.ok()) return response;
    if (ages_.size() >= kMaxAnswers) ForgetOldest();
    answers_.emplace(id, Answer{content, response->SerializeAsString()});
    ages_.emplace_back(clock_.Uptime() + kMemory, id);
    return response;
  }

 private:
  static constexpr absl::Duration kMemory = absl::Minutes(5);
  static constexpr std::size_t kMaxAnswers = 10'000;

  struct Answer {
    std::uint64_t content;  // of the request, as a hash
    std::string response;
  };

  void ForgetOld() {
    while (!ages_.empty() && ages_.front().first <= clock_.Uptime()) ForgetOldest();
  }

  void ForgetOldest() {
    answers_.erase(ages_.front().second);
    ages_.pop_front();
  }

  const Clock& clock_;
  absl::flat_hash_map<std::string, Answer> answers_;
  std::deque<std::pair<absl::Duration, std::string>> ages_;
};

}  // namespace signaling
