// Reports, and the trace that a session's lines have.
#include <sstream>
#include <string>
#include <vector>

#include "services/common/log.h"
#include "services/signaling/rpc/metered_engine.h"
#include "tests/signaling/rpc/samples.h"
#include "tests/signaling/rpc/streams_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class ReportTest : public StreamsTest {
 protected:
  ReportTest() {
    metered_stream_.set_stream(owner_);
    EXPECT_TRUE(HandleOn(metered_stream_, OpenFrame(1, "ann")).ok());
    EXPECT_TRUE(FillOf(metered_stream_).frames(0).has_opened());
  }
  ~ReportTest() override { metered_stream_.DetachAll(DetachCause::kBye); }

  static v1::UpFrame ReportFrame(v1::SetupState state) {
    v1::UpFrame frame;
    frame.set_slot(1);
    frame.mutable_report()->set_to("bob");
    frame.mutable_report()->set_state(state);
    return frame;
  }
  std::optional<std::uint64_t> Reported() {
    return Sample(registry_, "signaling_engine_operations_total", {{"operation", "report"}});
  }
  v1::DownBatch Controls() {
    v1::DownBatch batch = FillOf(metered_stream_);
    v1::DownBatch errors;
    for (const v1::DownFrame& frame : batch.frames()) {
      if (frame.has_error()) *errors.add_frames() = frame;
    }
    return errors;
  }

  MeteredEngine metered_{engine_, registry_};
  const SessionsContext metered_context_{metered_, authenticator_, ice_servers_, clock_,
                                         {},       queue_,         probe_};
  StreamSessions metered_stream_{metered_context_};
};

TEST_F(ReportTest, AReportIsTheEnginesAndHasNoAnswer) {
  EXPECT_TRUE(HandleOn(metered_stream_, ReportFrame(v1::SETUP_STATE_CONNECTED)).ok());
  EXPECT_EQ(Reported(), 1u);
  EXPECT_EQ(Controls().frames_size(), 0);
}

TEST_F(ReportTest, ABadOneIsToldInAnErrorWithoutANumber) {
  EXPECT_TRUE(HandleOn(metered_stream_, ReportFrame(v1::SETUP_STATE_UNSPECIFIED)).ok());
  EXPECT_EQ(Reported(), 0u);
  const v1::DownBatch errors = Controls();
  ASSERT_EQ(errors.frames_size(), 1);
  EXPECT_EQ(errors.frames(0).slot(), 1u);
  EXPECT_EQ(errors.frames(0).seq(), 0u);
  EXPECT_EQ(errors.frames(0).reply_to(), 0u);
  EXPECT_EQ(errors.frames(0).error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_TRUE(HandleOn(metered_stream_, MessageFrame(1, 1)).ok()) << "the session goes on";
}

TEST_F(ReportTest, WhoDoesNotReadMakesOneErrorOnly) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(HandleOn(metered_stream_, ReportFrame(v1::SETUP_STATE_UNSPECIFIED)).ok());
  }
  EXPECT_EQ(Controls().frames_size(), 1);
  ASSERT_TRUE(HandleOn(metered_stream_, ReportFrame(v1::SETUP_STATE_UNSPECIFIED)).ok());
  EXPECT_EQ(Controls().frames_size(), 1) << "who reads is told again";
}

class TraceTest : public StreamsTest {
 protected:
  TraceTest() { log::SetLevel(log::Level::kDebug); }
  ~TraceTest() override { log::SetLevel(log::Level::kInfo); }

  // The lines about one session, from its opening to its end.
  std::vector<std::string> LinesOf(const std::string& traceparent) {
    ::testing::internal::CaptureStdout();
    v1::UpFrame open = OpenFrame(1, "ann");
    open.mutable_open()->set_traceparent(traceparent);
    EXPECT_TRUE(Handle(open).ok());
    Fill();
    v1::UpFrame refused;
    refused.set_slot(1);
    refused.set_id(1);
    refused.mutable_app()->set_data("no JSON");
    EXPECT_TRUE(Handle(refused).ok());
    v1::UpFrame leave;
    leave.set_slot(1);
    leave.set_id(2);
    leave.set_after_id(1);
    leave.mutable_room()->mutable_leave();
    EXPECT_TRUE(Handle(leave).ok());
    Fill();
    EXPECT_TRUE(Handle(DetachFrame(1, v1::Detach::CAUSE_BYE)).ok());
    Fill();
    std::vector<std::string> lines;
    std::istringstream said(::testing::internal::GetCapturedStdout());
    for (std::string line; std::getline(said, line);) {
      if (line.find("session_id") != std::string::npos) lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(TraceTest, EveryLineOfASessionHasItsTrace) {
  const std::vector<std::string> lines = LinesOf(kTrace);
  std::string all;
  for (const std::string& line : lines) {
    EXPECT_NE(line.find(std::string("\"traceparent\":\"") + kTrace + '"'), std::string::npos)
        << line;
    all += line;
  }
  for (const char* event : {"session_opening", "session_opened", "message_refused", "left",
                            "session_detached", "session_closed"}) {
    EXPECT_NE(all.find(event), std::string::npos) << event;
  }
}

TEST_F(TraceTest, OneThatIsNotWellFormedIsIgnored) {
  for (const std::string& line : LinesOf("00-nonsense")) {
    EXPECT_EQ(line.find("trace"), std::string::npos) << line;
    EXPECT_EQ(line.find("nonsense"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace signaling
