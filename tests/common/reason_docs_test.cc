// docs/protocol.md and the table of reasons say the same.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/common/reason.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr char kHeader[] =
    "| code | fault | action | close code | gRPC status | what recovers it |";
constexpr std::size_t kColumns = 6;

// The cells of each row below the header.
std::vector<std::vector<std::string>> Rows() {
  std::ifstream page(SIGNALING_SOURCE_DIR "/docs/protocol.md");
  EXPECT_TRUE(page.is_open());
  std::vector<std::vector<std::string>> rows;
  std::string line;
  while (std::getline(page, line) && line != kHeader) {
  }
  std::getline(page, line);
  while (std::getline(page, line) && !line.empty()) {
    std::vector<std::string>& cells = rows.emplace_back(absl::StrSplit(line, '|'));
    for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
    // What stands before the first bar and behind the last is nothing.
    cells.erase(cells.begin());
    cells.pop_back();
  }
  return rows;
}

TEST(ReasonDocsTest, TheProtocolPageHasTheTableRowByRow) {
  std::vector<std::string> rows;
  for (std::vector<std::string>& cells : Rows()) {
    ASSERT_EQ(cells.size(), kColumns) << cells.front();
    EXPECT_FALSE(cells.back().empty()) << cells.front() << ": what recovers it?";
    cells.pop_back();
    rows.push_back(absl::StrJoin(cells, " | "));
  }
  std::vector<std::string> expected;
  for (const ReasonInfo& row : AllReasons()) {
    expected.push_back(absl::StrCat("`", Absl(row.code), "` | ", Absl(FaultName(row.fault)), " | ",
                                    Absl(ActionName(row.action)), " | ",
                                    static_cast<int>(row.close_code), " | ",
                                    absl::StatusCodeToString(row.status)));
  }
  EXPECT_EQ(rows, expected);
}

// What the page says of the two columns.
TEST(ReasonDocsTest, FaultAndActionAgree) {
  for (const ReasonInfo& row : AllReasons()) {
    if (row.action == Action::kReconnect) {
      EXPECT_EQ(row.fault, Fault::kConnection) << row.code;
    }
    if (row.action == Action::kClose) {
      EXPECT_EQ(row.fault, Fault::kProtocol) << row.code;
    }
  }
}

}  // namespace
}  // namespace signaling
