#include "services/signaling/core/errors.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST(ErrorsTest, TheTableHasEveryReasonOfTheProtoUnderItsName) {
  ASSERT_EQ(AllReasons().size(), static_cast<std::size_t>(v1::ErrorReason_MAX));
  for (const ReasonInfo& row : AllReasons()) {
    EXPECT_EQ(v1::ErrorReason_Name(static_cast<v1::ErrorReason>(row.reason)),
              absl::StrCat("ERROR_REASON_", absl::AsciiStrToUpper(Absl(row.code))));
  }
  for (const Action action : {Action::kNone, Action::kRetry, Action::kReconnect, Action::kClose}) {
    EXPECT_EQ(v1::ErrorAction_Name(static_cast<v1::ErrorAction>(action)),
              absl::StrCat("ERROR_ACTION_", absl::AsciiStrToUpper(Absl(ActionName(action)))));
  }
}

TEST(ErrorsTest, TakesItsActionFromTheTable) {
  EXPECT_EQ(MakeError(Reason::kRoomFull, "").action(), v1::ERROR_ACTION_RETRY);
  EXPECT_EQ(MakeError(Reason::kRoomFull, "", Action::kNone).action(), v1::ERROR_ACTION_NONE);
}

TEST(ErrorsTest, CutsMessagesBetweenCharacters) {
  std::string text;
  while (text.size() < 600) text += "\xe2\x82\xac";  // three bytes each: 512 is inside one
  const v1::Error error = MakeError(Reason::kInternal, text);
  EXPECT_EQ(error.message().size(), 510u);
}

TEST(ErrorsTest, ClosedIsFatalWithTheTablesCode) {
  const v1::Closed closed = MakeClosed(Reason::kSlowConsumer, "x");
  EXPECT_TRUE(closed.error().fatal());
  EXPECT_EQ(closed.close_code(), 4003u);
  EXPECT_FALSE(MakeNormalClosed().has_error());
}

TEST(ErrorsTest, WhatIsFatalIsNeverRetriedNorWithoutConsequence) {
  EXPECT_EQ(MakeClosed(Reason::kRoomFull, "").error().action(), v1::ERROR_ACTION_RECONNECT);
  EXPECT_EQ(MakeClosed(Reason::kDraining, "").error().action(), v1::ERROR_ACTION_RECONNECT);
  EXPECT_EQ(MakeClosed(Reason::kPermissionDenied, "").error().action(), v1::ERROR_ACTION_CLOSE);
  EXPECT_EQ(MakeClosed(Reason::kKicked, "").error().action(), v1::ERROR_ACTION_CLOSE);
}

TEST(ErrorsTest, UnknownNumbersAreNoReason) {
  Reason reason;
  EXPECT_FALSE(FromProto(v1::ERROR_REASON_UNSPECIFIED, &reason));
  EXPECT_FALSE(FromProto(static_cast<v1::ErrorReason>(9999), &reason));
  EXPECT_TRUE(FromProto(v1::ERROR_REASON_ROOM_FULL, &reason));
  EXPECT_EQ(reason, Reason::kRoomFull);
}

}  // namespace
}  // namespace signaling
