#include "services/signalctl/event_text.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/signalctl/human.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

std::string Change(const v1::OfferChanged& changed) {
  std::string text = absl::StrCat(EnumWord(v1::OfferState_Name(changed.state()), "OFFER_STATE_"),
                                  "  of ", changed.client_id());
  if (!changed.claimer_client_id().empty()) {
    absl::StrAppend(&text, ", claimed by ", changed.claimer_client_id());
  }
  if (changed.reason() != v1::OFFER_REASON_UNSPECIFIED) {
    absl::StrAppend(&text, " (", EnumWord(v1::OfferReason_Name(changed.reason()), "OFFER_REASON_"),
                    ")");
  }
  return text;
}

}  // namespace

std::string EventText(const v1::Event& event) {
  std::string_view what;
  std::string where;
  std::string more;
  switch (event.event_case()) {
    case v1::Event::kRoomOpened:
      what = "room_opened";
      where = event.room_opened().room();
      break;
    case v1::Event::kRoomEnded:
      what = "room_ended";
      where = event.room_ended().room();
      break;
    case v1::Event::kParticipantEntered:
      what = "participant_entered";
      where = event.participant_entered().room();
      more = event.participant_entered().client_id();
      break;
    case v1::Event::kParticipantGone:
      what = "participant_gone";
      where = event.participant_gone().room();
      more = absl::StrCat(
          event.participant_gone().client_id(), " (",
          EnumWord(v1::LeaveReason_Name(event.participant_gone().reason()), "LEAVE_REASON_"), ")");
      break;
    case v1::Event::kOfferChanged:
      what = "offer_changed";
      where = event.offer_changed().offer_id();
      more = Change(event.offer_changed());
      break;
    case v1::Event::EVENT_NOT_SET: what = "unknown"; break;  // of a newer service
  }
  std::string line = absl::StrFormat("%s  %-19s  %s", ClockTime(ToTime(event.event_time())),
                                     std::string(what), Printable(where));
  if (!more.empty()) absl::StrAppend(&line, "  ", Printable(more));
  return line;
}

}  // namespace signaling::ctl
