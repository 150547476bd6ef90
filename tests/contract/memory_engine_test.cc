#include "services/signaling/engine/memory/memory_engine.h"

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

const auto kMemory = ::testing::Values(
    EngineFactory([](const EngineOptions& options, const Clock& clock, EngineObserver& observer) {
      return std::make_unique<MemoryEngine>(options, clock, observer);
    }));
const auto kName = [](const auto&) { return "Memory"; };

}  // namespace

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
