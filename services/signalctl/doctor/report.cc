#include "services/signalctl/doctor/report.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxShownBytes = 2000;  // of one line that servers and logs have a part in

std::string Short(const std::string& text) { return Utf8(text, kMaxShownBytes); }
std::string Shown(const std::string& text) { return Printable(Short(text)); }

struct OutcomeRow {
  const char* word;
  const char* colour;  // ECMA-48, SGR
};

const OutcomeRow& Row(Outcome outcome) {
  static constexpr OutcomeRow kRows[] = {
      {"ok", "\x1b[32m"}, {"failed", "\x1b[31m"}, {"not checked", "\x1b[33m"}};
  return kRows[static_cast<std::size_t>(outcome)];
}

std::string Word(Outcome outcome, bool colour) {
  const OutcomeRow& row = Row(outcome);
  if (!colour) return row.word;
  return std::string(row.colour) + row.word + "\x1b[0m";
}

void PrintCheck(const Check& check, bool colour, std::ostream& out) {
  out << "   " << Word(check.outcome, colour) << "  " << check.name;
  if (!check.detail.empty()) out << ": " << Shown(check.detail);
  out << "\n";
  for (const std::string& line : check.lines) out << "         " << Shown(line) << "\n";
  if (!check.meaning.empty()) out << "       means: " << Shown(check.meaning) << "\n";
  if (!check.next.empty()) out << "       next:  " << Shown(check.next) << "\n";
}

json::object ToJson(const Check& check) {
  json::object object{
      {"name", check.name}, {"outcome", Row(check.outcome).word}, {"detail", Short(check.detail)}};
  if (!check.meaning.empty()) object["meaning"] = Short(check.meaning);
  if (!check.next.empty()) object["next"] = Short(check.next);
  if (check.lines.empty()) return object;
  json::array lines;
  for (const std::string& line : check.lines) lines.emplace_back(Short(line));
  object["lines"] = std::move(lines);
  return object;
}

}  // namespace

Check Failed(std::string name, Advice advice) {
  return {std::move(name), Outcome::kFailed, std::move(advice.what), std::move(advice.meaning),
          std::move(advice.next)};
}

Check NotChecked(std::string name, std::string why, std::string next) {
  return {std::move(name), Outcome::kNotChecked, std::move(why), {}, std::move(next)};
}

Outcome Step::outcome() const {
  const auto has = [&](Outcome outcome) {
    return std::any_of(checks.begin(), checks.end(),
                       [&](const Check& check) { return check.outcome == outcome; });
  };
  if (has(Outcome::kFailed)) return Outcome::kFailed;
  return has(Outcome::kOk) ? Outcome::kOk : Outcome::kNotChecked;
}

bool Report::ok() const {
  return std::none_of(steps.begin(), steps.end(),
                      [](const Step& step) { return step.outcome() == Outcome::kFailed; });
}

void PrintText(const Report& report, bool colour, std::ostream& out) {
  out << Printable(report.url) << "\n";
  for (const Step& step : report.steps) {
    out << step.number << ". " << step.title << ": " << Word(step.outcome(), colour) << "\n";
    for (const Check& check : step.checks) PrintCheck(check, colour, out);
  }
  std::string failed;
  for (const Step& step : report.steps) {
    if (step.outcome() != Outcome::kFailed) continue;
    failed += failed.empty() ? "" : ", ";
    failed += std::to_string(step.number);
  }
  out << "in the logs: traceparent " << report.traceparent << "\n";
  out << (failed.empty() ? "nothing that was checked failed" : "failed: step " + failed) << "\n";
}

void PrintJson(const Report& report, std::ostream& out) {
  json::array steps;
  for (const Step& step : report.steps) {
    json::array checks;
    for (const Check& check : step.checks) checks.push_back(ToJson(check));
    steps.push_back(json::object{{"step", step.number},
                                 {"title", step.title},
                                 {"outcome", Row(step.outcome()).word},
                                 {"checks", std::move(checks)}});
  }
  out << json::serialize(json::object{{"url", report.url},
                                      {"traceparent", report.traceparent},
                                      {"ok", report.ok()},
                                      {"steps", std::move(steps)}})
      << "\n";
}

}  // namespace signaling::ctl
