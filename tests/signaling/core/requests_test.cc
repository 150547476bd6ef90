#include "services/signaling/core/requests.h"

#include <gtest/gtest.h>

#include <string>

#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kUuid[] = "123e4567-e89b-12d3-a456-426614174000";

// The field that a request is refused for; empty: it is acceptable.
template <typename Request>
std::string BadField(const Request& request) {
  const absl::Status status = CheckRequest(request);
  if (status.ok()) return "";
  EXPECT_EQ(RefusalReason(status), Reason::kInvalidMessage) << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return RefusalField(status);
}

template <typename Request>
class WithRoom : public ::testing::Test {};
using RequestsWithRoom =
    ::testing::Types<v1::GetRoomRequest, v1::DeleteRoomRequest, v1::ListParticipantsRequest>;
TYPED_TEST_SUITE(WithRoom, RequestsWithRoom);

TYPED_TEST(WithRoom, NeedsAnId) {
  TypeParam request;
  EXPECT_EQ(BadField(request), "room");
  request.set_room("a b");
  EXPECT_EQ(BadField(request), "room");
  request.set_room(std::string(129, 'r'));
  EXPECT_EQ(BadField(request), "room");
  request.set_room("r");
  EXPECT_EQ(BadField(request), "");
}

template <typename Request>
class WithPages : public ::testing::Test {};
using RequestsWithPages =
    ::testing::Types<v1::ListRoomsRequest, v1::ListOffersRequest, v1::ListSessionsRequest>;
TYPED_TEST_SUITE(WithPages, RequestsWithPages);

TYPED_TEST(WithPages, TakesAnySizeButANegativeOne) {
  TypeParam request;
  for (const int size : {0, 1, 1000, 1'000'000}) {
    request.set_page_size(size);
    EXPECT_EQ(BadField(request), "");
  }
  request.set_page_size(-1);
  EXPECT_EQ(BadField(request), "page_size");
}

TEST(RequestsTest, RequestIdsAreUuids) {
  v1::CreateRoomRequest request;
  EXPECT_EQ(BadField(request), "") << "optional";
  request.set_request_id(kUuid);
  EXPECT_EQ(BadField(request), "");
  for (const std::string& id :
       {std::string("x"), std::string(kUuid).substr(1), std::string(kUuid) + "0",
        std::string("123e4567-e89b-12d3-a456-42661417400g"),
        std::string("123e4567ee89b-12d3-a456-426614174000")}) {
    request.set_request_id(id);
    EXPECT_EQ(BadField(request), "request_id") << id;
  }
}

TEST(RequestsTest, OptionsAreNamedByTheirPath) {
  v1::CreateRoomRequest create;
  create.mutable_options()->mutable_allowed()->add_client_ids("a b");
  EXPECT_EQ(BadField(create), "options.allowed");
  v1::UpdateRoomRequest update;
  update.set_room("r");
  EXPECT_EQ(BadField(update), "options") << "nothing to update is a mistake";
  update.mutable_options()->set_media(static_cast<v1::Media>(7));
  EXPECT_EQ(BadField(update), "options.media");
  update.mutable_options()->set_media(v1::MEDIA_ANY);
  EXPECT_EQ(BadField(update), "");
}

TEST(RequestsTest, RemovalAndMessagesHoldTheirLimits) {
  v1::RemoveParticipantRequest remove;
  remove.set_room("r");
  EXPECT_EQ(BadField(remove), "client_id");
  remove.set_client_id("bob");
  EXPECT_EQ(BadField(remove), "");
  remove.mutable_ban()->set_seconds(86'401);
  EXPECT_EQ(BadField(remove), "ban");
  remove.clear_ban();
  remove.set_reason(std::string(257, 'r'));
  EXPECT_EQ(BadField(remove), "reason");
  v1::SendMessageRequest send;
  send.set_room("r");
  EXPECT_EQ(BadField(send), "data");
  send.set_data("no json");
  EXPECT_EQ(BadField(send), "data");
  send.set_data("{}");
  EXPECT_EQ(BadField(send), "");
  send.set_client_id("a b");
  EXPECT_EQ(BadField(send), "client_id");
}

TEST(RequestsTest, OffersAndSessionsAreNamed) {
  EXPECT_EQ(BadField(v1::GetOfferRequest()), "offer_id");
  EXPECT_EQ(BadField(v1::DeleteOfferRequest()), "offer_id");
  EXPECT_EQ(BadField(v1::EndSessionRequest()), "name");
  EXPECT_EQ(BadField(v1::ExplainSessionRequest()), "session");
  EXPECT_EQ(BadField(v1::ExplainOfferRequest()), "offer_id");
  v1::ListSessionsRequest list;
  list.set_room("a b");
  EXPECT_EQ(BadField(list), "room");
}

}  // namespace
}  // namespace signaling
