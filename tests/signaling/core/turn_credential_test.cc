#include "services/signaling/core/turn_credential.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

// The credential was made by Python: base64.b64encode(hmac.new(b"north", username, hashlib.sha1).digest()).
TEST(TurnCredentialTest, IsWhatAnotherImplementationMakes) {
  const TurnCredential made =
      MakeTurnCredential("north", "AAAAAAAAAAAAAAAAAAAAAA", absl::FromUnixSeconds(1790000000));
  EXPECT_EQ(made.username, "1790000000:AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(made.credential, "Nrcedcr1DdGEmybj4nn2i69VxJM=");
}

TEST(TurnCredentialTest, EndsAtAWholeSecond) {
  const absl::Time expiry = absl::FromUnixSeconds(1790000000) + absl::Milliseconds(999);
  EXPECT_EQ(MakeTurnCredential("s", "u", expiry).username, "1790000000:u");
}

}  // namespace
}  // namespace signaling
