// Where keys come from over the network: the one thing of authentication that waits.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace signaling::auth {

struct FetchedKeys {
  bool unchanged = false;  // since `etag`; then `body` is empty
  std::string body = {};
  std::string etag = {};                       // empty: none was given
  std::optional<absl::Duration> max_age = {};  // of Cache-Control
};

// Thread-safe.
class KeyFetcher {
 public:
  using Done = std::function<void(absl::StatusOr<FetchedKeys>)>;

  // Waits for the fetch under way, whose `done` is called.
  virtual ~KeyFetcher() = default;

  // `done` is called once, from another thread, within kFetchTimeout or little more. One at a time: it is not called
  // again before `done` was. The error says what is wrong and has nothing of the response in it.
  virtual void Fetch(const std::string& etag, Done done) = 0;
};

inline constexpr absl::Duration kFetchTimeout = absl::Seconds(5);

}  // namespace signaling::auth
