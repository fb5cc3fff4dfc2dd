// Collects mistakes and warnings, and prints them.
#include "config/problems.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <tuple>

namespace segpay {

namespace {

std::vector<Problem> sorted(std::vector<Problem> found) {
    std::stable_sort(found.begin(), found.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return found;
}

} // namespace

void Problems::add(Place place, std::string_view message) {
    mistakes_.push_back({file_, place.line, place.column, clean_text(message), Severity::mistake});
}

void Problems::warn(Place place, std::string_view message) {
    warnings_.push_back({file_, place.line, place.column, clean_text(message), Severity::warning});
}

std::vector<Problem> Problems::by_line() const { return sorted(mistakes_); }

std::vector<Problem> Problems::warnings_by_line() const {
    std::vector<Problem> warnings = sorted(warnings_);
    std::erase_if(warnings, [&](const Problem& warning) {
        return std::ranges::any_of(mistakes_, [&](const Problem& mistake) {
            return mistake.line == warning.line && mistake.column == warning.column;
        });
    });
    return warnings;
}

std::string to_string(const Problem& problem) {
    std::string place = problem.file;
    if (problem.line > 0)
        place += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    const bool is_warning = problem.severity == Severity::warning;
    return place + (is_warning ? ": warning: " : ": ") + problem.message;
}

} // namespace segpay
