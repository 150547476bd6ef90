#include "services/signalctl/call/call.h"

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/signalctl/call/description.h"
#include "services/signalctl/ws/claims.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr std::uint32_t kCandidates = 3;  // each way, before end-of-candidates

class Call {
 public:
  explicit Call(const CallOptions& options) : options_(options) {
    result_.traceparent = NewTraceparent();
    if (!options.by_offer) {
      result_.room = options.room.empty() ? FreshRoom(options.caller_token, "call") : options.room;
    }
  }

  CallResult Run() {
    const Instant begun = Clock::now();
    if (Prepare() && Connect() && (options_.by_offer ? MeetByOffer() : MeetInRoom()) &&
        ExchangeCandidates() && Finish()) {
      result_.total = Clock::now() - begun;
    }
    return std::move(result_);
  }

 private:
  // What one peer sends the other: in a room to it by name, by offer with the offer's id.
  json::object ToOther(const char* type, const Peer& other) const {
    if (options_.by_offer) return {{"type", type}, {"offer_id", result_.offer_id}};
    return {{"type", type}, {"to", other.client_id()}};
  }

  bool Fail(const std::string& step, Advice advice) {
    result_.failed_step = step;
    result_.failure = std::move(advice);
    return false;
  }

  // Runs one step: true where `does` is, else `peer` says why not; where it heard nothing, `sender` may have been told why.
  bool Step(const std::string& name, Peer& peer, Peer* sender, const std::function<bool()>& does) {
    const Instant begun = Clock::now();
    if (does()) {
      result_.steps.push_back({name, Clock::now() - begun});
      return true;
    }
    result_.failed_step = name;
    if (result_.failure) return false;
    const bool sender_knows = peer.trouble().kind == Trouble::Kind::kSilent && sender != nullptr &&
                              sender->TakeError(peer.trouble().expected);
    const Peer& witness = sender_knows ? *sender : peer;
    const std::string& token =
        &witness == caller_.get() ? options_.caller_token : options_.answerer_token;
    return Fail(name, Explain(witness.trouble(), {.url = options_.url,
                                                  .origin = {},
                                                  .room = result_.room,
                                                  .with_token = !token.empty()}));
  }
  bool OfCaller(const std::string& name, const std::function<bool()>& does) {
    return Step(name, *caller_, answerer_.get(), does);
  }
  bool OfAnswerer(const std::string& name, const std::function<bool()>& does) {
    return Step(name, *answerer_, caller_.get(), does);
  }

  bool Prepare() {
    if (!options_.by_offer && result_.room.empty()) {
      return Fail("room",
                  {"the token names no room that is sure to be empty, and no room was given",
                   "A call in a room of others would be seen by who is in it.",
                   "--room NAME takes one that both tokens name; or give the token a room like "
                   "signalctl-*."});
    }
    std::optional<Advice> same = SameSub(options_.caller_token, options_.answerer_token);
    return !same || Fail("tokens", *std::move(same));
  }

  bool Open(std::unique_ptr<Peer>& peer, const std::string& token) {
    peer = std::make_unique<Peer>(io_, Socket::Options{.url = options_.url,
                                                       .tls = options_.tls,
                                                       .origin = {},
                                                       .traceparent = result_.traceparent,
                                                       .timeout = options_.timeout});
    return peer->WaitUntilOpen() && peer->Greet(token);
  }

  bool Connect() {
    // Step asks the peer for its trouble after this has made it.
    const Instant begun = Clock::now();
    if (!Open(caller_, options_.caller_token)) {
      return OfCaller("caller connects", [] { return false; });
    }
    const Instant middle = Clock::now();
    result_.steps.push_back({"caller connects", middle - begun});
    if (!Open(answerer_, options_.answerer_token)) {
      return OfAnswerer("answerer connects", [] { return false; });
    }
    result_.steps.push_back({"answerer connects", Clock::now() - middle});
    return true;
  }

  static bool Join(Peer& peer, const std::string& room) {
    const std::uint64_t id =
        peer.session().SendNumbered({{"type", "join"}, {"room", room}, {"replace", false}});
    return peer.Expect("joined", id) != nullptr;
  }

  // The next message of this type, which has to be from `other` and to hold what was sent.
  bool Receive(Peer& peer, const char* type, const Peer& other, const char* field,
               const std::string& sent) {
    const json::object* message = peer.Expect(type);
    if (message == nullptr) return false;
    const std::string from = TextOf(*message, "client_id");
    if (from == other.client_id() && TextOf(*message, field) == sent) return true;
    result_.failure = {
        from == other.client_id()
            ? absl::StrCat("the ", type, " arrived, but its ", field, " is not what was sent")
            : absl::StrCat("an ", type, " came from ", from, ", not from ", other.client_id()),
        "Somebody else is in this room, or what is passed on is changed on the way (rooms for "
        "relays alone blank addresses).",
        "Use a room of its own (leave --room out); compare with the service's own settings."};
    return false;
  }

  bool MeetInRoom() {
    const std::string offer = description_[0].Offer(1);
    const std::string answer = description_[1].Answer(1);
    const auto send = [](Peer& peer, json::object message, const std::string& sdp) {
      message["sdp"] = sdp;
      peer.session().SendNumbered(std::move(message));
    };
    return OfCaller("caller joins", [&] { return Join(*caller_, result_.room); }) &&
           OfAnswerer("answerer joins", [&] { return Join(*answerer_, result_.room); }) &&
           OfCaller("caller sees it come",
                    [&] { return caller_->Expect("participant_joined") != nullptr; }) &&
           OfAnswerer("offer arrives",
                      [&] {
                        setup_begun_ = Clock::now();
                        send(*caller_, ToOther("offer", *answerer_), offer);
                        return Receive(*answerer_, "offer", *caller_, "sdp", offer);
                      }) &&
           OfCaller("answer arrives", [&] {
             send(*answerer_, ToOther("answer", *caller_), answer);
             return Receive(*caller_, "answer", *answerer_, "sdp", answer);
           });
  }

  bool MeetByOffer() {
    const std::string offer = description_[0].Offer(1);
    const std::string answer = description_[1].Answer(1);
    return OfCaller("offer is stored",
                    [&] {
                      setup_begun_ = Clock::now();
                      const std::uint64_t id = caller_->session().SendNumbered(
                          {{"type", "create_offer"}, {"sdp", offer}});
                      const json::object* created = caller_->Expect("offer_created", id);
                      if (created == nullptr) return false;
                      result_.offer_id = TextOf(*created, "offer_id");
                      return true;
                    }) &&
           OfAnswerer("offer is claimed",
                      [&] {
                        const std::uint64_t id = answerer_->session().SendNumbered(
                            {{"type", "claim_offer"}, {"offer_id", result_.offer_id}});
                        const json::object* claimed = answerer_->Expect("offer", id);
                        if (claimed == nullptr) return false;
                        if (TextOf(*claimed, "sdp") == offer) return true;
                        result_.failure = {"the claimed offer is not what was stored",
                                           "What is passed on is changed on the way.",
                                           "Compare with the service's own settings."};
                        return false;
                      }) &&
           OfCaller("caller hears of the claim",
                    [&] { return caller_->Expect("offer_claimed") != nullptr; }) &&
           OfCaller("answer arrives", [&] {
             json::object message = ToOther("answer", *caller_);
             message["sdp"] = answer;
             answerer_->session().SendNumbered(std::move(message));
             return Receive(*caller_, "answer", *answerer_, "sdp", answer);
           });
  }

  // All of one peer's, and their end, which is an empty one.
  bool Candidates(Peer& from, Peer& to) {
    const auto text = [](std::uint32_t i) {
      return i < kCandidates ? Description::Candidate(i + 1) : std::string();
    };
    for (std::uint32_t i = 0; i <= kCandidates; ++i) {
      json::object message = ToOther("ice_candidate", to);
      message["candidate"] = text(i);
      message["sdpMid"] = "0";
      message["sdpMLineIndex"] = 0;
      from.session().SendNumbered(std::move(message));
    }
    for (std::uint32_t i = 0; i <= kCandidates; ++i) {
      if (!Receive(to, "ice_candidate", from, "candidate", text(i))) return false;
    }
    return true;
  }

  bool ExchangeCandidates() {
    const bool done =
        OfAnswerer("caller's candidates arrive",
                   [&] { return Candidates(*caller_, *answerer_); }) &&
        OfCaller("answerer's candidates arrive", [&] { return Candidates(*answerer_, *caller_); });
    if (done) result_.setup = Clock::now() - setup_begun_;
    return done;
  }

  void Report() {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(result_.setup).count();
    for (auto [peer, other] :
         {std::pair{caller_.get(), answerer_.get()}, std::pair{answerer_.get(), caller_.get()}}) {
      json::object report = ToOther("report", *other);
      report["state"] = "connected";
      report["setup_ms"] = milliseconds;
      peer->session().Send(std::move(report));
    }
  }

  bool Finish() {
    if (!OfCaller("all is acknowledged", [&] { return caller_->WaitUntilAcknowledged(); }) ||
        !OfAnswerer("all is acknowledged", [&] { return answerer_->WaitUntilAcknowledged(); })) {
      return false;
    }
    // One line for both.
    const Duration second = result_.steps.back().took;
    result_.steps.pop_back();
    result_.steps.back().took += second;
    if (options_.report) Report();
    if (options_.by_offer) {
      const bool withdrawn = OfCaller("offer is withdrawn", [&] {
        const std::uint64_t id = caller_->session().SendNumbered(
            {{"type", "withdraw_offer"}, {"offer_id", result_.offer_id}});
        return caller_->Expect("offer_withdrawn", id) != nullptr;
      });
      if (!withdrawn) return false;
    }
    return OfAnswerer("answerer leaves", [&] { return answerer_->Part(); }) &&
           OfCaller("caller leaves", [&] { return caller_->Part(); });
  }

  const CallOptions& options_;
  boost::asio::io_context io_;
  const Description description_[2];
  CallResult result_;
  Instant setup_begun_;
  std::unique_ptr<Peer> caller_;
  std::unique_ptr<Peer> answerer_;
};

}  // namespace

CallResult MakeCall(const CallOptions& options) { return Call(options).Run(); }

}  // namespace signaling::ctl
