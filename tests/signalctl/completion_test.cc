// What the scripts are made of. That shells understand them is tests/integration/signalctl_completion_test.py's to say.
#include "services/signalctl/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "absl/status/status.h"

namespace signaling::ctl {
namespace {

using ::testing::HasSubstr;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() : tree_({.name = "signalctl", .summary = "Root."}) {
    tree_.root().Option("--ca", &text_, "It's a file.", {.is_file = true});
    tree_.Group("rooms", "Rooms.");
    Command create = tree_.Add({.name = "rooms create", .summary = "Makes one."}, nullptr);
    create.Option("--media", &text_, "What.", {.words = {"any", "audio"}});
    create.Switch("--locked", &locked_, "Nobody.");
  }

  CommandTree tree_;
  std::string text_;
  std::optional<bool> locked_;
};

TEST_F(CompletionTest, Bash) {
  const std::string script = BashCompletion(tree_.nodes());
  EXPECT_THAT(script, HasSubstr("':rooms') at='rooms' ;;"));
  EXPECT_THAT(script, HasSubstr("'rooms:create') at='rooms create' ;;"));
  EXPECT_THAT(script, HasSubstr("'rooms create':--media) skip=1 ;;"));
  EXPECT_THAT(script, HasSubstr("compgen -W 'any audio'"));
  EXPECT_THAT(script, HasSubstr("'--media --locked --no-locked'"));
  EXPECT_THAT(script, HasSubstr("complete -F _signalctl signalctl"));
}

TEST_F(CompletionTest, DescriptionsAreQuoted) {
  EXPECT_THAT(ZshCompletion(tree_.nodes()), HasSubstr(R"('--ca:It'\''s a file.')"));
  EXPECT_THAT(FishCompletion(tree_.nodes()), HasSubstr(R"(-l ca -r -F -d 'It\'s a file.')"));
}

}  // namespace
}  // namespace signaling::ctl
