// What clients ask of rooms: options, and the messages of moderators.
#include <utility>

#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using testing::ElementsAre;

using DecoderRoomsTest = DecoderFixture;

TEST_F(DecoderRoomsTest, JoinWithEveryOption) {
  const Decoded d =
      Decode(R"({"type":"join","id":1,"room":"r","options":{"max_participants":3,"media":"audio",)"
             R"("relay_only":true,"knock":true,"locked":false,"allowed":["ann","b:o@b"]}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::RoomOptions& options = d.frame.room().join().options();
  EXPECT_EQ(options.max_participants(), 3U);
  EXPECT_EQ(options.media(), v1::MEDIA_AUDIO);
  EXPECT_TRUE(options.relay_only());
  EXPECT_TRUE(options.knock());
  EXPECT_TRUE(options.has_locked());
  EXPECT_FALSE(options.locked());
  EXPECT_THAT(options.allowed().client_ids(), ElementsAre("ann", "b:o@b"));
}

TEST_F(DecoderRoomsTest, OptionsThatAreNotThereAreNotSet) {
  Decoded d = Decode(R"({"type":"join","room":"r"})");
  ASSERT_TRUE(d.ok);
  EXPECT_FALSE(d.frame.room().join().has_options());

  d = Decode(R"({"type":"join","room":"r","options":{"max_participants":null,"media":null,)"
             R"("knock":null,"allowed":null,"color":[{"knock":7}]}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::RoomOptions& options = d.frame.room().join().options();
  EXPECT_EQ(options.ByteSizeLong(), 0U) << options.ShortDebugString();
}

TEST_F(DecoderRoomsTest, WhatOneMessageHadTheNextHasNot) {
  EXPECT_TRUE(Decode(R"({"type":"join","room":"r","options":{"allowed":["a"],"media":"any"}})").ok);
  const Decoded d = Decode(R"({"type":"join","room":"r","options":{"allowed":[]}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.room().join().options().ByteSizeLong(), 0U);
}

TEST_F(DecoderRoomsTest, TheRangesAreTheServicesToJudge) {
  const Decoded d =
      Decode(R"({"type":"join","room":"r","options":{"max_participants":4294967295}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.room().join().options().max_participants(), 4294967295U);
  EXPECT_TRUE(Decode(R"({"type":"join","room":"r","options":{"max_participants":0}})").ok);
}

TEST_F(DecoderRoomsTest, Kick) {
  Decoded d = Decode(R"({"type":"kick","id":4,"client_id":"eve","ban_ms":90001,"reason":"noé"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::Kick& kick = d.frame.moderate().kick();
  EXPECT_EQ(d.message.id, 4U);
  EXPECT_EQ(kick.client_id(), "eve");
  EXPECT_EQ(kick.ban().seconds(), 90);
  EXPECT_EQ(kick.ban().nanos(), 1'000'000);
  EXPECT_EQ(kick.reason(), "noé");

  d = Decode(R"({"type":"kick","client_id":"eve"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_FALSE(d.frame.moderate().kick().has_ban()) << "as the service does by default";
  d = Decode(R"({"type":"kick","client_id":"eve","ban_ms":0})");
  EXPECT_TRUE(d.frame.moderate().kick().has_ban()) << "none at all";
}

TEST_F(DecoderRoomsTest, LockAdmitAndClose) {
  Decoded d = Decode(R"({"type":"lock","locked":true})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_TRUE(d.frame.moderate().lock().locked());
  d = Decode(R"({"type":"lock","locked":false})");
  ASSERT_TRUE(d.frame.moderate().has_lock());
  EXPECT_FALSE(d.frame.moderate().lock().locked());
  d = Decode(R"({"type":"admit","client_id":"bob"})");
  EXPECT_EQ(d.frame.moderate().admit().client_id(), "bob");
  d = Decode(R"({"type":"close_room","reason":"over"})");
  EXPECT_EQ(d.frame.moderate().close_room().reason(), "over");
  EXPECT_TRUE(Decode(R"({"type":"close_room"})").frame.moderate().has_close_room());
}

std::string Options(std::string_view options) {
  return R"({"type":"join","id":5,"room":"r","options":)" + std::string(options) + "}";
}

std::string Reason256(std::size_t bytes) {
  return R"({"type":"kick","id":6,"client_id":"a","reason":")" + std::string(bytes, 'x') + "\"}";
}

TEST_F(DecoderRoomsTest, LimitsAreTheLastThatPasses) {
  EXPECT_TRUE(Decode(Reason256(256)).ok);
  const Decoded d = Decode(R"({"type":"kick","client_id":"a","ban_ms":315576000000000})");
  EXPECT_EQ(d.frame.moderate().kick().ban().seconds(), 315'576'000'000);
}

class BadRoomMessageTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

TEST_P(BadRoomMessageTest, IsRefused) { ExpectRefused(GetParam()); }

const Reason kMessage = Reason::kInvalidMessage;

INSTANTIATE_TEST_SUITE_P(
    Options, BadRoomMessageTest,
    testing::Values(
        BadCase{"Number", Options("7"), kMessage, "options must be an object", true, 5},
        BadCase{"Array", Options("[]"), kMessage, "options must be an object", true, 5},
        BadCase{"Twice", R"({"type":"join","id":5,"room":"r","options":{},"options":{}})", kMessage,
                "options is there twice", true, 5},
        BadCase{"NameTwice", Options(R"({"knock":true,"knock":true})"), kMessage,
                "options.knock is there twice", true, 5},
        BadCase{"MaxString", Options(R"({"max_participants":"3"})"), kMessage,
                "options.max_participants must be an integer", true, 5},
        BadCase{"MaxNegative", Options(R"({"max_participants":-1})"), kMessage,
                "options.max_participants", true, 5},
        BadCase{"MaxFloat", Options(R"({"max_participants":3.0})"), kMessage,
                "options.max_participants", true, 5},
        BadCase{"MaxBig", Options(R"({"max_participants":4294967296})"), kMessage,
                "options.max_participants", true, 5},
        BadCase{"MediaUnknown", Options(R"({"media":"video"})"), kMessage,
                "options.media must be any or audio", true, 5},
        BadCase{"MediaBool", Options(R"({"media":true})"), kMessage, "options.media", true, 5},
        BadCase{"RelayString", Options(R"({"relay_only":"true"})"), kMessage,
                "options.relay_only must be true or false", true, 5},
        BadCase{"KnockNumber", Options(R"({"knock":1})"), kMessage, "options.knock", true, 5},
        BadCase{"LockedString", Options(R"({"locked":"no"})"), kMessage, "options.locked", true, 5},
        BadCase{"AllowedString", Options(R"({"allowed":"a"})"), kMessage,
                "options.allowed must be an array of strings", true, 5},
        BadCase{"AllowedObject", Options(R"({"allowed":{"a":"b"}})"), kMessage, "options.allowed",
                true, 5},
        BadCase{"AllowedNull", Options(R"({"allowed":["a",null]})"), kMessage, "options.allowed",
                true, 5},
        BadCase{"AllowedNested", Options(R"({"allowed":["a",["b"]]})"), kMessage, "options.allowed",
                true, 5},
        BadCase{"AllowedNoId", Options(R"({"allowed":["a","b c"]})"), kMessage,
                "options.allowed[1] must be 1 to 128", true, 5},
        BadCase{"AllowedEmptyId", Options(R"({"allowed":[""]})"), kMessage, "options.allowed[0]",
                true, 5}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Moderators, BadRoomMessageTest,
    testing::Values(
        BadCase{"KickNobody", R"({"type":"kick","id":6})", kMessage, "client_id is required", true,
                6},
        BadCase{"KickNull", R"({"type":"kick","id":6,"client_id":null})", kMessage, "client_id",
                true, 6},
        BadCase{"KickNoId", R"({"type":"kick","client_id":"a b"})", kMessage, "client_id", true},
        BadCase{"BanString", R"({"type":"kick","id":6,"client_id":"a","ban_ms":"1"})", kMessage,
                "ban_ms must be an integer", true, 6},
        BadCase{"BanNegative", R"({"type":"kick","client_id":"a","ban_ms":-1})", kMessage, "ban_ms",
                true},
        BadCase{"BanFloat", R"({"type":"kick","client_id":"a","ban_ms":1.5})", kMessage, "ban_ms",
                true},
        BadCase{"BanForAges", R"({"type":"kick","client_id":"a","ban_ms":315576000000001})",
                kMessage, "ban_ms", true},
        BadCase{"KickReasonNumber", R"({"type":"kick","client_id":"a","reason":1})", kMessage,
                "reason must be a string", true},
        BadCase{"KickReasonLong", Reason256(257), kMessage, "reason has more than 256 bytes", true,
                6},
        BadCase{"LockMissing", R"({"type":"lock","id":7})", kMessage, "locked is required", true,
                7},
        BadCase{"LockString", R"({"type":"lock","locked":"true"})", kMessage,
                "locked must be true or false", true},
        BadCase{"CloseReasonObject", R"({"type":"close_room","id":8,"reason":{}})", kMessage,
                "reason", true, 8},
        BadCase{"AdmitNobody", R"({"type":"admit","id":9})", kMessage, "client_id is required",
                true, 9},
        BadCase{"AdmitNumber", R"({"type":"admit","client_id":1})", kMessage, "client_id", true}),
    CaseName);

}  // namespace
}  // namespace signaling::gateway
