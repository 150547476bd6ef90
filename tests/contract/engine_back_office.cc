// What back ends ask for: rooms, those in them, messages, offers, sessions.
#include "services/signaling/core/errors.h"
#include "tests/contract/back_office_call.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kId[] = "123e4567-e89b-12d3-a456-426614174000";

TEST_P(EngineBackOfficeTest, ARoomMadeByABackEnd) {
  BackOffice& office = engine_->back_office();
  v1::CreateRoomRequest request = CreateRequest("r");
  request.mutable_options()->set_max_participants(2);
  request.mutable_options()->mutable_allowed()->add_client_ids("ann");
  const auto made = Call(office, &BackOffice::CreateRoom, request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->room().options().max_participants(), 2u);
  EXPECT_EQ(made->room().create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::CreateRoom, request).status()),
            Reason::kRoomExists);
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kPermissionDenied);
  Client& ann = Joined("r", "ann");
  v1::Moderate lock;
  lock.mutable_lock()->set_locked(true);
  ann.Moderate(lock);
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPermissionDenied)
      << "a back end's room has no moderator in it";
  v1::UpdateRoomRequest update;
  update.set_room("r");
  update.mutable_options()->mutable_allowed();
  update.mutable_options()->set_locked(true);
  const auto updated = Call(office, &BackOffice::UpdateRoom, update);
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->room().options().max_participants(), 2u) << "what is not set stays";
  EXPECT_TRUE(ann.OnlyEvent().room().room_locked().locked());
  bob.Join("r");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kRoomLocked);
  v1::DeleteRoomRequest remove;
  remove.set_room("r");
  remove.set_reason("over");
  EXPECT_EQ(Call(office, &BackOffice::DeleteRoom, remove)->ended_sessions(), 1u);
  EXPECT_EQ(ann.closed_for(), Reason::kRoomClosed);
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::DeleteRoom, remove).status()),
            Reason::kRoomNotFound);
}

TEST_P(EngineBackOfficeTest, AnUnnamedRoomGetsANameAndAPersistentOneStays) {
  BackOffice& office = engine_->back_office();
  const auto unnamed = Call(office, &BackOffice::CreateRoom, CreateRequest(""));
  ASSERT_TRUE(unnamed.ok());
  EXPECT_TRUE(IsValidId(unnamed->room().name()));
  v1::CreateRoomRequest request = CreateRequest("stays");
  request.set_persistent(true);
  ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, request).ok());
  clock_.Advance(absl::Hours(24 * 29));
  engine_->Expire();
  EXPECT_EQ(engine_->Stats().rooms, 1u);
  Joined("stays", "ann").End();
  clock_.Advance(absl::Hours(24 * 29));
  engine_->Expire();
  EXPECT_EQ(engine_->Stats().rooms, 1u) << "renewed by whoever came";
}

TEST_P(EngineBackOfficeTest, WhatABackEndChangesIsTold) {
  BackOffice& office = engine_->back_office();
  Client& ann = Joined("r", "ann");
  v1::UpdateRoomRequest update;
  update.set_room("r");
  update.mutable_options()->set_relay_only(true);
  ASSERT_TRUE(Call(office, &BackOffice::UpdateRoom, update).ok());
  const v1::RoomOptions told = ann.OnlyEvent().room().room_updated().options();
  EXPECT_TRUE(told.relay_only());
  EXPECT_EQ(told.max_participants(), 5u) << "all that holds";
  EXPECT_FALSE(told.has_allowed());
  ASSERT_TRUE(Call(office, &BackOffice::UpdateRoom, update).ok());
  EXPECT_THAT(ann.Events(), IsEmpty()) << "nothing changed";
}

TEST_P(EngineBackOfficeTest, WhoKnocksIsLetInWhenTheDoorOpensOrASeatFrees) {
  BackOffice& office = engine_->back_office();
  v1::CreateRoomRequest create = CreateRequest("r");
  create.mutable_options()->set_knock(true);
  create.mutable_options()->set_max_participants(1);
  create.mutable_options()->mutable_allowed()->add_client_ids("ann");
  ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, create).ok());
  Client& ann = Joined("r", "ann");
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  bob.Events();
  v1::UpdateRoomRequest update;
  update.set_room("r");
  update.mutable_options()->mutable_allowed()->add_client_ids("bob");
  ASSERT_TRUE(Call(office, &BackOffice::UpdateRoom, update).ok());
  EXPECT_THAT(bob.Events(), IsEmpty()) << "listed, but there is no seat";
  ann.Leave();
  EXPECT_TRUE(bob.OnlyEvent().room().has_joined());
  bob.Leave();
  bob.Events();
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  eve.Events();
  update.mutable_options()->Clear();
  update.mutable_options()->set_locked(true);
  ASSERT_TRUE(Call(office, &BackOffice::UpdateRoom, update).ok());
  EXPECT_THAT(eve.Events(), IsEmpty()) << "a change lets nobody in who has to be let in";
  update.mutable_options()->set_locked(false);
  update.mutable_options()->set_knock(false);
  update.mutable_options()->mutable_allowed();
  ASSERT_TRUE(Call(office, &BackOffice::UpdateRoom, update).ok());
  EXPECT_TRUE(eve.OnlyEvent().room().has_joined()) << "nobody knocks here any more";
}

TEST_P(EngineBackOfficeTest, TheLastTenThousandRequestsAreKnown) {
  BackOffice& office = engine_->back_office();
  const auto uuid = [](int n) {
    std::string digits = std::to_string(n);
    return "0000abcd-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  };
  v1::RemoveParticipantRequest request;
  request.set_room("r");
  for (int i = 0; i < 10'000; ++i) {
    request.set_client_id("c" + std::to_string(i));
    request.set_request_id(uuid(i));
    ASSERT_TRUE(Call(office, &BackOffice::RemoveParticipant, request).ok());
  }
  request.set_room("elsewhere");
  request.set_request_id("0000ABCD-0000-4000-8000-000000000000");
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::RemoveParticipant, request).status()),
            Reason::kInvalidMessage)
      << "in either case the same UUID (RFC 4122)";
}

TEST_P(EngineBackOfficeTest, TheSameRequestIdIsTheSameCall) {
  BackOffice& office = engine_->back_office();
  const auto first = Call(office, &BackOffice::CreateRoom, CreateRequest("", kId));
  const auto again = Call(office, &BackOffice::CreateRoom, CreateRequest("", kId));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->room().name(), again->room().name());
  EXPECT_EQ(engine_->Stats().rooms, 1u);
  const auto other = Call(office, &BackOffice::CreateRoom, CreateRequest("x", kId));
  EXPECT_EQ(*RefusalReason(other.status()), Reason::kInvalidMessage);
  EXPECT_EQ(RefusalField(other.status()), "request_id");
  v1::DeleteRoomRequest remove;
  remove.set_room("x");
  remove.set_request_id(kId);
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::DeleteRoom, remove).status()),
            Reason::kInvalidMessage)
      << "another call's";
  clock_.Advance(absl::Minutes(5));
  EXPECT_TRUE(Call(office, &BackOffice::CreateRoom, CreateRequest("x", kId)).ok());
}

TEST_P(EngineBackOfficeTest, AFailureIsNotRemembered) {
  BackOffice& office = engine_->back_office();
  v1::DeleteRoomRequest remove;
  remove.set_room("r");
  remove.set_request_id(kId);
  EXPECT_FALSE(Call(office, &BackOffice::DeleteRoom, remove).ok());
  Call(office, &BackOffice::CreateRoom, CreateRequest("r")).status().IgnoreError();
  EXPECT_TRUE(Call(office, &BackOffice::DeleteRoom, remove).ok());
  EXPECT_TRUE(Call(office, &BackOffice::DeleteRoom, remove).ok()) << "and this is the same call";
}

TEST_P(EngineBackOfficeTest, ListingsComeInPages) {
  BackOffice& office = engine_->back_office();
  for (const char* name : {"c", "a", "e", "b", "d"}) {
    ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, CreateRequest(name)).ok());
  }
  v1::ListRoomsRequest request;
  request.set_page_size(2);
  std::string seen;
  int pages = 0;
  do {
    const auto page = Call(office, &BackOffice::ListRooms, request);
    ASSERT_TRUE(page.ok());
    for (const v1::Room& room : page->rooms()) seen += room.name();
    request.set_page_token(page->next_page_token());
    // What comes behind the page is listed, what comes before it is not.
    if (pages == 0) {
      ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, CreateRequest("bb")).ok());
      ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, CreateRequest("aa")).ok());
    }
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, "abbbcde");
  request.set_page_token("nonsense");
  EXPECT_EQ(RefusalField(Call(office, &BackOffice::ListRooms, request).status()), "page_token");
}

TEST_P(EngineBackOfficeTest, ALargePageEndsEarly) {
  BackOffice& office = engine_->back_office();
  for (int i = 0; i < 120; ++i) {
    v1::CreateRoomRequest request = CreateRequest("room-" + std::to_string(i));
    for (int k = 0; k < 100; ++k) {
      request.mutable_options()->mutable_allowed()->add_client_ids(std::to_string(k) +
                                                                   std::string(120, 'x'));
    }
    ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, request).ok());
  }
  v1::ListRoomsRequest request;
  request.set_page_size(1000);
  int rooms = 0, pages = 0;
  do {
    const auto page = Call(office, &BackOffice::ListRooms, request);
    ASSERT_TRUE(page.ok());
    EXPECT_LT(page->ByteSizeLong(), std::size_t{3} << 19);
    rooms += page->rooms_size();
    ++pages;
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(rooms, 120);
  EXPECT_GE(pages, 2);
}

TEST_P(EngineBackOfficeTest, SessionsAreListedAndEnded) {
  BackOffice& office = engine_->back_office();
  Client& ann = Joined("r", "ann");
  Client& bob = NewClient().OpenPlain("r", "bob");
  Client& eve = NewClient().Open("eve");
  engine_->Measured(bob.ref(), absl::Milliseconds(12));
  v1::ListSessionsRequest request;
  request.set_room("r");
  const auto listed = Call(office, &BackOffice::ListSessions, request);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->sessions_size(), 2);
  EXPECT_EQ(listed->sessions(0).client_id(), "ann");
  EXPECT_EQ(listed->sessions(0).state(), v1::SESSION_STATE_CONNECTED);
  EXPECT_EQ(listed->sessions(0).queued_events(), 1u) << "bob's join, not acknowledged";
  EXPECT_GT(listed->sessions(0).queued_bytes(), 0u);
  EXPECT_FALSE(listed->sessions(0).has_round_trip());
  EXPECT_EQ(listed->sessions(1).round_trip().nanos(), 12'000'000);
  EXPECT_EQ(listed->sessions(1).path(), v1::SESSION_PATH_PLAIN);
  v1::EndSessionRequest end;
  end.set_name(listed->sessions(1).name());
  end.set_reason("maintenance");
  EXPECT_TRUE(Call(office, &BackOffice::EndSession, end).ok());
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::EndSession, end).status()),
            Reason::kSessionNotFound);
  ann.Events();
  EXPECT_EQ(Call(office, &BackOffice::ListSessions, v1::ListSessionsRequest())->sessions_size(), 2);
  eve.End();
}

TEST_P(EngineBackOfficeTest, ParticipantsAreRemovedAlsoThoseWhoAreNotThere) {
  BackOffice& office = engine_->back_office();
  Client& ann = Joined("r", "ann");
  v1::RemoveParticipantRequest request;
  request.set_room("r");
  request.set_client_id("ann");
  EXPECT_TRUE(Call(office, &BackOffice::RemoveParticipant, request)->removed());
  EXPECT_EQ(ann.closed_for(), Reason::kKicked);
  request.set_client_id("bob");
  EXPECT_FALSE(Call(office, &BackOffice::RemoveParticipant, request)->removed());
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kBanned);
  request.mutable_ban()->set_seconds(0);
  EXPECT_TRUE(Call(office, &BackOffice::RemoveParticipant, request).ok()) << "it lifts the ban";
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::RemoveParticipant, request).status()),
            Reason::kPeerUnavailable);
  bob.Join("r");
  EXPECT_TRUE(bob.OnlyEvent().room().has_joined());
}

TEST_P(EngineBackOfficeTest, MessagesReachOneOrAll) {
  BackOffice& office = engine_->back_office();
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  v1::SendMessageRequest request;
  request.set_room("r");
  request.set_data("{\"n\":1}");
  EXPECT_EQ(Call(office, &BackOffice::SendMessage, request)->receivers(), 2u);
  request.set_client_id("bob");
  EXPECT_EQ(Call(office, &BackOffice::SendMessage, request)->receivers(), 1u);
  EXPECT_EQ(ann.OnlyEvent().app().data(), "{\"n\":1}");
  const auto got = bob.Events();
  ASSERT_THAT(got, SizeIs(2));
  EXPECT_TRUE(got[0].app().client_id().empty());
  request.set_client_id("eve");
  EXPECT_EQ(*RefusalReason(Call(office, &BackOffice::SendMessage, request).status()),
            Reason::kPeerUnavailable);
}

TEST_P(EngineBackOfficeTest, OffersAreShownWithoutWhatTheyOffer) {
  BackOffice& office = engine_->back_office();
  Client& maker = NewClient().Open("maker");
  maker.Create("v=0 secret");
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  NewClient().Open("claimer").Claim(id);
  const auto listed = Call(office, &BackOffice::ListOffers, v1::ListOffersRequest());
  ASSERT_EQ(listed->offers_size(), 1);
  EXPECT_EQ(listed->offers(0).state(), v1::OFFER_STATE_CLAIMED);
  EXPECT_EQ(listed->offers(0).claimer_client_id(), "claimer");
  EXPECT_EQ(listed->offers(0).claim_count(), 1u);
  EXPECT_EQ(listed->DebugString().find("secret"), std::string::npos);
  v1::DeleteOfferRequest remove;
  remove.set_offer_id(id);
  EXPECT_TRUE(Call(office, &BackOffice::DeleteOffer, remove).ok());
  EXPECT_EQ(OfferOf(maker.Events().back()).reason(), v1::OFFER_REASON_DELETED);
  v1::GetOfferRequest get;
  get.set_offer_id(id);
  EXPECT_EQ(Call(office, &BackOffice::GetOffer, get)->offer().state(), v1::OFFER_STATE_WITHDRAWN);
  EXPECT_EQ(Call(office, &BackOffice::ListOffers, v1::ListOffersRequest())->offers_size(), 0);
}

TEST_P(EngineBackOfficeTest, AKnockerOnTheNewAllowListComesIn) {
  BackOffice& office = engine_->back_office();
  v1::CreateRoomRequest request = CreateRequest("r");
  request.mutable_options()->set_knock(true);
  request.set_persistent(true);
  ASSERT_TRUE(Call(office, &BackOffice::CreateRoom, request).ok());
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  bob.Events();
  clock_.Advance(absl::Hours(1));
  engine_->Expire();
  v1::GetRoomRequest get;
  get.set_room("r");
  const auto room = Call(office, &BackOffice::GetRoom, get);
  ASSERT_TRUE(room.ok());
  EXPECT_THAT(room->room().knocking(), ElementsAre("bob"));
  v1::UpdateRoomRequest update;
  update.set_room("r");
  update.mutable_options()->mutable_allowed()->add_client_ids("bob");
  EXPECT_EQ(Call(office, &BackOffice::UpdateRoom, update)->room().participant_count(), 1u);
  EXPECT_TRUE(bob.OnlyEvent().room().has_joined());
}

}  // namespace
}  // namespace signaling
