// Stored offers, and the signals that belong to one.
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using testing::ElementsAre;

using DecoderOffersTest = DecoderFixture;

TEST_F(DecoderOffersTest, CreateOfferWithEverything) {
  const Decoded d = Decode(
      R"({"type":"create_offer","id":3,"sdp":"v=0\r\n","ttl_ms":1500,"allowed":["ann","bob"],)"
      R"("metadata":{"name":"R2"},"candidates":[ {"candidate":"c1","sdpMid":"0",)"
      R"("sdpMLineIndex":0,"usernameFragment":"u"} , {"x":[1,{"y":"]"}],"sdpMid":null,)"
      R"("candidate":"c,\"2\""},{"candidate":""} ]})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.type, MessageType::kCreateOffer);
  EXPECT_EQ(d.message.id, 3U);
  const v1::CreateOffer& create = d.frame.offer().create();
  EXPECT_EQ(create.offer().sdp(), "v=0\r\n");
  EXPECT_EQ(create.ttl().seconds(), 1);
  EXPECT_EQ(create.ttl().nanos(), 500'000'000);
  EXPECT_THAT(create.allowed().client_ids(), ElementsAre("ann", "bob"));
  EXPECT_EQ(create.metadata().at("name"), "R2");
  ASSERT_EQ(create.candidates_size(), 3);
  EXPECT_EQ(create.candidates(0).candidate(), "c1");
  EXPECT_EQ(create.candidates(0).sdp_mid(), "0");
  EXPECT_TRUE(create.candidates(0).has_sdp_m_line_index());
  EXPECT_EQ(create.candidates(0).username_fragment(), "u");
  EXPECT_EQ(create.candidates(1).candidate(), "c,\"2\"");
  EXPECT_FALSE(create.candidates(1).has_sdp_mid());
  EXPECT_FALSE(create.candidates(1).has_sdp_m_line_index()) << "the candidate before had one";
  EXPECT_EQ(create.candidates(2).candidate(), "") << "the end of the candidates";
}

TEST_F(DecoderOffersTest, CreateOfferNeedsOnlyItsDescription) {
  Decoded d = Decode(R"({"type":"create_offer","sdp":"s"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::CreateOffer create = d.frame.offer().create();
  EXPECT_FALSE(create.has_ttl());
  EXPECT_FALSE(create.has_allowed());
  EXPECT_EQ(create.candidates_size(), 0);

  d = Decode(
      R"({"type":"create_offer","sdp":"s","candidates":[],"allowed":[],"ttl_ms":null,"metadata":null})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.offer().create().ByteSizeLong(), create.ByteSizeLong());
}

TEST_F(DecoderOffersTest, ALongCandidateArrivesWhole) {
  std::string candidate(5000, 'c');
  const Decoded d = Decode(R"({"type":"create_offer","sdp":"s","candidates":[{"candidate":")" +
                           candidate + R"(\n"}]})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.offer().create().candidates(0).candidate(), candidate + "\n");
}

TEST_F(DecoderOffersTest, HowManyCandidatesIsTheServicesToJudge) {
  std::string text = R"({"type":"create_offer","sdp":"s","candidates":[)";
  for (int i = 0; i < 200; ++i) absl::StrAppend(&text, i ? "," : "", R"({"candidate":")", i, "\"}");
  const Decoded d = Decode(text + "]}");
  ASSERT_TRUE(d.ok) << d.fault.message;
  ASSERT_EQ(d.frame.offer().create().candidates_size(), 200);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(d.frame.offer().create().candidates(i).candidate(), absl::StrCat(i));
  }
}

TEST_F(DecoderOffersTest, ClaimAndWithdraw) {
  EXPECT_EQ(Decode(R"({"type":"claim_offer","offer_id":"a-_9"})").frame.offer().claim().offer_id(),
            "a-_9");
  EXPECT_EQ(
      Decode(R"({"type":"withdraw_offer","offer_id":"o"})").frame.offer().withdraw().offer_id(),
      "o");
}

TEST_F(DecoderOffersTest, SignalsMayNameTheirOffer) {
  for (const std::string_view message :
       {R"({"type":"offer","sdp":"s","offer_id":"o"})",
        R"({"type":"answer","sdp":"s","offer_id":"o"})",
        R"({"type":"ice_candidate","candidate":"","offer_id":"o"})",
        R"({"type":"reject","reason":"busy","offer_id":"o"})"}) {
    const Decoded d = Decode(message);
    ASSERT_TRUE(d.ok) << d.fault.message;
    EXPECT_EQ(d.frame.signal().offer_id(), "o");
    EXPECT_EQ(d.frame.signal().to(), "");
  }
}

std::string Create(std::string_view fields) {
  return R"({"type":"create_offer","id":7,"sdp":"s",)" + std::string(fields) + "}";
}

class BadOfferMessageTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

TEST_P(BadOfferMessageTest, IsRefused) { ExpectRefused(GetParam()); }

const Reason kMessage = Reason::kInvalidMessage;

INSTANTIATE_TEST_SUITE_P(
    Create, BadOfferMessageTest,
    testing::Values(
        BadCase{"SdpMissing", R"({"type":"create_offer","id":7})", kMessage, "sdp is required",
                true, 7},
        BadCase{"SdpNumber", R"({"type":"create_offer","id":7,"sdp":1})", kMessage,
                "sdp must be a string", true, 7},
        BadCase{"TtlString", Create(R"("ttl_ms":"1")"), kMessage, "ttl_ms must be an integer", true,
                7},
        BadCase{"TtlNegative", Create(R"("ttl_ms":-1)"), kMessage, "ttl_ms", true, 7},
        BadCase{"TtlHuge", Create(R"("ttl_ms":99999999999999999999)"), kMessage, "ttl_ms", true, 7},
        BadCase{"AllowedString", Create(R"("allowed":"a")"), kMessage,
                "allowed must be an array of strings", true, 7},
        BadCase{"AllowedNumber", Create(R"("allowed":["a",1])"), kMessage, "allowed", true, 7},
        BadCase{"AllowedNoId", Create(R"("allowed":["a","ä"])"), kMessage, "allowed[1] must be",
                true, 7},
        BadCase{"AllowedTwice", Create(R"("allowed":["a"],"allowed":["b"])"), kMessage,
                "allowed is there twice", true, 7},
        BadCase{"MetadataNumber", Create(R"("metadata":{"a":1})"), kMessage, "metadata", true, 7}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Candidates, BadOfferMessageTest,
    testing::Values(
        BadCase{"Object", Create(R"("candidates":{"candidate":""})"), kMessage,
                "candidates must be an array", true, 7},
        BadCase{"String", Create(R"("candidates":"c")"), kMessage, "candidates must be an array",
                true, 7},
        BadCase{"Twice", Create(R"("candidates":[{"candidate":""}],"candidates":[])"), kMessage,
                "candidates is there twice", true, 7},
        BadCase{"OfStrings", Create(R"("candidates":["{"])"), kMessage,
                "candidates[0] must be an object", true, 7},
        BadCase{"OfNull", Create(R"("candidates":[{"candidate":""},null])"), kMessage,
                "candidates[1] must be an object", true, 7},
        BadCase{"OfArrays", Create(R"("candidates":[[{"candidate":""}]])"), kMessage,
                "candidates[0] must be an object", true, 7},
        BadCase{"Empty", Create(R"("candidates":[{}])"), kMessage,
                "candidates[0].candidate is required", true, 7},
        BadCase{
            "MidNumber",
            Create(
                R"("candidates":[{"candidate":""},{"candidate":""},{"candidate":"","sdpMid":0}])"),
            kMessage, "candidates[2].sdpMid must be a string", true, 7},
        BadCase{"IndexBig", Create(R"("candidates":[{"candidate":"","sdpMLineIndex":65536}])"),
                kMessage, "candidates[0].sdpMLineIndex must be an integer from 0 to 65535", true,
                7},
        BadCase{"UfragBool", Create(R"("candidates":[{"candidate":"","usernameFragment":true}])"),
                kMessage, "candidates[0].usernameFragment", true, 7},
        BadCase{"NameTwice", Create(R"("candidates":[{"candidate":"a","candidate":"b"}])"),
                kMessage, "candidates[0].candidate is there twice", true, 7}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    OfferId, BadOfferMessageTest,
    testing::Values(
        BadCase{"ClaimMissing", R"({"type":"claim_offer","id":8})", kMessage,
                "offer_id is required", true, 8},
        BadCase{"ClaimNull", R"({"type":"claim_offer","offer_id":null})", kMessage, "offer_id",
                true},
        BadCase{"ClaimNumber", R"({"type":"claim_offer","offer_id":1})", kMessage,
                "offer_id must be a string", true},
        BadCase{"WithdrawMissing", R"({"type":"withdraw_offer","id":8})", kMessage, "offer_id",
                true, 8},
        BadCase{"WithdrawEmpty", R"({"type":"withdraw_offer","offer_id":""})", kMessage, "offer_id",
                true},
        BadCase{"OfferNumber", R"({"type":"offer","id":8,"sdp":"s","offer_id":7})", kMessage,
                "offer_id", true, 8},
        BadCase{"AnswerLong",
                R"({"type":"answer","sdp":"s","offer_id":")" + std::string(129, 'o') + "\"}",
                kMessage, "offer_id must be 1 to 128", true},
        BadCase{"CandidateObject", R"({"type":"ice_candidate","candidate":"","offer_id":{}})",
                kMessage, "offer_id", true},
        BadCase{"RejectTwice",
                R"({"type":"reject","id":9,"reason":"busy","offer_id":"a","offer_id":"a"})",
                kMessage, "offer_id is there twice", true, 9}),
    CaseName);

}  // namespace
}  // namespace signaling::gateway
