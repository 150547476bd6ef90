// docs/protocol.md and the table of reasons say the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/reason.h"
#include "services/common/text.h"

namespace signaling {
namespace {

TEST(ReasonDocsTest, TheProtocolPageHasTheTableRowByRow) {
  std::ifstream page(SIGNALING_SOURCE_DIR "/docs/protocol.md");
  ASSERT_TRUE(page.is_open());
  std::vector<std::string> rows;
  std::string line;
  while (std::getline(page, line) && line != "| code | action | close code | gRPC status |") {
  }
  std::getline(page, line);
  while (std::getline(page, line) && !line.empty()) rows.push_back(line);

  std::vector<std::string> expected;
  for (const ReasonInfo& row : AllReasons()) {
    expected.push_back(absl::StrCat("| `", Absl(row.code), "` | ", Absl(ActionName(row.action)),
                                    " | ", static_cast<int>(row.close_code), " | ",
                                    absl::StatusCodeToString(row.status), " |"));
  }
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace signaling
