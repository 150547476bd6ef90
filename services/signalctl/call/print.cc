#include "services/signalctl/call/print.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kNameColumns = 30;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void PrintLine(const std::string& name, const std::string& value, std::ostream& out) {
  out << name << std::string(kNameColumns - std::min(name.size(), kNameColumns - 1), ' ') << value
      << "\n";
}

}  // namespace

void PrintCall(const CallResult& call, std::ostream& out) {
  for (const CallStep& step : call.steps) PrintLine(step.name, InWords(step.took), out);
  if (!call.failure) {
    PrintLine("set-up", InWords(call.setup), out);
    PrintLine("in all", InWords(call.total), out);
    return;
  }
  out << "failed: " << call.failed_step << ": " << Printable(call.failure->what) << "\n"
      << "  means: " << Printable(call.failure->meaning) << "\n"
      << "  next:  " << Printable(call.failure->next) << "\n"
      << "  in the logs: traceparent " << call.traceparent << "\n";
}

void PrintCallJson(const CallResult& call, std::ostream& out) {
  json::array steps;
  for (const CallStep& step : call.steps) {
    steps.push_back(json::object{{"name", step.name}, {"ms", Milliseconds(step.took)}});
  }
  json::object object{{"ok", !call.failure}, {"traceparent", call.traceparent}};
  if (!call.room.empty()) object["room"] = call.room;
  if (!call.offer_id.empty()) object["offer_id"] = call.offer_id;
  object["steps"] = std::move(steps);
  if (call.failure) {
    object["failed_step"] = call.failed_step;
    object["what"] = call.failure->what;
    object["meaning"] = call.failure->meaning;
    object["next"] = call.failure->next;
  } else {
    object["setup_ms"] = Milliseconds(call.setup);
    object["total_ms"] = Milliseconds(call.total);
  }
  out << json::serialize(object) << std::endl;
}

}  // namespace signaling::ctl
