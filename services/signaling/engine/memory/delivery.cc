#include "services/signaling/engine/memory/delivery.h"

#include <utility>

#include "services/signaling/core/errors.h"

namespace signaling {

void Delivery::Append(Session* to, signaling::v1::DownFrame&& event, absl::Duration came) {
  if (to->ending) return;
  if (!to->outbox.Append(std::move(event), came)) {
    chronicle_.observer().OnOutboxOverflow();
    return End(to, signaling::v1::LEAVE_REASON_OVERFLOW,
               MakeClosed(Reason::kSlowConsumer, "too many unacknowledged events"));
  }
  if (to->opened && to->holder.sink != nullptr) to->holder.sink->OnUnsent(to->holder.tag);
}

void Delivery::Answer(Session* to, std::uint64_t id, signaling::v1::DownFrame&& event) {
  event.set_reply_to(id);
  Send(to, std::move(event));
}

void Delivery::Refuse(Session* to, std::uint64_t id, Reason reason, std::string_view message) {
  AnswerError(to, id, MakeError(reason, message));
}

void Delivery::Refuse(Session* to, std::uint64_t id, const absl::Status& refusal,
                      std::string_view room) {
  AnswerError(to, id, MakeError(refusal), room);
}

void Delivery::AnswerError(Session* to, std::uint64_t id, signaling::v1::Error error,
                           std::string_view room) {
  ++to->counts.refused;
  chronicle_.Note(
      to, {.kind = signaling::v1::STEP_KIND_REFUSED, .room = room, .reason = error.reason()});
  signaling::v1::DownFrame event;
  event.mutable_error()->Swap(&error);
  Answer(to, id, std::move(event));
}

void Delivery::End(Session* session, signaling::v1::LeaveReason reason,
                   signaling::v1::Closed closed) {
  if (std::exchange(session->ending, true)) return;
  endings_.push_back({session, reason, std::move(closed)});
}

}  // namespace signaling
