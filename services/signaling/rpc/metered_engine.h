// An engine whose operations are counted and timed, as whoever calls it finds them: waiting for its lock included.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/signaling/engine/engine.h"

namespace signaling {

enum class Operation : std::uint8_t {
  kOpen,
  kAttach,
  kDetach,
  kSetResumable,
  kRefresh,
  kApply,
  kAlive,
  kMeasured,
  kReport,
  kAcknowledge,
  kPull,
  kExpire,
  kCreateRoom,
  kGetRoom,
  kListRooms,
  kUpdateRoom,
  kDeleteRoom,
  kListParticipants,
  kRemoveParticipant,
  kSendMessage,
  kGetOffer,
  kListOffers,
  kDeleteOffer,
  kListSessions,
  kEndSession,
  kExplainSession,
  kExplainOffer,
  kWatch,
  kReadEvents,
  kUnwatch,
};
inline constexpr std::size_t kOperations = static_cast<std::size_t>(Operation::kUnwatch) + 1;

// signaling_engine_operations_total and signaling_engine_operation_seconds. Thread-safe; the registry outlives it.
class OperationMeter {
 public:
  // Of an operation that comes with every message, only one in so many is timed.
  static constexpr std::uint32_t kSample = 64;

  explicit OperationMeter(prometheus::Registry& registry);

  // One operation begins. Where it is to be timed; else null.
  prometheus::Histogram* Begin(Operation operation);

 private:
  struct Row {
    prometheus::Counter* count = nullptr;
    prometheus::Histogram* seconds = nullptr;
    bool frequent = false;
    std::atomic<std::uint32_t> since_sample{0};
  };

  std::array<Row, kOperations> rows_;
};

// The calls of back ends, timed until they are answered. Thread-safe; what it stands before outlives it.
class MeteredOffice final : public BackOffice {
 public:
  MeteredOffice(BackOffice& office, OperationMeter& meter) : office_(office), meter_(meter) {}

  void CreateRoom(const signaling::v1::CreateRoomRequest& request,
                  Reply<signaling::v1::CreateRoomResponse> reply) override;
  void GetRoom(const signaling::v1::GetRoomRequest& request,
               Reply<signaling::v1::GetRoomResponse> reply) override;
  void ListRooms(const signaling::v1::ListRoomsRequest& request,
                 Reply<signaling::v1::ListRoomsResponse> reply) override;
  void UpdateRoom(const signaling::v1::UpdateRoomRequest& request,
                  Reply<signaling::v1::UpdateRoomResponse> reply) override;
  void DeleteRoom(const signaling::v1::DeleteRoomRequest& request,
                  Reply<signaling::v1::DeleteRoomResponse> reply) override;
  void ListParticipants(const signaling::v1::ListParticipantsRequest& request,
                        Reply<signaling::v1::ListParticipantsResponse> reply) override;
  void RemoveParticipant(const signaling::v1::RemoveParticipantRequest& request,
                         Reply<signaling::v1::RemoveParticipantResponse> reply) override;
  void SendMessage(const signaling::v1::SendMessageRequest& request,
                   Reply<signaling::v1::SendMessageResponse> reply) override;
  void GetOffer(const signaling::v1::GetOfferRequest& request,
                Reply<signaling::v1::GetOfferResponse> reply) override;
  void ListOffers(const signaling::v1::ListOffersRequest& request,
                  Reply<signaling::v1::ListOffersResponse> reply) override;
  void DeleteOffer(const signaling::v1::DeleteOfferRequest& request,
                   Reply<signaling::v1::DeleteOfferResponse> reply) override;
  void ListSessions(const signaling::v1::ListSessionsRequest& request,
                    Reply<signaling::v1::ListSessionsResponse> reply) override;
  void EndSession(const signaling::v1::EndSessionRequest& request,
                  Reply<signaling::v1::EndSessionResponse> reply) override;
  void ExplainSession(const signaling::v1::ExplainSessionRequest& request,
                      Reply<signaling::v1::ExplainSessionResponse> reply) override;
  void ExplainOffer(const signaling::v1::ExplainOfferRequest& request,
                    Reply<signaling::v1::ExplainOfferResponse> reply) override;
  absl::StatusOr<std::uint64_t> Watch(const std::string& cursor, EventSink* sink) override;
  absl::Status ReadEvents(std::uint64_t after, std::size_t max,
                          std::vector<signaling::v1::WatchEventsResponse>* events) override;
  std::string CursorOf(std::uint64_t number) override { return office_.CursorOf(number); }
  void Unwatch(EventSink* sink) override;

 private:
  BackOffice& office_;
  OperationMeter& meter_;
};

// Thread-safe; the engine that it stands before outlives it.
class MeteredEngine final : public Engine {
 public:
  MeteredEngine(Engine& engine, prometheus::Registry& registry)
      : engine_(engine), meter_(registry), office_(engine.back_office(), meter_) {}

  void Open(const SessionId& id, const signaling::v1::Open& open,
            const absl::StatusOr<Identity>& identity, const Holder& holder) override;
  void Attach(const SessionId& id, const signaling::v1::Attach& attach,
              const Holder& holder) override;
  void Detach(const SessionRef& session, const SessionSink* holder, DetachCause cause) override;
  void SetResumable(const SessionRef& session) override;
  void Refresh(const SessionRef& session, const Identity& identity) override;
  void Apply(const SessionRef& session, signaling::v1::UpFrame* frame) override;
  void Alive(const SessionRef& session) override;
  void Measured(const SessionRef& session, absl::Duration round_trip) override;
  void Report(const SessionRef& session, const signaling::v1::Report& report) override;
  void Acknowledge(const SessionRef& session, std::uint64_t seq) override;
  PullResult Pull(const SessionRef& session, std::uint64_t after_seq, std::uint32_t slot,
                  PullBudget* budget, signaling::v1::DownBatch* batch) override;
  void Expire() override;
  // Not counted: metrics ask for them.
  EngineStats Stats() const override { return engine_.Stats(); }
  BackOffice& back_office() override { return office_; }

 private:
  Engine& engine_;
  OperationMeter meter_;
  MeteredOffice office_;
};

}  // namespace signaling
