#include "services/signalctl/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

constexpr std::size_t kGap = 2;

constexpr char kRed[] = "\033[31m";  // ECMA-48, SGR
constexpr char kPlain[] = "\033[0m";

std::string Line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line.append(widths[i] - Columns(cells[i]) + kGap, ' ');
  }
  return line;
}

}  // namespace

void Table::Add(std::vector<std::string> cells, bool alarming) {
  cells.resize(headings_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : Printable(cell);
  rows_.push_back({std::move(cells), alarming});
}

void Table::Print(std::ostream& out, Style style) const {
  if (rows_.empty()) return;
  std::vector<std::size_t> widths(headings_.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], Columns(cells[i]));
  };
  if (style.header) widen(headings_);
  for (const Row& row : rows_) widen(row.cells);
  if (style.header) out << Line(headings_, widths) << "\n";
  for (const Row& row : rows_) {
    const bool red = row.alarming && style.colour;
    out << (red ? kRed : "") << Line(row.cells, widths) << (red ? kPlain : "") << "\n";
  }
}

void Sheet::Add(std::string name, std::string value) {
  if (!value.empty()) lines_.emplace_back(std::move(name), Printable(value));
}

void Sheet::Print(std::ostream& out) const {
  std::size_t width = 0;
  for (const auto& [name, value] : lines_) width = std::max(width, name.size());
  for (const auto& [name, value] : lines_) {
    out << name << std::string(width - name.size() + kGap, ' ') << value << "\n";
  }
}

}  // namespace signaling::ctl
