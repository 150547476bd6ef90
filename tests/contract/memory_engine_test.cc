#include "services/signaling/engine/memory/memory_engine.h"

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

const auto kMemory = ::testing::Values(EngineKind{
    "Memory", [](const EngineOptions& options, const Clock& clock, EngineObserver& observer) {
      return std::make_unique<MemoryEngine>(options, clock, observer);
    }});
const auto kName = [](const auto& test) { return test.param.name; };

// What is in memory ends with it.
class MemoryEngineStopTest : public EngineOffersTest {};

TEST_P(MemoryEngineStopTest, EachSessionThatIsLeftHasItsStoryAndNothingElseIsTold) {
  Scene scene = Claimed();
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  bob.Offer("ann");
  ann.End(DetachCause::kLinkBroken);
  scene.other.End();
  observer_.Take();
  clients_.clear();
  engine_.reset();
  const auto told = observer_.Take();
  std::vector<std::string> names;
  for (const SessionStory& story : told.stories) {
    names.push_back(story.client_id);
    EXPECT_EQ(story.reason, Reason::kDraining);
    EXPECT_EQ(story.room, story.client_id.size() == 3 ? "r" : "");
  }
  EXPECT_THAT(names, ::testing::ElementsAre("maker", "claimer", "ann", "bob"));
  EXPECT_THAT(told.faults, ::testing::IsEmpty()) << "no set-up failed by it";
  EXPECT_THAT(told.transitions, ::testing::IsEmpty());
  Make({});
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Engines, MemoryEngineStopTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineSessionsTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineRoomsTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineSignalsTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineAdmissionTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineBackOfficeTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineClaimsTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineKeptOffersTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineEventsTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineIdentitiesTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineResumeTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineAttachTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineObserverTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineStoriesTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineHistoriesTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineRandomTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineRoomRulesTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineOfferRacesTest, kMemory, kName);
INSTANTIATE_TEST_SUITE_P(Engines, EngineOffersTest, kMemory, kName);

}  // namespace signaling
