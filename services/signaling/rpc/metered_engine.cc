#include "services/signaling/rpc/metered_engine.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using Clock = std::chrono::steady_clock;

struct OperationInfo {
  const char* name;
  bool frequent = false;  // with every message
};

constexpr std::array<OperationInfo, kOperations> kInfo = {{
    {"open"},
    {"attach"},
    {"detach"},
    {"set_resumable"},
    {"refresh"},
    {"apply", true},
    {"alive"},
    {"measured", true},
    {"report"},
    {"acknowledge", true},
    {"pull", true},
    {"expire"},
    {"create_room"},
    {"get_room"},
    {"list_rooms"},
    {"update_room"},
    {"delete_room"},
    {"list_participants"},
    {"remove_participant"},
    {"send_message"},
    {"get_offer"},
    {"list_offers"},
    {"delete_offer"},
    {"list_sessions"},
    {"end_session"},
    {"explain_session"},
    {"explain_offer"},
    {"watch"},
    {"read_events", true},
    {"unwatch"},
}};
static_assert(std::string_view(kInfo.back().name) == "unwatch");

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// One operation, from here to the end of the scope.
class Timing {
 public:
  Timing(OperationMeter& meter, Operation operation) : seconds_(meter.Begin(operation)) {
    if (seconds_ != nullptr) begin_ = Clock::now();
  }
  ~Timing() {
    if (seconds_ != nullptr) seconds_->Observe(SecondsSince(begin_));
  }
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;

 private:
  prometheus::Histogram* const seconds_;
  Clock::time_point begin_;
};

// An answer may come when the meter is gone; the histogram is the registry's.
template <typename Response>
Reply<Response> Timed(OperationMeter& meter, Operation operation, Reply<Response> reply) {
  prometheus::Histogram* const seconds = meter.Begin(operation);
  if (seconds == nullptr) return reply;
  return
      [seconds, begin = Clock::now(), reply = std::move(reply)](absl::StatusOr<Response> answer) {
        seconds->Observe(SecondsSince(begin));
        reply(std::move(answer));
      };
}

}  // namespace

OperationMeter::OperationMeter(prometheus::Registry& registry) {
  auto& counts = prometheus::BuildCounter()
                     .Name("signaling_engine_operations_total")
                     .Help("Operations that the engine was asked for.")
                     .Register(registry);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("signaling_engine_operation_seconds")
                      .Help(
                          "How long the engine took for an operation, waiting for its lock "
                          "included; of those that come with every message, one in 64 is measured.")
                      .Register(registry);
  for (std::size_t i = 0; i < kOperations; ++i) {
    const prometheus::Labels labels = {{"operation", kInfo[i].name}};
    rows_[i].count = &counts.Add(labels);
    rows_[i].seconds = &seconds.Add(
        labels, prometheus::Histogram::BucketBoundaries{.000001, .000005, .00001, .00005, .0001,
                                                        .0005, .001, .005, .01, .05, .1, 1});
    rows_[i].frequent = kInfo[i].frequent;
  }
}

prometheus::Histogram* OperationMeter::Begin(Operation operation) {
  Row& row = rows_[static_cast<std::size_t>(operation)];
  row.count->Increment();
  // The first one as well, so that a quiet service shows something.
  const bool timed =
      !row.frequent || row.since_sample.fetch_add(1, std::memory_order_relaxed) % kSample == 0;
  return timed ? row.seconds : nullptr;
}

void MeteredOffice::CreateRoom(const v1::CreateRoomRequest& request,
                               Reply<v1::CreateRoomResponse> reply) {
  office_.CreateRoom(request, Timed(meter_, Operation::kCreateRoom, std::move(reply)));
}
void MeteredOffice::GetRoom(const v1::GetRoomRequest& request, Reply<v1::GetRoomResponse> reply) {
  office_.GetRoom(request, Timed(meter_, Operation::kGetRoom, std::move(reply)));
}
void MeteredOffice::ListRooms(const v1::ListRoomsRequest& request,
                              Reply<v1::ListRoomsResponse> reply) {
  office_.ListRooms(request, Timed(meter_, Operation::kListRooms, std::move(reply)));
}
void MeteredOffice::UpdateRoom(const v1::UpdateRoomRequest& request,
                               Reply<v1::UpdateRoomResponse> reply) {
  office_.UpdateRoom(request, Timed(meter_, Operation::kUpdateRoom, std::move(reply)));
}
void MeteredOffice::DeleteRoom(const v1::DeleteRoomRequest& request,
                               Reply<v1::DeleteRoomResponse> reply) {
  office_.DeleteRoom(request, Timed(meter_, Operation::kDeleteRoom, std::move(reply)));
}
void MeteredOffice::ListParticipants(const v1::ListParticipantsRequest& request,
                                     Reply<v1::ListParticipantsResponse> reply) {
  office_.ListParticipants(request, Timed(meter_, Operation::kListParticipants, std::move(reply)));
}
void MeteredOffice::RemoveParticipant(const v1::RemoveParticipantRequest& request,
                                      Reply<v1::RemoveParticipantResponse> reply) {
  office_.RemoveParticipant(request,
                            Timed(meter_, Operation::kRemoveParticipant, std::move(reply)));
}
void MeteredOffice::SendMessage(const v1::SendMessageRequest& request,
                                Reply<v1::SendMessageResponse> reply) {
  office_.SendMessage(request, Timed(meter_, Operation::kSendMessage, std::move(reply)));
}
void MeteredOffice::GetOffer(const v1::GetOfferRequest& request,
                             Reply<v1::GetOfferResponse> reply) {
  office_.GetOffer(request, Timed(meter_, Operation::kGetOffer, std::move(reply)));
}
void MeteredOffice::ListOffers(const v1::ListOffersRequest& request,
                               Reply<v1::ListOffersResponse> reply) {
  office_.ListOffers(request, Timed(meter_, Operation::kListOffers, std::move(reply)));
}
void MeteredOffice::DeleteOffer(const v1::DeleteOfferRequest& request,
                                Reply<v1::DeleteOfferResponse> reply) {
  office_.DeleteOffer(request, Timed(meter_, Operation::kDeleteOffer, std::move(reply)));
}
void MeteredOffice::ListSessions(const v1::ListSessionsRequest& request,
                                 Reply<v1::ListSessionsResponse> reply) {
  office_.ListSessions(request, Timed(meter_, Operation::kListSessions, std::move(reply)));
}
void MeteredOffice::EndSession(const v1::EndSessionRequest& request,
                               Reply<v1::EndSessionResponse> reply) {
  office_.EndSession(request, Timed(meter_, Operation::kEndSession, std::move(reply)));
}
void MeteredOffice::ExplainSession(const v1::ExplainSessionRequest& request,
                                   Reply<v1::ExplainSessionResponse> reply) {
  office_.ExplainSession(request, Timed(meter_, Operation::kExplainSession, std::move(reply)));
}
void MeteredOffice::ExplainOffer(const v1::ExplainOfferRequest& request,
                                 Reply<v1::ExplainOfferResponse> reply) {
  office_.ExplainOffer(request, Timed(meter_, Operation::kExplainOffer, std::move(reply)));
}

absl::StatusOr<std::uint64_t> MeteredOffice::Watch(const std::string& cursor, EventSink* sink) {
  const Timing timing(meter_, Operation::kWatch);
  return office_.Watch(cursor, sink);
}
absl::Status MeteredOffice::ReadEvents(std::uint64_t after, std::size_t max,
                                       std::vector<v1::WatchEventsResponse>* events) {
  const Timing timing(meter_, Operation::kReadEvents);
  return office_.ReadEvents(after, max, events);
}
void MeteredOffice::Unwatch(EventSink* sink) {
  const Timing timing(meter_, Operation::kUnwatch);
  office_.Unwatch(sink);
}

void MeteredEngine::Open(const SessionId& id, const v1::Open& open,
                         const absl::StatusOr<Identity>& identity, const Holder& holder) {
  const Timing timing(meter_, Operation::kOpen);
  engine_.Open(id, open, identity, holder);
}
void MeteredEngine::Attach(const SessionId& id, const v1::Attach& attach, const Holder& holder) {
  const Timing timing(meter_, Operation::kAttach);
  engine_.Attach(id, attach, holder);
}
void MeteredEngine::Detach(const SessionRef& session, const SessionSink* holder,
                           DetachCause cause) {
  const Timing timing(meter_, Operation::kDetach);
  engine_.Detach(session, holder, cause);
}
void MeteredEngine::SetResumable(const SessionRef& session) {
  const Timing timing(meter_, Operation::kSetResumable);
  engine_.SetResumable(session);
}
void MeteredEngine::Refresh(const SessionRef& session, const Identity& identity) {
  const Timing timing(meter_, Operation::kRefresh);
  engine_.Refresh(session, identity);
}
void MeteredEngine::Apply(const SessionRef& session, v1::UpFrame* frame) {
  const Timing timing(meter_, Operation::kApply);
  engine_.Apply(session, frame);
}
void MeteredEngine::Alive(const SessionRef& session) {
  const Timing timing(meter_, Operation::kAlive);
  engine_.Alive(session);
}
void MeteredEngine::Measured(const SessionRef& session, absl::Duration round_trip) {
  const Timing timing(meter_, Operation::kMeasured);
  engine_.Measured(session, round_trip);
}
void MeteredEngine::Report(const SessionRef& session, const v1::Report& report) {
  const Timing timing(meter_, Operation::kReport);
  engine_.Report(session, report);
}
void MeteredEngine::Acknowledge(const SessionRef& session, std::uint64_t seq) {
  const Timing timing(meter_, Operation::kAcknowledge);
  engine_.Acknowledge(session, seq);
}
PullResult MeteredEngine::Pull(const SessionRef& session, std::uint64_t after_seq,
                               std::uint32_t slot, PullBudget* budget, v1::DownBatch* batch) {
  const Timing timing(meter_, Operation::kPull);
  return engine_.Pull(session, after_seq, slot, budget, batch);
}
void MeteredEngine::Expire() {
  const Timing timing(meter_, Operation::kExpire);
  engine_.Expire();
}

}  // namespace signaling
