// What happened to one session or stored offer, step by step (history.proto).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "signaling/v1/history.pb.h"

namespace signaling {

// A step, before it is kept. As in v1::Step.
struct StepNote {
  signaling::v1::StepKind kind;
  std::string_view client_id = {};
  std::string_view room = {};
  std::string_view offer_id = {};
  signaling::v1::ErrorReason reason = signaling::v1::ERROR_REASON_UNSPECIFIED;
  signaling::v1::OfferReason offer_reason = signaling::v1::OFFER_REASON_UNSPECIFIED;
  std::uint32_t count = 1;
  const signaling::v1::Report* report = nullptr;
};

// Not thread-safe; owned by its session or offer, and then by EndedHistories. Two steps take less than 200
// bytes; one that is merged allocates nothing.
class History {
 public:
  void Add(const StepNote& note, absl::Time now);
  signaling::v1::History ToProto(bool live) const;

 private:
  struct Step {
    std::string
        names;  // client_id, room and offer_id, with a separator in between that none of them has
    absl::Time first;
    absl::Time last;
    std::uint32_t count;
    // Of a report.
    std::int32_t setup_ms;  // negative: not measured
    std::uint8_t state;
    std::uint8_t candidate_type;
    std::uint8_t failure;

    std::uint8_t kind;
    std::uint8_t reason;
    std::uint8_t offer_reason;
  };

  static bool IsLike(const Step& step, const StepNote& note);
  static signaling::v1::Step ToProto(const Step& step);
  // The one that this one is merged with; null: it is a step of its own.
  Step* FindLike(const StepNote& note);
  // The i-th newest.
  Step& Newest(std::size_t i) { return steps_[(next_ + steps_.size() - 1 - i) % steps_.size()]; }

  std::vector<Step> steps_;  // a ring, once it is full
  std::uint32_t dropped_ = 0;
  std::uint32_t next_ = 0;  // where the next step goes, in the full ring; the oldest is there
};

}  // namespace signaling
