// What an engine makes of who a client is: whose session it is, where it may go, and how long.
#include "services/signaling/core/errors.h"
#include "tests/contract/engine_fixture.h"
#include "tests/support/fake_authenticator.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using namespace std::string_literals;

// With all that a token can grant a client, in every room.
Identity Known(const std::string& client_id) { return FakeAuthenticator::Client(client_id); }

Identity Moderator(const std::string& client_id) {
  Identity identity = Known(client_id);
  identity.grants.Add(Grant::kModerate);
  return identity;
}

Identity Guest(const std::string& client_id, const std::string& room) {
  Identity identity;
  identity.authenticated = true;
  identity.client_id = client_id;
  identity.rooms = {room};
  identity.grants.Add(Grant::kJoin);
  return identity;
}

Reason VerdictOf(Client& client) { return ReasonOf(client.OnlyEvent()); }

absl::StatusOr<Identity> Nobody() { return Refusal(Reason::kUnauthenticated, "a token is needed"); }

}  // namespace

TEST_P(EngineIdentitiesTest, WhoIsNotKnownGetsNoSession) {
  Client& eve = NewClient().As(Nobody()).Open();
  EXPECT_FALSE(eve.opened());
  EXPECT_EQ(eve.closed_for(), Reason::kUnauthenticated);
  EXPECT_EQ(eve.record().closed->close_code(), 4501u);
  EXPECT_EQ(engine_->Stats().sessions, 0u);
}

TEST_P(EngineIdentitiesTest, TheNameIsTheTokens) {
  EXPECT_EQ(NewClient().As(Known("ann")).Open().client_id(), "ann");
  EXPECT_EQ(NewClient().As(Known("bob")).Open("bob").client_id(), "bob");
  Client& eve = NewClient().As(Known("eve")).Open("ann");
  EXPECT_EQ(eve.closed_for(), Reason::kClientIdMismatch);
}

TEST_P(EngineIdentitiesTest, NobodyAdoptsAnotherName) {
  Client& ann = NewClient().As(Known("ann")).OpenPlain("r");
  ann.Events();
  ann.Offer("", "bob");
  EXPECT_EQ(VerdictOf(ann), Reason::kClientIdMismatch);
}

TEST_P(EngineIdentitiesTest, RoomsAreByClaim) {
  Identity who = Known("ann");
  who.rooms = {"one", "team-*"};
  Client& ann = NewClient().As(who).Open();
  for (const char* room : {"two", "on", "onetwo", "tea", "Team-a"}) {
    ann.Join(room);
    EXPECT_EQ(VerdictOf(ann), Reason::kPermissionDenied) << room;
  }
  for (const char* room : {"one", "team-", "team-a"}) {
    ann.Join(room);
    EXPECT_TRUE(ann.OnlyEvent().room().has_joined()) << room;
    ann.Leave();
    ann.Events();
  }
  who.grants = {};
  Client& bob = NewClient().As(who).Open();
  bob.Join("one");
  EXPECT_EQ(VerdictOf(bob), Reason::kPermissionDenied);
}

TEST_P(EngineIdentitiesTest, ToCreateARoomIsGranted) {
  Client& guest = NewClient().As(Guest("guest", "r")).Open();
  guest.Join("r");
  EXPECT_EQ(VerdictOf(guest), Reason::kRoomNotFound);
  Client& plain = NewClient().As(Guest("plain", "r")).OpenPlain("r");
  EXPECT_EQ(plain.closed_for(), Reason::kRoomNotFound);
  EXPECT_EQ(engine_->Stats().rooms, 0u);

  NewClient().As(Known("ann")).Open().Join("r");
  guest.Join("r");
  EXPECT_TRUE(guest.OnlyEvent().room().has_joined());
}

TEST_P(EngineIdentitiesTest, OffersAreGranted) {
  Client& ann = NewClient().As(Known("ann")).Open();
  ann.Create();
  const std::string id = OfferOf(ann.OnlyEvent()).offer_id();
  Client& guest = NewClient().As(Guest("guest", "r")).Open();
  guest.Create();
  EXPECT_EQ(VerdictOf(guest), Reason::kPermissionDenied);
  guest.Claim(id);
  EXPECT_EQ(VerdictOf(guest), Reason::kPermissionDenied);
  EXPECT_TRUE(ann.Events().empty()) << "nothing of it came to the offer";

  Identity less = Guest("ann", "r");
  ann.Refresh(less);
  ann.Withdraw(id);
  EXPECT_EQ(OfferOf(ann.OnlyEvent()).state(), v1::OFFER_STATE_WITHDRAWN) << "it is its own";
}

TEST_P(EngineIdentitiesTest, ToModerateIsGrantedAndNotInherited) {
  Client& first = NewClient().As(Known("first")).Open();
  first.Join("r");
  Client& mod = NewClient().As(Moderator("mod")).Open();
  mod.Join("r");
  Client& other = NewClient().As(Moderator("other")).Open();
  other.Join("r");
  first.Events();
  first.Moderate(Lock(true));
  EXPECT_EQ(VerdictOf(first), Reason::kPermissionDenied) << "though it has been longest here";
  mod.Moderate(Kick("first"));
  EXPECT_EQ(first.closed_for(), Reason::kKicked);
  other.Moderate(Lock(true));
  EXPECT_TRUE(mod.Events().back().room().room_locked().locked());
}

TEST_P(EngineIdentitiesTest, EveryModeratorHearsWhoKnocksAndNeedNot) {
  Client& ann = NewClient().As(Known("ann")).Open();
  ann.JoinWith("r", Knocking());
  Client& guest = NewClient().As(Guest("guest", "r")).Open();
  guest.Join("r");
  EXPECT_TRUE(guest.OnlyEvent().room().has_knock());
  ann.OnlyEvent();  // its joined, and no knock: it moderates nothing
  std::vector<Client*> moderators;
  for (const char* name : {"m1", "m2"}) {
    Client& moderator = NewClient().As(Moderator(name)).Open();
    moderator.Join("r");
    const auto events = moderator.Events();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(events[0].room().has_joined()) << "without knocking";
    EXPECT_EQ(events[1].room().knock().client_id(), "guest");
    moderators.push_back(&moderator);
  }
  Client& late = NewClient().As(Guest("late", "r")).Open();
  late.Join("r");
  for (Client* moderator : moderators) {
    EXPECT_EQ(moderator->Events().back().room().knock().client_id(), "late");
  }
  moderators[1]->Moderate(Admit("guest"));
  EXPECT_TRUE(guest.OnlyEvent().room().has_joined());
  // Who is granted it later hears of those who wait still.
  ann.Events();
  ann.Refresh(Moderator("ann"));
  EXPECT_EQ(ann.OnlyEvent().room().knock().client_id(), "late");
}

TEST_P(EngineIdentitiesTest, TheNewestSessionTakesTheSeatAtOnce) {
  EngineOptions options;
  options.max_participants = 2;
  Make(options);
  Client& old = NewClient().As(Known("ann")).Open();
  old.Join("r");
  Client& bob = NewClient().As(Known("bob")).Open();
  bob.Join("r");
  bob.Events();
  Client& polite = NewClient().As(Known("ann")).Open();
  polite.Join("r", /*keep_existing=*/true);
  EXPECT_EQ(VerdictOf(polite), Reason::kClientIdTaken);
  EXPECT_EQ(old.record().probes, 0);

  Client& now = NewClient().As(Known("ann")).Open();
  now.Join("r");
  EXPECT_EQ(old.closed_for(), Reason::kSessionReplaced);
  EXPECT_TRUE(now.OnlyEvent().room().has_joined()) << "though the room was full";
  const auto events = bob.Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].room().participant_left().reason(), v1::LEAVE_REASON_REPLACED);
  EXPECT_EQ(events[1].room().participant_joined().participant().client_id(), "ann");

  Client& plain = NewClient().As(Known("ann")).OpenPlain("r");
  EXPECT_TRUE(plain.record().opened->has_room());
  EXPECT_EQ(now.closed_for(), Reason::kSessionReplaced);
}

TEST_P(EngineIdentitiesTest, TheNewestSessionKnocks) {
  NewClient().As(Moderator("mod")).Open().JoinWith("r", Knocking());
  Client& old = NewClient().As(Guest("guest", "r")).Open();
  old.Join("r");
  old.Events();
  Client& now = NewClient().As(Guest("guest", "r")).Open();
  now.Join("r");
  EXPECT_TRUE(now.OnlyEvent().room().has_knock());
  EXPECT_EQ(VerdictOf(old), Reason::kPermissionDenied);
}

TEST_P(EngineIdentitiesTest, WhoKnocksIsLetInByTheRightThatItHasThen) {
  Client& mod = NewClient().As(Moderator("mod")).Open();
  mod.JoinWith("r", Knocking());
  Client& guest = NewClient().As(Guest("guest", "r")).Open();
  guest.Join("r");
  EXPECT_TRUE(guest.OnlyEvent().room().has_knock());
  guest.Refresh(Guest("guest", "other"));
  ASSERT_EQ(guest.record().refreshed.size(), 1u);
  EXPECT_EQ(RefusalReason(guest.record().refreshed[0].status()), Reason::kPermissionDenied)
      << "as in the room itself";
  mod.Moderate(Admit("guest"));
  EXPECT_TRUE(guest.OnlyEvent().room().has_joined());
}

TEST_P(EngineIdentitiesTest, ARoomThatNobodyNamedIsTheTokens) {
  NewClient().As(Known("ann")).Open().Join("mine");
  v1::Open open;
  open.set_path(v1::SESSION_PATH_PLAIN);
  open.set_room("lobby");
  open.set_room_is_default(true);
  std::uint64_t tag = 700;
  const auto room_of = [&](const Identity& identity) {
    open.set_session_id(NewRandomId());
    const SessionId id = *SessionId::Parse(open.session_id());
    engine_->Open(id, open, identity, {&sink_, ++tag});
    const auto opened = sink_.Of(tag).opened;
    engine_->Detach({id, 0}, &sink_, DetachCause::kBye);
    return opened ? opened->room().room() : "none";
  };
  EXPECT_EQ(room_of(Guest("guest", "mine")), "mine");
  EXPECT_EQ(room_of(Guest("guest", "mine*")), "none")
      << "a pattern is no room, and lobby is not in it";
  EXPECT_EQ(room_of(Known("bob")), "lobby");
  EXPECT_EQ(room_of(Identity()), "lobby");
}

TEST_P(EngineIdentitiesTest, WhatTheTokenSaysIsNotTheClientsToChange) {
  Client& bob = NewClient().As(Known("bob")).Open();
  bob.Join("r");
  Identity who = Known("ann");
  who.metadata = {{"name", "Ann"}, {"team", "red"}};
  Client& ann = NewClient().As(who).Open();
  ann.Join("r");
  const auto seen = [&] {
    const auto events = bob.Events();
    const v1::RoomEvent& event = events.back().room();
    const v1::Participant& participant = event.has_participant_joined()
                                             ? event.participant_joined().participant()
                                             : event.participant_updated().participant();
    return std::map<std::string, std::string>(participant.metadata().begin(),
                                              participant.metadata().end());
  };
  EXPECT_EQ(seen(), who.metadata);
  v1::UpFrame update;
  auto& metadata = *update.mutable_room()->mutable_update()->mutable_metadata();
  metadata["name"] = "Root";
  metadata["muted"] = "yes";
  ann.Send(update);
  EXPECT_EQ(seen(), (std::map<std::string, std::string>{
                        {"name", "Ann"}, {"team", "red"}, {"muted", "yes"}}));
  // What is no longer vouched for goes.
  who.metadata = {{"name", "Ann B"}};
  ann.Refresh(who);
  EXPECT_EQ(seen(), (std::map<std::string, std::string>{{"name", "Ann B"}, {"muted", "yes"}}));
  // Together they have one limit.
  ann.Events();
  metadata["long"] = std::string(4090, 'x');
  ann.Send(update);
  EXPECT_EQ(VerdictOf(ann), Reason::kInvalidMessage);
}

TEST_P(EngineIdentitiesTest, ATokenIsRefreshedByTheSameClientOnly) {
  Identity first = Known("ann");
  first.expires = clock_.Now() + absl::Minutes(1);
  Client& ann = NewClient().As(first).Open();
  EXPECT_EQ(absl::FromUnixSeconds(ann.record().opened->token_expire_time().seconds()),
            first.expires);
  ann.Join("r");
  Identity next = first;
  next.expires = clock_.Now() + absl::Hours(1);
  ann.Refresh(next);
  Identity others = next;
  others.client_id = "bob";
  ann.Refresh(others);
  Identity elsewhere = next;
  elsewhere.rooms = {"other"};
  ann.Refresh(elsewhere);
  const auto refreshed = ann.record().refreshed;
  ASSERT_EQ(refreshed.size(), 3u);
  ASSERT_TRUE(refreshed[0].ok());
  EXPECT_EQ(*refreshed[0], next.expires);
  EXPECT_EQ(RefusalReason(refreshed[1].status()), Reason::kUnauthenticated);
  EXPECT_EQ(RefusalReason(refreshed[2].status()), Reason::kPermissionDenied);
  // Both refusals changed nothing.
  clock_.Advance(absl::Minutes(2));
  ann.As(Nobody());
  EXPECT_TRUE(ann.Resume().opened());
  ann.Leave();
  ann.Events();
  ann.Join("r");
  EXPECT_TRUE(ann.OnlyEvent().room().has_joined());
}

TEST_P(EngineIdentitiesTest, AResumeNeedsNoTokenWhileTheSessionsLasts) {
  Identity who = Known("ann");
  who.expires = clock_.Now() + absl::Seconds(5);
  Client& ann = NewClient().As(who).Open();
  ann.As(Nobody());
  clock_.Advance(absl::Seconds(29));
  ASSERT_TRUE(ann.Resume().opened()) << "within the grace";
  EXPECT_TRUE(ann.record().opened->resumed());
  clock_.Advance(absl::Seconds(1));
  ann.Resume();
  EXPECT_EQ(ann.closed_for(), Reason::kTokenExpired);
  EXPECT_EQ(ann.record().closed->close_code(), 4002u);
  EXPECT_EQ(engine_->Stats().sessions, 1u) << "the session waits";
  // A new one may be good, and could not be looked at.
  ann.As(Refusal(Reason::kUnavailable, "the keys could not be fetched")).Resume();
  EXPECT_EQ(ann.closed_for(), Reason::kUnavailable) << "another would not do better";
  EXPECT_EQ(ann.record().closed->close_code(), 1013u) << "the session waits still";
  // With the resume token, and a new one of the same client, it goes on.
  who.expires = clock_.Now() + absl::Hours(1);
  ASSERT_TRUE(ann.As(who).Resume().opened());
  EXPECT_TRUE(ann.record().opened->resumed());
  ann.As(Nobody());
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(ann.Resume().opened()) << "the new one is the session's";
}

TEST_P(EngineIdentitiesTest, AResumeThatFailsNeedsAToken) {
  Client& ann = NewClient().As(Known("ann")).Open();
  const SessionRef before = ann.ref();
  ann.As(Nobody()).ResumeWith("wrong", 0);
  EXPECT_EQ(ann.closed_for(), Reason::kUnauthenticated);
  ASSERT_TRUE(ann.As(Known("ann")).ResumeWith("wrong", 0).opened());
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_INVALID);
  engine_->Detach(before, &sink_, DetachCause::kBye);
}

TEST_P(EngineIdentitiesTest, AnothersTokenResumesNothing) {
  Client& ann = NewClient().As(Known("ann")).Open();
  const SessionRef before = ann.ref();
  ann.As(Known("eve")).Resume();
  ASSERT_TRUE(ann.opened());
  EXPECT_FALSE(ann.record().opened->resumed());
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_INVALID);
  EXPECT_EQ(ann.client_id(), "eve");
  engine_->Detach(before, &sink_, DetachCause::kBye);
}

TEST_P(EngineIdentitiesTest, ATokenThatDoesNotDoIsAsIfItWereNotThere) {
  Client& ann = NewClient().As(Known("ann")).Open();
  ann.Join("r");
  ann.Events();
  ASSERT_TRUE(ann.As(Guest("ann", "other")).Resume().opened());
  EXPECT_TRUE(ann.record().opened->resumed());
  ann.Create();
  EXPECT_TRUE(ann.OnlyEvent().has_offer()) << "it has what it had";
}

TEST_P(EngineIdentitiesTest, AKickOutlastsEveryToken) {
  Client& mod = NewClient().As(Moderator("mod")).Open();
  mod.Join("r");
  Client& eve = NewClient().As(Known("eve")).Open();
  eve.Join("r");
  eve.Events();
  mod.Moderate(Kick("eve", 60));
  EXPECT_EQ(eve.closed_for(), Reason::kKicked);
  eve.Resume();
  EXPECT_EQ(eve.closed_for(), Reason::kKicked);
  Identity fresh = Known("eve");
  fresh.token_id = "another";
  Client& again = NewClient().As(fresh).Open();
  again.Join("r");
  EXPECT_EQ(VerdictOf(again), Reason::kBanned);
  Wait(absl::Seconds(60));
  again.Join("r");
  EXPECT_TRUE(again.OnlyEvent().room().has_joined());
}

}  // namespace signaling
