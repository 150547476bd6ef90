#include "gateway/codec/decoder.h"

#include <utility>

#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using testing::Pair;
using testing::UnorderedElementsAre;

using DecoderTest = DecoderFixture;

TEST_F(DecoderTest, Hello) {
  Decoded d = Decode(R"({"type":"hello","client_id":"robot-1","metadata":{"name":"R2","k":""}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.type, MessageType::kHello);
  EXPECT_EQ(d.message.hello.client_id, "robot-1");
  EXPECT_THAT(d.message.hello.metadata, UnorderedElementsAre(Pair("name", "R2"), Pair("k", "")));
  EXPECT_EQ(d.frame.body_case(), v1::UpFrame::BODY_NOT_SET);

  d = Decode(R"({"type":"hello"})");
  ASSERT_TRUE(d.ok);
  EXPECT_EQ(d.message.hello.client_id, "");
  EXPECT_TRUE(d.message.hello.metadata.empty());
}

TEST_F(DecoderTest, JoinReplacesUnlessToldNotTo) {
  Decoded d = Decode(R"({"type":"join","id":1,"room":"lobby","metadata":{"a":"b"}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.id, 1U);
  EXPECT_EQ(d.frame.room().join().room(), "lobby");
  EXPECT_EQ(d.frame.room().join().metadata().at("a"), "b");
  EXPECT_FALSE(d.frame.room().join().keep_existing());
  EXPECT_FALSE(
      Decode(R"({"type":"join","room":"r","replace":true})").frame.room().join().keep_existing());
  EXPECT_TRUE(
      Decode(R"({"type":"join","room":"r","replace":false})").frame.room().join().keep_existing());
}

TEST_F(DecoderTest, MessagesWithoutFields) {
  EXPECT_TRUE(Decode(R"({"type":"leave","id":9})").frame.room().has_leave());
  EXPECT_EQ(Decode(R"({"type":"bye"})").message.type, MessageType::kBye);
}

TEST_F(DecoderTest, UpdateMayEmptyTheMetadata) {
  const Decoded d = Decode(R"({"type":"update","metadata":{}})");
  ASSERT_TRUE(d.ok);
  EXPECT_TRUE(d.frame.room().has_update());
  EXPECT_EQ(d.frame.room().update().metadata_size(), 0);
}

TEST_F(DecoderTest, OfferAndAnswer) {
  Decoded d = Decode(
      R"({"sdp":"v=0\r\no=é\u00e9\n","to":"b","client_id":"a","ack":3,"id":2,"type":"offer"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.type, MessageType::kOffer);
  EXPECT_EQ(d.message.id, 2U);
  EXPECT_EQ(d.message.ack_seq, 3U);
  EXPECT_EQ(d.frame.signal().offer().sdp(), "v=0\r\no=éé\n");
  EXPECT_EQ(d.frame.signal().to(), "b");
  EXPECT_EQ(d.frame.signal().client_id(), "a");

  d = Decode(R"({"type":"answer","sdp":""})");
  ASSERT_TRUE(d.ok);
  EXPECT_TRUE(d.frame.signal().has_answer());
  EXPECT_EQ(d.frame.signal().to(), "");
}

TEST_F(DecoderTest, LongTextWithEscapesArrivesWhole) {
  std::string sdp, text = R"({"type":"offer","sdp":")";
  for (int i = 0; i < 2000; ++i) {
    sdp += "a=line\r\n";
    text += R"(a=line\r\n)";
  }
  const Decoded d = Decode(text + "\"}");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.signal().offer().sdp(), sdp);
}

TEST_F(DecoderTest, CandidateKeepsWhatIsThere) {
  Decoded d = Decode(
      R"({"type":"ice_candidate","candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::IceCandidate& candidate = d.frame.signal().ice_candidate();
  EXPECT_EQ(candidate.candidate(), "candidate:1 1 udp 1 192.0.2.1 9 typ host");
  EXPECT_EQ(candidate.sdp_mid(), "0");
  EXPECT_TRUE(candidate.has_sdp_m_line_index());
  EXPECT_EQ(candidate.sdp_m_line_index(), 0U);
  EXPECT_EQ(candidate.username_fragment(), "u");

  d = Decode(R"({"type":"ice_candidate","candidate":"","sdpMid":null,"sdpMLineIndex":null})");
  ASSERT_TRUE(d.ok) << "an empty candidate ends the candidates";
  EXPECT_FALSE(d.frame.signal().ice_candidate().has_sdp_mid());
  EXPECT_FALSE(d.frame.signal().ice_candidate().has_sdp_m_line_index());
}

TEST_F(DecoderTest, Reject) {
  EXPECT_EQ(
      Decode(R"({"type":"reject","to":"a","reason":"busy"})").frame.signal().reject().reason(),
      v1::Reject::REASON_BUSY);
  EXPECT_EQ(Decode(R"({"type":"reject","reason":"declined"})").frame.signal().reject().reason(),
            v1::Reject::REASON_DECLINED);
  EXPECT_EQ(Decode(R"({"type":"reject","reason":"unsupported"})").frame.signal().reject().reason(),
            v1::Reject::REASON_UNSUPPORTED);
}

TEST_F(DecoderTest, DataPassesAsItWasWritten) {
  struct Case {
    std::string_view sent, data;
  };
  for (const Case& c : {
           Case{"null", "null"},
           Case{"false", "false"},
           Case{"0.10", "0.10"},
           Case{"123456789012345678901234567890", "123456789012345678901234567890"},
           Case{"1E+400", "1E+400"},
           Case{"-0", "-0"},
           Case{R"("a\"\u00e9\u0000")", "\"a\\\"é\\u0000\""},
           Case{"[ ]", "[]"},
           Case{"{ }", "{}"},
           Case{R"([ 1 , [ ] , { "a" : [ "b" , { } ] , "c" : null } , true ])",
                R"([1,[],{"a":["b",{}],"c":null},true])"},
       }) {
    const Decoded d =
        Decode(R"({"type":"message","data":)" + std::string(c.sent) + R"(,"to":"b"})");
    ASSERT_TRUE(d.ok) << c.sent << ": " << d.fault.message;
    EXPECT_EQ(d.frame.app().data(), c.data);
    EXPECT_EQ(d.frame.app().to(), "b");
  }
}

TEST_F(DecoderTest, PingTakesAnyJson) {
  EXPECT_EQ(Decode(R"({"type":"ping"})").message.ping_t, "");
  EXPECT_EQ(Decode(R"({"type":"ping","t":1.50})").message.ping_t, "1.50");
  EXPECT_EQ(Decode(R"({"type":"ping","t":null})").message.ping_t, "null");
  EXPECT_EQ(Decode(R"({"type":"ping"})").message.ping_t, "") << "nothing is left of the one before";
}

TEST_F(DecoderTest, Acknowledgements) {
  EXPECT_EQ(Decode(R"({"type":"ack","seq":9007199254740991})").message.ack_seq, 9007199254740991U);
  EXPECT_EQ(Decode(R"({"type":"ping","ack":4})").message.ack_seq, 4U);
}

TEST_F(DecoderTest, WhatIsUnknownOrNullIsIgnored) {
  EXPECT_TRUE(
      Decode(
          R"({"type":"offer","sdp":"s","to":null,"client_id":null,"id":null,"offer_id":null,"ttl_ms":"x","candidates":7,"x":[{}]})")
          .ok);
  EXPECT_TRUE(
      Decode(
          R"({"type":"join","room":"r","metadata":null,"replace":null,"options":null,"allowed":7})")
          .ok);
  EXPECT_TRUE(
      Decode(R"({"type":"hello","client_id":null,"token":null,"report":2,"x":1,"x":2})").ok);
  const Decoded ping =
      Decode(R"({"type":"ping","id":"not a number here","sdp":7,"token":8,"metadata":{"a":1}})");
  EXPECT_TRUE(ping.ok) << "fields of other types mean nothing";
  EXPECT_EQ(ping.message.id, 0U);
}

TEST_F(DecoderTest, EscapedNamesAndTypesAreTheSame) {
  EXPECT_TRUE(Decode(R"({"\u0074ype":"\u006ceave"})").frame.room().has_leave());
}

TEST_F(DecoderTest, WhitespaceAroundIsFine) {
  EXPECT_TRUE(Decode(" \r\n\t{\"type\":\"leave\"} \n").ok);
}

class BadMessageTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

TEST_P(BadMessageTest, IsRefused) { ExpectRefused(GetParam()); }

std::string Nested(int brackets) {
  return R"({"type":"leave","x":)" + std::string(static_cast<std::size_t>(brackets), '[') +
         std::string(static_cast<std::size_t>(brackets), ']') + "}";
}

std::string Metadata(std::size_t bytes) {
  return R"({"type":"update","metadata":{"k":")" + std::string(bytes - 1, 'x') + "\"}}";
}

std::string Data(std::size_t bytes) {
  return R"({"type":"message","data":")" + std::string(bytes - 2, 'x') + "\"}";
}

std::string Room(std::string_view room) {
  return R"({"type":"join","id":4,"room":)" + std::string(room) + "}";
}

TEST_F(DecoderTest, LimitsAreTheLastThatPasses) {
  EXPECT_TRUE(Decode(Nested(15)).ok);
  EXPECT_TRUE(Decode(Metadata(4096)).ok);
  EXPECT_TRUE(Decode(Data(16384)).ok);
  EXPECT_TRUE(Decode(Room('"' + std::string(128, 'r') + '"')).ok);
  EXPECT_TRUE(Decode(R"({"type":"leave","id":9007199254740991})").ok);
  EXPECT_TRUE(Decode(R"({"type":"ice_candidate","candidate":"","sdpMLineIndex":65535})").ok);
}

const Reason kJson = Reason::kInvalidJson;
const Reason kMessage = Reason::kInvalidMessage;
const Reason kType = Reason::kUnknownType;

INSTANTIATE_TEST_SUITE_P(
    Json, BadMessageTest,
    testing::Values(
        BadCase{"Empty", "", kJson, "JSON"}, BadCase{"Blank", "  \n", kJson, "JSON"},
        BadCase{"Truncated", R"({"type":"leave")", kJson, "JSON"},
        BadCase{"Array", R"([{"type":"leave"}])", kJson, "object"},
        BadCase{"String", R"("leave")", kJson, "object"}, BadCase{"Number", "1", kJson, "object"},
        BadCase{"Null", "null", kJson, "object"},
        BadCase{"TwoObjects", R"({"type":"leave"}{"type":"leave"})", kJson, "more follows"},
        BadCase{"TrailingComma", R"({"type":"leave",})", kJson, "JSON"},
        BadCase{"Comment", R"({"type":"leave"/**/})", kJson, "JSON"},
        BadCase{"SingleQuotes", "{'type':'leave'}", kJson, "JSON"},
        BadCase{"LeadingZero", R"({"type":"leave","x":01})", kJson, "JSON"},
        BadCase{"NotANumber", R"({"type":"leave","x":NaN})", kJson, "JSON"},
        BadCase{"ControlCharacter", "{\"type\":\"leave\",\"x\":\"\x01\"}", kJson, "JSON"},
        BadCase{"NulByte", std::string("{\"type\":\"leave\"}\0", 17), kJson, "more follows"},
        BadCase{"LoneLeadingSurrogate", R"({"type":"offer","sdp":"\ud83d"})", kJson, "JSON"},
        BadCase{"LoneTrailingSurrogate", R"({"type":"offer","sdp":"\ude00"})", kJson, "JSON"},
        BadCase{"SurrogateInName", R"({"type":"leave","\ud83d":1})", kJson, "JSON"},
        BadCase{"BadUtf8", "{\"type\":\"leave\",\"x\":\"\xc3(\"}", kJson, "JSON"},
        BadCase{"OverlongUtf8", "{\"type\":\"leave\",\"x\":\"\xc0\x80\"}", kJson, "JSON"},
        BadCase{"Utf8Surrogate", "{\"type\":\"leave\",\"x\":\"\xed\xa0\x80\"}", kJson, "JSON"},
        BadCase{"ByteOrderMark", "\xef\xbb\xbf{\"type\":\"leave\"}", kJson, "JSON"},
        BadCase{"TooDeep", Nested(16), kJson, "deep"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Head, BadMessageTest,
    testing::Values(
        BadCase{"NoType", R"({"id":1})", kMessage, "type"},
        BadCase{"TypeNull", R"({"type":null,"id":1})", kMessage, "type"},
        BadCase{"TypeNumber", R"({"type":7,"id":1})", kMessage, "type"},
        BadCase{"TypeTwice", R"({"type":"leave","type":"leave","id":1})", kMessage, "type"},
        BadCase{"UnknownType", R"({"type":"offr"})", kType, "offr"},
        BadCase{"UnknownTypeNumbered", R"({"type":"offr","id":3})", kType, "offr", true, 3},
        BadCase{"UnknownTypeNotEchoed", R"({"type":"<b>"})", kType, "this type"},
        BadCase{"TypeOfTheServer", R"({"type":"connected"})", kType, "connected"},
        BadCase{"TypeEmpty", R"({"type":""})", kType, "this type"},
        BadCase{"IdZero", R"({"type":"leave","id":0})", kMessage, "id", true},
        BadCase{"IdNegative", R"({"type":"leave","id":-1})", kMessage, "id", true},
        BadCase{"IdFloat", R"({"type":"leave","id":1.0})", kMessage, "id", true},
        BadCase{"IdExponent", R"({"type":"leave","id":1e2})", kMessage, "id", true},
        BadCase{"IdString", R"({"type":"leave","id":"1"})", kMessage, "id", true},
        BadCase{"IdTooBig", R"({"type":"leave","id":9007199254740992})", kMessage, "id", true},
        BadCase{"IdHuge", R"({"type":"leave","id":99999999999999999999})", kMessage, "id", true},
        BadCase{"IdTwice", R"({"type":"leave","id":1,"id":2})", kMessage, "id"},
        BadCase{"AckString", R"({"type":"leave","id":5,"ack":"1"})", kMessage, "ack", true, 5},
        BadCase{"AckZero", R"({"type":"ping","ack":0})", kMessage, "ack"},
        BadCase{"SeqMissing", R"({"type":"ack"})", kMessage, "seq"},
        BadCase{"SeqFloat", R"({"type":"ack","seq":1.5})", kMessage, "seq"},
        BadCase{"SeqNull", R"({"type":"ack","seq":null})", kMessage, "seq"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Body, BadMessageTest,
    testing::Values(
        BadCase{"SdpMissing", R"({"type":"offer","id":2})", kMessage, "sdp", true, 2},
        BadCase{"SdpNumber", R"({"type":"answer","sdp":1})", kMessage, "sdp", true},
        BadCase{"SdpTwice", R"({"type":"offer","sdp":"a","sdp":"b","id":2})", kMessage, "sdp", true,
                2},
        BadCase{"ToNumber", R"({"type":"offer","sdp":"","to":1})", kMessage, "to", true},
        BadCase{"ToEmpty", R"({"type":"offer","sdp":"","to":""})", kMessage, "to", true},
        BadCase{"ClientIdSpace", R"({"type":"offer","sdp":"","client_id":"a b"})", kMessage,
                "client_id", true},
        BadCase{"CandidateMissing", R"({"type":"ice_candidate"})", kMessage, "candidate", true},
        BadCase{"CandidateNull", R"({"type":"ice_candidate","candidate":null})", kMessage,
                "candidate", true},
        BadCase{"CandidateObject", R"({"type":"ice_candidate","candidate":{}})", kMessage,
                "candidate", true},
        BadCase{"MidNumber", R"({"type":"ice_candidate","candidate":"","sdpMid":0})", kMessage,
                "sdpMid", true},
        BadCase{"IndexString", R"({"type":"ice_candidate","candidate":"","sdpMLineIndex":"0"})",
                kMessage, "sdpMLineIndex", true},
        BadCase{"IndexFloat", R"({"type":"ice_candidate","candidate":"","sdpMLineIndex":0.5})",
                kMessage, "sdpMLineIndex", true},
        BadCase{"IndexNegative", R"({"type":"ice_candidate","candidate":"","sdpMLineIndex":-1})",
                kMessage, "sdpMLineIndex", true},
        BadCase{"IndexBig", R"({"type":"ice_candidate","candidate":"","sdpMLineIndex":65536})",
                kMessage, "sdpMLineIndex", true},
        BadCase{"UfragBool", R"({"type":"ice_candidate","candidate":"","usernameFragment":true})",
                kMessage, "usernameFragment", true},
        BadCase{"RoomMissing", R"({"type":"join","id":4})", kMessage, "room", true, 4},
        BadCase{"RoomNull", Room("null"), kMessage, "room", true, 4},
        BadCase{"RoomEmpty", Room(R"("")"), kMessage, "room", true, 4},
        BadCase{"RoomLong", Room('"' + std::string(129, 'r') + '"'), kMessage, "room", true, 4},
        BadCase{"RoomSlash", Room(R"("a/b")"), kMessage, "room", true, 4},
        BadCase{"ReplaceString", R"({"type":"join","room":"r","replace":"false"})", kMessage,
                "replace", true},
        BadCase{"MetadataMissing", R"({"type":"update"})", kMessage, "metadata", true},
        BadCase{"MetadataArray", R"({"type":"update","metadata":[]})", kMessage, "metadata", true},
        BadCase{"MetadataString", R"({"type":"hello","metadata":"x"})", kMessage, "metadata"},
        BadCase{"MetadataNumber", R"({"type":"update","metadata":{"a":1}})", kMessage, "metadata",
                true},
        BadCase{"MetadataNested", R"({"type":"update","metadata":{"a":{"b":"c"}}})", kMessage,
                "metadata", true},
        BadCase{"MetadataNullValue", R"({"type":"update","metadata":{"a":null}})", kMessage,
                "metadata", true},
        BadCase{"MetadataKeyTwice", R"({"type":"update","metadata":{"a":"b","a":"b"}})", kMessage,
                "metadata", true},
        BadCase{"MetadataBig", Metadata(4097), kMessage, "metadata", true},
        BadCase{"HelloClientId", R"({"type":"hello","client_id":"ä"})", kMessage, "client_id"},
        BadCase{"ReasonMissing", R"({"type":"reject"})", kMessage, "reason", true},
        BadCase{"ReasonUnknown", R"({"type":"reject","reason":"no"})", kMessage, "reason", true},
        BadCase{"DataMissing", R"({"type":"message"})", kMessage, "data", true},
        BadCase{"DataTwice", R"({"type":"message","data":"a","data":["b"]})", kMessage, "data",
                true},
        BadCase{"DataBig", Data(16385), kMessage, "data", true}),
    CaseName);

}  // namespace
}  // namespace signaling::gateway
