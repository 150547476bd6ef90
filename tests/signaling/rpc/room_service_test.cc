#include <thread>

#include "services/signaling/rpc/status.h"
#include "tests/signaling/rpc/office_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Long enough for a loaded machine; a test that needs it has failed.
std::chrono::system_clock::time_point TestDeadline() {
  return std::chrono::system_clock::now() + std::chrono::seconds(30);
}

class RoomServiceTest : public OfficeTest {
 protected:
  grpc::Status GetRoom(const std::string& room) {
    grpc::ClientContext context;
    context.set_deadline(TestDeadline());
    v1::GetRoomRequest request;
    request.set_room(room);
    v1::GetRoomResponse response;
    return stub_->GetRoom(&context, request, &response);
  }

  // Calls `method` with `request`, which has to be acceptable.
  template <typename Request, typename Response>
  void Call(grpc::Status (v1::RoomService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
            const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(TestDeadline());
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
    asked_.push_back(request.GetTypeName());
  }

  std::vector<std::string> asked_;
};

TEST_F(RoomServiceTest, EachCallReachesItsOwnMethod) {
  using Stub = v1::RoomService::Stub;
  Call(&Stub::CreateRoom, v1::CreateRoomRequest());
  v1::GetRoomRequest get;
  get.set_room("r");
  Call(&Stub::GetRoom, get);
  Call(&Stub::ListRooms, v1::ListRoomsRequest());
  v1::UpdateRoomRequest update;
  update.set_room("r");
  update.mutable_options()->set_locked(true);
  Call(&Stub::UpdateRoom, update);
  v1::DeleteRoomRequest remove;
  remove.set_room("r");
  Call(&Stub::DeleteRoom, remove);
  v1::ListParticipantsRequest participants;
  participants.set_room("r");
  Call(&Stub::ListParticipants, participants);
  v1::RemoveParticipantRequest kick;
  kick.set_room("r");
  kick.set_client_id("ann");
  Call(&Stub::RemoveParticipant, kick);
  v1::SendMessageRequest send;
  send.set_room("r");
  send.set_data("{}");
  Call(&Stub::SendMessage, send);
  v1::GetOfferRequest offer;
  offer.set_offer_id("AAAAAAAAAAAAAAAAAAAAAA");
  Call(&Stub::GetOffer, offer);
  Call(&Stub::ListOffers, v1::ListOffersRequest());
  v1::DeleteOfferRequest withdraw;
  withdraw.set_offer_id("AAAAAAAAAAAAAAAAAAAAAA");
  Call(&Stub::DeleteOffer, withdraw);
  Call(&Stub::ListSessions, v1::ListSessionsRequest());
  v1::EndSessionRequest end;
  end.set_name("s1");
  Call(&Stub::EndSession, end);
  v1::ExplainSessionRequest session;
  session.set_session("s1");
  Call(&Stub::ExplainSession, session);
  v1::ExplainOfferRequest history;
  history.set_offer_id("AAAAAAAAAAAAAAAAAAAAAA");
  Call(&Stub::ExplainOffer, history);
  EXPECT_EQ(office().calls(), asked_);
  EXPECT_EQ(asked_.size(), 15u);
}

TEST_F(RoomServiceTest, ARefusalSaysWhyInItsDetails) {
  office().Refuse(Refusal(Reason::kRoomNotFound, "there is no such room"));
  const grpc::Status status = GetRoom("r");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no such room");
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.status.code(), 5);
  EXPECT_EQ(details.status.message(), "there is no such room");
  EXPECT_EQ(details.status.details_size(), 1) << "nothing to correct, and no use in trying again";
  EXPECT_EQ(details.info.reason(), "ROOM_NOT_FOUND");
  EXPECT_EQ(details.info.domain(), "signaling.v1");
}

TEST_F(RoomServiceTest, ARequestOutsideItsLimitsNamesTheFieldAndIsNotAsked) {
  const grpc::Status status = GetRoom("");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.info.reason(), "INVALID_MESSAGE");
  ASSERT_EQ(details.bad_request.field_violations_size(), 1);
  EXPECT_EQ(details.bad_request.field_violations(0).field(), "room");
  EXPECT_EQ(details.bad_request.field_violations(0).description(), status.error_message());
  EXPECT_TRUE(office().calls().empty());
}

TEST_F(RoomServiceTest, WhereTryingAgainMakesSenseTheDetailsSayWhen) {
  office().Refuse(Refusal(Reason::kPeerUnavailable, "nobody of that name is in the room"));
  const Details details = DetailsOf(GetRoom("r"));
  EXPECT_EQ(details.info.reason(), "PEER_UNAVAILABLE");
  EXPECT_EQ(details.retry.retry_delay().seconds(), 1);
}

TEST_F(RoomServiceTest, WhatIsNoRefusalHasNoReason) {
  office().Refuse(absl::UnavailableError("no state"));
  const grpc::Status status = GetRoom("r");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(status.error_details().empty());
}

TEST_F(RoomServiceTest, AnAnswerMayComeFromAnotherThread) {
  office().Hold();
  std::thread answers([&] {
    office().AwaitHeld(1);
    office().AnswerHeld();
  });
  EXPECT_TRUE(GetRoom("r").ok());
  answers.join();
}

TEST_F(RoomServiceTest, ACancelledCallEndsAtOnceAndItsAnswerFindsNobody) {
  office().Hold();
  grpc::ClientContext context;
  v1::GetRoomRequest request;
  request.set_room("r");
  v1::GetRoomResponse response;
  grpc::Status status;
  std::thread caller([&] { status = stub_->GetRoom(&context, request, &response); });
  office().AwaitHeld(1);
  context.TryCancel();
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  server_->Shutdown(absl::Seconds(30));  // does not wait for the answer
  office().AnswerHeld();
}

TEST_F(RoomServiceTest, ADeadlineEndsACall) {
  office().Hold();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  v1::GetRoomRequest request;
  request.set_room("r");
  v1::GetRoomResponse response;
  EXPECT_EQ(stub_->GetRoom(&context, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  server_->Shutdown(absl::Seconds(30));
  office().AnswerHeld();
}

TEST_F(RoomServiceTest, AnswersAndCancellationsRace) {
  office().Hold();
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    grpc::ClientContext context;
    v1::ListRoomsRequest request;
    v1::ListRoomsResponse response;
    grpc::Status status;
    std::thread caller([&] { status = stub_->ListRooms(&context, request, &response); });
    office().AwaitHeld(1);
    std::thread answers([&] { office().AnswerHeld(); });
    context.TryCancel();
    answers.join();
    caller.join();
    EXPECT_TRUE(status.ok() || status.error_code() == grpc::StatusCode::CANCELLED);
  }
}

TEST(StatusTest, ASessionsEndHasTheDetailsOfItsError) {
  EXPECT_TRUE(ToGrpc(MakeNormalClosed()).ok());
  const grpc::Status full = ToGrpc(MakeClosed(Reason::kSlowConsumer, "too slow"));
  EXPECT_EQ(full.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailsOf(full).info.reason(), "SLOW_CONSUMER");
  EXPECT_EQ(DetailsOf(full).retry.retry_delay().seconds(), 1) << "connect again";
  const grpc::Status kicked = ToGrpc(MakeClosed(Reason::kKicked, "go"));
  EXPECT_EQ(DetailsOf(kicked).info.reason(), "KICKED");
  EXPECT_FALSE(DetailsOf(kicked).retry.has_retry_delay());
  v1::Closed known = MakeClosed(Reason::kUnavailable, "later");
  known.mutable_error()->mutable_retry_after()->set_seconds(7);
  EXPECT_EQ(DetailsOf(ToGrpc(known)).retry.retry_delay().seconds(), 7);
}

TEST(StatusTest, EveryReasonHasItsNameOfTheContractAndItsCode) {
  for (const ReasonInfo& row : AllReasons()) {
    const grpc::Status status = ToGrpc(Refusal(row.reason, "why"));
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(row.status));
    EXPECT_EQ("ERROR_REASON_" + DetailsOf(status).info.reason(),
              v1::ErrorReason_Name(static_cast<v1::ErrorReason>(row.reason)));
  }
}

}  // namespace
}  // namespace signaling
