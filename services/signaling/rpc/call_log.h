// The audit trail: one line for each call of RoomService, and who made it. Knows no gRPC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/common/token_bucket.h"

namespace signaling {

// What a call is about, as its request says; empty: not about one. Only of a request that was found acceptable.
struct CallSubject {
  std::string room{};
  std::string client_id{};
  std::string offer_id{};
  std::string session{};
  std::string request_id{};
};

// The level says what it is: info, it changes something; debug, it reads; warning, it was refused at the door.
struct CallLine {
  std::string_view method{};
  bool changes = false;
  bool refused = false;
  // The client_id of its token, or a name of its certificate; empty: nobody in particular.
  std::string_view caller{};
  std::string_view code{};    // of the status
  std::string_view reason{};  // of the refusal; empty: none
  absl::Duration took{};
  std::string_view traceparent{};  // empty: none
  const CallSubject& subject;
};

// Thread-safe. Owned by the server, outlives its calls. Writing may block: never with a lock held.
class CallLog {
 public:
  // Refused calls cost those who make them nothing, so their lines are bounded: so many a second, and so many at once. The
  // rest is counted in `log_lines_dropped`.
  static constexpr TokenRate kRefused{.tokens = 5, .burst = 20};

  explicit CallLog(const Clock& clock) : clock_(clock) {}

  void Write(const CallLine& line);
  // Whether one more refused call may have a line, of whatever event; else it is counted. For those of other services.
  bool MayTellRefused();
  // To be called some times a second.
  void Tick();

 private:
  // Constant after construction.
  const Clock& clock_;

  Mutex mu_;
  TokenBucket refused_ ABSL_GUARDED_BY(mu_);
  std::uint64_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace signaling
